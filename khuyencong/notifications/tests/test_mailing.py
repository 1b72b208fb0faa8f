"""Mail: one digest a day at most, sent once, tried again, stopped by a link."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail as outbox
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed, WrongStatus
from khuyencong.core.tests.factories import UserFactory
from khuyencong.notifications import mailing
from khuyencong.notifications.actions import mark_read, set_mail_mode
from khuyencong.notifications.enums import MailMode, MailStatus
from khuyencong.notifications.models import Mail, Notice
from khuyencong.notifications.notify import notify
from khuyencong.notifications.todo import mail_todo_items


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """A worker that never comes: the mail waits for the round."""
    monkeypatch.setattr(mailing, "tell_worker", lambda mail_id: None)
    monkeypatch.setattr("khuyencong.notifications.notify.tell_worker", lambda mail_id: None)


def person(**fields):
    return UserFactory(email="ctv@khuyencong.example", roles=[Role.COLLABORATOR], **fields)


@transaction.atomic
def tell(who, occasion="a", **fields):
    return notify(
        to=who, matter="report:1", occasion=occasion, subject=f"Việc {occasion}",
        text="Xin anh/chị xem.", link="/tro-giup/", **fields,
    )  # fmt: skip


def at(hour: int, days: int = 0) -> datetime:
    return (timezone.localtime() + timedelta(days=days)).replace(hour=hour, minute=1)


@pytest.mark.django_db
def test_one_digest_a_day_holds_all_that_is_unread():
    who = person()
    tell(who, "a")
    tell(who, "b")
    (read,) = tell(who, "c")
    mark_read(actor=who, notice_id=read.pk)
    assert mailing.make_digests(at(6)) == 0
    assert mailing.make_digests(at(7)) == 1
    digest = Mail.objects.get()
    assert "2 thông báo mới" in digest.subject
    assert "Việc a" in digest.body and "Việc b" in digest.body and "Việc c" not in digest.body
    tell(who, "d")
    assert mailing.make_digests(at(9)) == 0
    assert mailing.make_digests(at(7, days=1)) == 1
    assert [m.notices.count() for m in Mail.objects.order_by("id")] == [2, 1]
    assert mailing.make_digests(at(7, days=2)) == 0


@pytest.mark.django_db
def test_a_missed_day_is_made_good_and_what_is_old_is_left():
    who = person()
    tell(who)
    assert mailing.make_digests(at(8, days=2)) == 1
    tell(who, "b")
    Notice.objects.filter(occasion="b").update(created_at=at(8, days=-4))
    assert mailing.make_digests(at(8, days=3)) == 0


@pytest.mark.django_db
def test_who_wants_no_mail_or_has_no_address_gets_none():
    silent, no_address = person(), UserFactory(email="")
    set_mail_mode(actor=silent, mail_mode=MailMode.OFF)
    tell([silent, no_address])
    assert mailing.make_digests(at(8)) == 0
    assert Notice.objects.count() == 2


@pytest.mark.django_db
def test_a_mail_is_sent_once_with_links_and_a_way_to_stop(settings, client):
    settings.PORTAL_URL = "https://khuyencong.example"
    who = person()
    set_mail_mode(actor=who, mail_mode=MailMode.AT_ONCE)
    (notice,) = tell(who)
    assert mailing.make_digests(at(8)) == 0
    assert mailing.send_waiting() == 1
    assert mailing.send_waiting() == 0
    assert mailing.send_mail(notice.mail_id) is False
    (sent,) = outbox.outbox
    assert sent.to == [who.email]
    assert (
        f"https://khuyencong.example{reverse('notifications:open', args=[notice.pk])}" in sent.body
    )
    stop = (
        sent.extra_headers["List-Unsubscribe"]
        .strip("<>")
        .removeprefix("https://khuyencong.example")
    )
    assert client.get(stop).status_code == 200
    who.refresh_from_db()
    assert who.notice_preference.mail_mode == MailMode.AT_ONCE
    assert client.post(stop).status_code == 200
    who.notice_preference.refresh_from_db()
    assert who.notice_preference.mail_mode == MailMode.OFF
    assert client.get(stop[:-3] + "abc/").status_code == 404


@pytest.mark.django_db
def test_a_failed_mail_is_tried_again_then_shown_to_the_administrator(monkeypatch):
    who, administrator = person(), UserFactory(roles=[Role.ADMINISTRATOR])
    tell(who)
    mailing.make_digests(at(8))
    Mail.objects.update(next_try_at=timezone.now())

    def refuse(self, fail_silently=False):
        raise OSError("450 hộp thư đầy")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    for attempt in range(1, len(mailing.RETRY_AFTER) + 1):
        assert mailing.send_waiting() == 0
        assert mailing.send_waiting() == 0  # its time has not come
        kept = Mail.objects.get()
        assert (kept.status, kept.attempts) == (MailStatus.WAITING, attempt)
        assert "hộp thư đầy" in kept.last_error
        Mail.objects.update(next_try_at=timezone.now())
    assert mail_todo_items(administrator) == []
    mailing.send_waiting()
    kept = Mail.objects.get()
    assert kept.status == MailStatus.FAILED
    (item,) = mail_todo_items(administrator)
    assert item.title == "1 thư thông báo không gửi được"
    assert mail_todo_items(who) == []
    monkeypatch.undo()
    with pytest.raises(NotAllowed):
        mailing.resend_mail(actor=who, mail_id=kept.pk)
    mailing.resend_mail(actor=administrator, mail_id=kept.pk)
    assert mailing.send_waiting() == 1
    with pytest.raises(WrongStatus):
        mailing.resend_mail(actor=administrator, mail_id=kept.pk)


@pytest.mark.django_db
def test_what_a_dead_worker_left_is_unclear_and_never_sent_by_itself():
    tell(person())
    mailing.make_digests(at(8))
    Mail.objects.update(
        status=MailStatus.SENDING, tried_at=timezone.now() - timedelta(minutes=20)
    )  # fmt: skip
    assert mailing.send_waiting() == 0
    assert Mail.objects.get().status == MailStatus.UNCLEAR
    assert not outbox.outbox


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_make_and_send_one_mail():
    tell(person())
    barrier, sent = Barrier(2), []

    def run():
        try:
            barrier.wait()
            mailing.make_digests(at(8))
            barrier.wait()
            Mail.objects.update(next_try_at=timezone.now())
            barrier.wait()
            sent.append(mailing.send_waiting())
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 1
    assert Mail.objects.count() == len(outbox.outbox) == 1
