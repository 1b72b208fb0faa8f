"""Accounts: what holders do to their own, and what administrators do to all. None is ever deleted."""

import secrets

from axes.utils import reset as reset_attempts
from django.core.exceptions import ValidationError
from django.db import transaction

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, NotAllowed
from khuyencong.core.models import User
from khuyencong.core.permissions import check_has_role
from khuyencong.core.text import clean

# Without 0/o, 1/l/i: read out on the telephone without mistake.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def update_own_contact(*, actor: User, email: str, phone: str) -> User:
    """Change how the Centre reaches this person; the reset of the password goes to this address."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    user.email, user.phone = email, phone
    user.save(update_fields=["email", "phone"])
    return user


@transaction.atomic
def set_own_password(*, actor: User, password: str) -> User:
    """Choose an own password; an account with a given one is free to work afterwards.

    All other sessions of the account end, since Django ties a session to the password.
    """
    user = User.objects.select_for_update().get(pk=actor.pk)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    return user


def one_time_password() -> str:
    """A password to be told once and changed at the first log-in: three groups of four."""
    return "-".join("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(3))


@transaction.atomic
def create_account(
    *,
    actor: User,
    username: str,
    display_name: str,
    roles: list[str],
    position: str = "",
    email: str = "",
    phone: str = "",
) -> tuple[User, str]:
    """Open an account; returns it with the password that its holder must change at the first log-in.

    Raises NotAllowed for others than administrators, InvalidInput where a field is wrong.
    """
    check_has_role(actor, Role.ADMINISTRATOR)
    password = one_time_password()
    user = User(
        username=clean(username).lower(),
        display_name=clean(display_name),
        position=clean(position),
        email=email.strip(),
        phone=clean(phone),
        roles=_in_order(roles),
        must_change_password=True,
    )
    user.set_password(password)
    _check(user)
    user.save()
    return user, password


@transaction.atomic
def update_account(
    *,
    actor: User,
    user_id: int,
    display_name: str,
    roles: list[str],
    is_active: bool,
    position: str = "",
    email: str = "",
    phone: str = "",
) -> User:
    """Correct an account, its roles and whether it is open.

    Raises NotAllowed where administrators would shut themselves out or none would be left: the
    administrators' rows are locked first, so that two of them cannot remove each other at once.
    """
    check_has_role(actor, Role.ADMINISTRATOR)
    _lock_administrators()
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.is_staff and not (is_active and Role.ADMINISTRATOR in roles):
        _check_can_lose_administrator(actor, user)
    user.display_name, user.position = clean(display_name), clean(position)
    user.email, user.phone = email.strip(), clean(phone)
    user.roles, user.is_active = _in_order(roles), is_active
    _check(user)
    user.save(update_fields=["display_name", "position", "email", "phone", "roles", "is_active"])
    return user


@transaction.atomic
def reset_password(*, actor: User, user_id: int) -> tuple[User, str]:
    """Give an account a new one-time password; it logs out everywhere and is unlocked.

    Raises NotAllowed for others than administrators and for one's own account.
    """
    check_has_role(actor, Role.ADMINISTRATOR)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.pk == actor.pk:
        raise NotAllowed("Anh/chị đổi mật khẩu của chính mình ở trang Tài khoản.")
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    reset_attempts(username=user.username)
    return user, password


@transaction.atomic
def unlock_account(*, actor: User, user_id: int) -> int:
    """Forget an account's failed log-ins, so that it may try again at once; returns how many there were."""
    check_has_role(actor, Role.ADMINISTRATOR)
    user = User.objects.get(pk=user_id)
    return reset_attempts(username=user.username)


def _lock_administrators() -> list[int]:
    return list(
        User.objects.filter(roles__contains=[Role.ADMINISTRATOR])
        .select_for_update(no_key=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _check_can_lose_administrator(actor: User, user: User) -> None:
    if user.pk == actor.pk:
        raise NotAllowed(
            "Anh/chị không tự bỏ vai trò quản trị hay tự khóa tài khoản của mình được. "
            "Việc này do một quản trị hệ thống khác làm."
        )
    others = User.objects.filter(roles__contains=[Role.ADMINISTRATOR], is_active=True)
    if not others.exclude(pk=user.pk).exists():
        raise NotAllowed(
            "Đây là quản trị hệ thống cuối cùng đang hoạt động. Anh/chị giao vai trò này cho tài khoản khác trước."
        )


def _in_order(roles) -> list[str]:
    return [role.value for role in Role if role.value in roles]


def _check(user: User) -> None:
    try:
        user.full_clean()
    except ValidationError as error:
        errors = error.message_dict
        raise InvalidInput(next(iter(errors.values()))[0], errors) from error
