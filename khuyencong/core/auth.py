"""Log-in against our own accounts; roles are not Django permissions, so the backend gives none."""

from django.conf import settings
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


def client_address(request) -> str:
    """The caller's address; behind our own proxy (TRUST_PROXY_HEADERS) the one that it appended.

    Only the last entry of X-Forwarded-For is the proxy's word; those before it are the caller's
    own and could name any address.
    """
    if settings.TRUST_PROXY_HEADERS:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return request.META.get("REMOTE_ADDR", "")
