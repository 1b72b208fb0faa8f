"""Who may check reports. Officers and leaders decide; administrators do not; nobody checks their own."""

from collaborators.queries import assigned_place_ids
from khuyencong.core.enums import CENTRE_ROLES, Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.permissions import as_bool, check_has_role
from reports.models import Report

REVIEWER_ROLES = (Role.OFFICER, Role.LEADER)


def is_author(user, report: Report) -> bool:
    """Whether a person wrote in or submitted what waits for the check."""
    version = report.latest_version
    return version is not None and (
        user.pk in version.author_ids or user.pk == version.submitted_by_id
    )


def check_can_open_queue(user) -> None:
    """The Centre sees what waits for a check; only reviewers decide."""
    check_has_role(user, *CENTRE_ROLES)


def check_can_review(user) -> None:
    """Whether a person checks reports at all."""
    if user.is_active and not user.has_role(*REVIEWER_ROLES) and user.has_role(Role.ADMINISTRATOR):
        raise NotAllowed(
            "Quản trị hệ thống không duyệt, không trả lại báo cáo; "
            "việc này của chuyên viên hoặc lãnh đạo Trung tâm."
        )
    check_has_role(user, *REVIEWER_ROLES)


def check_not_own_report(user, report: Report) -> None:
    """Nobody checks what they wrote or submitted, whatever roles they hold."""
    if is_author(user, report):
        raise NotAllowed(
            "Anh/chị đã soạn hoặc nộp báo cáo này nên không tự kiểm tra được; "
            "xin chuyển cho chuyên viên khác của Trung tâm."
        )


def check_can_return_report(user, report: Report) -> None:
    """Officers and leaders, on reports they had no hand in."""
    check_can_review(user)
    check_not_own_report(user, report)


def check_can_accept_report(user, report: Report) -> None:
    """The same persons accept as return."""
    check_can_return_report(user, report)


def check_can_see_completeness(user) -> None:
    """The Centre and the viewers see who has reported."""
    check_has_role(user, *CENTRE_ROLES, Role.VIEWER)


def check_can_see_whole_league(user) -> None:
    """Who compares collaborators: the Centre, and the accountant who pays their allowances."""
    check_has_role(user, *CENTRE_ROLES, Role.ACCOUNTANT)


def check_can_see_league(user) -> None:
    """Those, and a collaborator, who sees the own line and the average."""
    check_has_role(user, *CENTRE_ROLES, Role.ACCOUNTANT, Role.COLLABORATOR)


def check_can_take_league(user) -> None:
    """The sheet holds everybody's line."""
    check_can_see_whole_league(user)


def check_can_see_periods(user) -> None:
    """The calendar of periods is open to the Centre and the viewers."""
    check_has_role(user, *CENTRE_ROLES, Role.VIEWER)


def check_can_manage_periods(user) -> None:
    """Administrators create periods and change their dates."""
    check_has_role(user, Role.ADMINISTRATOR)


def check_can_extend(user, place_id: int) -> None:
    """Officers and leaders give a place more time, but never their own."""
    check_can_review(user)
    if place_id in assigned_place_ids(user):
        raise NotAllowed(
            "Anh/chị đang phụ trách địa bàn này nên không tự gia hạn được; "
            "xin chuyển cho người khác của Trung tâm."
        )


can_extend = as_bool(check_can_extend)
can_open_queue = as_bool(check_can_open_queue)
can_review = as_bool(check_can_review)
can_return_report = as_bool(check_can_return_report)
can_accept_report = as_bool(check_can_accept_report)
can_see_completeness = as_bool(check_can_see_completeness)
can_see_whole_league = as_bool(check_can_see_whole_league)
can_see_league = as_bool(check_can_see_league)
can_take_league = as_bool(check_can_take_league)
can_see_periods = as_bool(check_can_see_periods)
can_manage_periods = as_bool(check_can_manage_periods)
