"""Celery's side of mail: ids in, actions called."""

from celery import shared_task

from khuyencong.notifications import mailing


@shared_task
def send(mail_id: int) -> None:
    """Send a mail now."""
    mailing.send_mail(mail_id)


@shared_task
def send_waiting() -> int:
    """Send what waits or failed before (every five minutes, by beat)."""
    return mailing.send_waiting()


@shared_task
def make_digests() -> int:
    """Make the mails of the day (every quarter of an hour, by beat)."""
    return mailing.make_digests()
