"""A report as it is being written.

While a report is first written, its cells are draft cells. Submission copies them into a version
and removes them; after a return, the draft is the last version's cells with the draft cells
changed since then laid over. A cell's revision goes on counting from `base_revision`, so that a
page opened before the submission cannot silently write over what came after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.enums import CellState, PartKind
from khuyencong.forms_as_data.structure import FormStructure, structure_of
from reports.models import DraftRow, DraftStatement, Report

REVISIONS_PER_VERSION = 10_000


def base_revision(version_number: int) -> int:
    """Revision of a cell untouched since the version of this number (0 = never submitted)."""
    return version_number * REVISIONS_PER_VERSION


@dataclass(frozen=True, slots=True)
class DraftFigure:
    """A figure being written: as typed, as read (None when empty or not a number), and its revision."""

    text: str = ""
    value: int | None = None
    note: str = ""
    revision: int = 0
    updated_by_id: int | None = None
    updated_at: datetime | None = None

    @property
    def is_invalid(self) -> bool:
        """Whether something was typed that is not a number."""
        return bool(self.text) and self.value is None


@dataclass
class Draft:
    """All of a draft. `rows` and `statements` are by code of part; counted cells are not in it."""

    structure: FormStructure
    base_revision: int = 0
    cells: dict[str, DraftFigure] = field(default_factory=dict)
    rows: dict[str, list[DraftRow]] = field(default_factory=dict)
    statements: dict[str, DraftStatement] = field(default_factory=dict)

    def figure(self, key: str) -> DraftFigure:
        """The figure of a cell; an untouched one is empty."""
        return self.cells.get(key) or DraftFigure(revision=self.base_revision)


def draft_of(report: Report, structure: FormStructure | None = None) -> Draft:
    """The draft of a report, in three or four queries (four after a submission)."""
    structure = structure or structure_of(report.period.form_version_id)
    draft = Draft(structure, base_revision(latest_number(report)))
    draft.cells = draft_figures(report, structure)
    codes = {part.id: part.code for part in structure.parts}
    for row in DraftRow.objects.filter(report=report).order_by("position", "id"):
        draft.rows.setdefault(codes[row.part_id], []).append(row)
    for statement in DraftStatement.objects.filter(report=report).select_related("stated_by"):
        draft.statements[codes[statement.part_id]] = statement
    return draft


def latest_number(report: Report) -> int:
    """Number of the last submission; 0 before the first."""
    return report.latest_version.number if report.latest_version_id else 0


def draft_figures(
    report: Report, structure: FormStructure, keys: Iterable[str] | None = None
) -> dict[str, DraftFigure]:
    """The figures being written by cell key (all, or the given ones): version below, draft above."""
    wanted = structure.cells if keys is None else set(keys)
    names = structure.cells_by_id
    figures: dict[str, DraftFigure] = {}
    # Plain SQL: these two reads are on the way of every submission and autosave.
    with connection.cursor() as cursor:
        if report.latest_version_id:
            base = base_revision(report.latest_version.number)
            cursor.execute(
                "SELECT indicator_id, member, value, note FROM reports_versioncell"
                " WHERE version_id = %s AND state = %s",
                [report.latest_version_id, CellState.VALUE.value],
            )
            for indicator_id, member, value, note in cursor.fetchall():
                cell = names.get((indicator_id, member))
                if cell is None or cell.key not in wanted:
                    continue
                if structure.parts_by_code[cell.indicator.part_code].kind != PartKind.FIGURES:
                    continue
                text = format_scaled(value, cell.indicator.decimals)
                figures[cell.key] = DraftFigure(text, value, note, base)
        cursor.execute(
            "SELECT indicator_id, member, text, value, note, revision, updated_by_id, updated_at"
            " FROM reports_draftcell WHERE report_id = %s",
            [report.pk],
        )
        for row in cursor.fetchall():
            cell = names.get(row[:2])
            if cell is not None and cell.key in wanted:
                figures[cell.key] = DraftFigure(*row[2:])
    return figures
