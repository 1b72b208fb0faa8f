"""Pages of imports: send, match, look, decide, write, take back."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.imports import actions, progress, workbooks
from khuyencong.imports.enums import WRITTEN, ImportStatus, RowState
from khuyencong.imports.forms import ColumnsForm, UploadForm
from khuyencong.imports.models import ImportJob
from khuyencong.imports.registry import kind_for

GET_OR_POST = require_http_methods(["GET", "POST"])
PAGE_SIZE, SHOWN_JOBS = 50, 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _job(request, kind_code: str, pk: int) -> ImportJob:
    """The person's own import, 404 otherwise; 403 for who may not import (any more)."""
    kind_for(kind_code).check_can_import(request.user)
    return get_object_or_404(actions.jobs_visible_to(request.user).filter(kind=kind_code), pk=pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@GET_OR_POST
@never_cache
def upload(request, kind_code: str):
    """Send a spreadsheet; below, my imports."""
    kind = kind_for(kind_code)
    kind.check_can_import(request.user)
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            job = actions.receive_file(
                actor=request.user,
                kind_code=kind_code,
                upload=form.cleaned_data["file"],
                place=form.cleaned_data["place"],
            )
        except InvalidInput as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("imports:columns", job.pk)
    jobs = actions.jobs_visible_to(request.user).filter(kind=kind_code)[:SHOWN_JOBS]
    context = {"form": form, "kind": kind, "jobs": jobs, "list_url": reverse(kind.list_url_name)}
    return render(request, "imports/upload.html", context)


@require_GET
def template(request, kind_code: str):
    """The template workbook."""
    kind = kind_for(kind_code)
    kind.check_can_import(request.user)
    return _workbook(workbooks.template_workbook(kind, request.user), "bang-mau-co-so.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


@GET_OR_POST
@never_cache
def columns(request, kind_code: str, pk: int):
    """The header found in the chosen sheet, and which column is which field."""
    job, kind = _job(request, kind_code, pk), kind_for(kind_code)
    if job.status in WRITTEN or job.is_at_work:
        return redirect("imports:detail", job.pk)
    sheet = request.GET.get("trang", "")
    if sheet and sheet != job.sheet and sheet in [each["name"] for each in job.sheets]:
        job = actions.choose_sheet(actor=request.user, job_id=job.pk, sheet=sheet)
    form = ColumnsForm(request.POST or None, user=request.user, kind=kind, job=job)
    if request.method == "POST" and form.is_valid():
        try:
            actions.match_columns(
                actor=request.user,
                job_id=job.pk,
                matching=form.matching(),
                converted=form.converted(),
                place=form.cleaned_data["place"],
            )
        except InvalidInput as refusal:
            for sentence in refusal.errors.get("__all__", [str(refusal)]):
                form.add_error(None, sentence)
        else:
            return redirect("imports:detail", job.pk)
    context = {
        "form": form,
        "job": job,
        "kind": kind,
        "table": next(each for each in job.sheets if each["name"] == job.sheet),
        "list_url": reverse(kind.list_url_name),
    }
    return render(request, "imports/columns.html", context)


@require_GET
@never_cache
def detail(request, kind_code: str, pk: int):
    """Progress, then the rows by state, then the result."""
    job, kind = _job(request, kind_code, pk), kind_for(kind_code)
    if job.status == ImportStatus.UPLOADED:
        return redirect("imports:columns", job.pk)
    context = {"job": job, "kind": kind, "list_url": reverse(kind.list_url_name)}
    if job.status == ImportStatus.APPLYING:
        context["written"] = progress.told(job.pk)
    if request.htmx:
        response = render(request, "imports/_progress.html", context)
        if not job.is_at_work:
            response["HX-Refresh"] = "true"
        return response
    if not job.is_at_work and job.status != ImportStatus.FAILED:
        context |= _rows(request, job, kind)
    return render(request, "imports/detail.html", context)


def _rows(request, job: ImportJob, kind) -> dict:
    """The rows of the asked-for state, one page by key, with the counts of each state."""
    counts = dict(job.rows.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("loai", "")
    if state not in RowState.values:
        state = ""
    rows = job.rows.order_by("number")
    if state:
        rows = rows.filter(state=state)
    after = _number(request.GET.get("sau"))
    page = list(rows.filter(number__gt=after)[: PAGE_SIZE + 1])
    more, page = len(page) > PAGE_SIZE, page[:PAGE_SIZE]
    kind.words_of(request.user, page)
    undecided = job.rows.filter(state=RowState.DOUBTFUL, decision="").count()
    params = {"loai": state} if state else {}
    return {
        "page": page,
        "state": state,
        "after": after,
        "states": [(s.value, s.label, counts.get(s.value, 0)) for s in RowState],
        "total": sum(counts.values()),
        "counts": counts,
        "undecided": undecided,
        "open_rows": counts.get(RowState.WRONG, 0) + undecided,
        "right_rows": counts.get(RowState.NEW, 0)
        + counts.get(RowState.CHANGED, 0)
        + counts.get(RowState.DOUBTFUL, 0)
        - undecided,
        "next_url": f"?{urlencode({**params, 'sau': page[-1].number})}" if more else "",
        "first_url": f"?{urlencode(params)}" if after else "",
    }


@require_POST
def check_again(request, kind_code: str, pk: int):
    """Check against the book as it is now."""
    job = _job(request, kind_code, pk)
    try:
        actions.check_again(actor=request.user, job_id=job.pk)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
    return redirect("imports:detail", job.pk)


@require_POST
def decide(request, kind_code: str, pk: int, row: int):
    """Say what a doubtful row is."""
    job = _job(request, kind_code, pk)
    decision, _, target = request.POST.get("chon", "").partition("-")
    try:
        actions.decide_row(
            actor=request.user,
            job_id=job.pk,
            row_id=row,
            decision=decision,
            target_id=_number(target) or None,
        )
    except (WrongStatus, InvalidInput) as refusal:
        messages.warning(request, str(refusal))
    params = {
        name: request.POST[name]
        for name in ("loai", "sau")
        if request.POST.get(name, "") not in ("", "0")
    }
    address = reverse("imports:detail", args=[job.pk])
    return redirect(
        f"{address}?{urlencode(params)}#dong-{row}" if params else f"{address}#dong-{row}"
    )


@require_POST
def apply(request, kind_code: str, pk: int):
    """Write to the book."""
    job = _job(request, kind_code, pk)
    try:
        actions.start_apply(
            actor=request.user, job_id=job.pk, only_right=request.POST.get("cach") == "dung"
        )
    except (WrongStatus, InvalidInput) as refusal:
        messages.warning(request, str(refusal))
    return redirect("imports:detail", job.pk)


@require_POST
def undo(request, kind_code: str, pk: int):
    """Take the whole import back."""
    job = _job(request, kind_code, pk)
    try:
        actions.start_undo(actor=request.user, job_id=job.pk)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
    return redirect("imports:detail", job.pk)


@require_GET
@never_cache
def faults(request, kind_code: str, pk: int):
    """The rows that are not written, as a workbook with the fault beside the cell."""
    job = _job(request, kind_code, pk)
    rows = workbooks.stream_rows(actions.rows_left_out(job))
    return _workbook(workbooks.faults_workbook(job, rows), f"dong-can-sua-{job.pk}.xlsx")
