"""Asking for a spreadsheet, building it, and putting old ones away."""

import contextlib
import hashlib
import json
import logging
import tempfile
import time
from functools import lru_cache, partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from khuyencong.core.exceptions import InvalidInput, NotAllowed, Refusal
from khuyencong.exports.models import KEPT_FOR, OPEN_STATUSES, ExportFormat, ExportJob, ExportStatus
from khuyencong.exports.ods import write_ods
from khuyencong.exports.registry import source_for
from khuyencong.exports.writers import file_name, write_csv, write_xlsx

log = logging.getLogger(__name__)

NO_WORKER = (
    "Lúc này chưa chuyển được yêu cầu đến máy lập bảng. Anh/chị hãy thử lại sau ít phút; "
    "nếu vẫn không được, xin báo người quản trị hệ thống."
)
BROKEN = (
    "Máy gặp lỗi khi lập bảng tính này. Anh/chị hãy yêu cầu lại; nếu vẫn không được, "
    "xin báo người quản trị hệ thống mã yêu cầu {pk}."
)
GONE = "Nội dung này không còn, hoặc anh/chị không còn quyền xem."
LOCKED_OUT = "Tài khoản yêu cầu bảng này đã ngừng hoạt động."
GIVEN_UP = "Máy lập bảng đã dừng giữa chừng; anh/chị đã yêu cầu lập lại."
LOCK_CLASS = 7310  # first key of the advisory locks of builds


@lru_cache
def _scope_of():
    return import_string(settings.USER_SCOPE)


def rights_of(user) -> str:
    """A mark of what the user may see: it changes when roles or own places change."""
    scope = [sorted(user.roles), sorted(_scope_of()(user))]
    return hashlib.sha256(json.dumps(scope).encode()).hexdigest()


@transaction.atomic
def request_export(*, actor, kind: str, params: dict, format: str) -> ExportJob:
    """Ask for a spreadsheet; the worker is told after commit.

    The same request still waiting or being built is returned instead of a second one. Raises
    Http404 for an unknown kind, NotAllowed where the actor may not see it, InvalidInput for an
    unknown format. When no worker can be told, the job is marked as failed with the reason.
    """
    if format not in ExportFormat.values:
        raise InvalidInput("Hãy chọn định dạng Excel, ODS hoặc CSV.")
    title = _describe(kind, actor, params)
    # Two clicks at once must not make two jobs.
    get_user_model().objects.select_for_update().get(pk=actor.pk)
    for job in ExportJob.objects.filter(
        requested_by=actor, kind=kind, params=params, format=format, status__in=OPEN_STATUSES
    ):
        if not job.is_stuck:
            return job
        _fail(job, GIVEN_UP)
    job = ExportJob.objects.create(
        kind=kind, title=title[:250], params=params, format=format, requested_by=actor
    )
    transaction.on_commit(partial(_tell_worker, job))
    return job


def check_can_download(user, job: ExportJob) -> None:
    """Raise NotAllowed unless it is the user's own export and their rights are still those it was
    built with: a file must not outlive the right to see what is in it."""
    if job.requested_by_id != user.pk or not user.is_active:
        raise NotAllowed("Bảng tính này do tài khoản khác yêu cầu.")
    _describe(job.kind, user, job.params)
    if job.rights != rights_of(user):
        raise NotAllowed(
            "Vai trò hoặc địa bàn của anh/chị đã thay đổi từ khi bảng này được lập. "
            "Anh/chị hãy mở trang có bảng đó và xuất lại."
        )


def build_export(job_id: int) -> None:
    """Build a job with the rights of whoever asked; a job that is not open any more is left alone.

    Safe to run again after a crash and at the same time elsewhere: a lock of the database session
    lets one worker in. Whatever goes wrong is kept on the job as a sentence.
    """
    with _only_worker(job_id) as alone:
        if not alone:
            return
        job = ExportJob.objects.select_related("requested_by").filter(pk=job_id).first()
        if job is None or not job.is_open:
            return
        _save(job, status=ExportStatus.RUNNING, rows_done=0, rows_total=None)
        try:
            _build(job)
        except Http404:
            _fail(job, GONE)
        except Refusal as refusal:
            _fail(job, str(refusal))
        except Exception:
            log.exception("export %s (%s) failed", job.pk, job.kind)
            _fail(job, BROKEN.format(pk=job.pk))


def remove_old_exports() -> int:
    """Delete the files of exports past their time and mark these as expired; returns how many.
    The rows stay: they say who took what home, and when."""
    count = 0
    old = ExportJob.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    for job in old.exclude(status=ExportStatus.EXPIRED).iterator():
        stored = job.file.name
        _save(
            job, status=ExportStatus.EXPIRED, file="", finished_at=job.finished_at or timezone.now()
        )
        if stored:
            job.file.storage.delete(stored)
        count += 1
    return count


def _describe(kind: str, user, params: dict) -> str:
    try:
        source = source_for(kind)
    except KeyError:
        raise Http404 from None
    return str(source.describe(user, params))


def _tell_worker(job: ExportJob) -> None:
    from khuyencong.exports import tasks

    try:
        tasks.build.apply_async(
            [job.pk], retry=True, retry_policy={"max_retries": 1, "interval_start": 0.2}
        )
    except (OperationalError, OSError):
        log.exception("no worker can be told of export %s", job.pk)
        _fail(job, NO_WORKER)


def _save(job: ExportJob, **fields) -> None:
    fields["progress_at"] = timezone.now()
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=list(fields))


def _fail(job: ExportJob, reason: str) -> None:
    _save(job, status=ExportStatus.FAILED, error=reason, finished_at=timezone.now())


class _Progress:
    """Counts rows and saves the count at most once a second."""

    def __init__(self, job: ExportJob):
        self.job, self.count, self.saved_at = job, 0, time.monotonic()

    def __call__(self) -> None:
        self.count += 1
        if self.count % 100 == 0 and time.monotonic() - self.saved_at >= 1:
            self.saved_at = time.monotonic()
            _save(self.job, rows_done=self.count)


def _build(job: ExportJob) -> None:
    user, params = job.requested_by, job.params
    if not user.is_active:
        raise NotAllowed(LOCKED_OUT)
    title = _describe(job.kind, user, params)
    rights, started_at = rights_of(user), timezone.now()
    sheets = list(source_for(job.kind).sheets(user, params))
    if job.format == ExportFormat.CSV:
        sheets = sheets[:1]
    totals = [sheet.total for sheet in sheets]
    if all(total is not None for total in totals):
        _save(job, rows_total=sum(totals))
    about = [
        ("Tên bảng", title),
        ("Người xuất", str(user)),
        ("Số liệu tại thời điểm", f"{timezone.localtime(started_at):%H:%M:%S ngày %d/%m/%Y}"),
        ("Nguồn", f"{settings.PORTAL_NAME} {params.get('base_url', '')}".strip()),
    ]
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path, progress = Path(folder) / f"table.{job.format}", _Progress(job)
        if job.format == ExportFormat.CSV:
            written = write_csv(path, sheets[0], progress)
        else:
            write = write_ods if job.format == ExportFormat.ODS else write_xlsx
            written = write(path, sheets, about, progress, params.get("base_url", ""))
        with path.open("rb") as stream:
            stored = job.file.storage.save(
                job.file.field.generate_filename(job, path.name), File(stream)
            )
    _save(
        job,
        status=ExportStatus.DONE,
        title=title[:250],
        file=stored,
        filename=file_name(title, job.format, started_at),
        rights=rights,
        rows_done=written.total,
        rows_proven=written.total,
        finished_at=timezone.now(),
    )


@contextlib.contextmanager
def _only_worker(job_id: int):
    """Hold the job's lock for this database session; yields whether it was got."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, job_id % 2**31])
        got = cursor.fetchone()[0]
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, job_id % 2**31])
