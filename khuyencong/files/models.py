"""Private attachments: papers and photographs that belong to a record."""

import uuid

import pghistory
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone


def stored_path(attachment: "Attachment", filename: str) -> str:
    """Where a file lies: a random name, never what the person called it."""
    return f"attachments/{timezone.now():%Y/%m}/{uuid.uuid4().hex}"


@pghistory.track(exclude=["file", "thumbnail", "preview"])
class Attachment(models.Model):
    """A file of a record. Readable by exactly those who may read the record (files.access)."""

    owner_type = models.ForeignKey(ContentType, models.PROTECT, verbose_name="Loại hồ sơ")
    owner_id = models.PositiveBigIntegerField("Hồ sơ")
    owner = GenericForeignKey("owner_type", "owner_id")
    title = models.CharField("Tên giấy tờ", max_length=200, blank=True)
    file = models.FileField("Tệp", upload_to=stored_path, max_length=200)
    original_name = models.CharField("Tên tệp", max_length=255)
    media_type = models.CharField("Loại tệp", max_length=100)
    size = models.PositiveBigIntegerField("Dung lượng (byte)")
    sha256 = models.CharField("Mã băm", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="Người tải lên",
    )
    uploaded_at = models.DateTimeField("Tải lên lúc", default=timezone.now)
    # Of a photograph: copies without what the camera wrote into the file, and that as data.
    thumbnail = models.FileField("Ảnh nhỏ", upload_to=stored_path, max_length=200, blank=True)
    preview = models.FileField("Ảnh để xem", upload_to=stored_path, max_length=200, blank=True)
    taken_at = models.DateTimeField("Chụp lúc", null=True, blank=True)
    latitude = models.DecimalField("Vĩ độ", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(
        "Kinh độ", max_digits=9, decimal_places=6, null=True, blank=True
    )
    removed_at = models.DateTimeField("Gỡ lúc", null=True, blank=True)

    class Meta:
        verbose_name = "tệp đính kèm"
        verbose_name_plural = "tệp đính kèm"
        ordering = ["-uploaded_at"]
        indexes = [
            models.Index(
                fields=["owner_type", "owner_id"],
                condition=Q(removed_at__isnull=True),
                name="attachment_owner",
            )
        ]

    def __str__(self) -> str:
        return self.title or self.original_name

    @property
    def is_photograph(self) -> bool:
        """Whether it can be shown as a picture among others."""
        return bool(self.thumbnail)
