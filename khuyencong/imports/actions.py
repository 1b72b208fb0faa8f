"""An import's life: sent, matched, checked, decided on, applied, undone."""

import contextlib
import hashlib
import logging
import tempfile
from functools import partial
from pathlib import Path

import pghistory
from django.core.files import File
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from khuyencong.core.exceptions import InvalidInput, NotAllowed, Refusal, WrongStatus
from khuyencong.core.models import Place
from khuyencong.core.text import clean
from khuyencong.imports import headers, progress, safety, sheets, staging
from khuyencong.imports.enums import (
    IMPORT_TRANSITIONS,
    WRITTEN,
    Decision,
    ImportStatus,
    RowState,
)
from khuyencong.imports.headers import SheetColumn
from khuyencong.imports.models import KEPT_FOR, ColumnMapping, ImportJob, ImportRow
from khuyencong.imports.registry import ImportKind, kind_for
from khuyencong.imports.safety import Kind

log = logging.getLogger(__name__)

NO_TABLE = (
    "Tệp “{name}” không có trang tính nào có dòng tiêu đề nhận ra được (ví dụ “Tên cơ sở”, “Địa chỉ”, "
    "“Mã số thuế”). Anh/chị thêm dòng tiêu đề, hoặc tải bảng mẫu rồi chép số liệu vào."
)
NO_WORKER = (
    "Lúc này chưa chuyển được việc đến máy xử lý. Anh/chị hãy thử lại sau ít phút; "
    "nếu vẫn không được, xin báo người quản trị hệ thống."
)
OURS = (
    "Máy gặp lỗi khi xử lý tệp này; chưa có gì được ghi vào sổ. Anh/chị thử lại; nếu vẫn không được, "
    "xin báo người quản trị hệ thống mã lần nhập {pk}."
)
NOT_UNDONE = (
    "Máy gặp lỗi khi hoàn tác; sổ vẫn như trước khi hoàn tác. Anh/chị thử lại; nếu vẫn không được, xin báo "
    "người quản trị hệ thống mã lần nhập {pk}."
)
CHANGED = (
    "Sổ đã thay đổi từ khi anh/chị xem trước nên chưa ghi gì. Anh/chị bấm “Kiểm tra lại” rồi xem lại "
    "các dòng."
)
# Where an import stays when no worker can be told of a task.
_WITHOUT_WORKER = {
    "check": ImportStatus.FAILED,
    "apply": ImportStatus.CHECKED,
    "undo": ImportStatus.APPLIED,
}
LOCK_CLASS = 7311  # first key of the advisory locks of imports


def jobs_visible_to(user):
    """A person sees the imports they made themselves, whatever their role."""
    return ImportJob.objects.filter(requested_by=user)


def receive_file(*, actor, kind_code: str, upload, place: Place | None = None) -> ImportJob:
    """Take an uploaded spreadsheet, look what is in it and propose how its columns match.

    Nothing of the file is kept when it is refused. Raises NotAllowed, InvalidInput.
    """
    kind = kind_for(kind_code)
    kind.check_can_import(actor)
    filename = clean(Path(upload.name or "").name)[-200:] or "bang-tinh"
    if upload.size > safety.MAX_FILE_BYTES:
        raise InvalidInput(safety.TOO_HEAVY.format(name=filename[-80:]))
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / "table"
        with path.open("wb") as file:
            for piece in upload.chunks():
                file.write(piece)
        source = safety.examine(path, filename)
        found = _found(path, source, filename, kind)
        if not found:
            raise InvalidInput(NO_TABLE.format(name=filename[-80:]))
        with transaction.atomic(), path.open("rb") as file:
            job = ImportJob(
                kind=kind.code,
                filename=filename,
                file_kind=source.name,
                encoding=source.encoding,
                delimiter=source.delimiter,
                requested_by=actor,
                place=place,
                sheets=found,
            )
            job.file.save("table", File(file), save=False)
            _choose_sheet(job, kind, max(found, key=_likeness)["name"])
            job.save()
    return job


def _found(path: Path, source: Kind, filename: str, kind: ImportKind) -> list[dict]:
    """The sheets with a table of the kind, ready to be kept on the job."""
    found = []
    for name, height, _, merged, head in sheets.inspect(path, source, filename):
        table = headers.find_header(head, merged, kind.synonyms)
        if table is None:
            continue
        columns = [column.as_dict() for column in table.columns]
        for column in columns:
            column["samples"] = [sample[:80] for sample in column["samples"]]
        found.append(
            {
                "name": name[:100],
                "rows": max(0, height - table.data),
                "first": table.first,
                "last": table.last,
                "data": table.data,
                "columns": columns,
                "titles": [title[:200] for title in table.titles[:5]],
                "matched": len(headers.propose(table.columns, kind.synonyms)),
            }
        )
    return found[:50]


def _likeness(sheet: dict) -> tuple[int, int]:
    """Which of the sheets is the list: the one with most columns that are known, then the longest."""
    return sheet["matched"], sheet["rows"]


def _choose_sheet(job: ImportJob, kind: ImportKind, name: str) -> None:
    """Take a sheet with the matching used last for its headers, else the proposed one."""
    job.sheet = name
    table = staging.table_of(job)
    columns = [SheetColumn(**column) for column in table["columns"]]
    remembered = ColumnMapping.objects.filter(
        user=job.requested_by, kind=kind.code, headers=_key(columns)
    ).first()
    if remembered:
        by_label = {headers.fold(c.label): c.index for c in columns}
        matching = {
            by_label[label]: field
            for label, field in remembered.matching.items()
            if label in by_label and field in kind.by_name
        }
    else:
        matching = headers.propose(columns, kind.synonyms)
    job.matching = {str(index): field for index, field in matching.items()}
    job.schemes = {str(c.index): c.scheme for c in columns if c.scheme}
    job.rows_total = table["rows"]


def _key(columns: list[SheetColumn]) -> str:
    return hashlib.sha256(headers.header_key(columns).encode()).hexdigest()


@transaction.atomic
def choose_sheet(*, actor, job_id: int, sheet: str) -> ImportJob:
    """Take another sheet of the file. Raises WrongStatus, InvalidInput."""
    job = _locked(actor, job_id)
    _check_open(job)
    if sheet not in [each["name"] for each in job.sheets]:
        raise InvalidInput("Tệp không có trang tính này.")
    _choose_sheet(job, kind_for(job.kind), sheet)
    job.save(update_fields=["sheet", "matching", "schemes", "rows_total"])
    return job


@transaction.atomic
def match_columns(
    *, actor, job_id: int, matching: dict[str, str], converted: set[str], place: Place | None
) -> ImportJob:
    """Say which column is which field, which columns are converted from their old encoding, and of
    which place the rows are that name none; then the rows are checked by a worker.

    Remembered for the next sheet with the same headers. Raises WrongStatus, InvalidInput (a field
    twice, a required one missing, no place), NotAllowed for a place that is not the actor's.
    """
    job = _locked(actor, job_id)
    kind = kind_for(job.kind)
    kind.check_can_import(actor)
    _check_open(job)
    columns = [SheetColumn(**column) for column in staging.table_of(job)["columns"]]
    known = {str(column.index) for column in columns}
    matching = {i: f for i, f in matching.items() if i in known and f in kind.by_name}
    errors = _matching_errors(kind, matching, place)
    if errors:
        raise InvalidInput(errors[0], {"__all__": errors})
    if place is not None and not kind.places_for(actor).filter(pk=place.pk).exists():
        raise NotAllowed(f"{place} không thuộc địa bàn anh/chị được nhập.")
    labels = {str(c.index): headers.fold(c.label) for c in columns}
    ColumnMapping.objects.update_or_create(
        user=actor,
        kind=kind.code,
        headers=_key(columns),
        defaults={
            "matching": {labels[i]: f for i, f in matching.items() if labels[i]},
            "used_at": timezone.now(),
        },
    )
    job.matching, job.place = matching, place
    job.schemes = {
        str(c.index): c.scheme for c in columns if c.scheme and str(c.index) in converted
    }
    job.save(update_fields=["matching", "schemes", "place"])
    _start_check(job)
    return job


def _matching_errors(kind: ImportKind, matching: dict[str, str], place) -> list[str]:
    errors = []
    fields = list(matching.values())
    for column in kind.columns:
        if fields.count(column.name) > 1:
            errors.append(f"Có hơn một cột được chọn là “{column.label}”; chỉ giữ một.")
        if column.required and column.name not in fields:
            errors.append(f"Chưa có cột nào là “{column.label}”; anh/chị chọn cột đó.")
    if kind.place_column not in fields and place is None:
        errors.append(
            "Bảng không có cột xã, phường; anh/chị chọn xã, phường cho cả bảng ở đầu trang."
        )
    return errors


@transaction.atomic
def check_again(*, actor, job_id: int) -> ImportJob:
    """Check the rows once more, against the book as it is now. Raises WrongStatus."""
    job = _locked(actor, job_id)
    kind_for(job.kind).check_can_import(actor)
    if not job.is_stuck:
        _check_open(job)
    if job.status == ImportStatus.UPLOADED:
        raise WrongStatus("Anh/chị chọn cột trước khi kiểm tra.")
    if job.status == ImportStatus.APPLYING:
        _set_status(job, ImportStatus.CHECKED)
    _start_check(job)
    return job


def _start_check(job: ImportJob) -> None:
    _set_status(job, ImportStatus.CHECKING, error="", rows_done=0, result={})
    transaction.on_commit(partial(_tell_worker, job, "check"))


def run_check(job_id: int) -> None:
    """Read, check and lay out the rows of a job beside the book (a worker's part).

    Safe to run again after a crash; whatever goes wrong is kept on the job as a sentence.
    """
    with _only_worker(job_id) as alone:
        job = ImportJob.objects.select_related("requested_by", "place").filter(pk=job_id).first()
        if not alone or job is None or job.status != ImportStatus.CHECKING:
            return
        kind, user = kind_for(job.kind), job.requested_by
        try:
            kind.check_can_import(user)
            staging.stage(user, job, kind)
            with transaction.atomic():
                kind.compare(user, job)
                _set_status(job, ImportStatus.CHECKED, rows_total=job.rows_done)
        except Refusal as refusal:
            _set_status(job, ImportStatus.FAILED, error=str(refusal))
        except Exception:
            log.exception("check of import %s failed", job.pk)
            _set_status(job, ImportStatus.FAILED, error=OURS.format(pk=job.pk))


@transaction.atomic
def decide_row(*, actor, job_id: int, row_id: int, decision: str, target_id: int | None) -> None:
    """Say whether a doubtful row is an establishment of the book, a new one, or to be left out.

    Raises WrongStatus, InvalidInput.
    """
    job = _locked(actor, job_id)
    if job.status != ImportStatus.CHECKED:
        raise WrongStatus(
            f"Lần nhập này {job.get_status_display().lower()}; không chọn lại được nữa."
        )
    row = ImportRow.objects.select_for_update().filter(job=job, pk=row_id).first()
    if row is None or row.state != RowState.DOUBTFUL:
        raise WrongStatus("Dòng này không cần chọn.")
    if decision not in Decision.values:
        raise InvalidInput("Anh/chị chọn một trong ba cách.")
    if decision == Decision.SAME and target_id not in row.candidates:
        raise InvalidInput("Anh/chị chọn cơ sở đã có trong sổ mà dòng này nói tới.")
    row.decision = decision
    row.target_id = target_id if decision == Decision.SAME else None
    row.save(update_fields=["decision", "target_id"])


@transaction.atomic
def start_apply(*, actor, job_id: int, only_right: bool) -> ImportJob:
    """Have the rows written to the book: all or nothing, or only the right ones.

    Raises WrongStatus; InvalidInput where not all rows are right and `only_right` is not asked.
    """
    job = _locked(actor, job_id)
    kind_for(job.kind).check_can_import(actor)
    if job.status in (ImportStatus.APPLYING, *WRITTEN):
        raise WrongStatus(
            "Lần nhập này đã được ghi vào sổ hoặc đang ghi; bấm lần nữa không đổi gì."
        )
    if job.status != ImportStatus.CHECKED:
        raise WrongStatus("Lần nhập này chưa kiểm tra xong.")
    open_rows = rows_left_out(job).count()
    if open_rows and not only_right:
        raise InvalidInput(
            f"Còn {open_rows} dòng sai hoặc chưa chọn. Anh/chị sửa, chọn cho hết, hoặc chỉ ghi các dòng đúng."
        )
    _set_status(job, ImportStatus.APPLYING, error="")
    progress.forget(job.pk)
    transaction.on_commit(partial(_tell_worker, job, "apply"))
    return job


def rows_left_out(job: ImportJob):
    """The rows that are not written: wrong, or doubtful without a decision."""
    return job.rows.filter(state=RowState.WRONG) | job.rows.filter(
        state=RowState.DOUBTFUL, decision=""
    )


def run_apply(job_id: int) -> None:
    """Write the rows to the book, in one transaction (a worker's part); all of it or nothing."""
    with _only_worker(job_id) as alone:
        job = ImportJob.objects.select_related("requested_by", "place").filter(pk=job_id).first()
        if not alone or job is None or job.status != ImportStatus.APPLYING:
            return
        kind, user = kind_for(job.kind), job.requested_by
        try:
            kind.check_can_import(user)
            with transaction.atomic(), pghistory.context(**_history(job, user)):
                job.applied_at = timezone.now()
                result = kind.apply(user, job)
                _set_status(job, ImportStatus.APPLIED, result=result, applied_at=job.applied_at)
            staging.analyse()
            progress.forget(job.pk)
        except (Refusal, IntegrityError) as refusal:
            sentence = str(refusal)
            if isinstance(refusal, IntegrityError):
                log.warning("apply of import %s met the book's own rules", job.pk, exc_info=True)
                sentence = CHANGED
            _set_status(job, ImportStatus.CHECKED, error=sentence, applied_at=None)
        except Exception:
            log.exception("apply of import %s failed", job.pk)
            _set_status(job, ImportStatus.CHECKED, error=OURS.format(pk=job.pk), applied_at=None)


@transaction.atomic
def start_undo(*, actor, job_id: int) -> ImportJob:
    """Have a whole import taken back by a worker: what it added goes, what it changed gets its old
    values; the history keeps both. Records that somebody changed or built on since stay, and are named
    in the result.

    Once only: a second click is told so. An undo whose worker has gone silent may be asked for again.
    Raises WrongStatus, NotAllowed.
    """
    job = _locked(actor, job_id)
    kind_for(job.kind).check_can_import(actor)
    if job.status == ImportStatus.UNDONE:
        at = timezone.localtime(job.undone_at)
        raise WrongStatus(f"Lần nhập này đã được hoàn tác lúc {at:%H:%M ngày %d/%m/%Y}.")
    if job.status == ImportStatus.UNDOING:
        if not job.is_stuck:
            raise WrongStatus("Lần nhập này đang được hoàn tác; bấm lần nữa không đổi gì.")
        _set_status(job, ImportStatus.APPLIED)
    if job.status != ImportStatus.APPLIED:
        raise WrongStatus("Lần nhập này chưa ghi vào sổ nên không có gì để hoàn tác.")
    _set_status(job, ImportStatus.UNDOING, error="")
    transaction.on_commit(partial(_tell_worker, job, "undo"))
    return job


def run_undo(job_id: int) -> None:
    """Take an import back, in one transaction (a worker's part); all of it or nothing."""
    with _only_worker(job_id) as alone:
        job = ImportJob.objects.select_related("requested_by").filter(pk=job_id).first()
        if not alone or job is None or job.status != ImportStatus.UNDOING:
            return
        kind, user = kind_for(job.kind), job.requested_by
        try:
            kind.check_can_import(user)
            with transaction.atomic(), pghistory.context(**_history(job, user), undo=True):
                count, kept = kind.undo(user, job)
                result = {"undone": count, "kept": kept[:500], "kept_count": len(kept)}
                job.result = {**job.result, **result}
                _set_status(job, ImportStatus.UNDONE, result=job.result, undone_at=timezone.now())
        except Refusal as refusal:
            _give_back(job, error=str(refusal))
        except Exception:
            log.exception("undo of import %s failed", job.pk)
            _give_back(job, error=NOT_UNDONE.format(pk=job.pk))


def _give_back(job: ImportJob, error: str) -> None:
    """What an undo that failed leaves: the import as it was, and why."""
    job.refresh_from_db()
    _set_status(job, ImportStatus.APPLIED, error=error)


def remove_old_imports() -> int:
    """Put away files past their time, and the rows of imports that were never applied."""
    count = 0
    for job in ImportJob.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).exclude(file=""):
        stored, storage = job.file.name, job.file.storage
        if job.status not in WRITTEN:
            job.rows.all().delete()
        job.file = ""
        job.save(update_fields=["file"])
        storage.delete(stored)
        count += 1
    return count


def _history(job: ImportJob, user) -> dict:
    """What the history says of every record an import writes."""
    return {
        "user": user.pk,
        "username": user.get_username(),
        "name": str(user),
        "source": "import",
        "import_job": job.pk,
    }


def _locked(actor, job_id: int) -> ImportJob:
    return jobs_visible_to(actor).select_for_update(of=("self",)).get(pk=job_id)


def _check_open(job: ImportJob) -> None:
    """Raise WrongStatus once the rows are in the book, or while a worker is at them."""
    if job.status in WRITTEN:
        raise WrongStatus("Lần nhập này đã ghi vào sổ; muốn nhập khác, anh/chị gửi tệp mới.")
    if job.is_at_work and not job.is_stuck:
        raise WrongStatus("Máy đang xử lý lần nhập này; anh/chị đợi xong rồi làm tiếp.")
    if not job.file:
        raise WrongStatus("Tệp đã được xóa sau 30 ngày; anh/chị gửi lại tệp.")


def _set_status(job: ImportJob, status: str, **fields) -> None:
    if status not in IMPORT_TRANSITIONS[job.status]:
        raise WrongStatus(f"Lần nhập này {job.get_status_display().lower()}.")
    fields |= {"status": status, "progress_at": timezone.now()}
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=list(fields))


def _tell_worker(job: ImportJob, task: str) -> None:
    from khuyencong.imports import tasks

    try:
        getattr(tasks, task).apply_async(
            [job.pk], retry=True, retry_policy={"max_retries": 1, "interval_start": 0.2}
        )
    except (OperationalError, OSError):
        log.exception("no worker can be told of import %s", job.pk)
        _set_status(job, _WITHOUT_WORKER[task], error=NO_WORKER)


@contextlib.contextmanager
def _only_worker(job_id: int):
    """Hold the job's lock for this database session; yields whether it was got."""
    keys = [LOCK_CLASS, job_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
        got = cursor.fetchone()[0]
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)
