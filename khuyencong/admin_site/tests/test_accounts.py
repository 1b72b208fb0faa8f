"""Accounts: opened with a one-time password, never without an administrator, never deleted."""

import re
from threading import Barrier, Thread

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.urls import reverse

from khuyencong.core import actions
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, NotAllowed
from khuyencong.core.models import User
from khuyencong.core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = UserFactory(roles=[Role.ADMINISTRATOR])
    client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
    return user


def facts(user, **changes):
    return {
        "display_name": user.display_name,
        "roles": user.roles,
        "is_active": user.is_active,
    } | changes


def test_a_new_account_shows_its_password_once_and_must_change_it(client, administrator, rf):
    response = client.post(
        reverse("admin:core_user_add"),
        {
            "username": "ctv.phuoc-hai",
            "display_name": "CTV xã Phước Hải",
            "roles": ["collaborator"],
        },
    )
    assert response.status_code == 200
    password = re.search(r'kc-password">([^<]+)<', response.content.decode())[1]
    user = User.objects.get(username="ctv.phuoc-hai")
    assert user.check_password(password)
    assert user.must_change_password
    assert user.roles == [Role.COLLABORATOR]
    change = client.get(reverse("admin:core_user_change", args=[user.pk]))
    assert password not in change.content.decode()
    assert authenticate(rf.post("/"), username="ctv.phuoc-hai", password=password) == user


def test_a_taken_user_name_is_told(client, administrator):
    UserFactory(username="trung")
    response = client.post(
        reverse("admin:core_user_add"), {"username": "trung", "display_name": "Ai đó"}
    )
    assert "đã có người dùng" in response.content.decode()


def test_reset_gives_a_new_password_and_ends_the_sessions(client, administrator):
    user = UserFactory()
    before = user.get_session_auth_hash()
    url = reverse("admin:core_user_reset", args=[user.pk])
    assert client.get(url).status_code == 200
    user.refresh_from_db()
    assert user.check_password("mat-khau-thu-1"), "asking changes nothing"
    response = client.post(url)
    password = re.search(r'kc-password">([^<]+)<', response.content.decode())[1]
    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    assert user.get_session_auth_hash() != before


def test_the_own_administrator_role_stays(client, administrator):
    UserFactory(roles=[Role.ADMINISTRATOR])
    url = reverse("admin:core_user_change", args=[administrator.pk])
    response = client.post(
        url, {"display_name": "Q", "roles": ["officer"], "is_active": "on"}, follow=True
    )
    assert "không tự bỏ vai trò quản trị" in response.content.decode()
    administrator.refresh_from_db()
    assert administrator.roles == [Role.ADMINISTRATOR]


def test_another_administrator_may_be_shut_and_cannot_come_in(client, administrator):
    other = UserFactory(roles=[Role.ADMINISTRATOR, Role.OFFICER])
    actions.update_account(actor=administrator, user_id=other.pk, **facts(other, is_active=False))
    other.refresh_from_db()
    assert not other.is_active


def test_only_administrators_manage_accounts():
    officer, user = UserFactory(roles=[Role.OFFICER]), UserFactory()
    with pytest.raises(NotAllowed):
        actions.create_account(actor=officer, username="a", display_name="b", roles=[])
    with pytest.raises(NotAllowed):
        actions.update_account(actor=officer, user_id=user.pk, **facts(user, roles=["leader"]))
    with pytest.raises(NotAllowed):
        actions.reset_password(actor=officer, user_id=user.pk)
    with pytest.raises(NotAllowed):
        actions.unlock_account(actor=officer, user_id=user.pk)


def test_an_unknown_role_is_refused(administrator):
    user, _ = actions.create_account(
        actor=administrator, username="x", display_name="X", roles=["emperor", "viewer"]
    )
    assert user.roles == [Role.VIEWER]
    with pytest.raises(InvalidInput):
        actions.create_account(actor=administrator, username="Có dấu", display_name="X", roles=[])


def test_accounts_cannot_be_deleted(client, administrator):
    user = UserFactory()
    assert client.post(reverse("admin:core_user_delete", args=[user.pk])).status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_failed_log_ins_are_forgotten_on_unlock(client, administrator, rf):
    user = UserFactory(username="quen")
    from axes.models import AccessAttempt

    AccessAttempt.objects.create(username="quen", ip_address="10.0.0.1", failures_since_start=5)
    response = client.post(reverse("admin:core_user_unlock", args=[user.pk]), follow=True)
    assert "Đã mở khóa" in response.content.decode()
    assert not AccessAttempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once():
    first, second = (UserFactory(roles=[Role.ADMINISTRATOR]) for _ in range(2))
    barrier, refused = Barrier(2), []

    def remove(actor, user):
        try:
            barrier.wait()
            actions.update_account(actor=actor, user_id=user.pk, **facts(user, roles=[]))
        except NotAllowed:
            refused.append(actor)
        finally:
            connection.close()

    threads = [Thread(target=remove, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(roles__contains=[Role.ADMINISTRATOR]).count() == 1
    assert len(refused) == 1
