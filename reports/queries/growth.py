"""Figures held against other times: the span before, the same span of last year, one indicator over
several spans. Unlike coverage is said: how many reported on each side, and the growth of those that
did so on both, over the same ground.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from khuyencong.core.numbers import format_scaled
from reports.enums import Grouping
from reports.models import ReportPeriod
from reports.queries.maps import ground_of_places
from reports.queries.rollup import (
    Cells,
    Column,
    Entry,
    Figure,
    FigureState,
    Line,
    aggregate,
    columns_on_map,
    entries_of,
    line_of,
    table_lines,
    total_of,
)
from reports.spans import Span

REPORTED = (FigureState.VALUE, FigureState.NOTHING)


@dataclass(frozen=True, slots=True)
class Growth:
    """A value against an earlier one, both inner integers of the same decimals."""

    now: int
    then: int

    @property
    def percent(self) -> str:
        """`+12,3 %`, `−4 %`, `0 %`; empty where there is nothing to divide by."""
        if self.then <= 0:
            return ""
        tenths = round(Fraction(self.now - self.then, self.then) * 1000)
        return ("+" if tenths > 0 else "") + format_scaled(tenths, 1) + " %"

    @property
    def direction(self) -> str:
        """`up`, `down` or `same`."""
        return "up" if self.now > self.then else "down" if self.now < self.then else "same"


@dataclass(frozen=True, slots=True)
class Side:
    """A figure of one span, against which another is held. `growth` is of the totals as they are;
    `alike` of the units that reported all of both spans on the same ground, `alike_units` of them."""

    span: Span
    figure: Figure
    growth: Growth | None = None
    alike: Growth | None = None
    alike_units: int = 0


@dataclass(frozen=True, slots=True)
class GrowthRow:
    """A line with its figure now, just before (None where the span has no such) and a year ago."""

    line: Line
    now: Figure
    before: Side | None
    year_ago: Side


@dataclass
class GrowthTable:
    """Indicators held against earlier spans; `columns` are the units on which they were matched."""

    span: Span
    rows: list[GrowthRow]
    columns: list[Column] = field(repr=False)
    reported: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass
class IndicatorTable:
    """One indicator over spans. `figures` by (span key, row key), `totals` by span key; rows are
    units of the map or, by branch, members of the indicator's dimension."""

    line: Line
    spans: list[Span]
    rows: list[tuple[str, str, Column | Line]]
    figures: dict[tuple[str, str], Figure] = field(repr=False)
    totals: dict[str, Figure] = field(repr=False)
    columns: list[Column] = field(repr=False)
    grounds: dict[int, frozenset] = field(repr=False)

    def growth(self, row: str, now: Span, then: Span | None) -> Growth | None:
        """The growth of a row (empty: of the total) where both spans are known and, for a row, whole
        and over the same ground."""
        if then is None:
            return None
        if not row:
            return growth_of(self.totals.get(now.key), self.totals.get(then.key))
        one, other = self.figures.get((now.key, row)), self.figures.get((then.key, row))
        if one is None or other is None or not is_alike(one, other, self.grounds):
            return None
        return growth_of(one, other)


def growth_of(now: Figure | None, then: Figure | None) -> Growth | None:
    """The growth of two values; None where one of them has none."""
    if now is None or then is None or now.value is None or then.value is None:
        return None
    return Growth(now.value, then.value)


def is_whole(figure: Figure) -> bool:
    """Whether every place and quarter behind a figure is counted in it."""
    return (
        bool(figure.entries)
        and figure.state in REPORTED
        and all(entry.version for entry in figure.entries)
    )


def is_alike(one: Figure, other: Figure, grounds: dict[int, frozenset]) -> bool:
    """Whether both are whole and each quarter of both covers the same ground."""
    if not (is_whole(one) and is_whole(other)):
        return False
    covered = {*_ground_by_period(one.entries, grounds), *_ground_by_period(other.entries, grounds)}
    return len(covered) == 1 and _quarters(one) == _quarters(other)


def _quarters(figure: Figure) -> int:
    return len({entry.period_id for entry in figure.entries})


def _ground_by_period(entries: Iterable[Entry], grounds: dict[int, frozenset]) -> set[frozenset]:
    found: dict[int, frozenset] = defaultdict(frozenset)
    for entry in entries:
        found[entry.period_id] |= grounds[entry.place_id]
    return set(found.values())


@dataclass
class _Reading:
    """The entries, columns and cells of several spans, read at once."""

    spans: dict[str, tuple[set[int], int]]
    columns: list[Column]
    cells: Cells
    grounds: dict[int, frozenset]
    entries: list[Entry]

    def figure(self, line: Line, entries: Iterable[Entry], span: Span) -> Figure:
        """The figure of the entries that fall in a span."""
        ids, last = self.spans[span.key]
        return aggregate(line, (e for e in entries if e.period_id in ids), self.cells, last)

    def of_column(self, line: Line, column: Column, span: Span) -> Figure | None:
        """The figure of a unit in a span; None where it has no entry in it at all."""
        ids, _ = self.spans[span.key]
        if not any(entry.period_id in ids for entry in column.entries):
            return None
        return self.figure(line, column.entries, span)


def _read(
    spans: Iterable[Span],
    known: Iterable[ReportPeriod],
    include_pending: bool,
    map_date: date | None,
    grouping: str,
    codes: list[str] | None = None,
) -> _Reading:
    known = list(known)
    by_span = {span.key: span.periods(known) for span in spans}
    periods = list({p.pk: p for several in by_span.values() for p in several}.values())
    entries = entries_of(periods, include_pending=include_pending)
    return _Reading(
        spans={
            key: ({p.pk for p in several}, several[-1].pk if several else 0)
            for key, several in by_span.items()
        },
        columns=columns_on_map(entries, map_date, grouping),
        cells=Cells(entries, codes),
        grounds=ground_of_places({entry.place_id for entry in entries}),
        entries=entries,
    )


def growth_table(
    span: Span,
    known: Iterable[ReportPeriod],
    *,
    include_pending: bool = False,
    map_date: date,
    part: str = "",
) -> GrowthTable:
    """Every indicator of a span against the span before and the same span of last year.

    `known` are all periods of the calendar, at least one of the span among them. Places are matched
    on the map of `map_date`. Nine queries at most, whatever the number of places.
    """
    known = list(known)
    spans = [span, *([span.before] if span.before else []), span.year_ago]
    reading = _read(spans, known, include_pending, map_date, Grouping.COMMUNE)
    rows = []
    for line in table_lines(span.periods(known)[-1], part):
        by_span = {
            one.key: [reading.of_column(line, column, one) for column in reading.columns]
            for one in spans
        }
        now = total_of([figure for figure in by_span[span.key] if figure])
        sides = [
            _side(line, other, now, by_span[span.key], by_span[other.key], reading)
            for other in spans[1:]
        ]
        rows.append(GrowthRow(line, now, sides[0] if span.before else None, sides[-1]))
    reported = {}
    for one in spans:
        ids, _ = reading.spans[one.key]
        own = [entry for entry in reading.entries if entry.period_id in ids]
        reported[one.key] = (sum(entry.version is not None for entry in own), len(own))
    return GrowthTable(span, rows, reading.columns, reported)


def _side(
    line: Line,
    span: Span,
    total: Figure,
    now: list[Figure | None],
    then: list[Figure | None],
    reading: _Reading,
) -> Side:
    figure = total_of([one for one in then if one])
    pairs = [
        (one, other)
        for one, other in zip(now, then, strict=True)
        if one and other and is_alike(one, other, reading.grounds)
    ]
    alike = None
    if pairs:
        alike = Growth(
            sum(one.value or 0 for one, _ in pairs), sum(other.value or 0 for _, other in pairs)
        )
    return Side(span, figure, growth_of(total, figure), alike, len(pairs))


def indicator_table(
    code: str,
    spans: list[Span],
    known: Iterable[ReportPeriod],
    *,
    member: str = "",
    include_pending: bool = False,
    map_date: date | None = None,
    grouping: str = Grouping.COMMUNE,
) -> IndicatorTable:
    """One indicator by unit, or by member of its dimension, over spans (latest first).

    Spans without any period are left out. KeyError for an unknown code or member.
    """
    known = list(known)
    spans = [span for span in spans if span.periods(known)]
    line = line_of(code, member, sorted(known, key=lambda p: p.quarter, reverse=True))
    by_branch = grouping == Grouping.BRANCH and line.indicator.members and not member
    reading = _read(
        spans,
        known,
        include_pending,
        map_date,
        Grouping.COMMUNE if grouping == Grouping.BRANCH else grouping,
        [code],
    )
    rows: list[tuple[str, str, Column | Line]] = (
        [
            (f"m-{m}", label, Line(line.part, line.indicator, m, label))
            for m, label in line.indicator.members
        ]
        if by_branch
        else [(str(column.place_id), column.name, column) for column in reading.columns]
    )
    figures, totals = {}, {}
    for span in spans:
        for key, _, row in rows:
            figure = (
                reading.figure(row, reading.entries, span)
                if by_branch
                else reading.of_column(line, row, span)
            )
            if figure is not None:
                figures[span.key, key] = figure
        own = [reading.of_column(line, column, span) for column in reading.columns]
        totals[span.key] = total_of([figure for figure in own if figure])
    return IndicatorTable(line, spans, rows, figures, totals, reading.columns, reading.grounds)
