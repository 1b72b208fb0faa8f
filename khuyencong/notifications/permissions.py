"""Who may do what with notices: one's own are one's own; failed mails are the administrator's."""

from khuyencong.core.enums import Role
from khuyencong.core.permissions import as_bool, check_has_role


def check_can_resend_mail(user) -> None:
    """Administrators look after mail that did not arrive."""
    check_has_role(user, Role.ADMINISTRATOR)


can_resend_mail = as_bool(check_can_resend_mail)
