"""Codes of matters, and the one table of their transitions."""

from django.db import models

from reports.form_v1 import DIFFICULTY_KINDS


class MatterStatus(models.TextChoices):
    """Where a matter stands."""

    GATHERED = "gathered", "Đang tổng hợp"
    SENT = "sent", "Đã gửi, chờ trả lời"
    ANSWERED = "answered", "Đã có trả lời"
    CLOSED = "closed", "Kết thúc"
    JOINED = "joined", "Đã gộp vào vấn đề khác"


MATTER_TRANSITIONS = {
    MatterStatus.GATHERED: {MatterStatus.SENT, MatterStatus.ANSWERED, MatterStatus.JOINED},
    MatterStatus.SENT: {MatterStatus.ANSWERED, MatterStatus.JOINED},
    MatterStatus.ANSWERED: {MatterStatus.SENT, MatterStatus.ANSWERED, MatterStatus.CLOSED},
    MatterStatus.CLOSED: set(),
    MatterStatus.JOINED: set(),
}
KINDS = [tuple(pair) for pair in DIFFICULTY_KINDS]
