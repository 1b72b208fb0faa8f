"""Writing a draft: start it, save cells and rows, state that a part has nothing to report.

Everything typed is kept as typed, also what is not (yet) a number; only submission asks for right
figures. Each cell and row has a revision: what was changed elsewhere since it was shown is not
written over, both values go back to the person.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import Place, User
from khuyencong.core.numbers import format_scaled, parse_scaled
from khuyencong.core.permissions import as_bool
from khuyencong.core.prepared import Prepared
from khuyencong.core.text import clean
from khuyencong.forms_as_data.enums import ColumnKind, PartKind
from khuyencong.forms_as_data.structure import (
    FormStructure,
    IndicatorInfo,
    PartInfo,
    cell_key,
    structure_of,
)
from reports import permissions
from reports.actions._status import wrong_status
from reports.enums import EDITABLE_STATUSES, ReportStatus
from reports.models import (
    DraftCell,
    DraftRow,
    DraftStatement,
    PeriodExtension,
    Report,
    ReportEvent,
    ReportPeriod,
    ReportVersion,
)
from reports.prefill import sourced_figures
from reports.queries.drafts import DraftFigure, base_revision, draft_figures, latest_number
from reports.queries.establishments import establishments_of_place
from reports.queries.extensions import extension_of
from reports.rows import clean_typed

MAX_TEXT = 60
MAX_NOTE = 300
MAX_ROWS_PER_PART = 200


@transaction.atomic
def start_report(*, actor: User, place_id: int, period_id: int) -> Report:
    """The report of a place for a period, created with its first event where it is missing.

    Whoever comes second gets the same report. Raises NotAllowed, WrongStatus (period not open).
    """
    permissions.check_can_write_for_place(actor, place_id)
    period = ReportPeriod.objects.get(pk=period_id)
    existing = Report.objects.filter(place_id=place_id, period=period).first()
    if existing is not None:
        return existing
    check_period_open(period, extension_of(place_id, period_id))
    _check_place_existed(Place.objects.get(pk=place_id), period)
    report, created = Report.objects.get_or_create(place_id=place_id, period=period)
    if created:
        ReportEvent.objects.create(report=report, to_status=ReportStatus.DRAFT, actor=actor)
        _fill_from_records(actor, report)
    return report


@transaction.atomic
def follow_records(*, actor: User, report_id: int) -> int:
    """Bring the cells that nobody has touched up to what the records say now; how many changed.

    A cell that was typed, or a report once submitted, is its author's and stays. Raises as `save_cells`.
    """
    return _fill_from_records(actor, lock_for_writing(actor, report_id))


def untouched_cells(
    report: Report, figures: Mapping[str, DraftFigure], suggested: Mapping[str, int]
) -> dict[str, int]:
    """Suggested figures by key that differ from what the records filled in, where nobody typed."""
    if report.latest_version_id is not None:
        return {}
    return {
        key: value
        for key, value in suggested.items()
        if (kept := figures.get(key)) is None
        or (kept.updated_at == report.created_at and kept.value != value)
    }


def _fill_from_records(actor: User, report: Report) -> int:
    """Write into a draft what the portal's own records say, so that nobody types it again.

    Such a cell bears the moment the report began; the first key typed into it gives it its own.
    """
    structure = structure_of(report.period.form_version_id)
    suggested = sourced_figures(report.period, report.place_id, structure).suggested
    wanted = untouched_cells(report, draft_figures(report, structure, suggested), suggested)
    DraftCell.objects.bulk_create(
        (
            DraftCell(
                report=report,
                indicator_id=cell.indicator.id,
                member=cell.member,
                text=format_scaled(value, cell.indicator.decimals),
                value=value,
                revision=1,
                updated_by=actor,
                updated_at=report.created_at,
            )
            for key, value in wanted.items()
            for cell in [structure.cells[key]]
        ),
        update_conflicts=True,
        unique_fields=["report", "indicator", "member"],
        update_fields=["text", "value"],
    )
    return len(wanted)


def check_period_open(period: ReportPeriod, extension: PeriodExtension | None = None) -> None:
    """Raise WrongStatus, saying the dates, unless the period may be written in today.

    `extension` is the place's own later lock, if it was granted one.
    """
    today = timezone.localdate()
    locks_on = extension.locks_on if extension else period.locks_on
    if today < period.opens_on:
        raise WrongStatus(f"Kỳ {period.quarter} mở nhập từ ngày {period.opens_on:%d/%m/%Y}.")
    if today > locks_on:
        raise WrongStatus(
            f"Kỳ {period.quarter} đã khóa sau ngày {locks_on:%d/%m/%Y}. "
            "Nếu cần thêm thời gian, anh/chị đề nghị Trung tâm gia hạn."
        )


def check_report_open(report: Report) -> None:
    """Raise WrongStatus unless the report may be written today.

    The lock closes a quarter to new reports and drafts; what the Centre returned stays open to its
    author until it is submitted again, whatever the day, or there would be no way out of it. An
    accepted report that was reopened is open until that time is over, also before any job has run.
    """
    if report.reopening is not None:
        if not report.reopening.is_in_force():
            moment = timezone.localtime(report.reopening.expires_at)
            raise WrongStatus(
                f"Thời gian mở lại báo cáo này đã hết lúc {moment:%H:%M ngày %d/%m/%Y}; bản đã duyệt "
                "giữ nguyên. Nếu vẫn cần sửa, anh/chị đề nghị mở lại lần nữa."
            )
    elif report.status != ReportStatus.RETURNED:
        check_period_open(report.period, report.extension)


report_is_open = as_bool(check_report_open)


def check_part_open(report: Report, part: PartInfo) -> None:
    """Raise WrongStatus for a part that the reopening of an accepted report does not name."""
    if report.open_parts is not None and part.code not in report.open_parts:
        raise WrongStatus(
            f"Phần {part.numeral} không được mở lại nên giữ nguyên như bản đã duyệt. Nếu cần sửa cả "
            "phần này, anh/chị đề nghị mở lại thêm."
        )


def _check_place_existed(place: Place, period: ReportPeriod) -> None:
    starts_late = place.valid_from is not None and place.valid_from > period.ends_on
    ends_early = place.valid_to is not None and place.valid_to < period.starts_on
    if starts_late or ends_early:
        raise WrongStatus(f"{place} không tồn tại trong kỳ {period.quarter}.")


_REPORT = (
    "id", "place_id", "period_id", "status", "latest_version_id", "accepted_version_id",
    "first_submitted_at", "status_at", "draft_revision", "created_at", "is_illustration",
)  # fmt: skip
_PERIOD = (
    "id", "scheme", "year", "number", "starts_on", "ends_on", "opens_on", "due_on", "locks_on",
    "form_version_id",
)  # fmt: skip
_EXTENSION = ("id", "period_id", "place_id", "due_on", "locks_on")
_VERSION = ("id", "number", "form_version_id", "submitted_by_id", "submitted_at", "author_ids")
_LOCK = (
    "SELECT "
    + ", ".join(
        [f"r.{name}" for name in _REPORT]
        + [f"p.{name}" for name in _PERIOD]
        + [f"v.{name}" for name in _VERSION]
        + [f"e.{name}" for name in _EXTENSION]
    )
    + " FROM reports_report r JOIN reports_reportperiod p ON p.id = r.period_id"
    " LEFT JOIN reports_reportversion v ON v.id = r.latest_version_id"
    " LEFT JOIN reports_periodextension e"
    " ON e.period_id = r.period_id AND e.place_id = r.place_id AND e.withdrawn_at IS NULL"
    " WHERE r.id = %s FOR UPDATE OF r"
)
_LOCK_REPORT = Prepared("kc_lock_report", _LOCK)
_LOCK_WITH_PERIOD = Prepared("kc_lock_with_period", _LOCK + " FOR SHARE OF p")


def lock_report(report_id: int, *, with_period: bool = False) -> Report:
    """The report with its period, extension and latest version, locked until the end of the transaction.

    `with_period` also holds the period's dates still (a submission must not slip past a lock that is
    being moved); who changes them waits. Plain SQL, since every submission and autosave begins here.
    Raises Report.DoesNotExist.
    """
    with connection.cursor() as cursor:
        (_LOCK_WITH_PERIOD if with_period else _LOCK_REPORT).run(cursor, [report_id])
        row = cursor.fetchone()
    if row is None:
        raise Report.DoesNotExist
    first, second = len(_REPORT), len(_REPORT) + len(_PERIOD)
    third = second + len(_VERSION)
    report = Report.from_db(connection.alias, _REPORT, row[:first])
    report.period = ReportPeriod.from_db(connection.alias, _PERIOD, row[first:second])
    if report.latest_version_id is not None:
        report.latest_version = ReportVersion.from_db(connection.alias, _VERSION, row[second:third])
    report.extension = (
        PeriodExtension.from_db(connection.alias, _EXTENSION, row[third:])
        if row[third] is not None
        else None
    )
    if with_period and report.extension is not None:
        # It was read before the wait for the lock; somebody may have taken it back meanwhile.
        report.extension = extension_of(report.place_id, report.period_id)
    return report


def lock_for_writing(actor: User, report_id: int) -> Report:
    """The report, locked, once it is sure that the actor may write it now."""
    report = lock_report(report_id)
    permissions.check_can_edit_report(actor, report)
    if report.status not in EDITABLE_STATUSES:
        raise wrong_status(report)
    check_report_open(report)
    return report


@dataclass(frozen=True, slots=True)
class TypedCell:
    """What a person typed into a cell, and the revision they saw."""

    key: str
    text: str
    note: str
    revision: int


@dataclass(frozen=True, slots=True)
class SavedCell:
    """A cell as kept: its new revision, and why it is not a right figure (empty when it is)."""

    key: str
    text: str
    note: str
    revision: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A cell that changed elsewhere: what was sent, and what is kept now."""

    key: str
    sent: TypedCell
    kept: DraftFigure


@dataclass
class SaveResult:
    """What became of the cells sent."""

    draft_revision: int
    saved_at: datetime
    saved: list[SavedCell] = field(default_factory=list)
    conflicts: list[CellConflict] = field(default_factory=list)


def clean_figure(text, limit: int = MAX_TEXT) -> str:
    """A typed figure or note: trimmed, NFC, no longer than the draft can keep."""
    return clean(str(text if text is not None else ""))[:limit]


def read_figure(indicator: IndicatorInfo, text: str) -> tuple[int | None, str]:
    """(value, error) of a typed figure; an empty text is no value and no error."""
    if not text:
        return None, ""
    try:
        value = parse_scaled(text, indicator.decimals)
    except ValueError as error:
        return None, str(error)
    if value < 0 and not indicator.can_be_negative:
        return None, "Chỉ tiêu này không thể là số âm."
    return value, ""


def typed_cells(structure: FormStructure, cells: Iterable[Mapping]) -> list[TypedCell]:
    """Cells as sent, checked for shape: {indicator, member, text, note, revision} or {key, ...}.

    The last of a cell sent twice counts. Raises InvalidInput for a cell the form does not have or
    that is counted from the registry.
    """
    found: dict[str, TypedCell] = {}
    for cell in cells:
        key = str(cell.get("key") or "") or cell_key(
            str(cell.get("indicator", "")), str(cell.get("member") or "")
        )
        info = structure.cells.get(key)
        if info is None or not structure.part_of(key).is_typed:
            raise InvalidInput(
                "Biểu mẫu không có ô này.", {key[:80]: ["Ô không có trong biểu mẫu."]}
            )
        try:
            revision = int(cell.get("revision") or 0)
        except (TypeError, ValueError, OverflowError):
            revision = -1
        if not 0 <= revision < 2**31 - 1:
            raise InvalidInput("Số lần lưu của ô không hợp lệ.", {key: ["Hãy tải lại trang."]})
        found[key] = TypedCell(
            key, clean_figure(cell.get("text")), clean_figure(cell.get("note"), MAX_NOTE), revision
        )
    return list(found.values())


_SAVE_CELLS = """
WITH typed AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::int[])
        AS t(indicator_id, member, text, value, note, seen)
), stamped AS (
    UPDATE reports_report SET draft_revision = draft_revision + 1 WHERE id = %s RETURNING draft_revision
), kept AS (
    INSERT INTO reports_draftcell AS d
        (report_id, indicator_id, member, text, value, note, revision, updated_at, updated_by_id)
    SELECT %s, indicator_id, member, text, value, note, seen + 1, %s, %s FROM typed
    WHERE seen = %s OR EXISTS (
        SELECT 1 FROM reports_draftcell e
        WHERE e.report_id = %s AND e.indicator_id = typed.indicator_id AND e.member = typed.member
          AND e.revision = typed.seen
    )
    ON CONFLICT (report_id, indicator_id, member) DO UPDATE
    SET text = excluded.text, value = excluded.value, note = excluded.note,
        revision = excluded.revision, updated_at = excluded.updated_at,
        updated_by_id = excluded.updated_by_id
    WHERE d.revision = excluded.revision - 1
    RETURNING indicator_id, member, revision
)
SELECT stamped.draft_revision, kept.indicator_id, kept.member, kept.revision
FROM stamped LEFT JOIN kept ON TRUE
"""


@transaction.atomic
def save_cells(*, actor: User, report_id: int, cells: Iterable[Mapping]) -> SaveResult:
    """Keep figures as typed, all in one statement; what changed elsewhere comes back as a conflict.

    A cell sent again after a lost answer (same text and note as kept) counts as saved. Sending a
    cell with the revision of the conflict writes it over. Raises NotAllowed, WrongStatus,
    InvalidInput.
    """
    report = lock_for_writing(actor, report_id)
    structure = structure_of(report.period.form_version_id)
    return write_cells(actor, report, structure, typed_cells(structure, cells))


def write_cells(
    actor: User, report: Report, structure: FormStructure, typed: list[TypedCell]
) -> SaveResult:
    """`save_cells` on a report already locked and checked."""
    for code in {structure.part_of(cell.key).code for cell in typed}:
        check_part_open(report, structure.parts_by_code[code])
    now = timezone.now()
    infos = [structure.cells[cell.key] for cell in typed]
    read = [read_figure(info.indicator, cell.text) for info, cell in zip(infos, typed, strict=True)]
    base = base_revision(latest_number(report))
    with connection.cursor() as cursor:
        cursor.execute(
            _SAVE_CELLS,
            [
                [info.indicator.id for info in infos],
                [info.member for info in infos],
                [cell.text for cell in typed],
                [value for value, _ in read],
                [cell.note for cell in typed],
                [cell.revision for cell in typed],
                report.pk,
                report.pk,
                now,
                actor.pk,
                base,
                report.pk,
            ],
        )
        rows = cursor.fetchall()
    result = SaveResult(draft_revision=rows[0][0], saved_at=now)
    report.draft_revision = result.draft_revision
    kept = {(row[1], row[2]): row[3] for row in rows if row[1] is not None}
    missed: list[tuple[TypedCell, str]] = []
    for cell, info, (_, error) in zip(typed, infos, read, strict=True):
        revision = kept.get((info.indicator.id, info.member))
        if revision is None:
            missed.append((cell, error))
        else:
            result.saved.append(SavedCell(cell.key, cell.text, cell.note, revision, error))
    if missed:
        current = draft_figures(report, structure, [cell.key for cell, _ in missed])
        for cell, error in missed:
            now_kept = current.get(cell.key) or DraftFigure(revision=base)
            if (now_kept.text, now_kept.note) == (cell.text, cell.note):
                result.saved.append(
                    SavedCell(cell.key, cell.text, cell.note, now_kept.revision, error)
                )
            else:
                result.conflicts.append(CellConflict(cell.key, cell, now_kept))
    return result


def _part(structure: FormStructure, code: str, *kinds: str) -> PartInfo:
    part = structure.parts_by_code.get(code)
    if part is None or part.kind not in kinds:
        raise InvalidInput("Biểu mẫu không có phần này.", {f"part:{code}": ["Hãy tải lại trang."]})
    return part


def _stamp(report: Report) -> None:
    """Count a change of the draft that is not a cell's."""
    Report.objects.filter(pk=report.pk).update(draft_revision=F("draft_revision") + 1)
    report.draft_revision += 1


@transaction.atomic
def save_row(
    *,
    actor: User,
    report_id: int,
    part_code: str,
    data: Mapping[str, str],
    uid: uuid.UUID | None = None,
    revision: int = 0,
) -> DraftRow:
    """Add a row to a part, or change the row of this uid, as typed; wrong values are kept too.

    A uid made by the browser that is not known yet is a new row, so that a retry adds it once.
    Raises NotAllowed, WrongStatus, InvalidInput, and Conflict when the row changed elsewhere.
    """
    report = lock_for_writing(actor, report_id)
    structure = structure_of(report.period.form_version_id)
    part = _part(structure, part_code, PartKind.ROWS)
    check_part_open(report, part)
    typed = {
        column.code: text
        for column in part.columns
        if (text := clean_typed(column, data.get(column.code, "")))
    }
    row = DraftRow.objects.filter(report=report, uid=uid).first() if uid else None
    if row is not None and row.part_id != part.id:
        raise Conflict("Dòng này thuộc phần khác của báo cáo. Anh/chị mở lại dòng từ báo cáo.")
    if row is not None and row.data == typed:
        return row
    if row is not None and row.revision != revision:
        raise Conflict(
            "Dòng này vừa được sửa ở nơi khác. Anh/chị xem lại dòng đang lưu rồi sửa tiếp."
        )
    if row is None and revision:
        raise Conflict("Dòng này vừa bị xóa ở nơi khác. Nếu vẫn cần, anh/chị thêm lại dòng mới.")
    if row is None:
        rows = DraftRow.objects.filter(report=report, part_id=part.id)
        if rows.count() >= MAX_ROWS_PER_PART:
            raise InvalidInput(f"Mỗi phần có nhiều nhất {MAX_ROWS_PER_PART} dòng.")
        last = rows.aggregate(last=Max("position"))["last"] or 0
        row = DraftRow(
            report=report, part_id=part.id, uid=uid or uuid.uuid4(), position=last + 1, revision=0
        )
    row.data = typed
    row.establishment_id = _own_establishment(actor, report, part, typed)
    row.revision += 1
    row.updated_at, row.updated_by = timezone.now(), actor
    row.save()
    _stamp(report)
    return row


def _own_establishment(actor: User, report: Report, part: PartInfo, typed: Mapping) -> int | None:
    """The establishment a row names, when it is one of the report's place."""
    for column in part.columns:
        text = typed.get(column.code, "")
        if column.kind == ColumnKind.ESTABLISHMENT and text.isascii() and text.isdigit():
            found = establishments_of_place(report.place_id).filter(pk=int(text[:18]))
            return found.values_list("pk", flat=True).first()
    return None


@transaction.atomic
def remove_row(*, actor: User, report_id: int, uid: uuid.UUID) -> None:
    """Take a row out of the draft; nothing happens when it is gone already."""
    report = lock_for_writing(actor, report_id)
    row = DraftRow.objects.filter(report=report, uid=uid).first()
    if row is not None:
        structure = structure_of(report.period.form_version_id)
        check_part_open(report, next(part for part in structure.parts if part.id == row.part_id))
        row.delete()
        _stamp(report)


@transaction.atomic
def state_nothing(*, actor: User, report_id: int, part_code: str) -> DraftStatement:
    """Keep the author's statement that a part has nothing to report: who and when, once.

    What was typed in the part stays in the draft, and is not submitted while the statement stands.
    """
    report = lock_for_writing(actor, report_id)
    structure = structure_of(report.period.form_version_id)
    part = _part(structure, part_code, PartKind.FIGURES, PartKind.ROWS)
    check_part_open(report, part)
    if not part.nothing_label:
        raise InvalidInput("Phần này không khai “không phát sinh” được.")
    statement, created = DraftStatement.objects.get_or_create(
        report=report, part_id=part.id, defaults={"stated_by": actor}
    )
    if created:
        _stamp(report)
    return statement


@transaction.atomic
def withdraw_nothing(*, actor: User, report_id: int, part_code: str) -> None:
    """Take back the statement; what was typed before shows again."""
    report = lock_for_writing(actor, report_id)
    structure = structure_of(report.period.form_version_id)
    part = _part(structure, part_code, PartKind.FIGURES, PartKind.ROWS)
    check_part_open(report, part)
    deleted, _ = DraftStatement.objects.filter(report=report, part_id=part.id).delete()
    if deleted:
        _stamp(report)


@transaction.atomic
def save_form(
    *,
    actor: User,
    report_id: int,
    cells: Iterable[Mapping],
    nothing: Collection[str] | None = None,
) -> SaveResult:
    """Keep a whole form as it was sent without scripts: cells, and the parts stated to have nothing."""
    report = lock_for_writing(actor, report_id)
    structure = structure_of(report.period.form_version_id)
    if nothing is not None:
        sync_statements(actor, report, structure, nothing)
    return write_cells(actor, report, structure, typed_cells(structure, cells))


def sync_statements(
    actor: User, report: Report, structure: FormStructure, nothing: Collection[str]
) -> None:
    """Make the statements of a locked report those of the given parts; the ones that stand keep
    who stated them and when. Parts that a reopening does not name are left alone."""
    ids = {
        part.id: part
        for part in structure.parts
        if report.open_parts is None or part.code in report.open_parts
    }
    wanted = {part.id for part in ids.values() if part.nothing_label and part.code in nothing}
    kept = set(
        DraftStatement.objects.filter(report=report, part__in=ids).values_list("part_id", flat=True)
    )
    if kept - wanted:
        DraftStatement.objects.filter(report=report, part_id__in=kept - wanted).delete()
    if wanted - kept:
        DraftStatement.objects.bulk_create(
            DraftStatement(report=report, part_id=part_id, stated_by=actor)
            for part_id in sorted(wanted - kept)
        )
    if kept != wanted:
        _stamp(report)
