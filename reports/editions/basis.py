"""The figures an edition rests on: a period's accepted versions, beside last quarter and last year.

Growth is reckoned over the places that have a value in both quarters, on the map of the period, so
that a missing report never looks like a fall.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from khuyencong.core.numbers import format_scaled
from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.structure import PartInfo, structure_of
from reports.editions.models import Edition
from reports.models import ReportPeriod, VersionRow
from reports.queries.rollup import (
    Cells,
    CountedVersion,
    Entry,
    Figure,
    FigureState,
    Line,
    columns_on_map,
    entries_of,
    table_lines,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A total of an earlier quarter, and the two sums over the places that have a value in both."""

    total: int | None
    then: int = 0
    now: int = 0
    places: int = 0

    @property
    def words(self) -> str:
        """`tăng 5,2 %`, `giảm 3 %`, `không đổi`; empty where nothing can be compared."""
        if not self.places or not self.then:
            return ""
        if self.now == self.then:
            return "không đổi"
        tenths = abs(round(Fraction(self.now - self.then, self.then) * 1000))
        if not tenths:
            return f"{'tăng' if self.now > self.then else 'giảm'} dưới 0,1 %"
        verb = "tăng" if self.now > self.then else "giảm"
        return f"{verb} {format_scaled(tenths, 1)} %"


@dataclass(frozen=True, slots=True)
class LineFigures:
    """A line of the table with what it is compared to."""

    line: Line
    figure: Figure
    previous: Comparison
    last_year: Comparison

    @property
    def text(self) -> str:
        """The total as a Vietnamese number; words where there is none."""
        if self.figure.state == FigureState.VALUE:
            return format_scaled(self.figure.value, self.line.indicator.decimals)
        return "không phát sinh" if self.figure.state == FigureState.NOTHING else "chưa có"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row of parts III, IV of a counted version."""

    place_id: int
    place: str
    report_id: int
    uid: str
    data: dict
    establishment_id: int | None


@dataclass
class Basis:
    """All that the text of an edition is drafted from."""

    period: ReportPeriod
    entries: list[Entry]
    lines: dict[str, LineFigures] = field(default_factory=dict)
    rows: dict[str, list[ReportRow]] = field(default_factory=dict)
    cells: Cells | None = field(default=None, repr=False)

    @property
    def parts(self) -> tuple[PartInfo, ...]:
        return structure_of(self.period.form_version_id).parts

    @property
    def counted(self) -> list[Entry]:
        """Places whose accepted version is in it."""
        return [entry for entry in self.entries if entry.version]

    def without(self, *states: str) -> list[Entry]:
        """Places that are not in it, for one of these reasons."""
        return [entry for entry in self.entries if not entry.version and entry.state in states]

    def lines_of(self, part: PartInfo) -> list[LineFigures]:
        return [one for one in self.lines.values() if one.line.part.code == part.code]


def basis_of(period: ReportPeriod, entries: list[Entry] | None = None) -> Basis:
    """The figures of a period as they are now, or over given entries (a signed edition's)."""
    entries = entries_of([period]) if entries is None else entries
    now = _Table(period, entries, period)
    previous = _earlier(period, period.quarter.previous())
    last_year = _earlier(period, Quarter(period.year - 1, period.number))
    basis = Basis(period, entries, cells=now.cells)
    for line in table_lines(period):
        basis.lines[line.key] = LineFigures(
            line,
            now.total(line),
            _compare(now, previous, line),
            _compare(now, last_year, line),
        )
    basis.rows = _rows(entries)
    return basis


def entries_of_edition(edition: Edition) -> list[Entry]:
    """The places and versions an issued edition rests on, as they were at the signature."""
    entries = []
    for row in edition.entries.select_related("place", "version__submitted_by", "report"):
        version = row.version
        entries.append(
            Entry(
                period_id=edition.period_id,
                place_id=row.place_id,
                place=row.place.name,
                sort_key=row.place.sort_key,
                is_expected=row.is_expected,
                has_reported=row.report_id is not None,
                has_accepted=version is not None,
                status="",
                state=row.state,
                version=CountedVersion(
                    id=version.pk,
                    number=version.number,
                    report_id=version.report_id,
                    is_accepted=True,
                    submitted_at=version.submitted_at,
                    submitted_by=str(version.submitted_by or ""),
                )
                if version
                else None,
            )
        )
    return entries


class _Table:
    """The figures of one period by place on the map of another's end."""

    def __init__(self, period: ReportPeriod, entries: list[Entry], map_of: ReportPeriod):
        self.cells = Cells(entries)
        self.columns = columns_on_map(entries, map_of.ends_on)
        self._values: dict[str, dict[int, int]] = {}

    def values(self, line: Line) -> dict[int, int]:
        """Value by place, places without a value left out."""
        if line.key not in self._values:
            self._values[line.key] = self._read(line)
        return self._values[line.key]

    def _read(self, line: Line) -> dict[int, int]:
        found = {}
        for column in self.columns:
            figures = [self.cells.figure(entry, line) for entry in column.entries]
            values = [f.value for f in figures if f.state == FigureState.VALUE]
            if values:
                found[column.place_id] = sum(values)
        return found

    def total(self, line: Line) -> Figure:
        values = self.values(line)
        if values:
            return Figure(sum(values.values()), FigureState.VALUE)
        states = {
            self.cells.figure(entry, line).state
            for column in self.columns
            for entry in column.entries
        }
        nothing = FigureState.NOTHING in states
        return Figure(None, FigureState.NOTHING if nothing else FigureState.NOT_REPORTED)


def _earlier(period: ReportPeriod, quarter: Quarter) -> _Table | None:
    earlier = ReportPeriod.objects.filter(
        scheme=period.scheme, year=quarter.year, number=quarter.number
    ).first()
    if earlier is None:
        return None
    entries = [entry for entry in entries_of([earlier]) if entry.version]
    return _Table(earlier, entries, period) if entries else None


def _compare(now: _Table, earlier: _Table | None, line: Line) -> Comparison:
    if earlier is None:
        return Comparison(None)
    values, then = now.values(line), earlier.values(line)
    both = values.keys() & then.keys()
    return Comparison(
        total=sum(then.values()) if then else None,
        then=sum(then[place] for place in both),
        now=sum(values[place] for place in both),
        places=len(both),
    )


def _rows(entries: Iterable[Entry]) -> dict[str, list[ReportRow]]:
    by_version = {entry.version.id: entry for entry in entries if entry.version}
    rows: dict[str, list[ReportRow]] = {}
    for row in (
        VersionRow.objects.filter(version__in=list(by_version))
        .select_related("part")
        .order_by("version_id", "position", "id")
    ):
        entry = by_version[row.version_id]
        rows.setdefault(row.part.code, []).append(
            ReportRow(
                entry.place_id,
                entry.place,
                entry.version.report_id,
                str(row.uid),
                row.data,
                row.establishment_id,
            )
        )
    order = {entry.place_id: entry.sort_key for entry in by_version.values()}
    for found in rows.values():
        found.sort(key=lambda row: order[row.place_id])
    return rows
