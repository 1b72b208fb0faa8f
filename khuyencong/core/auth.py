"""Log-in against our own accounts; roles are not Django permissions, so the backend gives none."""

from django.contrib.auth.backends import BaseBackend, ModelBackend


class PortalBackend(ModelBackend):
    """User name (any case) and password; the account must be active. Permissions come from roles."""

    get_user_permissions = BaseBackend.get_user_permissions
    get_group_permissions = BaseBackend.get_group_permissions
    get_all_permissions = BaseBackend.get_all_permissions
    has_perm = BaseBackend.has_perm
