"""Codes of the programme."""

from django.db import models


class Fund(models.TextChoices):
    """Where support comes from."""

    LOCAL = "local", "Khuyến công địa phương"
    NATIONAL = "national", "Khuyến công quốc gia"
    OTHER = "other", "Nguồn khác"


class Audience(models.TextChoices):
    """For whom a class is held."""

    ESTABLISHMENTS = "establishments", "Cơ sở công nghiệp nông thôn"
    COLLABORATORS = "collaborators", "Cộng tác viên khuyến công"
