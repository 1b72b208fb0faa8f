"""Accepted reports opened again for named parts, for a time."""

from datetime import timedelta

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from reports.enums import OPEN_REOPENINGS, ReopeningState


@pghistory.track()
class Reopening(models.Model):
    """A request to open an accepted report again, and what became of it; stays on the report for good.

    `parts` are the codes of the parts that may be corrected (first as asked for, then as granted).
    Until `expires_at` they may; then the accepted version stands again by itself.
    """

    report = models.ForeignKey(
        "reports.Report", models.PROTECT, related_name="reopenings", verbose_name="Báo cáo"
    )
    parts = ArrayField(models.CharField(max_length=40), verbose_name="Các phần")
    reason = models.CharField("Lý do", max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người đề nghị"
    )
    asked_at = models.DateTimeField("Đề nghị lúc", default=timezone.now)
    state = models.CharField(
        "Trạng thái", max_length=10, choices=ReopeningState.choices, default=ReopeningState.ASKED
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người quyết định",
    )
    decided_at = models.DateTimeField("Quyết định lúc", null=True, blank=True)
    decision_note = models.CharField("Ghi chú khi quyết định", max_length=500, blank=True)
    expires_at = models.DateTimeField("Mở đến lúc", null=True, blank=True)
    ended_at = models.DateTimeField("Kết thúc lúc", null=True, blank=True)

    class Meta:
        verbose_name = "lần mở lại báo cáo"
        verbose_name_plural = "lần mở lại báo cáo"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(state__in=OPEN_REOPENINGS),
                name="one_reopening_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReopeningState.values), name="reopening_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(expires_at__isnull=False, decided_by__isnull=False),
                name="open_reopening_expires",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
                name="reopening_not_decided_by_who_asked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state="open"), name="reopening_to_expire"
            )
        ]

    def __str__(self) -> str:
        return f"Mở lại {self.report}"

    @property
    def last_day(self):
        """The last day on which the parts may be corrected; None before it was granted."""
        if self.expires_at is None:
            return None
        return timezone.localdate(self.expires_at - timedelta(seconds=1))

    def is_in_force(self, now=None) -> bool:
        """Whether the named parts may be corrected at this moment (also before any job has run)."""
        return self.state == ReopeningState.OPEN and (now or timezone.now()) < self.expires_at
