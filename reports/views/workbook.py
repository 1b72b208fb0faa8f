"""The Excel path: the workbook of a report, and what came back in it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.text import fold
from reports.actions.workbook import (
    differences_of,
    drop_workbook,
    marked_workbook,
    receive_workbook,
    take_workbook,
)
from reports.enums import UploadStatus
from reports.models import Report, WorkbookUpload
from reports.views.author import writable_report
from reports.workbook.write import report_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_UPLOADS = 5


def _file(content: bytes, report: Report, suffix: str = "") -> HttpResponse:
    """The workbook under a name that says whose it is, in plain letters for every system."""
    quarter = report.period.quarter
    name = slugify(fold(f"bao cao quy {quarter.number} {quarter.year} {report.place}{suffix}"))
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    response["Cache-Control"] = "no-store"
    return response


def _upload(request: HttpRequest, pk: int, upload_pk: int) -> WorkbookUpload:
    report = writable_report(request, pk)
    upload = get_object_or_404(
        WorkbookUpload.objects.select_related("uploaded_by"), pk=upload_pk, report=report
    )
    upload.report = report
    return upload


@require_http_methods(["GET", "POST"])
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the workbook is taken and given back."""
    try:
        report = writable_report(request, pk)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:detail", pk=pk)
    error = ""
    if request.method == "POST":
        try:
            if not (file := request.FILES.get("tep")):
                raise InvalidInput("Chưa chọn tệp. Anh/chị chọn bảng tính đã điền rồi nạp lại.")
            upload = receive_workbook(actor=request.user, report_id=pk, upload=file)
            return redirect("reports:workbook_upload", pk=pk, upload_pk=upload.pk)
        except InvalidInput as refusal:
            error = str(refusal)
    uploads = WorkbookUpload.objects.filter(report=report).select_related("uploaded_by")
    return render(
        request,
        "reports/workbook.html",
        {"report": report, "error": error, "uploads": uploads[:SHOWN_UPLOADS]},
        status=422 if error else 200,
    )


@require_GET
def workbook_download(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook of the draft as it is now."""
    report = writable_report(request, pk)
    return _file(report_workbook(report), report)


@require_GET
def workbook_upload(request: HttpRequest, pk: int, upload_pk: int) -> HttpResponse:
    """What a workbook that came back would change, cell by cell."""
    return _differences_page(request, _upload(request, pk, upload_pk))


def _differences_page(request, upload: WorkbookUpload, error: str = "", status: int = 200):
    found, faults = differences_of(upload)
    return render(
        request,
        "reports/workbook_upload.html",
        {
            "report": upload.report,
            "upload": upload,
            "is_waiting": upload.status == UploadStatus.WAITING,
            "differences": found,
            "both": sum(difference.is_both for difference in found),
            "faults": faults,
            "error": error,
        },
        status=status,
    )


def _chosen(values: list[str]) -> dict[str, int]:
    chosen = {}
    for value in values:
        name, _, revision = value.rpartition("|")
        if name and revision.isascii() and revision.isdigit() and len(revision) < 10:
            chosen[name] = int(revision)
    return chosen


@require_POST
def workbook_take(request: HttpRequest, pk: int, upload_pk: int) -> HttpResponse:
    """Write the chosen differences into the draft."""
    upload = _upload(request, pk, upload_pk)
    try:
        written = take_workbook(
            actor=request.user,
            upload_id=upload.pk,
            chosen=_chosen(request.POST.getlist("chon")),
        )
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:edit", pk=pk)
    except (Conflict, InvalidInput) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        upload.report = writable_report(request, pk)
        return _differences_page(request, upload, str(refusal), status)
    messages.success(
        request, f"Đã ghi {written} chỗ từ bảng tính vào bản nháp. Anh/chị xem lại rồi nộp báo cáo."
    )
    return redirect("reports:edit", pk=pk)


@require_POST
def workbook_drop(request: HttpRequest, pk: int, upload_pk: int) -> HttpResponse:
    """Put a workbook aside."""
    upload = _upload(request, pk, upload_pk)
    try:
        drop_workbook(actor=request.user, upload_id=upload.pk)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Đã bỏ bảng tính vừa nạp. Bản nháp không thay đổi.")
    return redirect("reports:workbook", pk=pk)


@require_GET
def workbook_marked(request: HttpRequest, pk: int, upload_pk: int) -> HttpResponse:
    """The workbook that came back, with the faults beside the cells."""
    upload = _upload(request, pk, upload_pk)
    if not upload.content["faults"]:
        raise Http404
    return _file(marked_workbook(upload), upload.report, " cho sai")
