"""From a total to its authors: what one figure is made of, place by place and quarter by quarter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from khuyencong.core.models import User
from reports.enums import Grouping, ReportStatus
from reports.models import ReportEvent, ReportPeriod, ReportVersion
from reports.queries.rollup import (
    Cells,
    Column,
    Entry,
    Figure,
    Line,
    aggregate,
    columns_on_map,
    entries_of,
    line_of,
    total_of,
)


@dataclass(frozen=True, slots=True)
class LineageItem:
    """One place in one quarter: its figure, and who wrote, submitted and accepted it."""

    entry: Entry
    period: ReportPeriod
    figure: Figure
    authors: str = ""
    accepted_by: str = ""
    accepted_at: datetime | None = None


@dataclass(frozen=True)
class Lineage:
    """A figure with all that it is made of. `unit` is the unit of the map, None for the total."""

    line: Line
    unit: Column | None
    total: Figure
    items: list[LineageItem]


def lineage_of(
    code: str,
    periods: list[ReportPeriod],
    *,
    member: str = "",
    unit: int | None = None,
    include_pending: bool = False,
    map_date: date | None = None,
    grouping: str = Grouping.COMMUNE,
) -> Lineage:
    """What a figure over periods (in order) is made of. KeyError for an unknown indicator or unit."""
    line = line_of(code, member, reversed(periods))
    entries = entries_of(periods, include_pending=include_pending)
    if grouping == Grouping.BRANCH:
        grouping = Grouping.COMMUNE
    columns = columns_on_map(entries, map_date, grouping)
    reader = Cells(entries, [code])
    last = periods[-1].pk
    chosen = None
    if unit is None:
        total = total_of([aggregate(line, column.entries, reader, last) for column in columns])
    else:
        chosen = next((column for column in columns if column.place_id == unit), None)
        if chosen is None:
            raise KeyError(unit)
        total = aggregate(line, chosen.entries, reader, last)
    versions = [entry.version.id for entry in total.entries if entry.version]
    authors, accepted = authors_of(versions), acceptances(versions)
    by_id = {period.pk: period for period in periods}
    items = []
    for entry in sorted(total.entries, key=lambda e: (by_id[e.period_id].quarter, e.sort_key)):
        by, at = accepted.get(entry.version.id, ("", None)) if entry.version else ("", None)
        items.append(
            LineageItem(
                entry=entry,
                period=by_id[entry.period_id],
                figure=reader.figure(entry, line),
                authors=", ".join(authors.get(entry.version.id, ())) if entry.version else "",
                accepted_by=by,
                accepted_at=at,
            )
        )
    return Lineage(line, chosen, total, items)


def authors_of(version_ids: Iterable[int]) -> dict[int, list[str]]:
    """Names of those who wrote in each version: two queries."""
    ids = dict(
        ReportVersion.objects.filter(pk__in=list(version_ids)).values_list("pk", "author_ids")
    )
    names = {
        user.pk: str(user)
        for user in User.objects.filter(pk__in={one for several in ids.values() for one in several})
    }
    return {
        pk: [names.get(author, "tài khoản đã xóa") for author in authors]
        for pk, authors in ids.items()
    }


def acceptances(version_ids: Iterable[int]) -> dict[int, tuple[str, datetime]]:
    """Who accepted each version and when; absent where nobody did."""
    events = ReportEvent.objects.filter(
        version__in=list(version_ids), to_status=ReportStatus.ACCEPTED
    ).select_related("actor")
    return {
        event.version_id: (str(event.actor or event.system_job), event.created_at)
        for event in events
    }
