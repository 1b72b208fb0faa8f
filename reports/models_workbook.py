"""Workbooks that came back filled in, until they are taken over or dropped."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from reports.enums import UploadStatus


class WorkbookUpload(models.Model):
    """A filled workbook as it was read: the figures of `content` wait until the author takes them over."""

    report = models.ForeignKey(
        "reports.Report", models.PROTECT, related_name="workbooks", verbose_name="Báo cáo"
    )
    filename = models.CharField("Tên tệp", max_length=200)
    identity = models.JSONField("Nhận dạng")
    content = models.JSONField("Nội dung")
    status = models.CharField(
        "Trạng thái",
        max_length=10,
        choices=UploadStatus.choices,
        default=UploadStatus.WAITING,
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người nạp"
    )
    uploaded_at = models.DateTimeField("Nạp lúc", default=timezone.now)
    closed_at = models.DateTimeField("Ghi hoặc bỏ lúc", null=True, blank=True)
    written = models.PositiveIntegerField("Số chỗ đã ghi", default=0)

    class Meta:
        verbose_name = "bảng tính đã nạp"
        verbose_name_plural = "bảng tính đã nạp"
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=UploadStatus.values), name="workbook_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", closed_at__isnull=True)
                | (~Q(status="waiting") & Q(closed_at__isnull=False)),
                name="workbook_closed_with_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename} ({self.get_status_display()})"
