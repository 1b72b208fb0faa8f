"""Who may see and write a report. Roles and places decide; one pair check/can for each thing.

Who may check one stands in `permissions_review.py`.
"""

from django.utils import timezone

from collaborators.queries import assigned_place_ids, own_place_ids
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.permissions import as_bool, check_has_role
from reports.models import Report


def check_can_view_report(user, report: Report) -> None:
    """The Centre sees all; a collaborator own places with their history; a viewer what is accepted."""
    if user.is_active and (
        user.is_centre
        or (user.has_role(Role.VIEWER) and report.accepted_version_id is not None)
        or (user.has_role(Role.COLLABORATOR) and report.place_id in own_place_ids(user))
    ):
        return
    raise NotAllowed("Báo cáo này không thuộc phạm vi anh/chị được xem.")


def check_can_view_whole_life(user, report: Report) -> None:
    """Who sees drafts, returns and comments: the Centre and the place's collaborator, not a viewer."""
    if user.is_active and (
        user.is_centre
        or (user.has_role(Role.COLLABORATOR) and report.place_id in own_place_ids(user))
    ):
        return
    raise NotAllowed("Anh/chị được xem bản đã duyệt, không xem quá trình soạn và kiểm tra.")


def check_can_write_for_place(user, place_id: int) -> None:
    """Only a collaborator who is assigned to the place today writes its reports."""
    check_has_role(user, Role.COLLABORATOR)
    if place_id not in assigned_place_ids(user, timezone.localdate()):
        raise NotAllowed(
            "Chỉ cộng tác viên đang phụ trách địa bàn mới soạn và nộp báo cáo của địa bàn đó. "
            "Nếu phân công đã thay đổi, anh/chị liên hệ Trung tâm để cập nhật."
        )


def check_can_edit_report(user, report: Report) -> None:
    """Who may write the draft of a report (its status is the action's matter)."""
    check_can_write_for_place(user, report.place_id)


def check_can_submit_report(user, report: Report) -> None:
    """Who may submit: those who may write."""
    check_can_write_for_place(user, report.place_id)


can_view_report = as_bool(check_can_view_report)
can_view_whole_life = as_bool(check_can_view_whole_life)
can_write_for_place = as_bool(check_can_write_for_place)
can_edit_report = as_bool(check_can_edit_report)
can_submit_report = as_bool(check_can_submit_report)
