"""Who may see the programme's results."""

from khuyencong.core.enums import Role
from khuyencong.core.permissions import as_bool, check_has_role


def check_can_see_results(user) -> None:
    """Results are announced when they are decided: every role of the portal may read them."""
    check_has_role(user, *Role)


can_see_results = as_bool(check_can_see_results)
