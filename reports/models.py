"""Periods, reports, their drafts and their immutable versions."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from facilities.models import Establishment
from khuyencong.core.models import Place
from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.enums import CellState
from khuyencong.forms_as_data.models import FormVersion, Indicator, Part
from reports.enums import ACCEPTED_STATUSES, PeriodScheme, ReopeningState, ReportStatus
from reports.models_calendar import CalendarRule as CalendarRule
from reports.models_calendar import PeriodExtension as PeriodExtension
from reports.models_calendar import SpecialDay as SpecialDay
from reports.models_reopening import Reopening as Reopening
from reports.models_workbook import WorkbookUpload as WorkbookUpload


def immutable(name: str) -> pgtrigger.Protect:
    """Trigger that refuses update and delete, raw SQL included."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


@pghistory.track()
class ReportPeriod(models.Model):
    """A quarter of a calendar with the dates of its reporting (all inclusive)."""

    scheme = models.CharField("Lịch", max_length=10, choices=PeriodScheme.choices)
    year = models.PositiveSmallIntegerField("Năm")
    number = models.PositiveSmallIntegerField("Quý")
    starts_on = models.DateField("Số liệu từ ngày")
    ends_on = models.DateField("Chốt số liệu hết ngày")
    opens_on = models.DateField("Mở nhập từ ngày")
    due_on = models.DateField("Hạn nộp")
    locks_on = models.DateField("Khóa sau ngày")
    centre_due_on = models.DateField("Hạn tổng hợp của Trung tâm", null=True, blank=True)
    department_due_on = models.DateField("Hạn báo cáo của Sở Công Thương", null=True, blank=True)
    form_version = models.ForeignKey(
        FormVersion, models.PROTECT, related_name="periods", verbose_name="Biểu mẫu"
    )

    class Meta:
        verbose_name = "kỳ báo cáo"
        verbose_name_plural = "kỳ báo cáo"
        ordering = ["-year", "-number", "scheme"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "year", "number"],
                name="period_once",
                violation_error_message="Kỳ báo cáo này đã có.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=4), name="period_quarter_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=PeriodScheme.values), name="period_scheme_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on"))
                & Q(opens_on__gte=F("starts_on"))
                & Q(due_on__gt=F("ends_on"))
                & Q(locks_on__gte=F("due_on")),
                name="period_dates_in_order",
                violation_error_message="Các ngày phải theo thứ tự: từ ngày, mở nhập, chốt số liệu, hạn nộp, khóa; "
                "hạn nộp phải sau ngày chốt số liệu (NĐ 09/2019/NĐ-CP, Điều 8).",
            ),
        ]

    def __str__(self) -> str:
        return str(self.quarter)[:1].upper() + str(self.quarter)[1:]

    def clean(self) -> None:
        """The levels report one after another."""
        days = [self.due_on, self.centre_due_on, self.department_due_on]
        known = [day for day in days if day is not None]
        if known != sorted(known):
            raise ValidationError(
                "Hạn của các cấp phải theo thứ tự: cấp xã, Trung tâm, Sở Công Thương."
            )

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.year, self.number)

    def is_open_on(self, day) -> bool:
        """Whether reports may be written and submitted on a day (late ones too, until the lock)."""
        return self.opens_on <= day <= self.locks_on


# Keeps AcceptedCell equal to the cells of each report's accepted version, whoever changes it, and
# refuses a version of another report, whose figures would count for the wrong place.
_FOLLOW_ACCEPTED_VERSION = pgtrigger.Trigger(
    name="report_accepted_cells",
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(
        old__accepted_version_id__df=pgtrigger.F("new__accepted_version_id"),
    ),
    func="""
        IF NEW.accepted_version_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM reports_reportversion v
            WHERE v.id = NEW.accepted_version_id AND v.report_id = NEW.id
        ) THEN
            RAISE EXCEPTION 'version % is not one of report %', NEW.accepted_version_id, NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        DELETE FROM reports_acceptedcell WHERE report_id = NEW.id;
        INSERT INTO reports_acceptedcell
            (report_id, indicator_id, member, version_id, period_id, place_id, province_id, value, state)
        SELECT NEW.id, c.indicator_id, c.member, c.version_id, NEW.period_id, NEW.place_id,
            COALESCE(p.province_id, p.id), c.value, c.state
        FROM reports_versioncell c, core_place p
        WHERE c.version_id = NEW.accepted_version_id AND p.id = NEW.place_id;
        RETURN NULL;
    """,
)


@pghistory.track(exclude=["draft_revision"], model_name="ReportHistory")
class Report(models.Model):
    """The report of a place for a period; at most one (unique constraint)."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="reports", verbose_name="Địa bàn")
    period = models.ForeignKey(
        ReportPeriod, models.PROTECT, related_name="reports", verbose_name="Kỳ"
    )
    status = models.CharField(
        "Trạng thái",
        max_length=10,
        choices=ReportStatus.choices,
        default=ReportStatus.DRAFT,
    )
    latest_version = models.ForeignKey(
        "ReportVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Bản nộp gần nhất",
    )
    accepted_version = models.ForeignKey(
        "ReportVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Bản được duyệt",
    )
    first_submitted_at = models.DateTimeField("Nộp lần đầu lúc", null=True, blank=True)
    status_at = models.DateTimeField("Chuyển trạng thái lúc", default=timezone.now)
    draft_revision = models.PositiveBigIntegerField("Số lần lưu nháp", default=0)
    created_at = models.DateTimeField("Tạo lúc", default=timezone.now)
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)

    class Meta:
        verbose_name = "báo cáo"
        verbose_name_plural = "báo cáo"
        ordering = ["-period__year", "-period__number", "place__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "period"], name="one_report_per_place_and_period"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values), name="report_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("accepted", "in_edition", "reopened"))
                | Q(accepted_version__isnull=False),
                name="accepted_report_has_version",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(latest_version__isnull=False),
                name="submitted_report_has_version",
            ),
        ]
        indexes = [
            models.Index(fields=["period", "status"], name="report_by_period"),
            models.Index(
                fields=["period", "place"],
                include=["accepted_version"],
                condition=Q(accepted_version__isnull=False),
                name="report_accepted",
            ),
            models.Index(
                fields=["status_at"],
                condition=Q(status="submitted"),
                name="report_queue",
            ),
        ]
        triggers = [_FOLLOW_ACCEPTED_VERSION]

    def __str__(self) -> str:
        return f"Báo cáo {self.period.quarter} – {self.place}"

    @cached_property
    def extension(self) -> PeriodExtension | None:
        """The extension in force for this place and period; lists set it for all rows at once."""
        return (
            PeriodExtension.objects.filter(
                period=self.period_id, place=self.place_id, withdrawn_at__isnull=True
            )
            .select_related("granted_by")
            .first()
        )

    @cached_property
    def reopening(self) -> Reopening | None:
        """The reopening under which the report is corrected now; none for one never accepted."""
        if self.accepted_version_id is None or self.status in ACCEPTED_STATUSES:
            return None
        return (
            Reopening.objects.filter(report=self, state=ReopeningState.OPEN)
            .select_related("asked_by", "decided_by")
            .first()
        )

    @property
    def open_parts(self) -> frozenset[str] | None:
        """Codes of the parts that may be corrected; None when all may (no reopening)."""
        return frozenset(self.reopening.parts) if self.reopening else None

    @property
    def due_on(self):
        """When this place's report is due: by its extension, else by the period."""
        return self.extension.due_on if self.extension else self.period.due_on

    @property
    def locks_on(self):
        """The last day on which this place's report may be written and submitted."""
        return self.extension.locks_on if self.extension else self.period.locks_on


class DraftCell(models.Model):
    """A figure being written, as typed and as read. `revision` grows with each save of the cell."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="draft_cells", verbose_name="Báo cáo"
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", verbose_name="Chỉ tiêu"
    )
    member = models.CharField("Mục phân tổ", max_length=30, blank=True)
    text = models.CharField("Như đã gõ", max_length=60, blank=True)
    value = models.BigIntegerField("Giá trị", null=True, blank=True)
    note = models.CharField("Ghi chú", max_length=300, blank=True)
    revision = models.PositiveIntegerField("Lần lưu", default=1)
    updated_at = models.DateTimeField("Lưu lúc", default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="Người lưu",
    )

    class Meta:
        verbose_name = "ô bản nháp"
        verbose_name_plural = "ô bản nháp"
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator", "member"], name="draft_cell_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.member}".strip() + f": {self.text}"


class DraftRow(models.Model):
    """A row of parts III to V being written. `data` maps a column's code to what was typed."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="draft_rows", verbose_name="Báo cáo"
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name="Phần")
    uid = models.UUIDField("Mã dòng", default=uuid.uuid4)
    position = models.PositiveIntegerField("Thứ tự", default=0)
    data = models.JSONField("Nội dung", default=dict)
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Cơ sở",
    )
    revision = models.PositiveIntegerField("Lần lưu", default=1)
    updated_at = models.DateTimeField("Lưu lúc", default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="Người lưu",
    )

    class Meta:
        verbose_name = "dòng bản nháp"
        verbose_name_plural = "dòng bản nháp"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["report", "uid"], name="draft_row_once")]

    def __str__(self) -> str:
        return f"{self.part}, dòng {self.position}"


class DraftStatement(models.Model):
    """The author's statement that a part has nothing to report this quarter."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="draft_statements", verbose_name="Báo cáo"
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name="Phần")
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="Người khai",
    )
    stated_at = models.DateTimeField("Khai lúc", default=timezone.now)

    class Meta:
        verbose_name = "khai không phát sinh (nháp)"
        verbose_name_plural = "khai không phát sinh (nháp)"
        constraints = [
            models.UniqueConstraint(fields=["report", "part"], name="draft_statement_once")
        ]

    def __str__(self) -> str:
        return f"{self.part}: không phát sinh"


class ReportVersion(models.Model):
    """What was submitted, as it was; never changes (trigger). `content_hash` is SHA-256 of its content."""

    report = models.ForeignKey(
        Report, models.PROTECT, related_name="versions", verbose_name="Báo cáo"
    )
    number = models.PositiveSmallIntegerField("Lần nộp")
    form_version = models.ForeignKey(
        FormVersion, models.PROTECT, related_name="+", verbose_name="Biểu mẫu"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="Người nộp",
    )
    submitted_at = models.DateTimeField("Nộp lúc", default=timezone.now)
    author_ids = ArrayField(
        models.BigIntegerField(),
        verbose_name="Những người soạn",
        default=list,
        blank=True,
        help_text="Mã các tài khoản đã nhập số liệu của bản này; họ không được tự kiểm tra.",
    )
    content_hash = models.CharField("Mã băm nội dung", max_length=64)
    warnings_kept = models.JSONField("Cảnh báo giữ lại", default=list, blank=True)

    class Meta:
        verbose_name = "bản đã nộp"
        verbose_name_plural = "bản đã nộp"
        ordering = ["report", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="version_number_once")
        ]
        triggers = [immutable("version_immutable")]

    def __str__(self) -> str:
        return f"{self.report} (lần nộp {self.number})"


class VersionCell(models.Model):
    """A submitted figure: integer of 10^-decimals of the indicator's unit, or "nothing to report"."""

    version = models.ForeignKey(
        ReportVersion,
        models.PROTECT,
        related_name="cells",
        verbose_name="Bản nộp",
        db_index=False,
    )
    indicator = models.ForeignKey(
        Indicator,
        models.PROTECT,
        related_name="+",
        verbose_name="Chỉ tiêu",
        db_index=False,
    )
    member = models.CharField("Mục phân tổ", max_length=30, blank=True)
    value = models.BigIntegerField("Giá trị", null=True, blank=True)
    state = models.CharField("Tình trạng", max_length=8, choices=CellState.choices)
    note = models.CharField("Ghi chú", max_length=300, blank=True)

    class Meta:
        verbose_name = "ô đã nộp"
        verbose_name_plural = "ô đã nộp"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "indicator", "member"], name="version_cell_once"
            ),
            models.CheckConstraint(
                condition=Q(state="value", value__isnull=False)
                | Q(state="nothing", value__isnull=True),
                name="version_cell_value_or_nothing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["indicator", "version"],
                include=["member", "value", "state"],
                name="version_cell_rollup",
            )
        ]
        triggers = [immutable("version_cell_immutable")]

    def __str__(self) -> str:
        value = self.get_state_display() if self.value is None else self.value
        return f"{self.indicator} {self.member}".strip() + f": {value}"


class AcceptedCell(models.Model):
    """The cells of accepted versions, laid out for totals: place, province and period beside each.

    Derived, and right at every moment: the trigger on `Report.accepted_version` writes it in the
    same transaction; nobody else can (trigger). `reports.queries.proof` compares it with its source.
    """

    report = models.ForeignKey(
        Report, models.PROTECT, related_name="accepted_cells", db_index=False
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    member = models.CharField(max_length=30, blank=True)
    version = models.ForeignKey(
        ReportVersion, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    period = models.ForeignKey(
        ReportPeriod, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    province = models.ForeignKey(
        Place, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    value = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=CellState.choices)

    class Meta:
        verbose_name = "ô của bản được duyệt"
        verbose_name_plural = "ô của các bản được duyệt"
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator", "member"], name="accepted_cell_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["indicator", "period", "place"],
                include=["province", "member", "value", "state", "version"],
                name="accepted_cell_rollup",
            ),
            models.Index(
                fields=["period", "place"],
                include=["indicator", "member", "value", "state", "version"],
                name="accepted_cell_period",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="accepted_cell_derived",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'accepted cells are derived; change the report instead'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.indicator_id} {self.member}"


class VersionRow(models.Model):
    """A submitted row of parts III to V."""

    version = models.ForeignKey(
        ReportVersion, models.PROTECT, related_name="rows", verbose_name="Bản nộp"
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name="Phần")
    uid = models.UUIDField("Mã dòng")
    position = models.PositiveIntegerField("Thứ tự")
    data = models.JSONField("Nội dung")
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="report_rows",
        verbose_name="Cơ sở",
    )

    class Meta:
        verbose_name = "dòng đã nộp"
        verbose_name_plural = "dòng đã nộp"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "uid"], name="version_row_once")]
        triggers = [immutable("version_row_immutable")]

    def __str__(self) -> str:
        return f"{self.part}, dòng {self.position}"


class VersionStatement(models.Model):
    """A submitted statement that a part had nothing to report."""

    version = models.ForeignKey(
        ReportVersion,
        models.PROTECT,
        related_name="statements",
        verbose_name="Bản nộp",
        db_index=False,
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name="Phần")
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="Người khai",
    )
    stated_at = models.DateTimeField("Khai lúc")

    class Meta:
        verbose_name = "khai không phát sinh"
        verbose_name_plural = "khai không phát sinh"
        constraints = [
            models.UniqueConstraint(fields=["version", "part"], name="version_statement_once")
        ]
        triggers = [immutable("version_statement_immutable")]

    def __str__(self) -> str:
        return f"{self.part}: không phát sinh"


class ReportEvent(models.Model):
    """A step in a report's life: who, from, to, why; never edited (trigger)."""

    report = models.ForeignKey(
        Report, models.PROTECT, related_name="events", verbose_name="Báo cáo"
    )
    version = models.ForeignKey(
        ReportVersion,
        models.PROTECT,
        null=True,
        related_name="events",
        verbose_name="Bản nộp",
    )
    from_status = models.CharField(
        "Từ trạng thái", max_length=10, choices=ReportStatus.choices, blank=True
    )
    to_status = models.CharField("Sang trạng thái", max_length=10, choices=ReportStatus.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="Người làm",
    )
    system_job = models.CharField("Việc tự động", max_length=60, blank=True)
    note = models.TextField("Ghi chú", blank=True)
    created_at = models.DateTimeField("Lúc", default=timezone.now)

    class Meta:
        verbose_name = "bước của báo cáo"
        verbose_name_plural = "các bước của báo cáo"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False, system_job="")
                | (Q(actor__isnull=True) & ~Q(system_job="")),
                name="report_event_has_one_author",
            )
        ]
        triggers = [immutable("report_event_immutable")]

    def __str__(self) -> str:
        return f"{self.report}: {self.get_to_status_display()}"

    @property
    def is_note(self) -> bool:
        """Whether it moved nothing: an extension, a request, a refusal."""
        return self.from_status == self.to_status


class ReturnComment(models.Model):
    """What the checker asks to correct, pinned to a cell, a row or a part of the returned version."""

    event = models.ForeignKey(
        ReportEvent, models.PROTECT, related_name="comments", verbose_name="Lần trả lại"
    )
    version = models.ForeignKey(
        ReportVersion, models.PROTECT, related_name="comments", verbose_name="Bản nộp"
    )
    part = models.ForeignKey(
        Part,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Phần",
    )
    indicator = models.ForeignKey(
        Indicator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Chỉ tiêu",
    )
    member = models.CharField("Mục phân tổ", max_length=30, blank=True)
    row_uid = models.UUIDField("Mã dòng", null=True, blank=True)
    text = models.CharField("Yêu cầu sửa", max_length=500)
    expected = models.BigIntegerField(
        "Số người kiểm tra nêu",
        null=True,
        blank=True,
        help_text="Số nguyên của 10^-số lẻ đơn vị, như ô của báo cáo.",
    )

    class Meta:
        verbose_name = "yêu cầu sửa"
        verbose_name_plural = "yêu cầu sửa"
        ordering = ["id"]
        triggers = [immutable("return_comment_immutable")]

    def __str__(self) -> str:
        return self.text
