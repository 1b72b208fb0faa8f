"""The Centre's consolidated report for a period: sections while it is written, frozen once signed."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.models import Place
from khuyencong.documents.models import IssuedDocument
from reports.editions.enums import (
    ISSUED_STATUSES,
    OPEN_STATUSES,
    EditionKind,
    EditionStatus,
    SignatureOffice,
)
from reports.models import Report, ReportPeriod, ReportVersion, immutable

# After the signature an edition can only be marked as replaced.
_SIGNED_STAYS = pgtrigger.Trigger(
    name="edition_signed_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF OLD.status IN ('signed', 'replaced') AND (
            TG_OP = 'DELETE' OR NEW.status <> 'replaced'
            OR to_jsonb(NEW) - 'status' <> to_jsonb(OLD) - 'status'
        ) THEN
            RAISE EXCEPTION 'edition % is signed and does not change', OLD.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    """,
)
# What belongs to a signed edition is as immutable as itself.
_SECTION_STAYS = pgtrigger.Trigger(
    name="edition_section_signed_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF EXISTS (
            SELECT FROM editions_edition e
            WHERE e.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.edition_id ELSE OLD.edition_id END
                AND e.status IN ('signed', 'replaced')
        ) THEN
            RAISE EXCEPTION 'the edition of this section is signed and does not change'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    """,
)


@pghistory.track(model_name="EditionHistory")
class Edition(models.Model):
    """A consolidated report of a period. `ordinal` counts a period's editions; one at most is open."""

    period = models.ForeignKey(
        ReportPeriod, models.PROTECT, related_name="editions", verbose_name="Kỳ"
    )
    ordinal = models.PositiveSmallIntegerField("Lần")
    kind = models.CharField(
        "Loại", max_length=12, choices=EditionKind.choices, default=EditionKind.ORIGINAL
    )
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name="Sửa cho bản",
    )
    status = models.CharField(
        "Trạng thái",
        max_length=10,
        choices=EditionStatus.choices,
        default=EditionStatus.DRAFT,
    )
    addressee = models.CharField("Kính gửi", max_length=300, blank=True)
    recipients = models.TextField("Nơi nhận", blank=True, help_text="Mỗi dòng một nơi nhận.")
    office = models.CharField(
        "Chức vụ người ký",
        max_length=12,
        choices=SignatureOffice.choices,
        default=SignatureOffice.DIRECTOR,
    )
    author_ids = ArrayField(
        models.BigIntegerField(), verbose_name="Những người soạn", default=list, blank=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người tạo"
    )
    created_at = models.DateTimeField("Tạo lúc", default=timezone.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người ký",
    )
    document = models.OneToOneField(
        IssuedDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="edition",
        verbose_name="Văn bản",
    )

    class Meta:
        verbose_name = "báo cáo hợp nhất"
        verbose_name_plural = "báo cáo hợp nhất"
        ordering = ["-period__year", "-period__number", "-ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["period", "ordinal"], name="edition_ordinal_once"),
            models.UniqueConstraint(
                fields=["period"],
                condition=Q(status__in=OPEN_STATUSES),
                name="one_open_edition_per_period",
            ),
            models.CheckConstraint(
                condition=Q(status__in=EditionStatus.values), name="edition_status_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=ISSUED_STATUSES, document__isnull=False, signed_by__isnull=False
                )
                | (~Q(status__in=ISSUED_STATUSES) & Q(document__isnull=True)),
                name="signed_edition_has_document",
            ),
            models.CheckConstraint(
                condition=Q(kind="original", corrects__isnull=True)
                | (~Q(kind="original") & Q(corrects__isnull=False)),
                name="correcting_edition_names_the_corrected",
            ),
        ]
        triggers = [_SIGNED_STAYS]

    def __str__(self) -> str:
        name = f"Báo cáo hợp nhất {self.period.quarter}"
        return name if self.kind == EditionKind.ORIGINAL else f"{name} ({self.kind_label})"

    def get_absolute_url(self) -> str:
        return reverse("editions:detail", args=[self.pk])

    @property
    def kind_label(self) -> str:
        """`bản thay thế lần 2`; empty for the first report."""
        if self.kind == EditionKind.ORIGINAL:
            return ""
        label = self.get_kind_display()
        return f"{label[0].lower()}{label[1:]}, lần {self.ordinal}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def is_issued(self) -> bool:
        return self.status in ISSUED_STATUSES


@pghistory.track()
class EditionSection(models.Model):
    """A section being written. `draft` is what the portal proposed, as [key, text] pairs, from which
    `text` started; `figures` and `tables` are what it rests on."""

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="sections", verbose_name="Báo cáo hợp nhất"
    )
    code = models.SlugField("Mã phần", max_length=40)
    position = models.PositiveSmallIntegerField("Thứ tự")
    title = models.CharField("Đề mục", max_length=300, blank=True)
    text = models.TextField("Lời văn", blank=True)
    draft = models.JSONField("Dự thảo", default=list, blank=True)
    figures = models.JSONField("Số liệu", default=dict, blank=True)
    tables = models.JSONField("Bảng", default=list, blank=True)
    revision = models.PositiveIntegerField("Lần lưu", default=1)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người lưu"
    )
    updated_at = models.DateTimeField("Lưu lúc", default=timezone.now)

    class Meta:
        verbose_name = "phần của báo cáo hợp nhất"
        verbose_name_plural = "các phần của báo cáo hợp nhất"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="edition_section_once")
        ]
        triggers = [_SECTION_STAYS]

    def __str__(self) -> str:
        return self.title or "Mở đầu"

    @property
    def is_edited(self) -> bool:
        """Whether a person changed what the portal proposed."""
        return self.text != "\n".join(text for _, text in self.draft)


class EditionEntry(models.Model):
    """A place as it stood at the signature, with the version that counts; without one, `state` says why."""

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="entries", verbose_name="Báo cáo hợp nhất"
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name="Địa bàn")
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, related_name="edition_entries", verbose_name="Báo cáo"
    )
    version = models.ForeignKey(
        ReportVersion,
        models.PROTECT,
        null=True,
        related_name="edition_entries",
        verbose_name="Bản nộp",
    )
    state = models.CharField("Tình trạng", max_length=12)
    is_expected = models.BooleanField("Phải nộp", default=True)

    class Meta:
        verbose_name = "địa bàn của báo cáo hợp nhất"
        verbose_name_plural = "địa bàn của báo cáo hợp nhất"
        ordering = ["place__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "place"], name="edition_entry_once"),
            models.CheckConstraint(
                condition=Q(version__isnull=True) | Q(report__isnull=False),
                name="edition_version_has_report",
            ),
        ]
        triggers = [immutable("edition_entry_immutable")]

    def __str__(self) -> str:
        return f"{self.edition}: {self.place}"


class EditionEvent(models.Model):
    """A step in an edition's life; never edited (trigger)."""

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="events", verbose_name="Báo cáo hợp nhất"
    )
    from_status = models.CharField(
        "Từ trạng thái", max_length=10, choices=EditionStatus.choices, blank=True
    )
    to_status = models.CharField("Sang trạng thái", max_length=10, choices=EditionStatus.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người làm"
    )
    note = models.TextField("Ghi chú", blank=True)
    created_at = models.DateTimeField("Lúc", default=timezone.now)

    class Meta:
        verbose_name = "bước của báo cáo hợp nhất"
        verbose_name_plural = "các bước của báo cáo hợp nhất"
        ordering = ["created_at", "id"]
        triggers = [immutable("edition_event_immutable")]

    def __str__(self) -> str:
        return f"{self.edition}: {self.get_to_status_display()}"
