"""All a checker looks at, of one submitted version: figures beside earlier quarters, what changed
since the last submission, warnings kept, what was asked for, the steps so far."""

from dataclasses import dataclass, field

from khuyencong.core.numbers import format_scaled, format_vnd, percent
from khuyencong.forms_as_data.enums import ColumnKind, PartKind
from khuyencong.forms_as_data.structure import (
    CellInfo,
    ColumnInfo,
    FormStructure,
    PartInfo,
    cell_key,
    structure_of,
)
from reports.models import (
    Report,
    ReportEvent,
    ReportVersion,
    ReturnComment,
    VersionRow,
    VersionStatement,
)
from reports.queries.comparison import PastFigures, comparison_figures
from reports.queries.drift import Drift, drift_of
from reports.queries.neighbours import neighbour_figures
from reports.queries.versions import CellFigure, cells_of_version

NOTHING = "Không phát sinh"
NOT_REPORTED = "Chưa báo cáo"


@dataclass
class ReviewFigure:
    """A cell with what it is held against; all figures as text."""

    cell: CellInfo
    now: str
    previous: str
    year_ago: str
    change: str = ""
    was: str | None = None
    note: str = ""
    was_note: str | None = None
    warnings: list[dict] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    neighbours: str = ""
    neighbour_places: int = 0

    @property
    def field_name(self) -> str:
        return f"o:{self.cell.key}"

    @property
    def expected_name(self) -> str:
        return f"n:{self.cell.key}"

    @property
    def is_changed(self) -> bool:
        return self.was is not None or self.was_note is not None


@dataclass
class ReviewValue:
    """A column of a row, and what it said in the last submission when that differs."""

    label: str
    text: str
    was: str | None = None
    is_number: bool = False


@dataclass
class ReviewRow:
    """A row of parts III to V. `mark` is "new", "changed", "removed" or empty."""

    uid: str
    position: int
    values: list[ReviewValue]
    mark: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def field_name(self) -> str:
        return f"d:{self.uid}"

    @property
    def name(self) -> str:
        return f"dòng {self.position}"


@dataclass
class ReviewPart:
    """A part with its figures or rows, or its statement that there was nothing."""

    info: PartInfo
    statement: VersionStatement | None = None
    figures: list[ReviewFigure] = field(default_factory=list)
    rows: list[ReviewRow] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    statement_is_new: bool = False
    statement_is_gone: bool = False

    @property
    def field_name(self) -> str:
        return f"p:{self.info.code}"

    @property
    def changes(self) -> int:
        """How many cells and rows differ from the last submission."""
        return sum(figure.is_changed for figure in self.figures) + sum(
            bool(row.mark) for row in self.rows
        )


@dataclass
class ReviewSheet:
    """The whole screen. `before` is the version submitted before this one, if any."""

    report: Report
    version: ReportVersion
    before: ReportVersion | None
    structure: FormStructure
    parts: list[ReviewPart]
    events: list[ReportEvent]
    previous: PastFigures
    year_ago: PastFigures
    loose_warnings: list[dict] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return sum(part.changes for part in self.parts)

    @property
    def returned(self) -> ReportEvent | None:
        """The step that sent the version before back, with its note."""
        return next(
            (
                event
                for event in reversed(self.events)
                if self.before is not None
                and event.version_id == self.before.pk
                and event.to_status == "returned"
                and not event.is_note
            ),
            None,
        )


def review_sheet(report: Report, version: ReportVersion) -> ReviewSheet:
    """Gather the screen of a version in a fixed number of queries."""
    structure = structure_of(version.form_version_id)
    before = (
        ReportVersion.objects.filter(report=report, number__lt=version.number)
        .order_by("-number")
        .first()
    )
    ids = [version.pk] + ([before.pk] if before else [])
    cells = cells_of_version(version)
    cells_before = cells_of_version(before) if before else {}
    rows: dict[int, list[VersionRow]] = {pk: [] for pk in ids}
    for row in VersionRow.objects.filter(version__in=ids).order_by("position", "id"):
        rows[row.version_id].append(row)
    statements: dict[int, dict[int, VersionStatement]] = {pk: {} for pk in ids}
    for statement in VersionStatement.objects.filter(version__in=ids).select_related("stated_by"):
        statements[statement.version_id][statement.part_id] = statement
    events = list(
        ReportEvent.objects.filter(report=report)
        .select_related("actor", "version")
        .prefetch_related("comments__indicator", "comments__part")
        .order_by("created_at", "id")
    )
    asked = _asked(before, events)
    previous, year_ago = comparison_figures(report, structure)
    near = neighbour_figures(report.place_id, report.period_id, structure)
    warnings: dict[str, list[dict]] = {}
    for warning in version.warnings_kept:
        warnings.setdefault(warning.get("cell", ""), []).append(warning)

    parts = []
    for info in structure.parts:
        part = ReviewPart(
            info,
            statement=statements[version.pk].get(info.id),
            asked=asked.get(("part", info.code), []),
        )
        if before is not None:
            stated_before = info.id in statements[before.pk]
            part.statement_is_new = part.statement is not None and not stated_before
            part.statement_is_gone = part.statement is None and stated_before
        if info.kind == PartKind.ROWS:
            part.rows = _rows(
                info,
                [row for row in rows[version.pk] if row.part_id == info.id],
                [row for row in rows[before.pk] if row.part_id == info.id] if before else None,
                asked,
            )
        else:
            part.figures = [
                _figure(
                    cell,
                    cells.get(cell.key),
                    cells_before.get(cell.key) if before else None,
                    before is not None,
                    previous,
                    year_ago,
                    warnings.pop(cell.key, []),
                    asked.get(("cell", cell.key), []),
                )
                for cell in info.cells
            ]
            for figure in part.figures:
                if (around := near.get(figure.cell.key)) is not None:
                    figure.neighbours = format_scaled(around.median, figure.cell.indicator.decimals)
                    figure.neighbour_places = around.places
        parts.append(part)
    return ReviewSheet(
        report=report,
        version=version,
        before=before,
        structure=structure,
        parts=parts,
        events=events,
        previous=previous,
        year_ago=year_ago,
        drift=drift_of(report, version, cells),
        loose_warnings=[warning for kept in warnings.values() for warning in kept],
    )


def _asked(before: ReportVersion | None, events: list[ReportEvent]) -> dict[tuple, list[str]]:
    """What the checker asked for on the version before, by ("cell", key), ("row", uid), ("part", code)."""
    asked: dict[tuple, list[str]] = {}
    if before is None:
        return asked
    for event in events:
        if event.version_id != before.pk:
            continue
        for comment in event.comments.all():
            asked.setdefault(comment_target(comment), []).append(comment.text)
    return asked


def comment_target(comment: ReturnComment) -> tuple[str, str]:
    """What a comment is pinned to: ("cell", key), ("row", uid) or ("part", code)."""
    if comment.indicator is not None:
        return "cell", cell_key(comment.indicator.code, comment.member)
    if comment.row_uid is not None:
        return "row", str(comment.row_uid)
    return "part", comment.part.code if comment.part else ""


def _shown(figure: CellFigure | None, decimals: int) -> str:
    if figure is None:
        return NOT_REPORTED
    return NOTHING if figure.is_nothing else format_scaled(figure.value, decimals)


def _past_shown(past: PastFigures, cell: CellInfo) -> str:
    """An earlier quarter's figure; the three kinds of nothing are said in words."""
    if not past.is_reported or cell.key not in past.values:
        return NOT_REPORTED
    value = past.values[cell.key]
    return NOTHING if value is None else format_scaled(value, cell.indicator.decimals)


def change_text(now: int | None, before: int | None) -> str:
    """`+12,5 %` against an earlier figure; words where a share has no meaning."""
    if now is None or before is None:
        return ""
    if now == before:
        return "Không đổi"
    if before == 0:
        return "Trước đó là 0"
    sign = "+" if now > before else "−"
    return sign + percent(abs(now - before), abs(before))


def _figure(
    cell: CellInfo,
    now: CellFigure | None,
    before: CellFigure | None,
    has_before: bool,
    previous: PastFigures,
    year_ago: PastFigures,
    warnings: list[dict],
    asked: list[str],
) -> ReviewFigure:
    decimals = cell.indicator.decimals
    figure = ReviewFigure(
        cell=cell,
        now=_shown(now, decimals),
        previous=_past_shown(previous, cell),
        year_ago=_past_shown(year_ago, cell),
        change=change_text(now.value if now else None, previous.values.get(cell.key)),
        note=now.note if now else "",
        warnings=warnings,
        asked=asked,
    )
    if has_before:
        was = _shown(before, decimals)
        if was != figure.now:
            figure.was = was
        note_before = before.note if before else ""
        if note_before != figure.note:
            figure.was_note = note_before
    return figure


def value_text(column: ColumnInfo, value) -> str:
    """A submitted value of a row as its reader wants it."""
    if value in (None, ""):
        return ""
    if isinstance(value, dict):
        return str(value.get("label") or value.get("name") or "")
    if column.kind == ColumnKind.MONEY and isinstance(value, int):
        return format_vnd(value)
    if column.kind == ColumnKind.DATE:
        return "/".join(reversed(str(value).split("-")))
    if column.kind == ColumnKind.CHOICE:
        return dict(column.choices).get(value, str(value))
    return str(value)


def _rows(
    info: PartInfo,
    rows: list[VersionRow],
    rows_before: list[VersionRow] | None,
    asked: dict[tuple, list[str]],
) -> list[ReviewRow]:
    """Rows as submitted, then those that were taken out since the last submission."""
    before = {row.uid: row for row in rows_before or []}
    shown = []
    for position, row in enumerate(rows, start=1):
        old = before.pop(row.uid, None)
        values = []
        for column in info.columns:
            text = value_text(column, row.data.get(column.code))
            was = value_text(column, old.data.get(column.code)) if old else text
            values.append(
                ReviewValue(
                    column.label,
                    text,
                    was if was != text else None,
                    column.kind in (ColumnKind.MONEY, ColumnKind.INTEGER),
                )
            )
        mark = ""
        if rows_before is not None:
            mark = (
                "new"
                if old is None
                else "changed"
                if any(v.was is not None for v in values)
                else ""
            )
        shown.append(
            ReviewRow(str(row.uid), position, values, mark, asked.get(("row", str(row.uid)), []))
        )
    for row in before.values():
        shown.append(
            ReviewRow(
                str(row.uid),
                len(shown) + 1,
                [
                    ReviewValue(column.label, value_text(column, row.data.get(column.code)))
                    for column in info.columns
                ],
                "removed",
                asked.get(("row", str(row.uid)), []),
            )
        )
    return shown
