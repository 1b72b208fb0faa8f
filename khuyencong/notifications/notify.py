"""Telling people: one ledger row per person, matter and occasion, in the caller's transaction.

    notify(
        to=[user], matter=f"report:{report.pk}", occasion=f"returned:{event.pk}",
        subject="Báo cáo quý IV/2026 – Xã Long Sơn được trả lại để sửa",
        text="Chuyên viên ghi 2 yêu cầu sửa.", link=reverse("reports:edit", args=[report.pk]),
    )

A second call with the same three changes nothing. Mail goes out after commit, by the worker.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from khuyencong.core.models import User
from khuyencong.core.text import clean
from khuyencong.notifications.enums import MailMode
from khuyencong.notifications.mailing import tell_worker, write_single_mail
from khuyencong.notifications.models import Notice, NoticePreference


@dataclass(frozen=True, slots=True)
class NoticeInput:
    """What to tell one person; the fields are those of `notify`."""

    person_id: int
    matter: str
    occasion: str
    subject: str
    text: str = ""
    link: str = ""


def notify(
    *,
    to: User | Iterable[User | None],
    matter: str,
    occasion: str,
    subject: str,
    text: str = "",
    link: str = "",
) -> list[Notice]:
    """Tell one person or several, each once; returns the notices that are new.

    `to` may hold None and the same person twice; accounts that are shut are left out. `link` is a
    path of the portal. Must be called inside the transaction of what is told (it raises otherwise),
    so that both are written or neither.
    """
    people = [to] if isinstance(to, User) else to
    return notify_many(
        NoticeInput(person.pk, matter, occasion, subject, text, link)
        for person in {person.pk: person for person in people if person is not None}.values()
        if person.is_active
    )


_INSERT = """
INSERT INTO notifications_notice (person_id, matter, occasion, subject, text, link, created_at)
SELECT i.person_id, i.matter, i.occasion, i.subject, i.text, i.link, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS i(person_id, matter, occasion, subject, text, link)
JOIN core_user u ON u.id = i.person_id AND u.is_active
ORDER BY i.person_id, i.matter, i.occasion
ON CONFLICT (person_id, matter, occasion) DO NOTHING
RETURNING id, person_id, matter, occasion, subject, text, link, created_at
"""
_NAMES = ("id", "person_id", "matter", "occasion", "subject", "text", "link", "created_at")


def notify_many(items: Iterable[NoticeInput]) -> list[Notice]:
    """`notify` for many people and matters at once, in one statement; returns the new notices.

    Rows are written in one order, so that two runs at the same time wait for each other and do not
    lock each other out.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "A notice is written in the transaction of what it tells."
        )
    rows = []
    for item in items:
        if item.link and (not item.link.startswith("/") or item.link.startswith("//")):
            raise ValueError(f"The link of a notice is a path of the portal, not {item.link!r}.")
        rows.append(
            (
                item.person_id,
                item.matter,
                item.occasion,
                clean(item.subject)[:250],
                item.text.strip(),
                item.link,
            )
        )
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT, [timezone.now(), *(list(column) for column in zip(*rows, strict=True))]
        )
        new = [Notice(**dict(zip(_NAMES, row, strict=True))) for row in cursor.fetchall()]
    _mail_at_once(new)
    return new


def _mail_at_once(notices: list[Notice]) -> None:
    """A mail of its own for those who want each notice when it comes."""
    if not notices:
        return
    wanted = dict(
        NoticePreference.objects.filter(
            person__in={notice.person_id for notice in notices},
            mail_mode=MailMode.AT_ONCE,
            person__is_active=True,
        )
        .exclude(person__email="")
        .values_list("person_id", "person__email")
    )
    for notice in notices:
        if notice.person_id in wanted:
            mail = write_single_mail(notice)
            transaction.on_commit(partial(tell_worker, mail.pk))
