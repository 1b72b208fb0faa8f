"""Codes of notices and mails."""

from django.db import models


class MailMode(models.TextChoices):
    """How a person wants to be told by mail; the portal itself always shows every notice."""

    DIGEST = "digest", "Mỗi ngày nhiều nhất một thư, gồm mọi thông báo mới"
    AT_ONCE = "at_once", "Gửi ngay từng thông báo"
    OFF = "off", "Không gửi thư, chỉ xem trên Cổng"


class MailStatus(models.TextChoices):
    """Where a mail stands."""

    WAITING = "waiting", "Chờ gửi"
    SENDING = "sending", "Đang gửi"
    SENT = "sent", "Đã gửi"
    FAILED = "failed", "Không gửi được"
    UNCLEAR = "unclear", "Không rõ đã gửi chưa"


# What an administrator has to look at.
TROUBLED = (MailStatus.FAILED, MailStatus.UNCLEAR)
