"""Reports that wait for a check, the longest waiting first."""

from django.db.models import Q, QuerySet

from reports.enums import ReportStatus
from reports.models import Report


def waiting_reports(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Those of the reports that are submitted, with what the queue shows of each."""
    return (
        reports.filter(status=ReportStatus.SUBMITTED)
        .select_related("place__parent", "period", "latest_version__submitted_by")
        .order_by("status_at", "pk")
    )


def not_authored_by(reports: QuerySet[Report], user) -> QuerySet[Report]:
    """Those of the reports that a person had no hand in, and so may check."""
    return reports.exclude(latest_version__author_ids__contains=[user.pk]).exclude(
        latest_version__submitted_by=user
    )


def next_waiting(reports: QuerySet[Report], user, after: tuple) -> Report | None:
    """The next report to check after one decided, given its (status_at, pk) in the queue; None at the end.

    After the last one it begins again with those that were skipped.
    """
    queue = not_authored_by(waiting_reports(reports), user).exclude(pk=after[1])
    later = Q(status_at__gt=after[0]) | Q(status_at=after[0], pk__gt=after[1])
    return queue.filter(later).first() or queue.first()
