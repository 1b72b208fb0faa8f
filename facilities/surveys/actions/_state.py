"""The one place that writes the state of campaigns and targets, each with its event."""

from django.utils import timezone

from facilities.surveys.enums import (
    CAMPAIGN_TRANSITIONS,
    FILLABLE_STATES,
    TARGET_TRANSITIONS,
    CampaignState,
    TargetState,
)
from facilities.surveys.models import SurveyCampaign, SurveyEvent, SurveyTarget
from khuyencong.core.exceptions import WrongStatus

_CAMPAIGN = {
    CampaignState.DRAFT: "đang được soạn",
    CampaignState.OPEN: "đang khảo sát",
    CampaignState.CLOSED: "đã kết thúc",
}
_TARGET = {
    TargetState.TODO: "chưa được làm",
    TargetState.DOING: "đang được làm",
    TargetState.SUBMITTED: "đã được gửi và đang chờ kiểm tra",
    TargetState.RETURNED: "đã được trả lại để bổ sung",
    TargetState.UNREACHABLE: "đã được ghi là không gặp được",
    TargetState.APPROVED: "đã được duyệt",
    TargetState.REMOVED: "đã được rút khỏi danh sách",
}


def _who_and_when(events) -> str:
    last = events.select_related("actor").order_by("-id").first()
    if last is None:
        return ""
    at = timezone.localtime(last.created_at)
    return f" ({last.actor}, lúc {at:%H:%M ngày %d/%m/%Y})"


def wrong_campaign(campaign: SurveyCampaign) -> WrongStatus:
    """The refusal that says where a campaign stands, who moved it there and when."""
    last = _who_and_when(campaign.events.filter(target=None))
    return WrongStatus(f"Đợt khảo sát này {_CAMPAIGN[campaign.state]}{last}. Không có gì thay đổi.")


def wrong_target(target: SurveyTarget) -> WrongStatus:
    """The refusal that says where a target stands, who moved it there and when."""
    last = _who_and_when(target.events)
    return WrongStatus(f"Phiếu này {_TARGET[target.state]}{last}. Không có gì thay đổi.")


def locked_campaign(campaign_id: int) -> SurveyCampaign:
    """The campaign, locked until the transaction ends."""
    return (
        SurveyCampaign.objects.select_for_update(of=("self",))
        .select_related("questionnaire__form")
        .get(pk=campaign_id)
    )


def locked_target(target_id: int) -> SurveyTarget:
    """The target with its campaign, establishment and collaborator, locked until the transaction ends."""
    return (
        SurveyTarget.objects.select_for_update(of=("self",))
        .select_related("campaign", "establishment__place", "establishment__network_group")
        .select_related("collaborator", "place", "submitted_by")
        .get(pk=target_id)
    )


def move_campaign(campaign: SurveyCampaign, to_state: str, *, actor, note: str = "") -> None:
    """Move a locked campaign along its table, with its event. Raises WrongStatus."""
    if to_state not in CAMPAIGN_TRANSITIONS[CampaignState(campaign.state)]:
        raise wrong_campaign(campaign)
    SurveyEvent.objects.create(
        campaign=campaign, from_state=campaign.state, to_state=to_state, actor=actor, note=note
    )
    campaign.state, campaign.updated_at = to_state, timezone.now()
    campaign.save(update_fields=["state", "updated_at"])


def move_target(
    target: SurveyTarget, to_state: str, *, actor, note: str = "", **values
) -> SurveyEvent:
    """Move a locked target along its table, with its event; `values` are further columns that the
    move sets. Returns the event. Raises WrongStatus."""
    if to_state not in TARGET_TRANSITIONS[TargetState(target.state)]:
        raise wrong_target(target)
    event = SurveyEvent.objects.create(
        campaign_id=target.campaign_id,
        target=target,
        from_state=target.state,
        to_state=to_state,
        actor=actor,
        note=note,
    )
    values |= {"state": to_state, "state_at": timezone.now()}
    for name, value in values.items():
        setattr(target, name, value)
    target.save(update_fields=list(values))
    return event


def check_campaign_open(campaign: SurveyCampaign) -> None:
    """Raise WrongStatus unless the campaign is being surveyed. A late sending is taken until the
    Centre closes the campaign: what was asked on the spot is not thrown away for a date."""
    if campaign.state != CampaignState.OPEN:
        raise wrong_campaign(campaign)


def check_fillable(target: SurveyTarget) -> None:
    """Raise WrongStatus unless the target may be filled in now."""
    check_campaign_open(target.campaign)
    if target.state not in FILLABLE_STATES:
        raise wrong_target(target)
