"""Sums over many places and quarters, in one statement each (design.md, section 8).

They read the accepted cells as laid out for totals (`AcceptedCell`, kept by trigger), sum by the id of
the indicator, which an index covers, and only then give names: the form's versions may differ between
quarters, a code keeps its meaning.
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
SELECT province_id, period_id, indicator_id, SUM(value), COUNT(value)
FROM reports_acceptedcell
WHERE {condition}
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
    # A filter that keeps most periods costs more per cell than summing the others and leaving them out.
    of_periods, params = "TRUE", []
    if 2 * len(periods) < ReportPeriod.objects.count():
        of_periods, params = "period_id = ANY(%s)", [list(periods)]
    if code is None:
        rows = _run(of_periods, params)
    else:
        # One at a time: by equality the planner's estimate of the groups is right, for a list it is not.
        rows = [
            row
            for pk in indicators
            for row in _run(f"{of_periods} AND indicator_id = %s", [*params, pk])
        ]
    return _named(rows, periods, indicators)


def _run(condition: str, params: list) -> list[tuple]:
    with transaction.atomic(), connection.cursor() as cursor:
        # Compiling the plan takes longer than running it.
        cursor.execute("SELECT set_config('jit', 'off', true)")
        cursor.execute(_SUMS.format(condition=condition), params)
        return cursor.fetchall()


def _named(rows: Iterable[tuple], periods: dict, indicators: dict) -> list[ProvinceFigure]:
    """Rows by code: indicators of several form versions that share a code are one."""
    sums: dict[tuple, list[int]] = {}
    for province_id, period_id, indicator_id, value, cells in rows:
        if not cells or indicator_id not in indicators or period_id not in periods:
            continue
        code, decimals = indicators[indicator_id]
        entry = sums.setdefault((province_id, *periods[period_id], code, decimals), [0, 0])
        entry[0] += int(value)
        entry[1] += cells
    return [ProvinceFigure(*key, *entry) for key, entry in sums.items()]
