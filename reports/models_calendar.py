"""What the dates of periods come from: rules, days off and days worked, extensions for one place."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from reports.enums import DayUnit, PeriodScheme, SpecialDayKind


def _days(label: str, default: int, help_text: str = "") -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, default=default, help_text=help_text)


def _unit(label: str) -> models.CharField:
    return models.CharField(
        label, max_length=10, choices=DayUnit.choices, default=DayUnit.WORKING
    )  # fmt: skip


def _remind_before() -> list[int]:
    return [7, 2]


def _remind_after() -> list[int]:
    return [1, 3]


@pghistory.track()
class CalendarRule(models.Model):
    """How the dates of a quarter follow from its last day, for quarters that end on or after `valid_from`.

    A rule is used when a period is created or previewed; it never moves a period that exists.
    The due date is at least one working day after the cut-off (NĐ 09/2019/NĐ-CP, Điều 8).
    """

    scheme = models.CharField("Lịch", max_length=10, choices=PeriodScheme.choices)
    valid_from = models.DateField("Áp dụng cho kỳ kết thúc từ ngày")
    opens_after = _days("Mở nhập sau ngày đầu kỳ (ngày)", 0, "0: mở ngay từ ngày đầu của kỳ.")
    due_after = models.PositiveSmallIntegerField(
        "Hạn nộp của cấp xã sau ngày chốt",
        default=3,
        validators=[MinValueValidator(1, "Hạn nộp phải sau ngày chốt ít nhất 1 ngày.")],
    )
    due_unit = _unit("Tính theo (hạn cấp xã)")
    centre_due_after = _days("Hạn tổng hợp của Trung tâm sau ngày chốt", 7)
    centre_due_unit = _unit("Tính theo (hạn Trung tâm)")
    department_due_after = _days("Hạn báo cáo của Sở Công Thương sau ngày chốt", 10)
    department_due_unit = _unit("Tính theo (hạn Sở)")
    lock_after = _days("Khóa nhập sau hạn nộp của cấp xã", 10)
    lock_unit = _unit("Tính theo (khóa)")
    remind_before = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name="Nhắc trước hạn (số ngày)",
        default=_remind_before,
        blank=True,
        help_text="Ví dụ 7,2: nhắc khi còn 7 ngày và 2 ngày. Ngày đến hạn luôn được nhắc.",
    )
    remind_after = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name="Nhắc sau hạn (số ngày)",
        default=_remind_after,
        blank=True,
    )
    escalate_after = models.PositiveSmallIntegerField(
        "Báo chuyên viên khi quá hạn (số ngày)",
        default=3,
        validators=[MinValueValidator(1, "Ít nhất 1 ngày.")],
    )
    legal_basis = models.CharField("Căn cứ", max_length=300, blank=True)

    class Meta:
        verbose_name = "quy tắc lịch báo cáo"
        verbose_name_plural = "quy tắc lịch báo cáo"
        ordering = ["scheme", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "valid_from"],
                name="one_calendar_rule_per_day",
                violation_error_message="Đã có quy tắc của lịch này từ ngày đó.",
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=PeriodScheme.values), name="calendar_rule_scheme_known"
            ),
            models.CheckConstraint(
                condition=Q(due_after__gte=1), name="calendar_rule_due_after_the_cut_off"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()}, từ {self.valid_from:%d/%m/%Y}"


@pghistory.track()
class SpecialDay(models.Model):
    """A day that is off or worked against what the week and the public holidays say: hoán đổi, làm bù."""

    day = models.DateField("Ngày", unique=True)
    kind = models.CharField("Là ngày", max_length=10, choices=SpecialDayKind.choices)
    name = models.CharField("Tên", max_length=120)
    legal_basis = models.CharField("Căn cứ", max_length=300, blank=True)

    class Meta:
        verbose_name = "ngày nghỉ, ngày làm bù"
        verbose_name_plural = "ngày nghỉ, ngày làm bù"
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SpecialDayKind.values), name="special_day_kind_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}: {self.name}"


@pghistory.track()
class PeriodExtension(models.Model):
    """A later due date of one period for one place, with its reason; at most one in force.

    Taken back, it stays as a record of what was granted.
    """

    period = models.ForeignKey(
        "reports.ReportPeriod", models.PROTECT, related_name="extensions", verbose_name="Kỳ"
    )
    place = models.ForeignKey(
        "core.Place", models.PROTECT, related_name="extensions", verbose_name="Địa bàn"
    )
    due_on = models.DateField("Hạn nộp mới")
    locks_on = models.DateField("Khóa sau ngày")
    reason = models.CharField("Lý do", max_length=500)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người gia hạn"
    )
    granted_at = models.DateTimeField("Gia hạn lúc", default=timezone.now)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người bỏ gia hạn",
    )
    withdrawn_at = models.DateTimeField("Bỏ gia hạn lúc", null=True, blank=True)

    class Meta:
        verbose_name = "gia hạn nộp báo cáo"
        verbose_name_plural = "gia hạn nộp báo cáo"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "place"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_extension_in_force",
            ),
            models.CheckConstraint(
                condition=Q(locks_on__gte=F("due_on")), name="extension_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="extension_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: đến {self.due_on:%d/%m/%Y}"
