"""Where figures come from that nobody needs to type: counted from records of the portal.

Part II is counted and never typed. A typed indicator with a `source` is filled in when the report
begins, names the records it is counted from, and may be overridden with a reason (the cell's note).
A place without records has nothing to suggest: zero would then only mean that nothing was entered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode

from facilities.queries import registry_figures, registry_list_params
from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.enums import PartKind
from khuyencong.forms_as_data.structure import CellInfo, FormStructure
from reports.models import ReportPeriod

REGISTRY_WORDS = "từ sổ cơ sở"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Source:
    """A family of sources: `figures(place id, first day, last day)` by (source code, member) and
    whether there are records at all; `address(source code, member, place id, first, last)` leads to them."""

    words: str
    figures: Callable[[int, date, date], tuple[Mapping[tuple[str, str], int], bool]]
    address: Callable[[str, str, int, date, date], str]


@dataclass
class Sourced:
    """Figures by cell key: `counted` of part II, `suggested` for typed cells."""

    counted: dict[str, int] = field(default_factory=dict)
    suggested: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, int]:
        return {**self.counted, **self.suggested}


def _registry(place_id: int, first: date, last: date):
    figures = registry_figures([place_id], first, last)
    return figures, bool(figures["registry.total", ""] or figures["registry.stopped", ""])


def _registry_address(source: str, member: str, place_id: int, first: date, last: date) -> str:
    params = registry_list_params(source, member, place_id=place_id, starts_on=first, ends_on=last)
    try:
        return f"{reverse('facilities:list')}?{urlencode(params)}"
    except NoReverseMatch:
        return ""


_SURVEYED = """
SELECT count(*), count(DISTINCT establishment_id) FILTER (WHERE submitted_at >= %s AND submitted_at < %s)
FROM facilities_surveytarget
WHERE place_id = %s OR place_id IN (SELECT place_id FROM core_placelineage WHERE successor_id = %s)
"""


def _surveys(place_id: int, first: date, last: date):
    """Establishments whose survey sheet was sent in the quarter; a place that was never to be
    surveyed through the portal has nothing to suggest, its author counts other surveys."""
    starts, ends = (
        timezone.make_aware(datetime.combine(day, time.min)) for day in (first, last + DAY)
    )
    # Plain SQL, since every submission asks this.
    with connection.cursor() as cursor:
        cursor.execute(_SURVEYED, [starts, ends, place_id, place_id])
        targets, sent = cursor.fetchone()
    return {("surveys.sent", ""): sent}, bool(targets)


def _surveys_address(source: str, member: str, place_id: int, first: date, last: date) -> str:
    params = {"xa": place_id, "khao_sat_tu": first.isoformat()}
    return f"{reverse('facilities:list')}?{urlencode(params)}"


SOURCES: dict[str, Source] = {
    "registry": Source(REGISTRY_WORDS, _registry, _registry_address),
    "surveys": Source("từ phiếu khảo sát", _surveys, _surveys_address),
}


def _family(source: str) -> Source | None:
    return SOURCES.get(source.partition(".")[0])


def sourced_figures(period: ReportPeriod, place_id: int, structure: FormStructure) -> Sourced:
    """All figures that come from records, at the end of the period; a query per family in use."""
    found = Sourced()
    read: dict[str, tuple] = {}
    for part in structure.parts:
        for cell in part.cells:
            code = cell.indicator.source
            family = _family(code)
            if family is None:
                continue
            name = code.partition(".")[0]
            if name not in read:
                read[name] = family.figures(place_id, period.starts_on, period.ends_on)
            figures, has_records = read[name]
            value = figures.get((code, cell.member), 0)
            if part.kind == PartKind.COUNTED:
                found.counted[cell.key] = value
            elif part.is_typed and has_records:
                found.suggested[cell.key] = value * 10**cell.indicator.decimals
    return found


def source_words(cell: CellInfo) -> str:
    """What a cell's figure is counted from, in words; empty for a cell without a source."""
    family = _family(cell.indicator.source)
    return family.words if family else ""


def source_address(period: ReportPeriod, place_id: int, cell: CellInfo) -> str:
    """The list of exactly the records that a cell's figure is counted from; empty without one."""
    family = _family(cell.indicator.source)
    if family is None:
        return ""
    return family.address(
        cell.indicator.source, cell.member, place_id, period.starts_on, period.ends_on
    )


def override_problem(cell: CellInfo, value: int, note: str, suggested: Mapping[str, int]) -> str:
    """Why a figure needs a reason: it is not what the records say. Empty when all is well."""
    counted = suggested.get(cell.key)
    if counted is None or counted == value or note:
        return ""
    shown = format_scaled(counted, cell.indicator.decimals)
    return (
        f"{cell.label}: khác số {source_words(cell)} ({shown} {cell.indicator.unit}). Nếu số này "
        "đúng, anh/chị ghi lý do vào ô ghi chú; nếu sổ chưa đúng, anh/chị sửa trong sổ."
    )
