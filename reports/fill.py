"""The page on which a report is written: what it shows, and what comes back from its form."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.urls import reverse

from khuyencong.core.numbers import format_scaled, whole_number
from khuyencong.forms_as_data.enums import ColumnKind, PartKind, RuleKind
from khuyencong.forms_as_data.rules import evaluate, rules_for_browser
from khuyencong.forms_as_data.structure import FormStructure, PartInfo, structure_of
from reports.actions.draft import read_figure, untouched_cells
from reports.actions.submit import accepted_reasons
from reports.choices import choices_of
from reports.enums import ReportStatus
from reports.models import DraftRow, Report, ReturnComment
from reports.prefill import source_address, source_words, sourced_figures
from reports.queries.comparison import PastFigures, comparison_figures
from reports.queries.drafts import Draft, draft_of
from reports.queries.establishments import establishments_of_place
from reports.queries.requests import requests_of
from reports.queries.versions import cells_of_version
from reports.rows import Lookups, clean_row

# Names of the fields in the form; the rest of a name is the cell's key or the rule's code.
TEXT_FIELD, NOTE_FIELD, REASON_FIELD = "o.", "g.", "ly_do."


@dataclass
class PageCell:
    """A line of the grid: one cell with what stands beside it."""

    key: str
    label: str
    unit: str
    text: str = ""
    note: str = ""
    revision: int = 0
    before: str = ""
    year_ago: str = ""
    error: str = ""
    conflict: str = ""
    is_required: bool = True
    requests: list[ReturnComment] = field(default_factory=list)
    records_url: str = ""
    # What the records say now, for a typed cell that is counted from some; empty without.
    counted: str = ""
    counted_words: str = ""
    differs: bool = False
    number: str = ""

    @property
    def anchor(self) -> str:
        return f"o-{self.key}"


@dataclass
class PageGroup:
    """An indicator: its heading where it is split by members, and its cells."""

    label: str
    unit: str
    help_text: str
    is_split: bool
    cells: list[PageCell]


@dataclass
class PageRow:
    """A row of parts III to V as shown: (column label, text) pairs and what is wrong with it."""

    uid: str
    position: int
    shown: list[tuple[str, str]]
    errors: list[str]
    requests: list[ReturnComment] = field(default_factory=list)


@dataclass
class PagePart:
    """A part as shown."""

    info: PartInfo
    groups: list[PageGroup] = field(default_factory=list)
    rows: list[PageRow] = field(default_factory=list)
    is_stated: bool = False
    stated_by: str = ""
    stated_at: object = None
    error: str = ""
    requests: list[ReturnComment] = field(default_factory=list)
    has_before: bool = False
    is_open: bool = True

    @property
    def anchor(self) -> str:
        return f"phan-{self.info.code}"

    @property
    def has_source(self) -> bool:
        """Whether a cell of the part is counted from records."""
        return any(cell.counted for group in self.groups for cell in group.cells)

    @property
    def is_work_done(self) -> bool:
        """Whether the part counts what the author did, not what the commune is: nothing of it stands
        from one quarter to the next, so it is never filled from the last one unasked."""
        return self.info.kind == PartKind.FIGURES and not any(
            cell.indicator.is_stock for cell in self.info.cells
        )

    @property
    def filled(self) -> int:
        return sum(bool(cell.text) for group in self.groups for cell in group.cells)

    @property
    def required(self) -> int:
        return sum(len(group.cells) for group in self.groups)

    @property
    def progress(self) -> str:
        """How far the part is, in words."""
        if not self.is_open:
            return "không mở lại"
        if self.is_stated:
            return "không phát sinh"
        if self.info.kind == PartKind.COUNTED:
            return "đếm từ sổ"
        if self.info.kind == PartKind.ROWS:
            return f"{len(self.rows)} dòng" if self.rows else "chưa có dòng"
        return f"{self.filled}/{self.required} ô"

    @property
    def is_complete(self) -> bool:
        if self.is_stated or self.info.kind == PartKind.COUNTED or not self.is_open:
            return True
        if self.info.kind == PartKind.ROWS:
            return bool(self.rows) and not any(row.errors for row in self.rows)
        return self.filled == self.required


@dataclass
class PageWarning:
    """A rule that may be kept with a reason; hidden while it holds."""

    code: str
    cell: str
    sentence: str
    reason: str
    is_on: bool


@dataclass
class Posted:
    """What the form sent back."""

    cells: dict[str, dict] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    shown_revision: int | None = None
    revisions: dict[str, int] = field(default_factory=dict)


def read_post(post: Mapping[str, str], stated: list[str]) -> Posted:
    """The form as sent: typed cells, reasons, the parts stated to have nothing, and revisions."""
    posted = Posted(stated=set(stated))
    for name, text in post.items():
        if name.startswith(TEXT_FIELD):
            posted.cells.setdefault(name[len(TEXT_FIELD) :], {})["text"] = text
        elif name.startswith(NOTE_FIELD):
            posted.cells.setdefault(name[len(NOTE_FIELD) :], {})["note"] = text
        elif name.startswith(REASON_FIELD):
            posted.reasons[name[len(REASON_FIELD) :]] = text
    posted.shown_revision = whole_number(post.get("lan_luu"))
    for pair in post.get("lan_luu_o", "").split(" "):
        key, _, number = pair.partition(":")
        if (revision := whole_number(number)) is not None:
            posted.revisions[key] = revision
    return posted


def changed_cells(posted: Posted, draft: Draft) -> list[dict]:
    """The cells of the form that differ from the draft, with the revisions the page showed."""
    changed = []
    for key, cell in posted.cells.items():
        kept = draft.figure(key)
        text, note = cell.get("text", "").strip(), cell.get("note", "").strip()
        if (text, note) != (kept.text, kept.note):
            revision = posted.revisions.get(key, draft.base_revision)
            changed.append({"key": key, "text": text, "note": note, "revision": revision})
    return changed


@dataclass
class FillPage:
    """All that the page shows."""

    report: Report
    draft: Draft
    parts: list[PagePart]
    warnings: list[PageWarning]
    errors: dict[str, list[str]]
    before: PastFigures
    year_ago: PastFigures
    requests: list[ReturnComment]
    conflicts: bool = False
    # Whether the records say something new for cells that nobody has touched.
    is_behind: bool = False
    data: dict = field(default_factory=dict)

    @property
    def revisions(self) -> str:
        """Revisions of the cells for the form: `key:number key:number`."""
        return " ".join(
            f"{key}:{figure.revision}"
            for key, figure in self.draft.cells.items()
            if figure.revision
        )

    @property
    def error_links(self) -> list[tuple[str, str]]:
        """(anchor, sentence) of each error, in the order of the form."""
        order = {part.info.code: index for index, part in enumerate(self.parts)}
        links = []
        for key, sentences in self.errors.items():
            if key.startswith("rule:"):
                anchor, place = f"canh-bao-{key[5:]}", 99
            elif key.startswith("row:"):
                anchor, place = f"dong-{key.split(':')[1]}", 50
            elif key.startswith("part:"):
                anchor, place = f"phan-{key[5:]}", order.get(key[5:], 98)
            elif key in self.draft.structure.cells:
                anchor, place = f"o-{key}", order[self.draft.structure.part_of(key).code]
            else:
                anchor, place = "bao-cao", 99
            links += [(place, anchor, sentence) for sentence in sentences]
        return [(anchor, sentence) for _, anchor, sentence in sorted(links, key=lambda x: x[0])]


def fill_page(
    report: Report,
    *,
    posted: Posted | None = None,
    errors: Mapping[str, list[str]] | None = None,
    conflicts: Mapping[str, str] | None = None,
) -> FillPage:
    """Everything the page shows, in about fifteen queries whatever the report holds.

    `posted`, `errors` and `conflicts` (cell key → what is kept) are of a form that was refused.
    """
    structure = structure_of(report.period.form_version_id)
    draft = draft_of(report, structure)
    before, year_ago = comparison_figures(report, structure)
    sourced = sourced_figures(report.period, report.place_id, structure)
    counts = sourced.counted | _kept_values(report, structure)
    requests = requests_of(report)
    page = FillPage(
        report=report,
        draft=draft,
        parts=[],
        warnings=[],
        errors=dict(errors or {}),
        before=before,
        year_ago=year_ago,
        requests=requests,
        conflicts=bool(conflicts),
    )
    page.is_behind = bool(untouched_cells(report, draft.cells, sourced.suggested))
    by_cell: dict[str, list[ReturnComment]] = {}
    by_part: dict[str, list[ReturnComment]] = {}
    by_row: dict[str, list[ReturnComment]] = {}
    for request in requests:
        if request.cell_key:
            by_cell.setdefault(request.cell_key, []).append(request)
        elif request.row_uid:
            by_row.setdefault(str(request.row_uid), []).append(request)
        elif request.part_id:
            by_part.setdefault(request.part.code, []).append(request)
    lookups = None
    for info in structure.parts:
        part = PagePart(info, requests=by_part.get(info.code, []))
        if report.open_parts is not None and info.code not in report.open_parts:
            # Shown as it was accepted, by the page; nothing of it can be changed.
            part.is_open = False
            page.parts.append(part)
            continue
        statement = draft.statements.get(info.code)
        part.is_stated = statement is not None if posted is None else info.code in posted.stated
        if statement is not None:
            part.stated_by, part.stated_at = str(statement.stated_by), statement.stated_at
        part.error = " ".join(page.errors.get(f"part:{info.code}", []))
        number = 0
        for indicator in info.indicators:
            number += 1
            group = PageGroup(
                indicator.label, indicator.unit, indicator.help_text, bool(indicator.members), []
            )
            for cell in info.cells:
                if cell.indicator is not indicator:
                    continue
                line = PageCell(
                    key=cell.key,
                    label=cell.member_label or indicator.label,
                    unit=indicator.unit,
                    number=str(number),
                    is_required=indicator.is_required,
                    before=_past_text(before, cell),
                    year_ago=_past_text(year_ago, cell),
                    requests=by_cell.get(cell.key, []),
                )
                if info.kind == PartKind.COUNTED:
                    line.text = format_scaled(counts[cell.key], indicator.decimals)
                    line.records_url = source_address(report.period, report.place_id, cell)
                else:
                    _show_typed(line, draft, cell, posted, page.errors, conflicts or {})
                    _show_source(line, report, cell, sourced.suggested)
                group.cells.append(line)
            part.groups.append(group)
        part.has_before = info.is_typed and any(
            before.values.get(cell.key) is not None for cell in info.cells
        )
        if info.kind == PartKind.ROWS and draft.rows.get(info.code):
            lookups = lookups or row_lookups(report, draft)
            part.rows = [
                _page_row(info, row, position, lookups, by_row)
                for position, row in enumerate(draft.rows[info.code], start=1)
            ]
        page.parts.append(part)
    _add_warnings(page, structure, counts, posted)
    page.data = _browser_data(page, structure, counts)
    return page


def _kept_values(report: Report, structure: FormStructure) -> dict[str, int]:
    """Accepted figures of the parts that a reopening does not name, by cell key; the rules need them."""
    if report.open_parts is None:
        return {}
    return {
        key: figure.value
        for key, figure in cells_of_version(report.accepted_version_id).items()
        if figure.value is not None
        and key in structure.cells
        and structure.part_of(key).code not in report.open_parts
    }


def _past_text(past: PastFigures, cell) -> str:
    if cell.key not in past.values:
        return ""
    value = past.values[cell.key]
    return "không phát sinh" if value is None else format_scaled(value, cell.indicator.decimals)


def _show_typed(line: PageCell, draft: Draft, cell, posted, errors, conflicts) -> None:
    kept = draft.figure(cell.key)
    line.text, line.note, line.revision = kept.text, kept.note, kept.revision
    if posted is not None and cell.key in posted.cells:
        line.text = posted.cells[cell.key].get("text", line.text).strip()
        line.note = posted.cells[cell.key].get("note", line.note).strip()
    # Beside its cell a sentence need not name the cell again.
    sentences = [text.removeprefix(f"{cell.label}: ") for text in errors.get(cell.key, [])]
    line.error = " ".join(sentences) or read_figure(cell.indicator, line.text)[1]
    line.conflict = conflicts.get(cell.key, "")


def _show_source(line: PageCell, report: Report, cell, suggested: Mapping[str, int]) -> None:
    """Beside a typed figure what the records say, and whether a reason is wanted for another one."""
    if cell.key not in suggested:
        return
    line.counted = format_scaled(suggested[cell.key], cell.indicator.decimals)
    line.counted_words = source_words(cell)
    line.records_url = source_address(report.period, report.place_id, cell)
    value, _ = read_figure(cell.indicator, line.text)
    line.differs = value is not None and value != suggested[cell.key]


def row_lookups(report: Report, draft: Draft | None = None) -> Lookups:
    """Choices of the form's columns and establishments of the place, asked for when needed."""
    kept: dict[str, dict[str, str]] = {}

    def choices(column):
        if column.code not in kept:
            kept[column.code] = dict(choices_of(column, report.period.ends_on))
        return kept[column.code]

    establishments = establishments_of_place(report.place_id).order_by()
    if draft is not None:
        named = {row.establishment_id for rows in draft.rows.values() for row in rows} - {None}
        establishments = establishments.filter(pk__in=named) if named else establishments.none()
    return Lookups(choices, dict(establishments.values_list("pk", "name")))


def shown_value(column, value) -> str:
    """A cleaned value of a row as text."""
    if value in (None, ""):
        return ""
    if column.kind == ColumnKind.MONEY:
        return f"{format_scaled(value)} đồng"
    if column.kind == ColumnKind.INTEGER:
        return str(value)
    if column.kind == ColumnKind.CHOICE:
        return value["label"]
    if column.kind == ColumnKind.ESTABLISHMENT:
        return value["name"]
    if column.kind == ColumnKind.DATE:
        return "/".join(reversed(value.split("-")))
    return str(value)


def _page_row(info: PartInfo, row: DraftRow, position: int, lookups: Lookups, by_row) -> PageRow:
    values, _, errors = clean_row(info, row.data, lookups)
    return PageRow(
        uid=str(row.uid),
        position=position,
        shown=[
            (
                column.label,
                shown_value(column, values.get(column.code)) or row.data.get(column.code, ""),
            )
            for column in info.columns
            if row.data.get(column.code)
        ],
        errors=[sentence for sentences in errors.values() for sentence in sentences],
        requests=by_row.get(str(row.uid), []),
    )


def _add_warnings(page: FillPage, structure: FormStructure, counts, posted) -> None:
    """Each warning rule with its place for a reason; the ones that fire now are shown."""
    values: dict[str, int | None] = dict(counts)
    for part in page.parts:
        if not part.info.is_typed or part.is_stated or not part.is_open:
            continue
        for cell in part.info.cells:
            text = next(
                (
                    line.text
                    for group in part.groups
                    for line in group.cells
                    if line.key == cell.key
                ),
                "",
            )
            values[cell.key] = read_figure(cell.indicator, text)[0]
    reasons = accepted_reasons(page.report) if page.report.open_parts is not None else {}
    findings = {f.rule: f for f in evaluate(structure, values, page.before.values)}
    for finding in findings.values():
        if finding.is_error and finding.cell not in page.errors:
            for part in page.parts:
                for group in part.groups:
                    for line in group.cells:
                        if line.key == finding.cell:
                            line.error = line.error or finding.sentence
    for rule in structure.rules:
        if rule.severity == "error" or rule.target not in structure.indicators:
            continue
        finding = findings.get(rule.code)
        page.warnings.append(
            PageWarning(
                code=rule.code,
                cell=structure.indicators[rule.target].keys[0],
                sentence=finding.sentence if finding else rule.message,
                reason=posted.reasons.get(rule.code, "") if posted else reasons.get(rule.code, ""),
                is_on=finding is not None,
            )
        )


def _browser_data(page: FillPage, structure: FormStructure, counts: Mapping[str, int]) -> dict:
    """What the scripts need, as JSON."""
    report = page.report
    codes = {rule.target for rule in structure.rules if rule.kind == RuleKind.CHANGE_LIMIT} & set(
        structure.indicators
    )
    previous = {
        key: page.before.values.get(key)
        for code in codes
        for key in structure.indicators[code].keys
    }
    return {
        "report": report.pk,
        "revision": report.draft_revision,
        "saveUrl": reverse("reports:save", args=[report.pk]),
        "nothingUrl": reverse("reports:nothing", args=[report.pk]),
        "form": rules_for_browser(structure, previous),
        "counted": {key: str(value) for key, value in counts.items()},
        "cells": {
            line.key: {
                "revision": line.revision,
                "text": page.draft.figure(line.key).text,
                "note": page.draft.figure(line.key).note,
                "before": line.before if line.before != "không phát sinh" else "",
                "required": line.is_required,
                "counted": line.counted,
            }
            for part in page.parts
            if part.info.is_typed
            for group in part.groups
            for line in group.cells
        },
        "firstRequest": next(
            (request.anchor for request in page.requests)
            if report.status == ReportStatus.RETURNED
            else iter(()),
            "",
        ),
    }
