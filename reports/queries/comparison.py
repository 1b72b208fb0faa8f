"""Figures of other quarters to hold against: quý trước, cùng kỳ năm trước."""

from dataclasses import dataclass, field

from django.db import connection

from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.structure import FormStructure, cell_key
from reports.models import Report, ReportPeriod


@dataclass
class PastFigures:
    """A quarter's figures of a place. `places` counts the units they were added up from: more than
    one when the place is new and its predecessors reported."""

    quarter: Quarter
    values: dict[str, int | None] = field(default_factory=dict)
    places: int = 0

    @property
    def is_reported(self) -> bool:
        return self.places > 0


_SQL = """
SELECT p.year, p.number, r.place_id, i.code, c.member, i.decimals, c.value
FROM reports_report r
JOIN reports_reportperiod p ON p.id = r.period_id
JOIN reports_versioncell c ON c.version_id = coalesce(r.accepted_version_id, r.latest_version_id)
JOIN forms_as_data_indicator i ON i.id = c.indicator_id
WHERE r.place_id IN (
    SELECT %s UNION ALL SELECT place_id FROM core_placelineage WHERE successor_id = %s AND is_whole
) AND p.scheme = %s AND (p.year, p.number) IN %s AND (%s::text[] IS NULL OR i.code = ANY(%s))
"""


def _past(
    structure: FormStructure,
    place_id: int,
    period: ReportPeriod,
    quarters: list[Quarter],
    codes: list[str] | None = None,
) -> dict[Quarter, PastFigures]:
    """Accepted (else latest submitted) figures of the place, or the sum of the units it came from."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            [
                place_id,
                place_id,
                period.scheme,
                tuple((quarter.year, quarter.number) for quarter in quarters),
                codes,
                codes,
            ],
        )
        rows = cursor.fetchall()
    by_place: dict[Quarter, dict[int, dict[str, int | None]]] = {q: {} for q in quarters}
    for year, number, place, code, member, decimals, value in rows:
        key = cell_key(code, member)
        if key not in structure.cells:
            continue
        shift = structure.indicators[code].decimals - decimals
        if value is not None and shift > 0:
            value *= 10**shift
        elif value is not None and shift < 0:
            value = (2 * value + 10**-shift) // (2 * 10**-shift)
        by_place[Quarter(year, number)].setdefault(place, {})[key] = value
    found = {}
    for quarter, places in by_place.items():
        own = places.get(place_id)
        sources = [own] if own is not None else list(places.values())
        figures = PastFigures(quarter, places=len(sources))
        for source in sources:
            for key, value in source.items():
                before = figures.values.get(key)
                figures.values[key] = before if value is None else value + (before or 0)
        found[quarter] = figures
    return found


def comparison_figures(report: Report, structure: FormStructure) -> tuple[PastFigures, PastFigures]:
    """Figures of the quarter before and of the same quarter last year, in one query."""
    quarter = report.period.quarter
    before, year_ago = quarter.previous(), Quarter(quarter.year - 1, quarter.number)
    found = _past(structure, report.place_id, report.period, [before, year_ago])
    return found[before], found[year_ago]


def previous_values(
    report: Report, structure: FormStructure, codes: list[str]
) -> dict[str, int | None]:
    """Last quarter's values of some indicators by cell key; what `change_limit` is held against."""
    before = report.period.quarter.previous()
    return _past(structure, report.place_id, report.period, [before], codes)[before].values
