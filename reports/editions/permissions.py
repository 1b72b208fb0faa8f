"""Who may do what with editions. The officer writes, the leader signs; nobody signs own words."""

from khuyencong.core.enums import CENTRE_ROLES, Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.permissions import as_bool, check_has_role
from reports.editions.models import Edition


def check_can_see_editions(user) -> None:
    """The Centre sees all editions, a viewer (Sở, UBND) those that are issued."""
    check_has_role(user, *CENTRE_ROLES, Role.VIEWER)


def check_can_write_edition(user) -> None:
    """Officers write; a leader may, but then another leader signs."""
    check_has_role(user, Role.OFFICER, Role.LEADER)


def check_can_sign_edition(user, edition: Edition) -> None:
    """A leader who wrote nothing of it."""
    check_has_role(user, Role.LEADER)
    if user.pk in edition.author_ids:
        raise NotAllowed(
            "Anh/chị đã tham gia soạn báo cáo này nên không tự ký; xin trình lãnh đạo khác ký."
        )


can_see_editions = as_bool(check_can_see_editions)
can_write_edition = as_bool(check_can_write_edition)
can_sign_edition = as_bool(check_can_sign_edition)
