"""The Excel path: a filled workbook comes back, is looked at, and is taken over cell by cell."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import User
from reports import permissions
from reports.actions.draft import (
    TypedCell,
    lock_for_writing,
    remove_row,
    save_row,
    state_nothing,
    withdraw_nothing,
    write_cells,
)
from reports.enums import UploadStatus
from reports.fill import row_lookups
from reports.models import Report, WorkbookUpload
from reports.queries.drafts import draft_of
from reports.workbook.compare import Difference, differences
from reports.workbook.layout import NOTHING, Identity, check_belongs
from reports.workbook.read import Content, Fault, OpenWorkbook, read_workbook
from reports.workbook.write import Filled, report_workbook

CHANGED = (
    "Bản nháp vừa được sửa ở nơi khác nên chưa ghi gì. Anh/chị xem lại các chỗ khác nhau rồi ghi."
)


def receive_workbook(*, actor: User, report_id: int, upload) -> WorkbookUpload:
    """Read a filled workbook and keep what it says beside the report; the draft is not touched yet.

    Raises NotAllowed, WrongStatus; InvalidInput for a file that is no workbook of this report,
    period and version of the form, or that nobody should open.
    """
    report = Report.objects.select_related("place", "period__form_version").get(pk=report_id)
    permissions.check_can_edit_report(actor, report)
    with OpenWorkbook(upload) as book:
        identity = book.identity()
        check_belongs(identity, report, book.filename)
        draft = draft_of(report)
        content = read_workbook(book, identity, draft.structure, row_lookups(report))
        filename = book.filename
    with transaction.atomic():
        lock_for_writing(actor, report_id)
        return WorkbookUpload.objects.create(
            report=report,
            filename=filename,
            identity=asdict(identity),
            content=asdict(content),
            uploaded_by=actor,
        )


def opened(upload: WorkbookUpload) -> tuple[Identity, Content]:
    """What is kept of an upload, as objects."""
    kept = upload.content
    content = Content(
        cells={key: tuple(cell) for key, cell in kept["cells"].items()},
        nothing=kept["nothing"],
        rows={code: [tuple(row) for row in rows] for code, rows in kept["rows"].items()},
        faults=[Fault(**fault) for fault in kept["faults"]],
    )
    return Identity(**upload.identity), content


def differences_of(upload: WorkbookUpload) -> tuple[list[Difference], list[Fault]]:
    """What taking an upload over would change in the draft as it is now, and what cannot be taken."""
    identity, content = opened(upload)
    draft = draft_of(upload.report)
    return differences(draft, identity, content, row_lookups(upload.report)), content.faults


@transaction.atomic
def take_workbook(*, actor: User, upload_id: int, chosen: Mapping[str, int]) -> int:
    """Write the chosen differences into the draft, all or nothing; returns how many.

    `chosen` maps a difference's name to the revision of the draft that was looked at. Raises
    NotAllowed, WrongStatus, InvalidInput (nothing chosen), and Conflict when the draft has changed.
    """
    upload = WorkbookUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    report = lock_for_writing(actor, upload.report_id)
    _check_waiting(upload)
    identity, content = opened(upload)
    draft = draft_of(report)
    found = {
        difference.name: difference
        for difference in differences(draft, identity, content, row_lookups(report))
    }
    wanted = [difference for name, difference in found.items() if name in chosen]
    if not wanted:
        raise InvalidInput("Chưa chọn chỗ nào để ghi. Anh/chị đánh dấu ít nhất một chỗ.")
    if any(chosen[name] != found[name].revision for name in chosen if name in found):
        raise Conflict(CHANGED)
    typed = [
        TypedCell(one.name, *content.cells[one.name], one.revision)
        for one in wanted
        if one.name in content.cells
    ]
    if typed and write_cells(actor, report, draft.structure, typed).conflicts:
        raise Conflict(CHANGED)
    rows = {uid: data for lines in content.rows.values() for uid, data in lines}
    for one in wanted:
        if one.name.startswith(NOTHING):
            code = one.name.removeprefix(NOTHING)
            act = state_nothing if content.nothing[code] else withdraw_nothing
            act(actor=actor, report_id=report.pk, part_code=code)
        elif one.name.startswith("dong:"):
            _, code, uid = one.name.split(":")
            where = {"actor": actor, "report_id": report.pk, "uid": uuid.UUID(uid)}
            if uid in rows:
                save_row(part_code=code, data=rows[uid], revision=one.revision, **where)
            else:
                remove_row(**where)
    _close(upload, UploadStatus.TAKEN, written=len(wanted))
    return len(wanted)


@transaction.atomic
def drop_workbook(*, actor: User, upload_id: int) -> None:
    """Leave the draft as it is and put the workbook aside."""
    upload = WorkbookUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    lock_for_writing(actor, upload.report_id)
    _check_waiting(upload)
    _close(upload, UploadStatus.DROPPED)


def marked_workbook(upload: WorkbookUpload) -> bytes:
    """The uploaded workbook with its faults in red beside the cells, to be mended and sent again."""
    identity, content = opened(upload)
    return report_workbook(
        upload.report,
        identity,
        Filled(content.cells, content.nothing, content.rows, content.faults_by_name),
    )


def _check_waiting(upload: WorkbookUpload) -> None:
    if upload.status != UploadStatus.WAITING:
        when = timezone.localtime(upload.closed_at)
        raise WrongStatus(
            f"“{upload.filename}”: {upload.get_status_display().lower()} lúc {when:%H:%M ngày %d/%m/%Y}."
        )


def _close(upload: WorkbookUpload, status: str, written: int = 0) -> None:
    upload.status, upload.closed_at, upload.written = status, timezone.now(), written
    upload.save(update_fields=["status", "closed_at", "written"])
