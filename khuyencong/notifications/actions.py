"""What a person does with own notices."""

from django.db import transaction
from django.utils import timezone

from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.models import User
from khuyencong.notifications.enums import MailMode
from khuyencong.notifications.models import Notice, NoticePreference


def mark_read(*, actor: User, notice_id: int) -> Notice:
    """Mark an own notice as read; the first reading counts. Raises Notice.DoesNotExist."""
    notice = Notice.objects.get(pk=notice_id, person=actor)
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


def mark_unread(*, actor: User, notice_id: int) -> Notice:
    """Take the mark back, to come to it later. Raises Notice.DoesNotExist."""
    notice = Notice.objects.get(pk=notice_id, person=actor)
    notice.read_at = None
    notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(*, actor: User, up_to: int) -> int:
    """Mark all own notices up to the newest that was shown; what came since stays unread."""
    return Notice.objects.filter(person=actor, pk__lte=up_to, read_at__isnull=True).update(
        read_at=timezone.now()
    )


def read_matter(*, actor: User, matter: str) -> None:
    """Mark what a person was told of a matter as read: they have just opened it themselves."""
    Notice.objects.filter(person=actor, matter=matter, read_at__isnull=True).update(
        read_at=timezone.now()
    )


@transaction.atomic
def set_mail_mode(*, actor: User, mail_mode: str) -> NoticePreference:
    """How the person wants mail from now on (`MailMode`)."""
    if mail_mode not in MailMode.values:
        raise InvalidInput("Hãy chọn một cách nhận thư.", {"mail_mode": ["Hãy chọn một cách."]})
    preference, created = NoticePreference.objects.get_or_create(
        person=actor, defaults={"mail_mode": mail_mode}
    )
    if not created and preference.mail_mode != mail_mode:
        preference.mail_mode = mail_mode
        preference.save(update_fields=["mail_mode"])
    return preference
