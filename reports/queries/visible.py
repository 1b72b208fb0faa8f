"""What a person may see of reports: every page, export and file starts here."""

from django.db.models import F, Q, QuerySet

from collaborators.queries import own_place_ids
from khuyencong.core.enums import Role
from reports.models import Report, ReportVersion


def reports_visible_to(user) -> QuerySet[Report]:
    """Reports whose existence this person may know.

    The Centre: all; a collaborator: own places with the units they came from; a viewer (Sở, UBND):
    those with an accepted version, of which only that version (`versions_visible_to`).
    """
    reports = Report.objects.select_related("place", "period")
    if not user.is_active:
        return reports.none()
    if user.is_centre:
        return reports
    scope = Q(pk__in=[])
    if user.has_role(Role.COLLABORATOR):
        scope |= Q(place__in=own_place_ids(user))
    if user.has_role(Role.VIEWER):
        scope |= Q(accepted_version__isnull=False)
    return reports.filter(scope)


def versions_visible_to(user) -> QuerySet[ReportVersion]:
    """Submitted versions this person may read; a viewer only the accepted one of each report."""
    versions = ReportVersion.objects.select_related(
        "report__place", "report__period", "submitted_by"
    )
    if not user.is_active:
        return versions.none()
    if user.is_centre:
        return versions
    scope = Q(pk__in=[])
    if user.has_role(Role.COLLABORATOR):
        scope |= Q(report__place__in=own_place_ids(user))
    if user.has_role(Role.VIEWER):
        scope |= Q(pk=F("report__accepted_version"))
    return versions.filter(scope)
