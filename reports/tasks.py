"""Celery's side of reports: what happens by the clock."""

from celery import shared_task

from reports.actions import reminders, reopen


@shared_task
def expire_reopenings() -> int:
    """Let accepted versions stand again whose reopening is over (every five minutes, by beat)."""
    return reopen.expire_reopenings()


@shared_task
def send_reminders() -> int:
    """Write the reminders that have come due (every hour of the working day, by beat)."""
    return reminders.send_reminders()
