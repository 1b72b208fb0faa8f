"""Log-in against our own accounts; roles are not Django permissions, so the backend gives none."""

from django.contrib.auth import password_validation
from django.contrib.auth.backends import BaseBackend, ModelBackend


class PortalBackend(ModelBackend):
    """User name (any case) and password; the account must be active. Permissions come from roles."""

    get_user_permissions = BaseBackend.get_user_permissions
    get_group_permissions = BaseBackend.get_group_permissions
    get_all_permissions = BaseBackend.get_all_permissions
    has_perm = BaseBackend.has_perm


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
