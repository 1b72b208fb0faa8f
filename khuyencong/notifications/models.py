"""The ledger of notices, the mails made of them, and how a person wants to be told."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from khuyencong.notifications.enums import MailMode, MailStatus


@pghistory.track()
class NoticePreference(models.Model):
    """How a person wants mail; without a row, one mail a day with all that is new."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="notice_preference",
        verbose_name="Tài khoản",
    )
    mail_mode = models.CharField(
        "Nhận thư", max_length=10, choices=MailMode.choices, default=MailMode.DIGEST
    )

    class Meta:
        verbose_name = "cách nhận thông báo"
        verbose_name_plural = "cách nhận thông báo"
        ordering = ["person"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mail_mode__in=MailMode.values), name="notice_mail_mode_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_mail_mode_display()}"


class Mail(models.Model):
    """A mail to one person: the digest of a day (one at most, by constraint) or a single notice.

    Its text is kept as it was sent. `tried_at` is written before the mail server is spoken to, so
    that a worker that dies in between leaves a mail that is unclear, never one that goes out twice.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mails", verbose_name="Người nhận"
    )
    address = models.EmailField("Địa chỉ")
    digest_on = models.DateField("Thư tổng hợp ngày", null=True, blank=True)
    subject = models.CharField("Tiêu đề", max_length=250)
    body = models.TextField("Nội dung")
    status = models.CharField(
        "Trạng thái", max_length=10, choices=MailStatus.choices, default=MailStatus.WAITING
    )
    attempts = models.PositiveSmallIntegerField("Số lần gửi", default=0)
    next_try_at = models.DateTimeField("Gửi từ lúc", default=timezone.now)
    tried_at = models.DateTimeField("Gửi gần nhất lúc", null=True, blank=True)
    sent_at = models.DateTimeField("Đã gửi lúc", null=True, blank=True)
    last_error = models.TextField("Lỗi gần nhất", blank=True)
    created_at = models.DateTimeField("Tạo lúc", default=timezone.now)

    class Meta:
        verbose_name = "thư thông báo"
        verbose_name_plural = "thư thông báo"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "digest_on"],
                condition=Q(digest_on__isnull=False),
                name="one_digest_per_person_and_day",
            ),
            models.CheckConstraint(
                condition=Q(status__in=MailStatus.values), name="mail_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False), name="sent_mail_has_moment"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=~Q(status="sent"),
                name="mail_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.address})"


class Notice(models.Model):
    """A person told of an occasion of a matter, once (unique constraint): the ledger.

    `matter` names what it is about (`report:12`), `occasion` what happened to it (`due:2026-12-17:-3`);
    `link` is a path of the portal. Only `read_at` and `mail` change after it was written.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices", verbose_name="Người nhận"
    )
    matter = models.CharField("Việc", max_length=80)
    occasion = models.CharField("Dịp", max_length=80)
    subject = models.CharField("Tiêu đề", max_length=250)
    text = models.TextField("Nội dung", blank=True)
    link = models.CharField("Đường dẫn", max_length=300, blank=True)
    created_at = models.DateTimeField("Lúc", default=timezone.now)
    read_at = models.DateTimeField("Đọc lúc", null=True, blank=True)
    mail = models.ForeignKey(
        Mail,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name="Thư",
    )

    class Meta:
        verbose_name = "thông báo"
        verbose_name_plural = "thông báo"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "matter", "occasion"],
                name="notice_once_per_person_matter_occasion",
            )
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_of_person"),
            models.Index(
                fields=["person"], condition=Q(read_at__isnull=True), name="notice_unread"
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(read_at__isnull=True, mail__isnull=True),
                name="notice_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
