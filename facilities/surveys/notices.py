"""What surveys tell people when it happens; what they owe stands in their inbox anyway."""

from collections.abc import Iterable

from django.db.models import Count
from django.urls import reverse

from collaborators.models import Collaborator
from facilities.surveys.enums import OWED_STATES
from facilities.surveys.models import SurveyCampaign, SurveyEvent, SurveyTarget
from khuyencong.core.numbers import format_scaled
from khuyencong.notifications.notify import NoticeInput, notify, notify_many


def _owed(campaign: SurveyCampaign) -> Iterable[tuple[int, int]]:
    """(account, how many it owes) of the collaborators of a campaign."""
    return (
        SurveyTarget.objects.filter(
            campaign=campaign, state__in=OWED_STATES, collaborator__user__isnull=False
        )
        .order_by("collaborator__user")
        .values_list("collaborator__user")
        .annotate(owed=Count("pk"))
    )


def tell_opened(campaign: SurveyCampaign) -> None:
    """One notice for each collaborator: how many establishments are theirs, and until when."""
    notify_many(
        NoticeInput(
            user_id,
            f"survey:{campaign.pk}",
            "opened",
            f"Đợt khảo sát “{campaign}”: {format_scaled(owed)} cơ sở của anh/chị",
            f"Hạn gửi phiếu {campaign.closes_on:%d/%m/%Y}. {campaign.purpose}".strip(),
            reverse("surveys:mine"),
        )
        for user_id, owed in _owed(campaign)
    )


def tell_last_day_moved(campaign: SurveyCampaign, before) -> None:
    """Those who still owe something are told of the new last day."""
    notify_many(
        NoticeInput(
            user_id,
            f"survey:{campaign.pk}",
            f"due-moved:{campaign.closes_on:%Y-%m-%d}",
            f"Hạn gửi phiếu của “{campaign}” đổi thành {campaign.closes_on:%d/%m/%Y}",
            f"Hạn trước đây là {before:%d/%m/%Y}. Anh/chị còn {format_scaled(owed)} cơ sở.",
            reverse("surveys:mine"),
        )
        for user_id, owed in _owed(campaign)
    )


def tell_returned(target: SurveyTarget, event: SurveyEvent) -> None:
    """Who sent the answers and whose they are to complete read what the checker asks."""
    notify(
        to=[target.submitted_by, target.collaborator.user if target.collaborator else None],
        matter=f"survey-target:{target.pk}",
        occasion=f"returned:{event.pk}",
        subject=f"Phiếu khảo sát của “{target.establishment}” được trả lại để bổ sung",
        text=event.note,
        link=reverse("surveys:target", args=[target.pk]),
    )


def tell_assigned(collaborator: Collaborator, events: list[SurveyEvent]) -> None:
    """The new collaborator is told once of all that was given in one go."""
    if not events:
        return
    campaign = events[0].campaign
    notify(
        to=[collaborator.user],
        matter=f"survey:{campaign.pk}",
        occasion=f"assigned:{events[0].pk}",
        subject=f"Anh/chị được giao {format_scaled(len(events))} phiếu của “{campaign}”",
        text=f"Hạn gửi phiếu {campaign.closes_on:%d/%m/%Y}.",
        link=reverse("surveys:mine"),
    )
