"""Reopenings: those of a report, and those that wait for a decision."""

from django.db.models import QuerySet

from collaborators.queries import own_place_ids
from khuyencong.core.enums import CENTRE_ROLES, Role
from reports.enums import ReopeningState
from reports.models import Reopening
from reports.queries.visible import reports_visible_to


def reopenings_visible_to(user) -> QuerySet[Reopening]:
    """Those of the reports whose whole life a person may see: not a viewer's matter."""
    if not user.has_role(Role.COLLABORATOR, *CENTRE_ROLES):
        return Reopening.objects.none()
    reports = reports_visible_to(user)
    if not user.is_centre:
        # A viewer who is a collaborator too sees the life of own places only.
        reports = reports.filter(place__in=own_place_ids(user))
    return Reopening.objects.filter(report__in=reports.order_by().values("pk")).select_related(
        "report__place", "report__period", "asked_by", "decided_by"
    )


def reopenings_to_decide() -> QuerySet[Reopening]:
    """Requests that no leader has decided yet, oldest first."""
    return (
        Reopening.objects.filter(state=ReopeningState.ASKED)
        .select_related("report__place", "report__period", "report__latest_version", "asked_by")
        .order_by("asked_at", "pk")
    )
