"""Submission: the draft becomes an immutable version. The hot path of a quarter's last day.

No object per field or per row here: figures are checked against the form's structure, kept in the
process, and all of a version's contents are written by one statement.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput
from khuyencong.core.models import User
from khuyencong.core.text import clean
from khuyencong.forms_as_data.enums import (
    CellState,
    ColumnKind,
    PartKind,
    RuleKind,
)
from khuyencong.forms_as_data.rules import Finding, evaluate
from khuyencong.forms_as_data.structure import FormStructure, structure_of
from reports import permissions
from reports.actions._status import _change_status, check_can_move
from reports.actions.draft import (
    check_report_open,
    clean_figure,
    lock_report,
    read_figure,
    sync_statements,
)
from reports.choices import choices_of
from reports.content import Content, content_hash, stored_content
from reports.enums import ReportStatus
from reports.models import Report, ReportVersion
from reports.prefill import override_problem, sourced_figures
from reports.queries.comparison import previous_values
from reports.queries.drafts import DraftFigure, draft_figures, latest_number
from reports.queries.establishments import establishments_of_place
from reports.rows import Lookups, clean_row

MAX_REASON = 300


@transaction.atomic
def submit_report(
    *,
    actor: User,
    report_id: int,
    typed: Mapping[str, Mapping] | None = None,
    warnings_reasons: Mapping[str, str] | None = None,
    shown_revision: int | None = None,
    nothing: Collection[str] | None = None,
) -> ReportVersion:
    """Check the draft and keep it as the next version, with its event; nothing of it ever changes.

    `typed` (cell key → {text, note}) is what the page held when it was sent; it counts over the
    draft. When the draft changed after `shown_revision` (the report's `draft_revision` the person
    saw) and a typed cell differs from it, nothing is submitted (Conflict). A warning needs a reason
    in `warnings_reasons` (rule code → sentence), which the checker reads. `nothing`, where given,
    are the codes of all parts that the author states to have nothing to report.

    Raises NotAllowed; WrongStatus (submitted already: by whom and when; period not open); Conflict;
    InvalidInput whose `errors` map cell keys, `row:<uid>:<column>`, `part:<code>` and
    `rule:<code>` to sentences.
    """
    report = lock_report(report_id, with_period=True)
    permissions.check_can_submit_report(actor, report)
    check_can_move(report, ReportStatus.SUBMITTED)
    check_report_open(report)
    structure = structure_of(report.period.form_version_id)
    figures = draft_figures(report, structure)
    if typed:
        _lay_typed_over(report, structure, figures, typed, shown_revision)
    if nothing is not None:
        sync_statements(actor, report, structure, nothing)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT part_id, stated_by_id, stated_at FROM reports_draftstatement WHERE report_id = %s",
            [report.pk],
        )
        statements = cursor.fetchall()
    checked = _Checked(structure)
    warnings_reasons = warnings_reasons or {}
    if report.open_parts is not None:
        kept = checked.keep_accepted(report)
        closed = checked.closed
        statements = [row for row in statements if row[0] not in closed] + kept.statements
        given = {rule: reason for rule, reason in warnings_reasons.items() if clean(reason)}
        warnings_reasons = accepted_reasons(report) | given
    sourced = sourced_figures(report.period, report.place_id, structure)
    checked.take_figures(figures, {part_id for part_id, _, _ in statements}, sourced.suggested)
    checked.take_counts(sourced.counted)
    checked.take_rows(report)
    checked.content.statements = statements
    checked.hold_rules(report, warnings_reasons)
    checked.raise_errors()

    number = _next_number(report)
    authors = {actor.pk, *checked.author_ids, *(row[1] for row in statements)}
    if report.latest_version_id:
        authors.update(report.latest_version.author_ids)
    version = ReportVersion(
        report=report,
        number=number,
        form_version_id=structure.version_id,
        submitted_by=actor,
        submitted_at=timezone.now(),
        author_ids=sorted(author for author in authors if author is not None),
        warnings_kept=checked.content.warnings_kept,
        content_hash=content_hash(
            place_id=report.place_id,
            period_id=report.period_id,
            form_version_id=structure.version_id,
            number=number,
            content=checked.content,
        ),
    )
    _write_version(version, checked.content)
    _change_status(
        report,
        ReportStatus.SUBMITTED,
        actor=actor,
        version=version,
        latest_version=version,
        first_submitted_at=report.first_submitted_at or version.submitted_at,
    )
    return version


def _next_number(report: Report) -> int:
    """One more than the last submission. A version whose reopening ended is not the latest any more,
    but keeps its number."""
    if report.accepted_version_id is None:
        return latest_number(report) + 1
    return report.versions.aggregate(last=Max("number"))["last"] + 1


def accepted_reasons(report: Report) -> dict[str, str]:
    """Reasons for the warnings that the accepted version kept, by rule."""
    return {kept["rule"]: kept["reason"] for kept in report.accepted_version.warnings_kept}


def _lay_typed_over(
    report: Report,
    structure: FormStructure,
    figures: dict[str, DraftFigure],
    typed: Mapping[str, Mapping],
    shown_revision: int | None,
) -> None:
    """Put what the page held over the draft's figures; refuse when both changed."""
    is_current = shown_revision is None or shown_revision == report.draft_revision
    differing: dict[str, list[str]] = {}
    for key, cell in typed.items():
        info = structure.cells.get(key)
        if info is None or not structure.part_of(key).is_typed:
            continue
        if report.open_parts is not None and structure.part_of(key).code not in report.open_parts:
            continue
        text, note = clean_figure(cell.get("text")), clean_figure(cell.get("note"), 300)
        kept = figures.get(key)
        if kept is None and not (text or note):
            continue
        if kept is not None and (kept.text, kept.note) == (text, note):
            continue
        if not is_current:
            differing[key] = [
                f"{info.label}: trên trang là “{text}”, bản nháp đang lưu là "
                f"“{kept.text if kept else ''}”."
            ]
        value, _ = read_figure(info.indicator, text)
        figures[key] = DraftFigure(text, value, note)
    if differing:
        conflict = Conflict(
            "Bản nháp vừa được sửa ở nơi khác nên chưa nộp. Anh/chị xem lại các ô khác nhau rồi nộp."
        )
        conflict.errors = differing
        raise conflict


@dataclass
class _Checked:
    """The content being checked: what is right gathers in `content`, what is not in `errors`."""

    structure: FormStructure
    content: Content = field(default_factory=Content)
    values: dict[str, int | None] = field(default_factory=dict)
    stated: set[int] = field(default_factory=set)
    author_ids: set[int | None] = field(default_factory=set)
    errors: dict[str, list[str]] = field(default_factory=dict)
    closed: frozenset[int] = frozenset()

    def keep_accepted(self, report: Report) -> Content:
        """Take over, as they were accepted, the parts that the reopening does not name: nothing that
        the registry or the rows' establishments have become since changes them."""
        self.closed = frozenset(
            part.id for part in self.structure.parts if part.code not in report.open_parts
        )
        kept = stored_content(report.accepted_version)
        names = self.structure.cells_by_id
        for line in kept.cells:
            cell = names.get(line[:2])
            if cell is not None and self.structure.part_of(cell.key).id in self.closed:
                self.content.cells.append(line)
                if line[2] is not None:
                    self.values[cell.key] = line[2]
        self.content.rows += [row for row in kept.rows if row[0] in self.closed]
        kept.statements = [row for row in kept.statements if row[0] in self.closed]
        return kept

    def take_figures(
        self,
        figures: Mapping[str, DraftFigure],
        stated: set[int],
        suggested: Mapping[str, int] | None = None,
    ) -> None:
        """Each typed part is stated to have nothing, or all its required cells hold a figure; one
        that differs from the records it comes from says why."""
        self.stated = stated
        self.author_ids.update(figure.updated_by_id for figure in figures.values())
        cells = self.content.cells
        for part in self.structure.parts:
            if not part.is_typed or part.id in self.closed:
                continue
            if part.id in stated:
                cells += [
                    (cell.indicator.id, cell.member, None, CellState.NOTHING.value, "")
                    for cell in part.cells
                ]
                continue
            for cell in part.cells:
                figure = figures.get(cell.key)
                if figure is not None and figure.value is not None:
                    if problem := override_problem(
                        cell, figure.value, figure.note, suggested or {}
                    ):
                        self.errors[cell.key] = [problem]
                    self.values[cell.key] = figure.value
                    cells.append(
                        (
                            cell.indicator.id,
                            cell.member,
                            figure.value,
                            CellState.VALUE.value,
                            figure.note,
                        )
                    )
                elif figure is not None and figure.text:
                    self.errors[cell.key] = [
                        f"{cell.label}: {read_figure(cell.indicator, figure.text)[1]}"
                    ]
                elif cell.indicator.is_required:
                    self.errors[cell.key] = [f"{cell.label}: chưa có số. Nếu không có thì nhập 0."]

    def take_counts(self, counts: Mapping[str, int]) -> None:
        """Part II as the registry counts it."""
        for key, value in counts.items():
            cell = self.structure.cells[key]
            if self.structure.part_of(key).id in self.closed:
                continue
            self.values[key] = value
            self.content.cells.append(
                (cell.indicator.id, cell.member, value, CellState.VALUE.value, "")
            )

    def take_rows(self, report: Report) -> None:
        """Rows of the parts that are not stated to have nothing; such a part needs at least one."""
        by_part: dict[int, list[tuple]] = {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT part_id, uid, data, updated_by_id FROM reports_draftrow"
                " WHERE report_id = %s ORDER BY position, id",
                [report.pk],
            )
            for part_id, uid, data, author_id in cursor.fetchall():
                by_part.setdefault(part_id, []).append((part_id, uid, json.loads(data), author_id))
        wanted = [
            part
            for part in self.structure.parts
            if part.kind == PartKind.ROWS
            and part.id not in self.stated
            and part.id not in self.closed
        ]
        lookups = _lookups(report, wanted, by_part) if by_part else None
        for part in wanted:
            rows = by_part.get(part.id, [])
            if not rows and part.nothing_label:
                self.errors[f"part:{part.code}"] = [
                    f"{part.heading}: chưa có dòng nào. Hãy thêm dòng hoặc khai không phát sinh."
                ]
            for position, (_, uid, data, author_id) in enumerate(rows, start=1):
                values, establishment_id, errors = clean_row(part, data, lookups)
                for column, sentences in errors.items():
                    self.errors[f"row:{uid}:{column}"] = [
                        f"Phần {part.numeral}, dòng {position}: {sentence}"
                        for sentence in sentences
                    ]
                self.author_ids.add(author_id)
                self.content.rows.append((part.id, str(uid), position, values, establishment_id))

    def hold_rules(self, report: Report, reasons: Mapping[str, str]) -> None:
        """An error stops; a warning is kept only with its author's reason."""
        for finding in findings_for(report, self.structure, self.values):
            if finding.is_error:
                self.errors.setdefault(finding.cell, []).append(finding.sentence)
                continue
            reason = clean(reasons.get(finding.rule, ""))[:MAX_REASON]
            if not reason:
                self.errors.setdefault(f"rule:{finding.rule}", []).append(
                    f"{finding.sentence} Nếu số liệu đúng, anh/chị ghi lý do để người kiểm tra biết."
                )
                continue
            self.content.warnings_kept.append(
                {
                    "rule": finding.rule,
                    "cell": finding.cell,
                    "sentence": finding.sentence,
                    "reason": reason,
                }
            )

    def raise_errors(self) -> None:
        if self.errors:
            raise InvalidInput(
                f"Chưa nộp được: còn {len(self.errors)} chỗ cần sửa.", dict(self.errors)
            )


def findings_for(
    report: Report, structure: FormStructure, values: Mapping[str, int | None]
) -> list[Finding]:
    """What the form's rules say about these values, last quarter's fetched where a rule needs it."""
    codes = [rule.target for rule in structure.rules if rule.kind == RuleKind.CHANGE_LIMIT]
    previous = previous_values(report, structure, codes) if codes else {}
    return evaluate(structure, values, previous)


def _lookups(report: Report, parts, by_part: Mapping[int, list[tuple]]) -> Lookups:
    """Choices and establishments the rows may name, asked for once."""
    kept: dict[str, dict[str, str]] = {}

    def choices(column):
        if column.code not in kept:
            kept[column.code] = dict(choices_of(column, report.period.ends_on))
        return kept[column.code]

    named = {
        int(text[:18])
        for part in parts
        for column in part.columns
        if column.kind == ColumnKind.ESTABLISHMENT
        for _, _, data, _ in by_part.get(part.id, [])
        if (text := str(data.get(column.code, ""))).isascii() and text.isdigit()
    }
    establishments = (
        dict(
            establishments_of_place(report.place_id)
            .filter(pk__in=named)
            .order_by()
            .values_list("pk", "name")
        )
        if named
        else {}
    )
    return Lookups(choices, establishments)


_INSERT_VERSION = """
WITH version AS (
    INSERT INTO reports_reportversion (report_id, number, form_version_id, submitted_by_id,
        submitted_at, author_ids, content_hash, warnings_kept)
    VALUES (%s, %s, %s, %s, %s, %s::bigint[], %s, %s::jsonb) RETURNING id
), cells AS (
    INSERT INTO reports_versioncell (version_id, indicator_id, member, value, state, note)
    SELECT version.id, c.indicator_id, c.member, c.value, c.state, c.note
    FROM version, unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[])
        AS c(indicator_id, member, value, state, note)
), statements AS (
    INSERT INTO reports_versionstatement (version_id, part_id, stated_by_id, stated_at)
    SELECT version.id, s.part_id, s.stated_by_id, s.stated_at
    FROM version, unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS s(part_id, stated_by_id, stated_at)
), lines AS (
    INSERT INTO reports_versionrow (version_id, part_id, uid, position, data, establishment_id)
    SELECT version.id, r.part_id, r.uid, r.position, r.data::jsonb, r.establishment_id
    FROM version, unnest(%s::bigint[], %s::uuid[], %s::int[], %s::text[], %s::bigint[])
        AS r(part_id, uid, position, data, establishment_id)
), emptied AS (
    DELETE FROM reports_draftcell WHERE report_id = %s AND indicator_id IN (
        SELECT indicator_id FROM unnest(%s::bigint[], %s::text[]) AS k(indicator_id, state) WHERE state = 'value'
    )
)
SELECT id FROM version
"""


def _write_version(version: ReportVersion, content: Content) -> None:
    """Insert the version with its cells, rows and statements, and drop the draft cells it now holds.

    What was typed in a part stated to have nothing stays in the draft.
    """
    cells = list(zip(*content.cells, strict=True)) or [()] * 5
    statements = list(zip(*content.statements, strict=True)) or [()] * 3
    rows = [
        (part_id, uid, position, json.dumps(data, ensure_ascii=False), establishment_id)
        for part_id, uid, position, data, establishment_id in content.rows
    ]
    lines = list(zip(*rows, strict=True)) or [()] * 5
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_VERSION,
            [
                version.report_id,
                version.number,
                version.form_version_id,
                version.submitted_by_id,
                version.submitted_at,
                version.author_ids,
                version.content_hash,
                json.dumps(version.warnings_kept, ensure_ascii=False),
                *(list(column) for column in cells),
                *(list(column) for column in statements),
                *(list(column) for column in lines),
                version.report_id,
                list(cells[0]),
                list(cells[3]),
            ],
        )
        version.pk = cursor.fetchone()[0]
    version._state.adding = False
    version._state.db = connection.alias
