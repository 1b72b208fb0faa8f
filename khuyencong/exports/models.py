"""Exports as jobs: asked for on a page, built by a worker, fetched by whoever asked."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ExportStatus(models.TextChoices):
    """Life of an export."""

    QUEUED = "queued", "Đang chờ"
    RUNNING = "running", "Đang lập"
    DONE = "done", "Đã xong"
    FAILED = "failed", "Không lập được"
    EXPIRED = "expired", "Đã hết hạn"


class ExportFormat(models.TextChoices):
    """Spreadsheet formats offered."""

    XLSX = "xlsx", "Excel (.xlsx)"
    ODS = "ods", "OpenDocument (.ods, cho LibreOffice)"
    CSV = "csv", "CSV (.csv, cho phần mềm khác)"


OPEN_STATUSES = (ExportStatus.QUEUED, ExportStatus.RUNNING)
# Without a sign of life for this long, the page says so and offers to ask again.
SILENCE = timedelta(minutes=5)
KEPT_FOR = timedelta(days=7)


def stored_path(job: "ExportJob", filename: str) -> str:
    """Where a built file lies: a random name."""
    return f"exports/{timezone.now():%Y/%m}/{uuid.uuid4().hex}"


class ExportJob(models.Model):
    """One asked-for spreadsheet. `kind` names a registered source, `params` are its own filters;
    the worker builds it with the rights of `requested_by`, and only that account may fetch it."""

    kind = models.CharField("Nội dung", max_length=60)
    title = models.CharField("Tên bảng", max_length=250)
    params = models.JSONField("Bộ lọc", default=dict, blank=True)
    format = models.CharField("Định dạng", max_length=4, choices=ExportFormat.choices)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="exports",
        verbose_name="Người yêu cầu",
    )
    status = models.CharField(
        "Trạng thái",
        max_length=10,
        choices=ExportStatus.choices,
        default=ExportStatus.QUEUED,
    )
    rows_done = models.PositiveIntegerField("Số dòng đã lập", default=0)
    rows_total = models.PositiveIntegerField("Tổng số dòng", null=True, blank=True)
    rows_proven = models.PositiveIntegerField("Số dòng trong tệp", null=True, blank=True)
    progress_at = models.DateTimeField("Tiến triển lúc", default=timezone.now)
    rights = models.CharField(
        "Dấu quyền xem",
        max_length=64,
        blank=True,
        help_text="Vai trò và địa bàn của người yêu cầu khi lập; đổi rồi thì tệp không mở được nữa.",
    )
    file = models.FileField("Tệp", upload_to=stored_path, max_length=200, blank=True)
    filename = models.CharField("Tên tệp", max_length=200, blank=True)
    error = models.TextField("Lý do không lập được", blank=True)
    created_at = models.DateTimeField("Yêu cầu lúc", default=timezone.now)
    finished_at = models.DateTimeField("Xong lúc", null=True, blank=True)

    class Meta:
        verbose_name = "bảng tính đã xuất"
        verbose_name_plural = "bảng tính đã xuất"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ExportStatus.values), name="export_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(file=""), name="export_done_has_file"
            ),
        ]
        indexes = [models.Index(fields=["requested_by", "-created_at"], name="export_mine")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether a worker may still build it."""
        return self.status in OPEN_STATUSES

    @property
    def is_stuck(self) -> bool:
        """Whether nothing has been heard of it for too long (no worker, or the worker died)."""
        return self.is_open and timezone.now() - self.progress_at > SILENCE

    @property
    def percent(self) -> int | None:
        """Progress in whole percent; None while the number of rows is unknown."""
        return min(100, self.rows_done * 100 // self.rows_total) if self.rows_total else None

    @property
    def kept_until(self):
        """When the file is removed."""
        return (self.finished_at or self.created_at) + KEPT_FOR


class ColumnChoice(models.Model):
    """The columns, in order, that a person last chose for a kind of export, and the format."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người chọn"
    )
    kind = models.CharField("Nội dung", max_length=60)
    columns = ArrayField(models.CharField(max_length=60), verbose_name="Các cột", default=list)
    format = models.CharField(
        "Định dạng", max_length=4, choices=ExportFormat.choices, default=ExportFormat.XLSX
    )

    class Meta:
        verbose_name = "cách xuất đã chọn"
        verbose_name_plural = "cách xuất đã chọn"
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind"], name="column_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {len(self.columns)} cột"
