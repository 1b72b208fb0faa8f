"""Who read personal data."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class AccessMeans(models.TextChoices):
    """By what door personal data was read."""

    PAGE = "page", "Xem trang"
    EXPORT = "export", "Xuất bảng tính"


class PersonalDataAccess(models.Model):
    """One reading of personal data: who, when, what, how many records. Never edited or deleted.

    `subject` names the record's model and key ("facilities.establishment 12"), or for an export the
    kind of the sheet; the name is kept as it was shown, but never a person's.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người xem"
    )
    at = models.DateTimeField("Lúc", default=timezone.now)
    means = models.CharField("Cách xem", max_length=10, choices=AccessMeans.choices)
    subject = models.CharField("Hồ sơ, bảng", max_length=120)
    subject_name = models.CharField("Tên", max_length=250, blank=True)
    records = models.PositiveIntegerField("Số hồ sơ", default=1)

    class Meta:
        verbose_name = "lần xem dữ liệu cá nhân"
        verbose_name_plural = "lần xem dữ liệu cá nhân"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(means__in=AccessMeans.values), name="personal_access_means_known"
            )
        ]
        indexes = [
            models.Index(fields=["subject", "-id"], name="personal_access_by_subject"),
            models.Index(fields=["user", "-id"], name="personal_access_by_user"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="personal_access_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.subject_name or self.subject}"
