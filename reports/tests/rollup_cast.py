"""A network with reports in every state, for the tests of the province's table."""

from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from reports.enums import ReportStatus
from reports.models import Report, ReportEvent
from reports.tests.review_cast import Cast, submit_version, submitted_report


def commune(name: str, **fields):
    """A commune with its principal collaborator since 2025-07-01; returns the assignment."""
    return AssignmentFactory(place__name=name, collaborator__title=f"CTV {name}", **fields)


def accept(report: Report, actor, at=None) -> Report:
    """Accept the report's latest version, as the tables see it."""
    at = at or timezone.now()
    ReportEvent.objects.create(
        report=report,
        version=report.latest_version,
        from_status=report.status,
        to_status=ReportStatus.ACCEPTED,
        actor=actor,
        created_at=at,
    )
    report.status, report.status_at = ReportStatus.ACCEPTED, at
    report.accepted_version = report.latest_version
    report.save()
    return report


def send_back(report: Report) -> Report:
    """Return the report, as the tables see it."""
    report.status = ReportStatus.RETURNED
    report.save()
    return report


def submitted(cast: Cast, assignment, figures: dict, **options) -> Report:
    """The submitted report of an assignment's commune."""
    return submitted_report(
        cast,
        place=assignment.place,
        user=assignment.collaborator.user,
        figures=figures,
        **options,
    )


def accepted(cast: Cast, assignment, figures: dict, **options) -> Report:
    """The accepted report of an assignment's commune."""
    return accept(submitted(cast, assignment, figures, **options), cast.officer)


def corrected(report: Report, user, figures: dict) -> Report:
    """A further version on top, waiting for a decision."""
    submit_version(report, user, figures=figures)
    return report
