"""My exports: ask, watch, fetch, ask again."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from khuyencong.core.exceptions import InvalidInput
from khuyencong.exports import actions, choosing, ods
from khuyencong.exports.models import ExportFormat, ExportJob, ExportStatus
from khuyencong.exports.registry import ExportSource, source_for

SHOWN = 50
MAX_PARAMS, MAX_VALUE = 60, 500
OWN_NAMES = {"csrfmiddlewaretoken", "kind", "format"}
MOVES = {"dau": "first", "len": "up", "xuong": "down"}
MEDIA_TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.ODS: ods.MEDIA_TYPE,
    ExportFormat.CSV: "text/csv; charset=utf-8",
}


def exports_visible_to(user):
    """A person sees the exports they asked for themselves, whatever their role."""
    return ExportJob.objects.filter(requested_by=user)


@require_GET
@never_cache
def job_list(request):
    """My exports, newest first."""
    jobs = list(exports_visible_to(request.user)[:SHOWN])
    return render(request, "exports/list.html", {"jobs": jobs})


@require_http_methods(["GET", "POST"])
@never_cache
def choose(request):
    """Which columns, in which order and format; then ask for the table. The address holds kind and
    filters; what was chosen is remembered. Works without script: each change is a request."""
    source = _source_with_choices(request.GET.get("kind", ""))
    params = _filters(request.GET)
    title = source.describe(request.user, params)
    if request.method == "GET":
        return _choose_page(request, source, params, title)
    groups, order = source.choices(request.user), request.POST.getlist("thu_tu")
    keys = choosing.merged(groups, request.POST.getlist("cot"), order)
    command, _, key = request.POST.get("lenh", "").partition(":")
    if command in MOVES:
        keys = choosing.moved(keys, key, MOVES[command])
    if command == "mac-dinh":
        choosing.forget_choice(actor=request.user, source=source)
        messages.success(request, "Đã trở về các cột mặc định.")
        return redirect(request.get_full_path())
    chosen_format = request.POST.get("format", ExportFormat.XLSX)
    try:
        chosen = choosing.keep_choice(
            actor=request.user, source=source, keys=keys, format=chosen_format
        )
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
        return redirect(request.get_full_path())
    if command != "xuat":
        return redirect(f"{request.get_full_path()}#{f'cot-{key}' if key else 'thu-tu'}")
    job = actions.request_export(
        actor=request.user,
        kind=source.kind,
        params=params | {"cot": chosen.keys, "base_url": _base_url(request)},
        format=chosen.format,
    )
    return redirect("exports:detail", job.pk)


def _source_with_choices(kind: str) -> ExportSource:
    try:
        source = source_for(kind)
    except KeyError:
        raise Http404 from None
    if source.choices is None:
        raise Http404
    return source


def _choose_page(request, source: ExportSource, params: dict, title: str):
    chosen = choosing.chosen_by(request.user, source)
    return render(
        request,
        "exports/choose.html",
        {
            "title": title,
            "groups": source.choices(request.user),
            "chosen": chosen,
            "chosen_keys": set(chosen.keys),
            "formats": ExportFormat.choices,
            "back_url": source.back(params) if source.back else "",
        },
    )


def _base_url(request) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@require_POST
def job_request(request):
    """Ask for a spreadsheet of `kind` in `format`; every other posted name is one of its filters."""
    params = _filters(request.POST) | {"base_url": _base_url(request)}
    try:
        job = actions.request_export(
            actor=request.user,
            kind=request.POST.get("kind", ""),
            params=params,
            format=request.POST.get("format", ExportFormat.XLSX),
        )
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
        return redirect("exports:list")
    return redirect("exports:detail", job.pk)


@require_GET
@never_cache
def job_detail(request, pk: int):
    """How far it is; asked again every second or two by htmx until it is over."""
    job = get_object_or_404(exports_visible_to(request.user), pk=pk)
    template = "exports/_job.html" if request.htmx else "exports/detail.html"
    return render(request, template, {"job": job})


@require_POST
def job_again(request, pk: int):
    """Ask for the same table once more."""
    job = get_object_or_404(exports_visible_to(request.user), pk=pk)
    again = actions.request_export(
        actor=request.user, kind=job.kind, params=job.params, format=job.format
    )
    return redirect("exports:detail", again.pk)


@require_GET
@never_cache
def job_download(request, pk: int):
    """The file, to whoever asked for it and may still see what is in it."""
    job = get_object_or_404(
        exports_visible_to(request.user).filter(status=ExportStatus.DONE), pk=pk
    )
    actions.check_can_download(request.user, job)
    try:
        stream = job.file.open("rb")
    except FileNotFoundError:
        messages.error(
            request, "Tệp của bảng tính này không còn trên máy chủ. Anh/chị hãy yêu cầu lập lại."
        )
        return redirect("exports:detail", job.pk)
    return FileResponse(
        stream,
        as_attachment=True,
        filename=job.filename,
        content_type=MEDIA_TYPES[ExportFormat(job.format)],
    )


def _filters(posted) -> dict:
    """The filters, as the page had them; a request out of all proportion is not one of ours."""
    names = [name for name in posted if name not in OWN_NAMES and name != "base_url"]
    if len(names) > MAX_PARAMS or any(
        len(text) > MAX_VALUE or "\x00" in text
        for name in names
        for text in (name, *posted.getlist(name))
    ):
        raise Http404
    return {
        name: values[0] if len(values := posted.getlist(name)) == 1 else values for name in names
    }
