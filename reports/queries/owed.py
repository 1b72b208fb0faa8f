"""What a collaborator owes: one report per principal place and open period."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from collaborators.models import Assignment
from khuyencong.core.models import Place
from reports.enums import EDITABLE_STATUSES, PeriodScheme, ReportStatus
from reports.models import Report, ReportPeriod


@dataclass(frozen=True)
class OwedReport:
    """A place and an open period, with the report as far as it exists."""

    place: Place
    period: ReportPeriod
    report: Report | None

    @property
    def is_owed(self) -> bool:
        """Whether it is still the author's turn."""
        return self.report is None or self.report.status in EDITABLE_STATUSES


def open_periods(today: date) -> list[ReportPeriod]:
    """Periods of the reporting calendar in which reports may be written today, oldest first."""
    return list(
        ReportPeriod.objects.filter(
            scheme=PeriodScheme.REPORT, opens_on__lte=today, locks_on__gte=today
        ).order_by("year", "number")
    )


def owed_reports(user, today: date) -> list[OwedReport]:
    """For each place whose principal collaborator the user is today, each open period, done or not."""
    places = [
        assignment.place
        for assignment in Assignment.objects.principal()
        .in_force_on(today)
        .filter(collaborator__user=user)
        .select_related("place")
        .order_by("place__sort_key")
    ]
    if not places:
        return []
    periods = {period.pk: period for period in open_periods(today)}
    reports = {
        (report.place_id, report.period_id): report
        for report in Report.objects.filter(
            Q(period__in=periods.values()) | Q(status=ReportStatus.RETURNED), place__in=places
        ).select_related("period")
    }
    # A returned report is owed beyond the lock of its period.
    late = [
        OwedReport(place, reports[key].period, reports[key])
        for place in places
        for key in sorted(reports)
        if key[0] == place.pk and key[1] not in periods
    ]
    return late + [
        OwedReport(place, period, reports.get((place.pk, period.pk)))
        for period in periods.values()
        for place in places
    ]
