"""The province's table of a quarter or several: computed from the versions' cells when it is asked for.

First the version that counts is chosen for each place, then the cells of exactly these versions are
read. A version never changes, so the figures belong together however busy the moment is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, TextChoices

from collaborators.models import Assignment
from khuyencong.core.models import Place
from khuyencong.forms_as_data.enums import CellState, PartKind
from khuyencong.forms_as_data.structure import IndicatorInfo, PartInfo, cell_key, structure_of
from reports.enums import Grouping, ReportStatus
from reports.models import Report, ReportEvent, ReportPeriod, VersionCell, VersionStatement
from reports.queries.maps import Unit, units_of_places


class FigureState(TextChoices):
    """What a cell of the table says. Zero is a value; the others are not zero."""

    VALUE = "value", "có số liệu"
    NOTHING = "nothing", "không phát sinh"
    EMPTY = "empty", "để trống"
    NOT_REPORTED = "not_reported", "chưa nộp"
    PENDING = "pending", "chờ kiểm tra"
    RETURNED = "returned", "trả lại để sửa"
    ABSENT = "absent", "không phải báo cáo trong quý"


# Where several places stand behind one figure, what is said when none of them has a value.
_LOUDEST = (
    FigureState.NOTHING,
    FigureState.EMPTY,
    FigureState.PENDING,
    FigureState.RETURNED,
    FigureState.NOT_REPORTED,
    FigureState.ABSENT,
)


@dataclass(frozen=True, slots=True)
class CountedVersion:
    """The version whose figures count for a place."""

    id: int
    number: int
    report_id: int
    is_accepted: bool
    submitted_at: datetime
    submitted_by: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in a period: who owes or gave a report, where it stands, and the version that counts.

    `state` says why there is no version: not reported, pending or returned; VALUE when there is one.
    """

    period_id: int
    place_id: int
    place: str
    sort_key: str
    is_expected: bool
    has_reported: bool
    has_accepted: bool
    status: str
    state: str
    version: CountedVersion | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its state; `entries` are the places and quarters behind it. `value` is an inner
    integer of 10^-decimals, None unless the state is VALUE."""

    value: int | None
    state: str
    entries: tuple[Entry, ...] = ()

    @property
    def version(self) -> CountedVersion | None:
        """The version behind the figure, where it is one version's."""
        return self.entries[0].version if len(self.entries) == 1 else None

    @property
    def counted(self) -> int:
        """How many of the entries have a version that counts."""
        return sum(entry.version is not None for entry in self.entries)

    @property
    def is_partial(self) -> bool:
        """Whether it is a sum in which a place or a quarter is missing."""
        return self.state == FigureState.VALUE and self.counted < len(self.entries)

    @property
    def is_pending(self) -> bool:
        """Whether a version that nobody has accepted yet is in it."""
        return any(e.version and not e.version.is_accepted for e in self.entries)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: an indicator, or one member of its dimension."""

    part: PartInfo
    indicator: IndicatorInfo
    member: str = ""
    member_label: str = ""

    @property
    def key(self) -> str:
        return cell_key(self.indicator.code, self.member)

    @property
    def label(self) -> str:
        return self.member_label or self.indicator.label


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: a unit of the chosen map, or a group of them, with its entries.

    `was_split` marks a former unit that passed into several later ones, `is_joint` one that is made
    of several units of the map: their figures cannot be shared out, so they stay undivided."""

    place_id: int
    name: str
    sort_key: str
    entries: tuple[Entry, ...]
    was_split: bool = False
    is_joint: bool = False


@dataclass
class Rollup:
    """The table. `period` is the last of `periods`; `figures` by (line key, place id), `totals` by
    line key. Figures of a moment are those of the last period."""

    period: ReportPeriod
    periods: list[ReportPeriod]
    entries: list[Entry]
    columns: list[Column]
    lines: list[Line]
    figures: dict[tuple[str, int], Figure] = field(repr=False)
    totals: dict[str, Figure] = field(repr=False)
    cells: "Cells" = field(repr=False)

    @property
    def expected(self) -> int:
        """N: principal assignments in force on the due date, and places that reported anyway."""
        return len(self.entries)

    @property
    def reported(self) -> int:
        return sum(entry.has_reported for entry in self.entries)

    @property
    def accepted(self) -> int:
        return sum(entry.has_accepted for entry in self.entries)

    @property
    def pending(self) -> int:
        """Submitted and waiting for a decision."""
        return sum(entry.status == ReportStatus.SUBMITTED for entry in self.entries)

    @property
    def returned(self) -> int:
        return sum(entry.status == ReportStatus.RETURNED for entry in self.entries)

    @property
    def counted(self) -> int:
        """Places whose figures are in the totals."""
        return sum(entry.version is not None for entry in self.entries)

    def figure_of(self, entry: Entry, line: Line) -> Figure:
        """The figure of one place as it reported, whatever the map."""
        return self.cells.figure(entry, line)


def rollup(
    period: ReportPeriod,
    *,
    include_pending: bool = False,
    map_date: date | None = None,
    place_ids: Iterable[int] | None = None,
    part: str = "",
) -> Rollup:
    """Indicators × places of a period, with totals; exact at this moment (see `rollup_periods`)."""
    return rollup_periods(
        [period],
        include_pending=include_pending,
        map_date=map_date,
        place_ids=place_ids,
        part=part,
    )


def rollup_periods(
    periods: list[ReportPeriod],
    *,
    include_pending: bool = False,
    map_date: date | None = None,
    grouping: str = Grouping.COMMUNE,
    place_ids: Iterable[int] | None = None,
    part: str = "",
) -> Rollup:
    """Indicators × places over periods (in order, at least one), with totals; exact at this moment.

    A flow is summed over the periods, a figure of a moment is the last period's. Accepted versions
    count; with `include_pending` a submitted version that waits counts in their place. A returned
    report counts by the version accepted before it, if any. `map_date` puts the places on the map of
    that day (None: as reported), `grouping` puts them together; `place_ids` narrows to these places
    as reported; `part` to one part by its code.
    """
    entries = entries_of(periods, include_pending=include_pending, place_ids=place_ids)
    lines = table_lines(periods[-1], part)
    columns = columns_on_map(entries, map_date, grouping)
    reader = Cells(entries)
    figures, totals = {}, {}
    last = periods[-1].pk
    for line in lines:
        for column in columns:
            figures[line.key, column.place_id] = aggregate(line, column.entries, reader, last)
        totals[line.key] = total_of([figures[line.key, c.place_id] for c in columns])
    return Rollup(
        period=periods[-1],
        periods=periods,
        entries=entries,
        columns=columns,
        lines=lines,
        figures=figures,
        totals=totals,
        cells=reader,
    )


def aggregate(line: Line, entries: Iterable[Entry], reader: "Cells", last_period: int) -> Figure:
    """One figure of entries: a flow summed over all, a figure of a moment over the last period's."""
    own = tuple(
        entry for entry in entries if not line.indicator.is_stock or entry.period_id == last_period
    )
    if not own:
        return Figure(None, FigureState.ABSENT)
    return _sum(own, [reader.figure(entry, line) for entry in own])


def total_of(figures: list[Figure]) -> Figure:
    """The sum of figures, with all the entries behind them."""
    return _sum(tuple(entry for figure in figures for entry in figure.entries), figures)


def line_of(code: str, member: str, periods: Iterable[ReportPeriod]) -> Line:
    """The line of an indicator or of one member of it, as the newest of the periods' forms has it
    (periods latest first); KeyError where none does."""
    seen: set[int] = set()
    for period in periods:
        if period.form_version_id in seen:
            continue
        seen.add(period.form_version_id)
        for line in table_lines(period):
            if (line.indicator.code, line.member) == (code, member):
                return line
    raise KeyError(code)


def table_lines(period: ReportPeriod, part: str = "") -> list[Line]:
    """The rows of a period's table: each indicator, then the members of its dimension."""
    lines = []
    for one in structure_of(period.form_version_id).parts:
        if one.kind == PartKind.ROWS or (part and one.code != part):
            continue
        for indicator in one.indicators:
            lines.append(Line(one, indicator))
            lines += [Line(one, indicator, code, label) for code, label in indicator.members]
    return lines


def entries_of(
    periods: list[ReportPeriod],
    *,
    include_pending: bool = False,
    place_ids: Iterable[int] | None = None,
) -> list[Entry]:
    """Every place that owed or gave a report in the periods, in Vietnamese order, two queries."""
    expected = _expected_places(periods)
    reports = {
        (report.period_id, report.place_id): report
        for report in Report.objects.filter(period__in=periods).select_related(
            "place", "accepted_version__submitted_by", "latest_version__submitted_by"
        )
    }
    places = {place.pk: place for owed in expected.values() for place in owed.values()}
    places |= {report.place_id: report.place for report in reports.values()}
    wanted = None if place_ids is None else set(place_ids)
    entries = []
    for period in periods:
        owed = expected[period.pk]
        gave = {
            place_id
            for (period_id, place_id), report in reports.items()
            if period_id == period.pk and report.latest_version_id
        }
        for place_id in owed.keys() | gave:
            if wanted is None or place_id in wanted:
                report = reports.get((period.pk, place_id))
                entries.append(
                    _entry(period, places[place_id], place_id in owed, report, include_pending)
                )
    return sorted(entries, key=lambda entry: (entry.sort_key, entry.place_id))


def _expected_places(periods: list[ReportPeriod]) -> dict[int, dict[int, Place]]:
    """By period: the places with a principal assignment in force on its due date."""
    days = [period.due_on for period in periods]
    rows = (
        Assignment.objects.principal()
        .filter(valid_from__lte=max(days, default=date.max))
        .exclude(valid_to__lt=min(days, default=date.min))
        .select_related("place")
    )
    expected: dict[int, dict[int, Place]] = {period.pk: {} for period in periods}
    for row in rows:
        for period in periods:
            if row.valid_from <= period.due_on and (
                row.valid_to is None or row.valid_to >= period.due_on
            ):
                expected[period.pk][row.place_id] = row.place
    return expected


def _entry(period, place, is_expected: bool, report: Report | None, include_pending: bool) -> Entry:
    version, state = None, FigureState.NOT_REPORTED
    if report is not None and report.latest_version_id:
        if include_pending and report.status == ReportStatus.SUBMITTED:
            version = report.latest_version
        else:
            version = report.accepted_version
        if report.status == ReportStatus.RETURNED:
            state = FigureState.RETURNED
        else:
            state = FigureState.PENDING
    counted = None
    if version is not None:
        state = FigureState.VALUE
        counted = CountedVersion(
            id=version.pk,
            number=version.number,
            report_id=report.pk,
            is_accepted=version.pk == report.accepted_version_id,
            submitted_at=version.submitted_at,
            submitted_by=str(version.submitted_by or ""),
        )
    return Entry(
        period_id=period.pk,
        place_id=place.pk,
        place=place.name,
        sort_key=place.sort_key,
        is_expected=is_expected,
        has_reported=bool(report and report.latest_version_id),
        has_accepted=bool(report and report.accepted_version_id),
        status=report.status if report else "",
        state=state,
        version=counted,
    )


def columns_on_map(
    entries: list[Entry], map_date: date | None, grouping: str = Grouping.COMMUNE
) -> list[Column]:
    """The places of the entries, as reported, as they stand on the map of a day, or put together."""
    if map_date is None and grouping == Grouping.COMMUNE:
        units = {e.place_id: Unit(e.place_id, e.place, e.sort_key) for e in entries}
    else:
        places = Place.objects.filter(pk__in={entry.place_id for entry in entries})
        units = units_of_places(places, map_date, grouping)
    grouped: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        grouped[units[entry.place_id].id].append(entry)
    found: dict[int, Unit] = {}
    for unit in units.values():
        # A place that is a unit itself and also stands undivided for others is named as it is.
        kept = found.get(unit.id)
        if kept is None or kept.was_split or kept.is_joint:
            found[unit.id] = unit
    columns = [
        Column(
            pk,
            found[pk].name,
            found[pk].sort_key,
            tuple(own),
            found[pk].was_split,
            found[pk].is_joint,
        )
        for pk, own in grouped.items()
    ]
    return sorted(columns, key=lambda column: (column.sort_key, column.place_id))


def accepted_times(version_ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these versions was accepted; absent where it was not."""
    return dict(
        ReportEvent.objects.filter(
            version__in=list(version_ids), to_status=ReportStatus.ACCEPTED
        ).values_list("version_id", "created_at")
    )


class Cells:
    """The cells and the statements of the counted versions, two queries.

    Values are by the indicator's code; each keeps the decimals of its own form version."""

    def __init__(self, entries: list[Entry], codes: list[str] | None = None):
        ids = [entry.version.id for entry in entries if entry.version]
        wanted = Q(version__in=ids)
        if codes is not None:
            wanted &= Q(indicator__code__in=codes)
        self.cells: dict[tuple[int, str], list[tuple[str, int | None, str, int]]] = defaultdict(
            list
        )
        for version_id, code, *cell in VersionCell.objects.filter(wanted).values_list(
            "version_id", "indicator__code", "member", "value", "state", "indicator__decimals"
        ):
            self.cells[version_id, code].append(tuple(cell))
        self.stated = set(
            VersionStatement.objects.filter(version__in=ids).values_list("version_id", "part__code")
        )

    def figure(self, entry: Entry, line: Line) -> Figure:
        """The figure of one place on a line; an indicator with members is the sum of theirs."""
        if entry.version is None:
            return Figure(None, entry.state, (entry,))
        cells = [
            (_rescaled(value, line.indicator.decimals - decimals), state)
            for member, value, state, decimals in self.cells.get(
                (entry.version.id, line.indicator.code), ()
            )
            if (not line.member and (member or not line.indicator.members)) or member == line.member
        ]
        values = [value for value, state in cells if state == CellState.VALUE]
        if values:
            return Figure(sum(values), FigureState.VALUE, (entry,))
        if cells or (entry.version.id, line.part.code) in self.stated:
            return Figure(None, FigureState.NOTHING, (entry,))
        return Figure(None, FigureState.EMPTY, (entry,))


def _rescaled(value: int | None, shift: int) -> int | None:
    """An inner integer with `shift` more decimals (fewer: rounded half up)."""
    if not shift or value is None:
        return value
    if shift > 0:
        return value * 10**shift
    return (2 * value + 10**-shift) // (2 * 10**-shift)


def _sum(entries: tuple[Entry, ...], figures: list[Figure]) -> Figure:
    """The sum of figures: a value as soon as one has a value, else the loudest reason for none."""
    values = [figure.value for figure in figures if figure.state == FigureState.VALUE]
    if values:
        return Figure(sum(values), FigureState.VALUE, entries)
    states = {figure.state for figure in figures}
    state = next((s for s in _LOUDEST if s in states), FigureState.NOT_REPORTED)
    return Figure(None, state, entries)


def leaf_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines whose cells people write: members where there are any, else the indicator."""
    return (line for line in lines if line.member or not line.indicator.members)
