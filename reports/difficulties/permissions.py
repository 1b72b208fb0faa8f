"""Who follows matters: officers and leaders; the whole Centre and the viewers read them."""

from khuyencong.core.enums import CENTRE_ROLES, Role
from khuyencong.core.permissions import as_bool, check_has_role


def check_can_see_matters(user) -> None:
    """The Centre, and the viewers (Sở, UBND), to whom many are addressed."""
    check_has_role(user, *CENTRE_ROLES, Role.VIEWER)


def check_can_follow(user) -> None:
    """Officers and leaders gather, send, record answers, publish."""
    check_has_role(user, Role.OFFICER, Role.LEADER)


can_see_matters = as_bool(check_can_see_matters)
can_follow = as_bool(check_can_follow)
