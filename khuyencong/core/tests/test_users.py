"""Accounts: roles are the only permissions, names are one spelling."""

import re

import pytest
from django.db import IntegrityError

from khuyencong.core import permissions
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.models import User
from khuyencong.core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_names_of_accounts_are_lower_case_and_once():
    UserFactory(username="ctv.longson")
    with pytest.raises(IntegrityError, match="user_name_lower_case"):
        User.objects.create(username="CTV.LongSon", display_name="CTV xã Long Sơn")


def test_unknown_roles_are_refused_by_the_database():
    with pytest.raises(IntegrityError, match="user_roles_known"):
        UserFactory(roles=["minister"])


@pytest.mark.parametrize("role", Role)
def test_only_administrators_enter_the_admin_site(role):
    user = UserFactory(roles=[role])
    is_admin = role == Role.ADMINISTRATOR
    assert user.is_staff is is_admin
    assert user.has_perm("core.change_user") is is_admin
    assert user.has_module_perms("core") is is_admin


def test_an_account_put_out_of_use_loses_the_admin_site():
    assert not UserFactory(roles=[Role.ADMINISTRATOR], is_active=False).is_staff


def test_superuser_is_an_administrator():
    assert User.objects.create_superuser("quantri", "mat-khau-thu-1").roles == [Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", Role)
def test_a_role_is_asked_for_in_both_forms(role):
    can = permissions.as_bool(permissions.check_has_role)
    user = UserFactory(roles=[role])
    permissions.check_has_role(user, role)
    assert can(user, role)
    for other in set(Role) - {role}:
        assert not can(user, other)
        with pytest.raises(NotAllowed, match=re.escape(other.label[1:])):
            permissions.check_has_role(user, other)


def test_history_names_who_and_keeps_no_password():
    user = UserFactory()
    user.display_name = "Tên khác"
    user.save(update_fields=["display_name"])
    rows = list(user.history.order_by("pgh_id"))
    assert [row.pgh_label for row in rows] == ["insert", "update"]
    assert not hasattr(rows[0], "password")
