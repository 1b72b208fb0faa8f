"""Who owed a report for a period, and where each stands.

The denominator is the principal assignments in force on the due date, so a rate never passes
100 %; reports of places outside of it are counted apart. Zero, nothing to report and not reported
are three things: a report of zeros is reported, `nothing_parts` counts the parts whose author
stated that there was nothing, and a place without a submission is in the counts of those missing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from khuyencong.core.numbers import percent
from reports.enums import ACCEPTED_STATUSES, BoardState
from reports.models import ReportPeriod

# One count per period, status and lateness; the sums are made of these few lines. The moment from
# which a submission is late is worked out once per period, not once per report.
COUNTS_SQL = """
WITH period AS MATERIALIZED (
    SELECT id, due_on, (due_on + 1)::timestamp AT TIME ZONE %(zone)s AS late_from
    FROM reports_reportperiod WHERE id = ANY(%(periods)s)
)
SELECT p.id, CASE r.status WHEN 'in_edition' THEN 'accepted' ELSE COALESCE(r.status, 'missing') END,
       COALESCE(r.first_submitted_at >= CASE WHEN e.id IS NULL THEN p.late_from
                ELSE (e.due_on + 1)::timestamp AT TIME ZONE %(zone)s END, FALSE),
       COALESCE(e.due_on >= %(today)s AND r.first_submitted_at IS NULL, FALSE), count(*)
FROM period p
JOIN collaborators_assignment a
  ON a.is_principal AND a.valid_from <= p.due_on AND (a.valid_to IS NULL OR a.valid_to >= p.due_on)
LEFT JOIN reports_report r
  ON r.period_id = p.id AND r.place_id = a.place_id AND r.period_id = ANY(%(periods)s)
LEFT JOIN reports_periodextension e
  ON e.period_id = p.id AND e.place_id = a.place_id AND e.withdrawn_at IS NULL
GROUP BY 1, 2, 3, 4
"""

REPORTED_SQL = """
SELECT period_id, count(*) FROM reports_report
WHERE period_id = ANY(%(periods)s) AND status <> 'draft'
GROUP BY period_id
"""

ROWS_SQL = """
WITH expected AS (
    SELECT p.id AS period_id, p.due_on, a.place_id, a.collaborator_id
    FROM reports_reportperiod p
    JOIN collaborators_assignment a
      ON a.is_principal AND a.valid_from <= p.due_on AND (a.valid_to IS NULL OR a.valid_to >= p.due_on)
    WHERE p.id = ANY(%(periods)s)
), board AS (
    SELECT e.period_id, e.due_on, e.place_id, e.collaborator_id, TRUE AS is_expected FROM expected e
    UNION ALL
    SELECT r.period_id, p.due_on, r.place_id, NULL, FALSE
    FROM reports_report r
    JOIN reports_reportperiod p ON p.id = r.period_id
    WHERE r.period_id = ANY(%(periods)s) AND r.latest_version_id IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM expected e WHERE e.period_id = r.period_id AND e.place_id = r.place_id)
)
SELECT b.period_id, COALESCE(e.due_on, b.due_on), b.is_expected, b.place_id, place.name, parent.name,
       c.title, COALESCE(NULLIF(c.phone, ''), u.phone, ''), COALESCE(u.email, ''),
       r.id, r.status, v.id, v.number, r.accepted_version_id, r.first_submitted_at, r.status_at,
       COALESCE((SELECT count(*) FROM reports_versionstatement s WHERE s.version_id = v.id), 0),
       jsonb_array_length(COALESCE(v.warnings_kept, '[]'::jsonb)), COALESCE(e.reason, '')
FROM board b
JOIN core_place place ON place.id = b.place_id
LEFT JOIN core_place parent ON parent.id = place.parent_id
LEFT JOIN collaborators_collaborator c ON c.id = b.collaborator_id
LEFT JOIN core_user u ON u.id = c.user_id
LEFT JOIN reports_report r
  ON r.period_id = b.period_id AND r.place_id = b.place_id AND r.period_id = ANY(%(periods)s)
LEFT JOIN reports_reportversion v ON v.id = r.latest_version_id
LEFT JOIN reports_periodextension e
  ON e.period_id = b.period_id AND e.place_id = b.place_id AND e.withdrawn_at IS NULL
ORDER BY b.period_id, NOT b.is_expected, place.sort_key, place.code
"""


@dataclass(frozen=True)
class PeriodCounts:
    """A period's counts over the places that owed a report on its due date.

    A reopened report's accepted version stands, so `accepted` counts it too.
    """

    expected: int = 0
    missing: int = 0
    draft: int = 0
    submitted: int = 0
    returned: int = 0
    accepted: int = 0
    reopened: int = 0
    late: int = 0
    extended: int = 0
    outside: int = 0

    @property
    def reported(self) -> int:
        """Places that submitted at least once."""
        return self.submitted + self.returned + self.accepted

    @property
    def unreported(self) -> int:
        return self.expected - self.reported

    @property
    def overdue(self) -> int:
        """Places that have not submitted and have no more time, once the period's due date is past."""
        return self.unreported - self.extended

    @property
    def reported_share(self) -> str:
        """`92 %`, of those expected; empty where nobody was."""
        return percent(self.reported, self.expected, 0)

    @property
    def accepted_share(self) -> str:
        return percent(self.accepted, self.expected, 0)


@dataclass(frozen=True)
class BoardRow:
    """A place on a period's board; without a report, all that follows from one is None.

    `due_on` is the place's own: by its extension, else by the period.
    """

    period_id: int
    due_on: date
    is_expected: bool
    place_id: int
    place: str
    parent: str | None
    collaborator: str | None
    phone: str
    email: str
    report_id: int | None
    status: str | None
    version_id: int | None
    version_number: int | None
    accepted_version_id: int | None
    first_submitted_at: datetime | None
    status_at: datetime | None
    nothing_parts: int
    warnings: int
    extension_reason: str

    @property
    def is_extended(self) -> bool:
        """Whether `due_on` is the place's own, by an extension."""
        return bool(self.extension_reason)

    @property
    def state(self) -> BoardState:
        if self.status in ACCEPTED_STATUSES:
            return BoardState.ACCEPTED
        return BoardState(self.status) if self.status else BoardState.MISSING

    @property
    def stands_accepted(self) -> bool:
        """Whether the accepted version is the latest; also while it is reopened."""
        return self.state in (BoardState.ACCEPTED, BoardState.REOPENED)

    @property
    def is_reported(self) -> bool:
        return self.version_id is not None

    @property
    def days_late(self) -> int:
        """Days past the due date of the first submission; 0 when in time or not submitted."""
        if self.first_submitted_at is None:
            return 0
        return max(0, (timezone.localdate(self.first_submitted_at) - self.due_on).days)

    def days_overdue(self, today: date) -> int:
        """Days past the due date without any submission; 0 when submitted or not due yet."""
        return 0 if self.is_reported else max(0, (today - self.due_on).days)


def completeness_counts(periods: Iterable[ReportPeriod | int]) -> dict[int, PeriodCounts]:
    """Counts by period id, in two queries; a period in which nobody owed a report has zeros."""
    ids = [period if isinstance(period, int) else period.pk for period in periods]
    found: dict[int, Counter] = {period: Counter() for period in ids}
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTS_SQL,
            {"periods": ids, "zone": settings.TIME_ZONE, "today": timezone.localdate()},
        )
        for period, state, is_late, is_extended, count in cursor.fetchall():
            found[period].update(
                {
                    "expected": count,
                    **dict.fromkeys(
                        ("accepted", "reopened") if state == "reopened" else (state,), count
                    ),
                    "late": count if is_late else 0,
                    "extended": count if is_extended else 0,
                }
            )
        cursor.execute(REPORTED_SQL, {"periods": ids})
        reported = dict(cursor.fetchall())
    counts = {period: PeriodCounts(**counted) for period, counted in found.items()}
    return {
        period: replace(count, outside=reported.get(period, 0) - count.reported)
        for period, count in counts.items()
    }


def completeness_rows(periods: Iterable[ReportPeriod | int]) -> list[BoardRow]:
    """The board of one period or several: by period, those expected in Vietnamese order, then others."""
    ids = [period if isinstance(period, int) else period.pk for period in periods]
    with connection.cursor() as cursor:
        cursor.execute(ROWS_SQL, {"periods": ids})
        return [BoardRow(*row) for row in cursor.fetchall()]
