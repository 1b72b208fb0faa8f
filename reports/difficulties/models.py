"""Matters: difficulties raised in reports, addressed to an authority and followed until answered."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from khuyencong.documents.models import IssuedDocument
from reports.difficulties.enums import KINDS, MatterStatus
from reports.models import Report, immutable


@pghistory.track()
class Authority(models.Model):
    """Who can solve a matter; the codes are those of the report form's “Cấp giải quyết”."""

    code = models.SlugField("Mã", max_length=30, unique=True)
    name = models.CharField("Cơ quan", max_length=200)
    position = models.PositiveSmallIntegerField("Thứ tự", default=0)

    class Meta:
        verbose_name = "cơ quan giải quyết"
        verbose_name_plural = "cơ quan giải quyết"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


@pghistory.track(model_name="MatterHistory")
class Matter(models.Model):
    """One problem, raised by one report or many. What is public is `title` and `public_text` only."""

    title = models.CharField("Vấn đề", max_length=300)
    kind = models.CharField("Nhóm vấn đề", max_length=20, choices=KINDS)
    authority = models.ForeignKey(
        Authority, models.PROTECT, related_name="matters", verbose_name="Cơ quan giải quyết"
    )
    status = models.CharField(
        "Trạng thái", max_length=10, choices=MatterStatus.choices, default=MatterStatus.GATHERED
    )
    joined_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="joined",
        verbose_name="Đã gộp vào",
    )
    document = models.ForeignKey(
        IssuedDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Gửi kèm báo cáo",
    )
    letter_number = models.CharField("Số công văn", max_length=60, blank=True)
    sent_on = models.DateField("Ngày gửi", null=True, blank=True)
    due_on = models.DateField("Hạn trả lời", null=True, blank=True)
    is_public = models.BooleanField("Công khai", default=False)
    public_text = models.TextField("Nội dung công khai", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người lập"
    )
    created_at = models.DateTimeField("Lập lúc", default=timezone.now)

    class Meta:
        verbose_name = "vấn đề vướng mắc"
        verbose_name_plural = "vấn đề vướng mắc"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MatterStatus.values), name="matter_status_known"
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | ~Q(public_text=""), name="public_matter_has_text"
            ),
            models.CheckConstraint(
                condition=Q(status="joined", joined_to__isnull=False)
                | (~Q(status="joined") & Q(joined_to__isnull=True)),
                name="joined_matter_names_the_other",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("difficulties:detail", args=[self.pk])

    @property
    def sent_by_words(self) -> str:
        """`Báo cáo số 01/BC-TTKC` or `Công văn số …`."""
        if self.document_id:
            return f"Báo cáo số {self.document.full_number}"
        return f"Công văn số {self.letter_number}" if self.letter_number else ""

    @property
    def is_overdue(self) -> bool:
        return (
            self.status == MatterStatus.SENT
            and self.due_on is not None
            and self.due_on < timezone.localdate()
        )


class MatterRow(models.Model):
    """A row of part IV that raises the matter, by its report and uid, so that a corrected version keeps it."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="rows", verbose_name="Vấn đề")
    report = models.ForeignKey(
        Report, models.PROTECT, related_name="matter_rows", verbose_name="Báo cáo"
    )
    row_uid = models.UUIDField("Mã dòng")

    class Meta:
        verbose_name = "ý kiến của vấn đề"
        verbose_name_plural = "ý kiến của các vấn đề"
        constraints = [
            models.UniqueConstraint(fields=["report", "row_uid"], name="difficulty_in_one_matter")
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.row_uid}"


class MatterAnswer(models.Model):
    """An authority's answer; never edited. Its paper is a file of the matter."""

    matter = models.ForeignKey(
        Matter, models.PROTECT, related_name="answers", verbose_name="Vấn đề"
    )
    text = models.TextField("Nội dung trả lời")
    answered_on = models.DateField("Ngày trả lời")
    document_number = models.CharField("Số văn bản", max_length=60, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người ghi"
    )
    recorded_at = models.DateTimeField("Ghi lúc", default=timezone.now)

    class Meta:
        verbose_name = "trả lời"
        verbose_name_plural = "trả lời"
        ordering = ["answered_on", "id"]
        triggers = [immutable("matter_answer_immutable")]

    def __str__(self) -> str:
        return f"{self.answered_on:%d/%m/%Y}: {self.text[:60]}"


class MatterEvent(models.Model):
    """A step in a matter's life; never edited (trigger)."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="events", verbose_name="Vấn đề")
    from_status = models.CharField(
        "Từ trạng thái", max_length=10, choices=MatterStatus.choices, blank=True
    )
    to_status = models.CharField("Sang trạng thái", max_length=10, choices=MatterStatus.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người làm"
    )
    note = models.TextField("Ghi chú", blank=True)
    created_at = models.DateTimeField("Lúc", default=timezone.now)

    class Meta:
        verbose_name = "bước của vấn đề"
        verbose_name_plural = "các bước của vấn đề"
        ordering = ["created_at", "id"]
        triggers = [immutable("matter_event_immutable")]

    def __str__(self) -> str:
        return f"{self.matter}: {self.note or self.get_to_status_display()}"
