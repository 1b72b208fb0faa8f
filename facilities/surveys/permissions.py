"""Who may do what with surveys."""

from collaborators.queries import own_place_ids
from facilities.permissions import FULL_READERS, WRITERS
from facilities.surveys.enums import FILLABLE_STATES, CampaignState
from facilities.surveys.models import SurveyTarget
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.permissions import as_bool, check_has_role

# Those who see every campaign; a viewer sees results, not who answered what.
CENTRE_READERS = FULL_READERS
# Those who check answers: what is written into the book is an officer's to answer for.
CHECKERS = (Role.OFFICER,)


def check_can_run_campaigns(user) -> None:
    """Who sets up campaigns and questionnaires, opens, closes, lists and assigns."""
    check_has_role(user, *WRITERS)


def check_can_read_results(user) -> None:
    """Who reads the results and progress of every campaign."""
    check_has_role(user, *CENTRE_READERS, Role.VIEWER)


def check_can_read_targets(user) -> None:
    """Who reads the list of every campaign: answers name persons, so no reader from outside."""
    check_has_role(user, *CENTRE_READERS)


def check_can_fill(user, target: SurveyTarget) -> None:
    """The collaborator it is assigned to, one of the commune, or who writes the whole book."""
    if user.is_active and user.has_role(*WRITERS):
        return
    if user.is_active and user.has_role(Role.COLLABORATOR):
        if target.collaborator_id and target.collaborator.user_id == user.pk:
            return
        if target.establishment.place_id in own_place_ids(user):
            return
    raise NotAllowed(
        "Phiếu khảo sát này được giao cho cộng tác viên khác. "
        "Anh/chị liên hệ chuyên viên Trung tâm nếu cần nhận thay."
    )


def check_can_change_photos(user, target: SurveyTarget) -> None:
    """As `check_can_fill`, and only while the answers are not sent."""
    check_can_fill(user, target)
    if target.campaign.state != CampaignState.OPEN or target.state not in FILLABLE_STATES:
        raise NotAllowed("Phiếu khảo sát này không còn sửa được nên ảnh cũng giữ nguyên.")


def check_can_check(user, target: SurveyTarget | None = None) -> None:
    """An officer; nobody decides on answers that they gave themselves."""
    if not user.is_active or not user.has_role(*CHECKERS):
        raise NotAllowed(
            "Chuyên viên Trung tâm kiểm tra phiếu khảo sát và quyết định ghi gì vào sổ cơ sở."
        )
    if target is None:
        return
    authors = {target.submitted_by_id, *target.answers.values_list("updated_by_id", flat=True)}
    if user.pk in authors:
        raise NotAllowed(
            "Anh/chị đã điền phiếu này nên không tự kiểm tra được; "
            "một chuyên viên khác của Trung tâm sẽ kiểm tra."
        )


can_run_campaigns = as_bool(check_can_run_campaigns)
can_read_results = as_bool(check_can_read_results)
can_read_targets = as_bool(check_can_read_targets)
can_fill = as_bool(check_can_fill)
can_check = as_bool(check_can_check)
