"""What of the surveys a user may see."""

from django.db.models import Q

from collaborators.queries import own_place_ids
from facilities.surveys import permissions
from facilities.surveys.enums import CampaignState
from facilities.surveys.models import SurveyCampaign, SurveyTarget
from khuyencong.core.enums import Role


def campaigns_visible_to(user):
    """The Centre and the accountant: all. A viewer: what was opened. A collaborator: those with
    establishments of theirs. Others: none."""
    campaigns = SurveyCampaign.objects.select_related("questionnaire__form", "created_by")
    if not user.is_active:
        return campaigns.none()
    if user.has_role(*permissions.CENTRE_READERS):
        return campaigns
    opened = campaigns.exclude(state=CampaignState.DRAFT)
    if user.has_role(Role.VIEWER):
        return opened
    if user.has_role(Role.COLLABORATOR):
        own = targets_visible_to(user).order_by().values("campaign")
        return opened.filter(pk__in=own)
    return campaigns.none()


def targets_visible_to(user):
    """The Centre and the accountant: all. A collaborator: those assigned to them, and those in places
    assigned to them today. Others, a viewer among them: none, since answers name persons."""
    targets = SurveyTarget.objects.select_related(
        "campaign", "establishment__place", "place", "collaborator__user"
    )
    if not user.is_active:
        return targets.none()
    if user.has_role(*permissions.CENTRE_READERS):
        return targets
    if user.has_role(Role.COLLABORATOR):
        return targets.filter(
            Q(collaborator__user=user) | Q(establishment__place__in=sorted(own_place_ids(user)))
        )
    return targets.none()
