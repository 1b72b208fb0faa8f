"""Sums over many places and quarters, in one statement each (design.md, section 8).

Cells are summed by the id of their indicator, which the index `version_cell_rollup` covers, and only
then get their names: the form's versions may differ between quarters, a code keeps its meaning. Only
accepted versions count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from khuyencong.forms_as_data.models import Indicator
from reports.enums import PeriodScheme
from reports.form_v1 import FORM_CODE
from reports.models import ReportPeriod


@dataclass(frozen=True, slots=True)
class ProvinceFigure:
    """A sum: `value` is an inner integer of 10^-`decimals`; `cells` values are in it."""

    province_id: int
    year: int
    quarter: int
    code: str
    decimals: int
    value: int
    cells: int


_SUMS = """
SELECT p.province_id, r.period_id, c.indicator_id, SUM(c.value)::bigint, COUNT(*)
FROM reports_versioncell c
JOIN reports_report r ON r.accepted_version_id = c.version_id
JOIN core_place p ON p.id = r.place_id
WHERE c.state = 'value' AND r.period_id = ANY(%s) {condition}
GROUP BY 1, 2, 3
"""


def rollup_indicator_national(
    code: str, *, from_year: int, to_year: int, scheme: str = PeriodScheme.REPORT
) -> list[ProvinceFigure]:
    """One indicator (all members of its dimension together) by province and quarter."""
    return _sums(from_year, to_year, scheme, code)


def rollup_all(
    *, from_year: int, to_year: int, scheme: str = PeriodScheme.REPORT
) -> list[ProvinceFigure]:
    """All indicators by province and quarter."""
    return _sums(from_year, to_year, scheme, None)


def _sums(from_year: int, to_year: int, scheme: str, code: str | None) -> list[ProvinceFigure]:
    periods = {
        pk: (year, number)
        for pk, year, number in ReportPeriod.objects.filter(
            scheme=scheme, year__gte=from_year, year__lte=to_year
        ).values_list("pk", "year", "number")
    }
    indicators = {
        pk: (name, decimals)
        for pk, name, decimals in Indicator.objects.filter(
            version__form__code=FORM_CODE, **({} if code is None else {"code": code})
        ).values_list("pk", "code", "decimals")
    }
    rows: list[tuple] = []
    if code is None:
        rows = _run("", [list(periods)])
    else:
        # One at a time and by equality: for a list of ids the planner sorts what the index has in order.
        for pk in indicators:
            rows += _run("AND c.indicator_id = %s", [list(periods), pk])
    return _named(rows, periods, indicators)


def _run(condition: str, params: list) -> list[tuple]:
    with transaction.atomic(), connection.cursor() as cursor:
        # Compiling the plan takes longer than running it, and its hash tables fit in memory.
        cursor.execute(
            "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)"
        )
        cursor.execute(_SUMS.format(condition=condition), params)
        return cursor.fetchall()


def _named(rows: Iterable[tuple], periods: dict, indicators: dict) -> list[ProvinceFigure]:
    """Rows by code: indicators of several form versions that share a code are one."""
    sums: dict[tuple, list[int]] = {}
    for province_id, period_id, indicator_id, value, cells in rows:
        if indicator_id not in indicators:
            continue
        code, decimals = indicators[indicator_id]
        entry = sums.setdefault((province_id, *periods[period_id], code, decimals), [0, 0])
        entry[0] += value
        entry[1] += cells
    return [ProvinceFigure(*key, *entry) for key, entry in sums.items()]
