"""Exports as jobs: asked for on a page, built by a worker, fetched by whoever asked."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ExportStatus(models.TextChoices):
    """Life of an export."""

    QUEUED = "queued", "Đang chờ"
    RUNNING = "running", "Đang lập"
    DONE = "done", "Đã xong"
    FAILED = "failed", "Không lập được"


class ExportFormat(models.TextChoices):
    """Spreadsheet formats offered."""

    XLSX = "xlsx", "Excel (.xlsx)"
    CSV = "csv", "CSV (.csv)"


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
