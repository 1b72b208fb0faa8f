"""Who may check reports. Officers and leaders decide; administrators do not; nobody checks their own."""

from collaborators.queries import assigned_place_ids
from khuyencong.core.enums import CENTRE_ROLES, Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.models import User
from khuyencong.core.permissions import as_bool, check_has_role
from reports.models import Reopening, Report
from reports.permissions import check_can_write_for_place

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


def leaders() -> list[User]:
    """Accounts that decide on reopenings."""
    return list(User.objects.filter(is_active=True, roles__contains=[Role.LEADER]))


def check_can_ask_reopening(user, report: Report) -> None:
    """The place's own collaborator, or an officer or leader, asks for an accepted report to be reopened."""
    if not (user.is_active and user.has_role(*REVIEWER_ROLES)):
        check_can_write_for_place(user, report.place_id)


def check_can_decide_reopening(user, reopening: Reopening) -> None:
    """A leader decides, on what they neither asked for nor wrote."""
    check_has_role(user, Role.LEADER)
    if reopening.asked_by_id == user.pk:
        raise NotAllowed("Anh/chị đã đề nghị mở lại báo cáo này nên không tự quyết định được.")
    check_not_own_report(user, reopening.report)
    if reopening.report.place_id in assigned_place_ids(user):
        raise NotAllowed("Anh/chị đang phụ trách địa bàn này nên không tự quyết định được.")


def check_can_withdraw_reopening(user, reopening: Reopening) -> None:
    """Whoever asked takes it back."""
    if not user.is_active or reopening.asked_by_id != user.pk:
        raise NotAllowed("Chỉ người đã đề nghị mở lại mới rút được đề nghị.")


def check_can_close_reopening(user, reopening: Reopening) -> None:
    """A leader ends a reopening before its time."""
    check_has_role(user, Role.LEADER)
    check_not_own_report(user, reopening.report)


can_ask_reopening = as_bool(check_can_ask_reopening)
can_decide_reopening = as_bool(check_can_decide_reopening)
can_withdraw_reopening = as_bool(check_can_withdraw_reopening)
can_close_reopening = as_bool(check_can_close_reopening)
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
