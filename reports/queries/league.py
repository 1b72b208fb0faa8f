"""Who reported how well over a year, by collaborator: what allowances and rewards are computed from."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db.models import Count

from collaborators.models import Assignment
from khuyencong.core.text import sort_key
from reports.enums import BoardState, PeriodScheme, ReportStatus
from reports.league import RULE
from reports.models import ReportEvent, ReportPeriod
from reports.queries.completeness import BoardRow, completeness_rows


@dataclass(frozen=True, slots=True)
class ScoredReport:
    """An owed report whose due date has passed, with its points."""

    period: ReportPeriod
    row: BoardRow
    returns: int
    points_in_time: int
    points_accepted: int
    points_not_returned: int

    @property
    def points(self) -> int:
        return self.points_in_time + self.points_accepted + self.points_not_returned

    @property
    def is_provisional(self) -> bool:
        """Whether a decision is still to come, so that the points may change."""
        return self.row.state in (BoardState.SUBMITTED, BoardState.RETURNED)


@dataclass
class LeagueLine:
    """A collaborator's year. `rank` is shared by equal scores."""

    collaborator_id: int
    collaborator: str
    user_id: int | None
    reports: list[ScoredReport] = field(default_factory=list)
    rank: int = 0

    @property
    def places(self) -> list[str]:
        return list(dict.fromkeys(report.row.place for report in self.reports))

    @property
    def owed(self) -> int:
        return len(self.reports)

    @property
    def submitted(self) -> int:
        return sum(report.row.is_reported for report in self.reports)

    @property
    def in_time(self) -> int:
        return sum(report.row.is_reported and not report.row.days_late for report in self.reports)

    @property
    def accepted(self) -> int:
        return sum(report.points_accepted > 0 for report in self.reports)

    @property
    def returns(self) -> int:
        return sum(report.returns for report in self.reports)

    @property
    def score(self) -> Fraction:
        """The mean of the points of the reports owed, exact."""
        return Fraction(sum(report.points for report in self.reports), len(self.reports))

    @property
    def is_provisional(self) -> bool:
        return any(report.is_provisional for report in self.reports)


@dataclass(frozen=True)
class League:
    """A year's lines, best first and equal ones by name; `average` is over the collaborators."""

    year: int
    periods: list[ReportPeriod]
    lines: list[LeagueLine]

    @property
    def average(self) -> Fraction | None:
        if not self.lines:
            return None
        return sum((line.score for line in self.lines), Fraction(0)) / len(self.lines)

    def line_of(self, user) -> LeagueLine | None:
        """The line of a person's own."""
        return next((line for line in self.lines if line.user_id == user.pk), None)


def league_years(today: date) -> list[int]:
    """Years with a period whose due date has passed, latest first."""
    return list(
        ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT, due_on__lt=today)
        .order_by("-year")
        .values_list("year", flat=True)
        .distinct()
    )


def league_of_year(year: int, today: date) -> League:
    """The league of a year as it stands on a day, four queries whatever the size of the network.

    Owed are the reports of the principal collaborators of a period's due date; a report counts once
    the due date of its place has passed. Points follow `reports.league.RULE`.
    """
    periods = list(
        ReportPeriod.objects.filter(
            scheme=PeriodScheme.REPORT, year=year, due_on__lt=today
        ).order_by("number")
    )
    by_id = {period.pk: period for period in periods}
    rows = [
        row
        for row in completeness_rows(periods)
        if row.is_expected and (row.due_on < today or row.is_reported)
    ]
    returns = _returns([row.report_id for row in rows if row.report_id])
    holders = _holders(periods)
    lines: dict[int, LeagueLine] = {}
    for row in rows:
        holder = holders.get((row.period_id, row.place_id))
        if holder is None:
            continue
        line = lines.setdefault(holder.pk, LeagueLine(holder.pk, holder.title, holder.user_id))
        line.reports.append(_scored(by_id[row.period_id], row, returns[row.report_id]))
    ordered = sorted(lines.values(), key=lambda line: (-line.score, sort_key(line.collaborator)))
    for position, line in enumerate(ordered):
        tied = position and ordered[position - 1].score == line.score
        line.rank = ordered[position - 1].rank if tied else position + 1
    return League(year, periods, ordered)


def _scored(period: ReportPeriod, row: BoardRow, returns: int) -> ScoredReport:
    if not row.is_reported:
        return ScoredReport(period, row, 0, 0, 0, 0)
    return ScoredReport(
        period,
        row,
        returns,
        RULE.points_in_time(row.days_late),
        RULE.accepted if row.accepted_version_id else 0,
        RULE.points_not_returned(returns),
    )


def _returns(report_ids: list[int]) -> Counter:
    """How often each report was returned."""
    found = (
        ReportEvent.objects.filter(report__in=report_ids, to_status=ReportStatus.RETURNED)
        .order_by()
        .values_list("report_id")
        .annotate(count=Count("pk"))
    )
    return Counter(dict(found))


def _holders(periods: list[ReportPeriod]) -> dict[tuple[int, int], object]:
    """The principal collaborator of each place on each period's due date."""
    days = [period.due_on for period in periods]
    rows = (
        Assignment.objects.principal()
        .filter(valid_from__lte=max(days, default=date.min))
        .exclude(valid_to__lt=min(days, default=date.max))
        .select_related("collaborator")
    )
    return {
        (period.pk, row.place_id): row.collaborator
        for row in rows
        for period in periods
        if row.valid_from <= period.due_on
        and (row.valid_to is None or row.valid_to >= period.due_on)
    }
