"""The one pattern of access: `check_can_x` raises with the reason, `can_x` answers yes or no."""

from collections.abc import Callable
from functools import wraps

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed, Refusal


def as_bool(check: Callable[..., None]) -> Callable[..., bool]:
    """Make the yes/no form of a `check_can_x`, for views and templates."""

    @wraps(check)
    def can(*args, **kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except Refusal:
            return False
        return True

    return can


def check_has_role(user, *roles: Role) -> None:
    """Raise NotAllowed unless the active user holds one of the roles; the sentence names who can help."""
    if user.is_active and user.is_authenticated and user.has_role(*roles):
        return
    # Only the first letter: "Sở Công Thương" inside a label keeps its capitals.
    names = [role.label[0].lower() + role.label[1:] for role in roles]
    names = " hoặc ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    raise NotAllowed(f"Việc này dành cho {names}. Tài khoản của anh/chị không có vai trò đó.")
