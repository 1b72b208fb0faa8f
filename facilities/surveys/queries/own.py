"""What a collaborator owes to surveys."""

from django.db.models import Count, Q

from collaborators.queries import own_place_ids
from facilities.surveys.enums import DONE_STATES, OWED_STATES, CampaignState
from facilities.surveys.models import SurveyTarget
from khuyencong.core.enums import Role


def own_targets(user, *, done: bool = False):
    """The targets of open campaigns that are a collaborator's to ask: assigned to them, or to nobody
    in a place of theirs. The nearest due date first, then commune and name; `done`: those that are."""
    if not user.is_active or not user.has_role(Role.COLLABORATOR):
        return SurveyTarget.objects.none()
    unassigned = Q(collaborator=None, establishment__place__in=sorted(own_place_ids(user)))
    return (
        SurveyTarget.objects.filter(
            Q(collaborator__user=user) | unassigned,
            campaign__state=CampaignState.OPEN,
            state__in=DONE_STATES if done else OWED_STATES,
        )
        .select_related("campaign", "establishment", "place")
        .order_by(
            "campaign__closes_on", "campaign", "place__sort_key", "establishment__sort_key", "pk"
        )
    )


def own_counts(user) -> list[dict]:
    """For each open campaign of a collaborator: title, due date, how many are owed and how many are
    returned; without those where nothing is owed."""
    return list(
        own_targets(user)
        .order_by("campaign__closes_on", "campaign")
        .values("campaign", "campaign__title", "campaign__closes_on", "campaign__opens_on")
        .annotate(owed=Count("pk"), returned=Count("pk", filter=Q(state="returned")))
    )
