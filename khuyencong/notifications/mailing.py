"""Mails made of notices, and their sending: after commit, once, tried again when it fails."""

import logging
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from khuyencong.core.exceptions import WrongStatus
from khuyencong.core.models import User
from khuyencong.core.text import clean
from khuyencong.notifications import permissions
from khuyencong.notifications.enums import TROUBLED, MailMode, MailStatus
from khuyencong.notifications.models import Mail, Notice

log = logging.getLogger(__name__)

# After each failed attempt; then it is given up and shown to the administrators.
RETRY_AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)
# A worker that has not come back from the mail server in this time has died there.
SILENCE = timedelta(minutes=15)
# A notice older than this is not mailed any more: the person has long seen it, or never will by mail.
DIGEST_REACHES_BACK = timedelta(days=3)
MAX_IN_DIGEST = 30
_SALT = "khuyencong.notifications.unsubscribe"


def portal_url(path: str) -> str:
    """An address of the portal in full, for a mail."""
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def unsubscribe_token(person_id: int) -> str:
    """What proves in a link of a mail that it was this person's mail."""
    return Signer(salt=_SALT).sign(str(person_id))


def person_of_token(token: str) -> User | None:
    """The account an unsubscribe link belongs to; None for a token that is not ours."""
    try:
        return User.objects.filter(pk=int(Signer(salt=_SALT).unsign(token))).first()
    except (BadSignature, ValueError):
        return None


def _body(person: User, notices: list[Notice], more: int = 0) -> str:
    return render_to_string(
        "emails/notices.txt",
        {
            "person": person,
            "portal_name": settings.PORTAL_NAME,
            "portal_organisation": settings.PORTAL_ORGANISATION,
            "notices": [
                (n, portal_url(reverse("notifications:open", args=[n.pk])) if n.link else "")
                for n in notices
            ],
            "more": more,
            "list_url": portal_url(reverse("notifications:list")),
            "preferences_url": portal_url(reverse("notifications:preferences")),
            "unsubscribe_url": portal_url(
                reverse("notifications:unsubscribe", args=[unsubscribe_token(person.pk)])
            ),
        },
    ).strip() + "\n"  # fmt: skip


def write_single_mail(notice: Notice) -> Mail:
    """The mail of one notice, in the transaction that wrote it."""
    person = User.objects.get(pk=notice.person_id)
    mail = Mail.objects.create(
        person=person,
        address=person.email,
        subject=clean(f"{settings.PORTAL_NAME}: {notice.subject}")[:250],
        body=_body(person, [notice]),
    )
    Notice.objects.filter(pk=notice.pk).update(mail=mail)
    notice.mail = mail
    return mail


def _for_digest(now: datetime):
    """Notices that a digest may hold: unread, of the last days, of people with an address who want it."""
    return (
        Notice.objects.filter(
            mail__isnull=True,
            read_at__isnull=True,
            created_at__gte=now - DIGEST_REACHES_BACK,
            person__is_active=True,
        )
        .filter(
            Q(person__notice_preference__isnull=True)
            | Q(person__notice_preference__mail_mode=MailMode.DIGEST)
        )
        .exclude(person__email="")
    )


def make_digests(now: datetime | None = None) -> int:
    """One mail for everybody with something new, unless today's was made already; returns how many.

    Nothing before `settings.DIGEST_HOUR`. Run every quarter of an hour: a run that was missed is
    made good by the next, and what comes after a person's digest waits until tomorrow.
    """
    now = now or timezone.now()
    local = timezone.localtime(now)
    if local.hour < settings.DIGEST_HOUR:
        return 0
    people = (
        _for_digest(now)
        .exclude(person__mails__digest_on=local.date())
        .order_by("person_id")
        .values_list("person_id", flat=True)
        .distinct()
    )
    return sum(make_digest(person_id, local.date(), now) is not None for person_id in list(people))


@transaction.atomic
def make_digest(person_id: int, day: date, now: datetime) -> Mail | None:
    """A person's mail of a day; None when another run made it, or there is nothing to tell."""
    with connection.cursor() as cursor:
        # The row is the lock: a second run waits here for the first, and then goes away.
        cursor.execute(
            "INSERT INTO notifications_mail (person_id, address, digest_on, subject, body, status,"
            " attempts, next_try_at, last_error, created_at)"
            " SELECT id, email, %s, '', '', 'waiting', 0, %s, '', %s FROM core_user WHERE id = %s"
            " ON CONFLICT (person_id, digest_on) WHERE digest_on IS NOT NULL DO NOTHING RETURNING id",
            [day, now, now, person_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    mail = Mail.objects.select_related("person").get(pk=row[0])
    notices = list(_for_digest(now).filter(person=person_id).order_by("id"))
    if not notices:
        mail.delete()
        return None
    shown = notices[:MAX_IN_DIGEST]
    mail.subject = clean(
        f"{settings.PORTAL_NAME}: {notices[0].subject}"
        if len(notices) == 1
        else f"{settings.PORTAL_NAME}: {len(notices)} thông báo mới, ngày {day:%d/%m/%Y}"
    )[:250]
    mail.body = _body(mail.person, shown, len(notices) - len(shown))
    mail.save(update_fields=["subject", "body"])
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mail=mail)
    transaction.on_commit(partial(tell_worker, mail.pk))
    return mail


def tell_worker(mail_id: int) -> None:
    """Ask the worker to send now. Without one the mail waits for the next round (beat)."""
    from khuyencong.notifications import tasks

    try:
        tasks.send.apply_async(
            [mail_id], retry=True, retry_policy={"max_retries": 1, "interval_start": 0.2}
        )
    except (OperationalError, OSError):
        log.warning("no worker can be told of mail %s; it waits for the next round", mail_id)


def send_mail(mail_id: int) -> bool:
    """Send a mail that waits and whose time has come; whether it went out.

    Two at once: one of them sends. What the mail server says is kept on the mail.
    """
    with transaction.atomic():
        mail = (
            Mail.objects.select_for_update(skip_locked=True)
            .filter(pk=mail_id, status=MailStatus.WAITING, next_try_at__lte=timezone.now())
            .first()
        )
        if mail is None:
            return False
        mail.status, mail.tried_at = MailStatus.SENDING, timezone.now()
        mail.attempts += 1
        mail.save(update_fields=["status", "tried_at", "attempts"])
    try:
        _message(mail).send()
    except Exception as error:  # whatever the mail server or its library raises is a failed attempt
        log.warning("mail %s was not sent: %s", mail.pk, error)
        mail.last_error = f"{type(error).__name__}: {error}"[:2000]
        if mail.attempts > len(RETRY_AFTER):
            mail.status = MailStatus.FAILED
        else:
            mail.status = MailStatus.WAITING
            mail.next_try_at = timezone.now() + RETRY_AFTER[mail.attempts - 1]
    else:
        mail.status, mail.sent_at, mail.last_error = MailStatus.SENT, timezone.now(), ""
    mail.save(update_fields=["status", "next_try_at", "sent_at", "last_error"])
    return mail.status == MailStatus.SENT


def _message(mail: Mail) -> EmailMessage:
    """The mail with the headers by which mail programs offer to unsubscribe (RFC 8058)."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "localhost"
    unsubscribe = portal_url(
        reverse("notifications:unsubscribe", args=[unsubscribe_token(mail.person_id)])
    )
    return EmailMessage(
        mail.subject,
        mail.body,
        to=[mail.address],
        headers={
            "Message-ID": f"<thu-{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{host}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def send_waiting() -> int:
    """Send all that waits and whose time has come, and mark what a dead worker left; returns how many
    went out. Makes good what no worker could be told of."""
    Mail.objects.filter(
        status=MailStatus.SENDING, tried_at__lt=timezone.now() - SILENCE
    ).update(status=MailStatus.UNCLEAR, last_error="Máy gửi thư dừng giữa chừng.")  # fmt: skip
    waiting = Mail.objects.filter(
        status=MailStatus.WAITING, next_try_at__lte=timezone.now()
    ).order_by("next_try_at")
    return sum(send_mail(mail_id) for mail_id in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def resend_mail(*, actor: User, mail_id: int) -> Mail:
    """Send again what failed or is unclear, to the address that the person has now.

    Raises NotAllowed, or WrongStatus for a mail that was sent or still waits.
    """
    mail = Mail.objects.select_for_update().get(pk=mail_id)
    permissions.check_can_resend_mail(actor)
    if mail.status not in TROUBLED:
        raise WrongStatus(f"Thư “{mail.subject}” không cần gửi lại: {mail.get_status_display()}.")
    mail.address = mail.person.email or mail.address
    mail.status, mail.attempts, mail.next_try_at = MailStatus.WAITING, 0, timezone.now()
    mail.save(update_fields=["address", "status", "attempts", "next_try_at"])
    transaction.on_commit(partial(tell_worker, mail.pk))
    return mail
