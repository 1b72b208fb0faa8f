"""What a checker should look at before accepting: warnings kept, changes above the form's limits."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from khuyencong.core.numbers import format_scaled, percent
from reports.models import Report

# Prior figures are those accepted, else those last submitted, of the place and of the units that
# became it as a whole. A prior figure in another unit is not compared.
CHANGES_SQL = """
WITH shown AS (
    SELECT r.id AS report_id, r.place_id, v.id AS version_id, v.form_version_id, q.id AS prior_period_id
    FROM reports_report r
    JOIN reports_reportversion v ON v.id = r.latest_version_id
    JOIN reports_reportperiod p ON p.id = r.period_id
    JOIN reports_reportperiod q
      ON q.scheme = p.scheme AND q.year * 4 + q.number = p.year * 4 + p.number - 1
    WHERE r.id = ANY(%s)
), limits AS (
    SELECT s.report_id, s.version_id, s.place_id, s.prior_period_id, rule.percent, i.id AS indicator_id,
           i.code, i.label, i.unit, i.decimals, i.order
    FROM shown s
    JOIN forms_as_data_rule rule ON rule.version_id = s.form_version_id AND rule.kind = 'change_limit'
    JOIN forms_as_data_indicator i ON i.version_id = s.form_version_id AND i.code = rule.target
), origins AS (
    SELECT s.report_id, s.place_id AS origin_id, s.prior_period_id FROM shown s
    UNION
    SELECT s.report_id, l.place_id, s.prior_period_id
    FROM shown s JOIN core_placelineage l ON l.successor_id = s.place_id AND l.is_whole
), prior AS (
    SELECT o.report_id, i.code, i.unit, i.decimals, sum(c.value) AS value
    FROM origins o
    JOIN reports_report pr ON pr.place_id = o.origin_id AND pr.period_id = o.prior_period_id
    JOIN reports_versioncell c
      ON c.version_id = COALESCE(pr.accepted_version_id, pr.latest_version_id) AND c.state = 'value'
    JOIN forms_as_data_indicator i ON i.id = c.indicator_id
    WHERE i.code IN (SELECT code FROM limits)
    GROUP BY 1, 2, 3, 4
), present AS (
    SELECT l.report_id, l.code, l.label, l.unit, l.decimals, l.percent, l.order,
           COALESCE((SELECT sum(c.value) FROM reports_versioncell c
                     WHERE c.version_id = l.version_id AND c.indicator_id = l.indicator_id), 0) AS value
    FROM limits l
)
SELECT n.report_id, n.label, n.unit, n.decimals, prior.value, n.value
FROM present n
JOIN prior ON prior.report_id = n.report_id AND prior.code = n.code
          AND prior.unit = n.unit AND prior.decimals = n.decimals
WHERE abs(n.value - prior.value) * 100 > n.percent * abs(prior.value)
ORDER BY n.report_id, n.order
"""


@dataclass(frozen=True)
class Change:
    """A figure that moved beyond its limit against the quarter before."""

    label: str
    unit: str
    decimals: int
    before: int
    now: int

    def __str__(self) -> str:
        moved = percent(self.now - self.before, self.before, 0)
        return (
            f"{self.label}: {format_scaled(self.before, self.decimals)} → "
            f"{format_scaled(self.now, self.decimals)} {self.unit}"
            + (f" ({'+' if self.now > self.before else ''}{moved})" if moved else "")
        )


@dataclass
class Flags:
    """What keeps a report out of a batch; false when it is clean."""

    warnings: list[dict] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.warnings or self.changes)

    @property
    def sentence(self) -> str:
        """The reasons in one Vietnamese sentence."""
        reasons = []
        if self.warnings:
            reasons.append(f"có {len(self.warnings)} cảnh báo được giữ lại")
        if self.changes:
            reasons.append(
                "biến động vượt ngưỡng so với quý trước: "
                + "; ".join(str(change) for change in self.changes)
            )
        return f"Cần xem riêng: {', '.join(reasons)}." if reasons else ""


def report_flags(reports: Iterable[Report]) -> dict[int, Flags]:
    """Flags of the latest version of each report (with `latest_version` at hand), in one query."""
    reports = list(reports)
    flags = {
        report.pk: Flags(
            warnings=list(report.latest_version.warnings_kept) if report.latest_version else []
        )
        for report in reports
    }
    if not flags:
        return flags
    with connection.cursor() as cursor:
        cursor.execute(CHANGES_SQL, [list(flags)])
        for report_id, label, unit, decimals, before, now in cursor.fetchall():
            flags[report_id].changes.append(Change(label, unit, decimals, int(before), int(now)))
    return flags
