"""The ledger: each person told once, in the transaction of what is told."""

import pytest
from django.db import transaction

from khuyencong.core.tests.factories import UserFactory
from khuyencong.notifications.actions import set_mail_mode
from khuyencong.notifications.enums import MailMode
from khuyencong.notifications.models import Mail, Notice
from khuyencong.notifications.notify import notify

ONE = {"matter": "report:1", "occasion": "returned:5", "subject": "Báo cáo được trả lại"}


@pytest.mark.django_db
def test_a_person_is_told_of_an_occasion_once():
    person, other = UserFactory(), UserFactory()
    assert len(notify(to=[person, person, None], link="/bao-cao/1/", **ONE)) == 1
    (second,) = notify(to=[person, other], **ONE)
    assert second.person_id == other.pk
    assert Notice.objects.filter(person=person).count() == 1
    assert notify(to=person, **{**ONE, "occasion": "returned:6"})


@pytest.mark.django_db
def test_an_account_that_is_shut_is_not_told():
    assert notify(to=UserFactory(is_active=False), **ONE) == []
    assert notify(to=[], **ONE) == []


@pytest.mark.django_db
@pytest.mark.parametrize("link", ["https://noi-khac.example/", "//noi-khac.example/", "bao-cao"])
def test_a_notice_leads_nowhere_else(link):
    with pytest.raises(ValueError, match="path of the portal"):
        notify(to=UserFactory(), link=link, **ONE)


@pytest.mark.django_db(transaction=True)
def test_a_notice_stands_and_falls_with_its_transaction(monkeypatch):
    sent = []
    monkeypatch.setattr("khuyencong.notifications.notify.tell_worker", sent.append)
    person = UserFactory(email="a@khuyencong.example")
    set_mail_mode(actor=person, mail_mode=MailMode.AT_ONCE)
    with pytest.raises(transaction.TransactionManagementError):
        notify(to=person, **ONE)
    with pytest.raises(RuntimeError), transaction.atomic():
        notify(to=person, **ONE)
        raise RuntimeError
    assert not Notice.objects.exists()
    assert not sent
    with transaction.atomic():
        notify(to=person, **ONE)
        assert not sent
    assert sent == [Mail.objects.get().pk]
