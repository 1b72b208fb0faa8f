"""A campaign's life: set up, opened with its list of establishments, added to, assigned, closed."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from collaborators.models import Collaborator
from collaborators.queries import principal_assignments
from facilities.queries import ListFilters, establishments_visible_to, list_rows
from facilities.surveys import notices, permissions
from facilities.surveys.actions._state import (
    check_campaign_open,
    locked_campaign,
    locked_target,
    move_campaign,
    move_target,
    wrong_campaign,
    wrong_target,
)
from facilities.surveys.enums import (
    FILLABLE_STATES,
    CampaignState,
    TargetState,
)
from facilities.surveys.models import SurveyCampaign, SurveyEvent, SurveyTarget
from facilities.surveys.questions import problems_of_questionnaire
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.models import User
from khuyencong.core.places import units_of
from khuyencong.core.text import clean
from khuyencong.forms_as_data.enums import FormStatus
from khuyencong.forms_as_data.models import FormVersion
from khuyencong.forms_as_data.structure import structure_of

# A campaign larger than this is several; the page of its progress would help nobody.
MAX_TARGETS = 20_000


@transaction.atomic
def create_campaign(
    *,
    actor: User,
    title: str,
    purpose: str,
    questionnaire: FormVersion,
    opens_on: date,
    closes_on: date,
    filters: Mapping[str, str],
) -> SurveyCampaign:
    """Set up a campaign as a draft. Raises NotAllowed, InvalidInput."""
    permissions.check_can_run_campaigns(actor)
    campaign = SurveyCampaign(created_by=actor)
    return _write(campaign, title, purpose, questionnaire, opens_on, closes_on, filters)


@transaction.atomic
def edit_campaign(
    *,
    actor: User,
    campaign_id: int,
    title: str,
    purpose: str,
    questionnaire: FormVersion,
    opens_on: date,
    closes_on: date,
    filters: Mapping[str, str],
) -> SurveyCampaign:
    """Correct a campaign. Once open, its questionnaire and its list are frozen: what differs there
    is refused; title, purpose and the last day may still change. Raises NotAllowed, WrongStatus,
    InvalidInput."""
    campaign = locked_campaign(campaign_id)
    permissions.check_can_run_campaigns(actor)
    if campaign.state == CampaignState.CLOSED:
        raise wrong_campaign(campaign)
    wanted = (questionnaire.pk, opens_on, ListFilters.from_params(filters).as_params())
    if campaign.state == CampaignState.OPEN and wanted != (
        campaign.questionnaire_id,
        campaign.opens_on,
        campaign.filters,
    ):
        raise WrongStatus(
            "Đợt khảo sát đã mở: phiếu, ngày bắt đầu và bộ lọc cơ sở không sửa được nữa. "
            "Anh/chị thêm hoặc rút từng cơ sở khỏi danh sách."
        )
    before = campaign.closes_on
    _write(campaign, title, purpose, questionnaire, opens_on, closes_on, filters)
    if campaign.state == CampaignState.OPEN and campaign.closes_on != before:
        notices.tell_last_day_moved(campaign, before)
    return campaign


def _write(campaign, title, purpose, questionnaire, opens_on, closes_on, filters) -> SurveyCampaign:
    title = clean(title)
    errors = {}
    if not title:
        errors["title"] = ["Anh/chị đặt tên cho đợt khảo sát."]
    if closes_on < opens_on:
        errors["closes_on"] = ["Hạn gửi phiếu phải từ ngày bắt đầu trở đi."]
    if errors:
        raise InvalidInput("Chưa lưu được đợt khảo sát.", errors)
    campaign.title, campaign.purpose = title[:200], purpose.strip()
    campaign.questionnaire = questionnaire
    campaign.opens_on, campaign.closes_on = opens_on, closes_on
    campaign.filters = ListFilters.from_params(filters).as_params()
    campaign.updated_at = timezone.now()
    campaign.save()
    return campaign


@transaction.atomic
def discard_campaign(*, actor: User, campaign_id: int) -> None:
    """Throw a draft away; history keeps it. Raises NotAllowed, WrongStatus once it was opened."""
    campaign = locked_campaign(campaign_id)
    permissions.check_can_run_campaigns(actor)
    if campaign.state != CampaignState.DRAFT:
        raise wrong_campaign(campaign)
    campaign.delete()


@transaction.atomic
def open_campaign(*, actor: User, campaign_id: int) -> SurveyCampaign:
    """Freeze the list of establishments by the campaign's filters, give each to the principal
    collaborator of its commune today, and let the survey begin.

    Raises NotAllowed, WrongStatus (open already: by whom, when), InvalidInput (an empty or too long
    list, a questionnaire that cannot be asked).
    """
    campaign = locked_campaign(campaign_id)
    permissions.check_can_run_campaigns(actor)
    if campaign.state != CampaignState.DRAFT:
        raise wrong_campaign(campaign)
    if campaign.questionnaire.status != FormStatus.IN_USE:
        raise InvalidInput("Phiếu khảo sát chưa được đưa vào dùng hoặc đã ngừng dùng.")
    problems = problems_of_questionnaire(structure_of(campaign.questionnaire_id))
    if problems:
        raise InvalidInput("Phiếu khảo sát chưa dùng được.", {"questionnaire": problems})
    rows = list_rows(actor, ListFilters.from_params(campaign.filters))
    found = list(rows.order_by("sort_key", "id").values_list("pk", "place_id")[: MAX_TARGETS + 1])
    if not found:
        raise InvalidInput("Không có cơ sở nào theo bộ lọc này; anh/chị chọn lại danh sách.")
    if len(found) > MAX_TARGETS:
        raise InvalidInput(
            "Danh sách có trên 20.000 cơ sở; anh/chị chia thành nhiều đợt theo địa bàn."
        )
    SurveyTarget.objects.bulk_create(_targets(campaign, found), batch_size=1000)
    move_campaign(campaign, CampaignState.OPEN, actor=actor, note=f"{len(found)} cơ sở")
    notices.tell_opened(campaign)
    return campaign


def _targets(campaign: SurveyCampaign, found: Iterable[tuple[int, int]]) -> list[SurveyTarget]:
    """Targets of (establishment, place), each in the commune of today's map and with the principal
    collaborator of that commune, where there is one."""
    found = list(found)
    places = {place_id for _, place_id in found}
    units = {place_id: unit.pk for place_id, unit in units_of(places).items()}
    in_charge = dict(
        principal_assignments(timezone.localdate())
        .order_by()
        .values_list("place_id", "collaborator_id")
    )
    targets = []
    for establishment_id, place_id in found:
        unit = units.get(place_id, place_id)
        targets.append(
            SurveyTarget(
                campaign=campaign,
                establishment_id=establishment_id,
                place_id=unit,
                collaborator_id=in_charge.get(unit),
            )
        )
    return targets


@transaction.atomic
def close_campaign(*, actor: User, campaign_id: int, note: str = "") -> SurveyCampaign:
    """End a campaign: nothing more is taken from telephones; what was sent may still be checked.

    Raises NotAllowed, WrongStatus.
    """
    campaign = locked_campaign(campaign_id)
    permissions.check_can_run_campaigns(actor)
    move_campaign(campaign, CampaignState.CLOSED, actor=actor, note=clean(note)[:1000])
    return campaign


@transaction.atomic
def add_target(
    *, actor: User, campaign_id: int, establishment_id: int, reason: str
) -> SurveyTarget:
    """Add an establishment to an open campaign, or put one back that was removed, with the reason.

    Raises NotAllowed, WrongStatus, InvalidInput (listed already, no reason).
    """
    campaign = locked_campaign(campaign_id)
    permissions.check_can_run_campaigns(actor)
    check_campaign_open(campaign)
    reason = _reason(reason, "thêm")
    establishment = establishments_visible_to(actor).get(pk=establishment_id)
    target = SurveyTarget.objects.filter(campaign=campaign, establishment=establishment).first()
    if target is None:
        (target,) = _targets(campaign, [(establishment.pk, establishment.place_id)])
        target.save()
        SurveyEvent.objects.create(
            campaign=campaign, target=target, to_state=target.state, actor=actor, note=reason
        )
        return target
    if target.state != TargetState.REMOVED:
        raise InvalidInput(f"“{establishment}” đã có trong danh sách của đợt khảo sát.")
    move_target(target, TargetState.TODO, actor=actor, note=reason)
    return target


@transaction.atomic
def remove_target(*, actor: User, target_id: int, reason: str) -> SurveyTarget:
    """Take an establishment out of an open campaign's list, with the reason; what was answered is
    kept. Raises NotAllowed, WrongStatus, InvalidInput without reason."""
    target = locked_target(target_id)
    permissions.check_can_run_campaigns(actor)
    check_campaign_open(target.campaign)
    move_target(target, TargetState.REMOVED, actor=actor, note=_reason(reason, "rút"))
    return target


@transaction.atomic
def reassign_targets(
    *, actor: User, target_ids: Iterable[int], collaborator_id: int, reason: str = ""
) -> int:
    """Give targets to another collaborator; returns how many changed hands.

    What was filled in goes along. Raises NotAllowed, WrongStatus (one is sent, checked or removed).
    """
    permissions.check_can_run_campaigns(actor)
    collaborator = Collaborator.objects.get(pk=collaborator_id)
    if collaborator.user_id is None:
        raise InvalidInput(f"{collaborator} chưa có tài khoản nên chưa nhận phiếu được.")
    reason, events = clean(reason), []
    for target_id in sorted(set(target_ids)):
        target = locked_target(target_id)
        check_campaign_open(target.campaign)
        if target.state not in FILLABLE_STATES:
            raise wrong_target(target)
        if target.collaborator_id == collaborator.pk:
            continue
        before = target.collaborator
        words = f"Giao cho {collaborator}" + (f", trước đó là {before}" if before else "")
        event = SurveyEvent.objects.create(
            campaign=target.campaign,
            target=target,
            from_state=target.state,
            to_state=target.state,
            actor=actor,
            note=(f"{words}. {reason}" if reason else f"{words}.")[:1000],
        )
        target.collaborator = collaborator
        target.save(update_fields=["collaborator"])
        events.append(event)
    notices.tell_assigned(collaborator, events)
    return len(events)


def _reason(reason: str, verb: str) -> str:
    reason = clean(reason)[:1000]
    if not reason:
        sentence = f"Anh/chị ghi lý do {verb} cơ sở."
        raise InvalidInput(sentence, {"reason": [sentence]})
    return reason
