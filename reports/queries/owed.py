"""What a collaborator owes: one report per principal place and open period."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from collaborators.models import Assignment
from khuyencong.core.models import Place
from reports.enums import EDITABLE_STATUSES, PeriodScheme, ReportStatus
from reports.models import PeriodExtension, Report, ReportPeriod
from reports.queries.extensions import extensions_in_force

BEYOND_THE_LOCK = (ReportStatus.RETURNED, ReportStatus.REOPENED)


@dataclass(frozen=True)
class OwedReport:
    """A place and an open period, with the report as far as it exists."""

    place: Place
    period: ReportPeriod
    report: Report | None
    extension: PeriodExtension | None = None

    @property
    def due_on(self) -> date:
        """By the place's extension, else by the period."""
        return self.extension.due_on if self.extension else self.period.due_on

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
    extensions = {
        (extension.place_id, extension.period_id): extension
        for extension in extensions_in_force()
        .filter(place__in=places, locks_on__gte=today, period__opens_on__lte=today)
        .select_related("period")
    }
    # A period that is locked stays open to the place that was given more time.
    extended = {extension.period_id: extension.period for extension in extensions.values()}
    periods = {period.pk: period for period in open_periods(today)}
    known = sorted((extended | periods).values(), key=lambda period: (period.year, period.number))
    reports = {
        (report.place_id, report.period_id): report
        for report in Report.objects.filter(
            Q(period__in=known) | Q(status__in=BEYOND_THE_LOCK), place__in=places
        ).select_related("period")
    }

    def is_open(place: Place, period: ReportPeriod) -> bool:
        return period.pk in periods or (place.pk, period.pk) in extensions

    # A returned or reopened report is owed beyond the lock of its period.
    late = [
        OwedReport(place, report.period, report, extensions.get(key))
        for place in places
        for key, report in sorted(reports.items())
        if key[0] == place.pk
        and not is_open(place, report.period)
        and report.status in BEYOND_THE_LOCK
    ]
    return late + [
        OwedReport(
            place,
            period,
            reports.get((place.pk, period.pk)),
            extensions.get((place.pk, period.pk)),
        )
        for period in known
        for place in places
        if is_open(place, period)
    ]
