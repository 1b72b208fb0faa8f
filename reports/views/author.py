"""Pages of the author's side: the list, writing a report, its rows."""

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collaborators.queries import principal_assignments
from khuyencong.core.enums import CENTRE_ROLES, Role
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, Refusal, WrongStatus
from khuyencong.core.json_body import json_body
from khuyencong.core.middleware import wants_json
from khuyencong.core.numbers import whole_number
from khuyencong.core.permissions import check_has_role
from khuyencong.forms_as_data.enums import PartKind
from khuyencong.forms_as_data.structure import structure_of
from reports import permissions
from reports.actions import draft as drafts
from reports.actions._status import wrong_status
from reports.actions.submit import submit_report
from reports.enums import EDITABLE_STATUSES, REPORTED_STATUSES
from reports.fill import changed_cells, fill_page, read_post, row_lookups
from reports.forms_author import ReportFilterForm, RowForm
from reports.models import DraftRow, Report, ReportPeriod
from reports.queries import draft_of, owed_reports, reports_visible_to
from reports.queries.extensions import with_extensions
from reports.queries.paging import PeriodPaginator
from reports.queries.requests import requests_of
from reports.views.detail import reopened_parts, version_parts

PER_PAGE = 40
MAX_JSON_BYTES = 256 * 1024


def _report(request: HttpRequest, pk: int) -> Report:
    """The report, or 404 outside what the user may see."""
    return get_object_or_404(
        reports_visible_to(request.user).select_related("place", "period", "latest_version"), pk=pk
    )


def writable_report(request: HttpRequest, pk: int) -> Report:
    """The report if the user may write it and it may be written now; raises the refusal."""
    report = _report(request, pk)
    permissions.check_can_edit_report(request.user, report)
    if report.status not in EDITABLE_STATUSES:
        raise wrong_status(report)
    drafts.check_report_open(report)
    return report


@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """What is owed (for an author), then the reports one may see, by period and status."""
    user = request.user
    check_has_role(user, Role.COLLABORATOR, *CENTRE_ROLES, Role.VIEWER)
    periods = list(ReportPeriod.objects.filter(opens_on__lte=timezone.localdate()))
    form = ReportFilterForm(periods, request.GET)
    reports = reports_visible_to(user).select_related("latest_version__submitted_by")
    period = None
    if form.is_valid():
        if number := form.cleaned_data["ky"]:
            reports = reports.filter(period=number)
            period = next(p for p in periods if str(p.pk) == number)
        if status := form.cleaned_data["trang_thai"]:
            reports = reports.filter(status=status)
    sees_all = user.is_centre or user.has_role(Role.VIEWER)
    if sees_all and not user.is_centre and not user.has_role(Role.COLLABORATOR):
        form.fields["trang_thai"].widget = form.fields["trang_thai"].hidden_widget()
    page = PeriodPaginator(reports, PER_PAGE).get_page(request.GET.get("trang"))
    page.object_list = with_extensions(page.object_list)
    return render(
        request,
        "reports/list.html",
        {
            "owed": owed_reports(user, timezone.localdate())
            if user.has_role(Role.COLLABORATOR)
            else [],
            "is_author": user.has_role(Role.COLLABORATOR),
            "page": page,
            "form": form,
            "period": period,
            "filtered": bool(request.GET.get("ky") or request.GET.get("trang_thai")),
            "completeness": _completeness(user, period) if sees_all and period else "",
        },
    )


def _completeness(user, period: ReportPeriod) -> str:
    """ "18 trên 25 đã nộp": of the principal assignments in force on the due date."""
    places = {assignment.place_id for assignment in principal_assignments(period.due_on)}
    reported = (
        Q(status__in=REPORTED_STATUSES) if user.is_centre else Q(accepted_version__isnull=False)
    )
    done = (
        reports_visible_to(user)
        .filter(reported, period=period, place__in=places)
        .order_by()
        .count()
    )
    word = "đã nộp" if user.is_centre else "đã được duyệt"
    return f"{done} trên {len(places)} địa bàn {word}"


@require_POST
def report_start(request: HttpRequest) -> HttpResponse:
    """Begin a report (or open the one that is there)."""
    try:
        place_id, period_id = int(request.POST["place"]), int(request.POST["period"])
    except (KeyError, ValueError) as error:
        raise Http404 from error
    get_object_or_404(ReportPeriod, pk=period_id)
    try:
        report = drafts.start_report(actor=request.user, place_id=place_id, period_id=period_id)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
        return redirect("reports:list")
    return redirect("reports:edit", pk=report.pk)


@require_GET
def report_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The page on which the report is written: all five parts."""
    try:
        report = writable_report(request, pk)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:detail", pk=pk)
    return _edit_page(request, report)


def _edit_page(request, report: Report, status: int = 200, **what) -> HttpResponse:
    page = fill_page(report, **what)
    if page.is_behind and not what:
        drafts.follow_records(actor=request.user, report_id=report.pk)
        page = fill_page(report)
    kept = []
    if report.open_parts is not None:
        parts = version_parts(report.accepted_version)
        kept = [
            {"info": part["info"], "as_list": [part]}
            for part in parts
            if part["info"].code not in report.open_parts
        ]
    context = {
        "page": page,
        "report": report,
        "kept_parts": kept,
        "reopened_parts": reopened_parts(report),
    }
    return render(request, "reports/edit.html", context, status=status)


def _saved_json(result: drafts.SaveResult) -> dict:
    return {
        "revision": result.draft_revision,
        "savedAt": f"{timezone.localtime(result.saved_at):%H:%M}",
        "saved": [
            {"key": cell.key, "revision": cell.revision, "text": cell.text, "error": cell.error}
            for cell in result.saved
        ],
        "conflicts": [
            {
                "key": conflict.key,
                "text": conflict.kept.text,
                "note": conflict.kept.note,
                "revision": conflict.kept.revision,
                "at": f"{timezone.localtime(conflict.kept.updated_at):%H:%M %d/%m/%Y}"
                if conflict.kept.updated_at
                else "",
            }
            for conflict in result.conflicts
        ],
    }


def _refusal_json(refusal: Refusal) -> JsonResponse:
    """A refusal for our own script: it stops sending and shows the sentence."""
    status = (
        403
        if isinstance(refusal, NotAllowed)
        else 422
        if isinstance(refusal, InvalidInput)
        else 409
    )
    return JsonResponse(
        {"error": "refused", "message": str(refusal), "errors": getattr(refusal, "errors", {})},
        status=status,
    )


@require_http_methods(["GET", "POST"])
def report_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Autosave (JSON), or the button "Lưu nháp" of the page without scripts."""
    if request.method == "GET":
        return redirect("reports:edit", pk=pk)
    if wants_json(request):
        try:
            cells = json_body(request, MAX_JSON_BYTES).get("cells")
            if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
                raise InvalidInput("Dữ liệu gửi lên không đọc được.")
            result = drafts.save_cells(actor=request.user, report_id=pk, cells=cells)
        except Report.DoesNotExist as error:
            raise Http404 from error
        except NotAllowed as refusal:
            _report(request, pk)  # out of scope is not found
            return _refusal_json(refusal)
        except Refusal as refusal:
            return _refusal_json(refusal)
        return JsonResponse(_saved_json(result))
    report = writable_report(request, pk)
    posted = read_post(request.POST, request.POST.getlist("khong_phat_sinh"))
    result = _save_posted(request, report, posted)
    if result.conflicts:
        return _edit_page(request, report, 409, posted=posted, conflicts=_conflict_words(result))
    messages.success(request, "Đã lưu bản nháp.")
    after = request.POST.get("sau_khi_luu", "")
    if after.startswith("dong:"):
        _, part, uid = [*after.split(":"), "", ""][:3]
        return _to_row(report, part, uid)
    return redirect("reports:edit", pk=pk)


def _to_row(report: Report, part: str, uid: str) -> HttpResponse:
    """On to a row's page, after the rest of the form was kept."""
    if known := _uid(uid):
        return redirect("reports:row_edit", pk=report.pk, uid=known)
    if part in structure_of(report.period.form_version_id).parts_by_code:
        return redirect("reports:row_add", pk=report.pk, part=part)
    return redirect("reports:edit", pk=report.pk)


def _save_posted(request, report: Report, posted) -> drafts.SaveResult:
    """Keep what the form held that differs from the draft."""
    draft = draft_of(report)
    known = {
        key: cell
        for key, cell in posted.cells.items()
        if key in draft.structure.cells and draft.structure.part_of(key).is_typed
    }
    posted.cells = known
    return drafts.save_form(
        actor=request.user,
        report_id=report.pk,
        cells=changed_cells(posted, draft),
        nothing=posted.stated,
    )


def _conflict_words(result: drafts.SaveResult) -> dict[str, str]:
    return {conflict.key: conflict.kept.text or "(trống)" for conflict in result.conflicts}


@require_http_methods(["GET", "POST"])
def report_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit what the page holds; what is refused is kept as a draft and shown with its reasons.

    Reloading a refused page, or coming back to it after a log-in, leads to the draft.
    """
    if request.method == "GET":
        return redirect("reports:edit", pk=pk)
    posted = read_post(request.POST, request.POST.getlist("khong_phat_sinh"))
    try:
        version = submit_report(
            actor=request.user,
            report_id=pk,
            typed=posted.cells,
            warnings_reasons=posted.reasons,
            shown_revision=posted.shown_revision,
            nothing=posted.stated,
        )
    except Report.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed:
        _report(request, pk)  # out of scope is not found
        raise
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:detail", pk=pk)
    except (InvalidInput, Conflict) as refusal:
        report = writable_report(request, pk)
        result = _save_posted(request, report, posted)
        report.refresh_from_db(fields=["draft_revision"])
        conflicts = _conflict_words(result)
        errors = refusal.errors if isinstance(refusal, InvalidInput) else {}
        return _edit_page(request, report, 422, posted=posted, errors=errors, conflicts=conflicts)
    # Said by the page itself: a message would cost another transaction for the session.
    return redirect(
        f"{reverse('reports:detail', args=[pk])}?{urlencode({'da_nop': version.number})}"
    )


@require_POST
def report_nothing(request: HttpRequest, pk: int) -> HttpResponse:
    """State that a part has nothing to report, or take it back (JSON, from the page's script)."""
    report = _report(request, pk)
    try:
        permissions.check_can_edit_report(request.user, report)
        body = json_body(request, MAX_JSON_BYTES)
        part, stated = str(body.get("part", "")), bool(body.get("stated"))
        if stated:
            statement = drafts.state_nothing(actor=request.user, report_id=pk, part_code=part)
            words = (
                f"Khai bởi {statement.stated_by} lúc "
                f"{timezone.localtime(statement.stated_at):%H:%M ngày %d/%m/%Y}."
            )
        else:
            drafts.withdraw_nothing(actor=request.user, report_id=pk, part_code=part)
            words = ""
    except Refusal as refusal:
        return _refusal_json(refusal)
    report.refresh_from_db(fields=["draft_revision"])
    return JsonResponse({"revision": report.draft_revision, "words": words})


def _row_page(request, report: Report, part_code: str, row: DraftRow | None) -> HttpResponse:
    structure = structure_of(report.period.form_version_id)
    part = structure.parts_by_code.get(part_code)
    if part is None or part.kind != PartKind.ROWS:
        raise Http404
    drafts.check_part_open(report, part)
    lookups = row_lookups(report)
    status = 200
    if request.method == "POST":
        form = RowForm(part, lookups, request.POST)
        typed = form.typed()
        try:
            row = drafts.save_row(
                actor=request.user,
                report_id=report.pk,
                part_code=part.code,
                data=typed,
                uid=row.uid if row else _uid(request.POST.get("uid")),
                revision=whole_number(request.POST.get("revision")) or 0,
            )
        except (Conflict, InvalidInput) as refusal:
            messages.error(request, str(refusal))
            return redirect(f"{reverse('reports:edit', args=[report.pk])}#phan-{part.code}")
        if not form.show_problems(typed):
            messages.success(request, f"Đã lưu dòng của phần {part.numeral}.")
            if "them_dong" in request.POST:
                return redirect("reports:row_add", pk=report.pk, part=part.code)
            return redirect(f"{reverse('reports:edit', args=[report.pk])}#phan-{part.code}")
        form.data = {**form.data.dict(), "revision": row.revision}
        status = 422
    else:
        form = RowForm(
            part, lookups, initial={**row.data, "revision": row.revision} if row else {"nam": ""}
        )
        form.is_bound = False
    return render(
        request,
        "reports/row_form.html",
        {
            "report": report,
            "part": part,
            "form": form,
            "row": row,
            "uid": row.uid if row else uuid.uuid4(),
            "kept_wrong": status == 422,
            "requests": [r for r in requests_of(report) if row and r.row_uid == row.uid],
        },
        status=status,
    )


def _uid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
def row_add(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Add a row to a part."""
    return _row_page(request, writable_report(request, pk), part, None)


@require_http_methods(["GET", "POST"])
def row_edit(request: HttpRequest, pk: int, uid: uuid.UUID) -> HttpResponse:
    """Change a row."""
    report = writable_report(request, pk)
    row = get_object_or_404(DraftRow.objects.select_related("part"), report=report, uid=uid)
    return _row_page(request, report, row.part.code, row)


@require_POST
def row_remove(request: HttpRequest, pk: int, uid: uuid.UUID) -> HttpResponse:
    """Take a row out of the draft."""
    report = writable_report(request, pk)
    row = DraftRow.objects.filter(report=report, uid=uid).select_related("part").first()
    drafts.remove_row(actor=request.user, report_id=report.pk, uid=uid)
    messages.success(request, "Đã bỏ một dòng khỏi bản nháp.")
    anchor = f"#phan-{row.part.code}" if row else ""
    return redirect(f"{reverse('reports:edit', args=[report.pk])}{anchor}")
