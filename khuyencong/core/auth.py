"""Log-in against our own accounts; roles are not Django permissions, so the backend gives none."""

from functools import lru_cache

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.db import connection
from django.utils.module_loading import import_string

from khuyencong.core.models import User
from khuyencong.core.prepared import Prepared


@lru_cache
def _account_sql() -> tuple[Prepared, list[str], list[str]]:
    """The statement that reads an account, the fields it gives, and the extras after them."""
    fields = User._meta.concrete_fields
    extras = {name: import_string(path) for name, path in settings.USER_EXTRAS.items()}
    columns = [f"u.{field.column}" for field in fields] + list(extras.values())
    return (
        Prepared(
            "kc_account",
            f"SELECT {', '.join(columns)} FROM {User._meta.db_table} u WHERE u.id = %s",
        ),
        [field.attname for field in fields],
        list(extras),
    )


class PortalBackend(ModelBackend):
    """User name (any case) and password; the account must be active. Permissions come from roles."""

    get_user_permissions = BaseBackend.get_user_permissions
    get_group_permissions = BaseBackend.get_group_permissions
    get_all_permissions = BaseBackend.get_all_permissions
    has_perm = BaseBackend.has_perm

    def get_user(self, user_id) -> User | None:
        """The account of a session, with `settings.USER_EXTRAS`; None when it is shut.

        Asked at every request: written out, since compiling the query took longer than running it.
        """
        statement, names, extras = _account_sql()
        with connection.cursor() as cursor:
            statement.run(cursor, [user_id])
            row = cursor.fetchone()
        if row is None:
            return None
        user = User.from_db(connection.alias, names, row[: len(names)])
        for name, value in zip(extras, row[len(names) :], strict=True):
            setattr(user, name, value)
        return user if self.user_can_authenticate(user) else None


def login_name(request, credentials=None) -> str:
    """The name that failures are counted under: as the log-in reads it, so that `CTV` and `ctv` are one."""
    name = (credentials or {}).get("username") or (
        request.POST.get("username", "") if request is not None else ""
    )
    return name.strip().lower()[:60]


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's own, with the sentence in Vietnamese (its catalogue has none for this version)."""

    def get_error_message(self):
        return f"Mật khẩu này quá ngắn; cần ít nhất {self.min_length} ký tự."

    def get_help_text(self):
        return f"Mật khẩu cần ít nhất {self.min_length} ký tự."
