"""What a person does to their own account."""

from django.db import transaction

from khuyencong.core.models import User


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
