"""Imports as jobs: a file sent by a person, its rows laid out beside the book, applied at once."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from khuyencong.core.models import Place
from khuyencong.imports.enums import AT_WORK, Decision, ImportStatus, RowState

# Without a sign of life for this long, the page says so and offers to start again.
SILENCE = timedelta(minutes=5)
# Files and rows hold personal data: an import that was never applied is put away after this.
KEPT_FOR = timedelta(days=30)


def stored_path(job: "ImportJob", filename: str) -> str:
    """Where an uploaded file lies: a random name."""
    return f"imports/{timezone.now():%Y/%m}/{uuid.uuid4().hex}"


class ImportJob(models.Model):
    """One uploaded spreadsheet. `kind` names what it is imported as; only `requested_by` sees it.

    `sheets` is what was found in the file (headers.py); `matching` maps a column's index to a field,
    `schemes` to the old encoding that it is converted from. `applied_at` is also the `updated_at` of
    every record that the import wrote: who differs was changed since.
    """

    kind = models.CharField("Nội dung", max_length=60)
    filename = models.CharField("Tên tệp", max_length=200)
    file = models.FileField("Tệp", upload_to=stored_path, max_length=200, blank=True)
    file_kind = models.CharField("Loại tệp", max_length=5)
    encoding = models.CharField("Bảng mã", max_length=20, blank=True)
    delimiter = models.CharField("Dấu ngăn cột", max_length=1, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="imports",
        verbose_name="Người nhập",
    )
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Địa bàn của các dòng không ghi",
    )
    sheets = models.JSONField("Các trang tính", default=list)
    sheet = models.CharField("Trang tính", max_length=100, blank=True)
    matching = models.JSONField("Cột", default=dict)
    schemes = models.JSONField("Bảng mã của cột", default=dict)
    status = models.CharField(
        "Trạng thái",
        max_length=10,
        choices=ImportStatus.choices,
        default=ImportStatus.UPLOADED,
    )
    error = models.TextField("Lý do không đọc được", blank=True)
    rows_done = models.PositiveIntegerField("Số dòng đã đọc", default=0)
    rows_total = models.PositiveIntegerField("Tổng số dòng", null=True, blank=True)
    left_out = models.JSONField("Dòng không tính", default=dict)
    result = models.JSONField("Kết quả", default=dict)
    progress_at = models.DateTimeField("Tiến triển lúc", default=timezone.now)
    created_at = models.DateTimeField("Gửi lúc", default=timezone.now)
    applied_at = models.DateTimeField("Ghi lúc", null=True, blank=True)
    undone_at = models.DateTimeField("Hoàn tác lúc", null=True, blank=True)

    class Meta:
        verbose_name = "lần nhập bảng tính"
        verbose_name_plural = "các lần nhập bảng tính"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ImportStatus.values), name="import_status_known"
            )
        ]
        indexes = [models.Index(fields=["requested_by", "-created_at"], name="import_mine")]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_at_work(self) -> bool:
        """Whether a worker is or should be at it."""
        return self.status in AT_WORK

    @property
    def is_stuck(self) -> bool:
        """Whether nothing has been heard of it for too long."""
        return self.is_at_work and timezone.now() - self.progress_at > SILENCE


class ImportRow(models.Model):
    """A row of the sheet (`number` as the person sees it, from 1) against the book.

    `data` is what it says, by field, in stored form; `raw` its cells as text; `errors` sentences by
    field; `changes` field → [from, to]; `target_id` the record it concerns, as it stood at
    `target_seen_at`; `result_id` the record it made or changed; `made` the keys of further rows it added, by
    what they are.
    """

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices)
    decision = models.CharField(max_length=5, choices=Decision.choices, blank=True, default="")
    data = models.JSONField(default=dict)
    raw = models.JSONField(default=list)
    errors = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True, default="")
    target_id = models.BigIntegerField(null=True)
    target_seen_at = models.DateTimeField(null=True)
    result_id = models.BigIntegerField(null=True)
    made = models.JSONField(default=dict)

    class Meta:
        verbose_name = "dòng của bảng tính nhập"
        verbose_name_plural = "các dòng của bảng tính nhập"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RowState.values), name="import_row_state_known"
            )
        ]
        indexes = [
            models.Index(fields=["job", "number"], name="import_row_order"),
            models.Index(fields=["job", "state", "number"], name="import_row_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.job}: dòng {self.number}"


class ColumnMapping(models.Model):
    """How a person matched a set of headers, so that the next sheet of the kind comes matched."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="Người nhập"
    )
    kind = models.CharField("Nội dung", max_length=60)
    headers = models.CharField("Các tiêu đề", max_length=64)
    matching = models.JSONField("Tiêu đề và cột", default=dict)
    used_at = models.DateTimeField("Dùng lúc", default=timezone.now)

    class Meta:
        verbose_name = "cách khớp cột"
        verbose_name_plural = "các cách khớp cột"
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "headers"], name="column_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.headers[:12]}"
