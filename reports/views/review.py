"""The queue of reports to check, and the one screen on which a report is checked."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.forms_as_data.structure import structure_of
from reports import permissions_review as permissions
from reports.actions.review import accept_many, accept_report, return_report
from reports.enums import ReportStatus
from reports.forms_review import QueueFilter, read_decision, read_items
from reports.models import Report, ReportPeriod
from reports.queries import reports_visible_to
from reports.queries.extensions import with_extensions
from reports.queries.flags import report_flags
from reports.queries.queue import next_waiting, waiting_reports
from reports.queries.review import review_sheet
from reports.views.detail import reopened_parts

PER_PAGE = 50


def queue(request):
    """Submitted reports, the longest waiting first; clean ones can be accepted together."""
    permissions.check_can_open_queue(request.user)
    waiting = waiting_reports(reports_visible_to(request.user))
    form = QueueFilter(
        request.GET,
        periods=ReportPeriod.objects.filter(reports__status=ReportStatus.SUBMITTED).distinct(),
    )
    period = form.cleaned_data["ky"] if form.is_valid() else None
    if period is not None:
        waiting = waiting.filter(period=period)
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("trang"))
    reports = with_extensions(page.object_list)
    flags = report_flags(reports)
    reviews = permissions.can_review(request.user)
    lines = [_queue_line(request.user, report, flags[report.pk], reviews) for report in reports]
    return render(
        request,
        "reports/queue.html",
        {
            "form": form,
            "filtered": period is not None,
            "clear_url": reverse("reports:queue"),
            "page": page,
            "lines": lines,
            "can_review": reviews,
            "show_parent": len({report.place.parent_id for report in reports}) > 1,
            "tickable": sum(line["can_tick"] for line in lines),
        },
    )


def _queue_line(user, report: Report, flags, reviews: bool) -> dict:
    own = permissions.is_author(user, report)
    return {
        "report": report,
        "version": report.latest_version,
        "days": (timezone.localdate() - timezone.localdate(report.status_at)).days,
        "late_text": _late_text(report),
        "flags": flags,
        "is_own": own,
        "can_tick": reviews and not own and not flags,
    }


def review(request, pk: int):
    """Everything about the latest version on one page, with the two decisions at its end."""
    report = _report(request, pk)
    if report.latest_version_id is None:
        messages.info(request, f"{report} chưa được nộp nên chưa có gì để kiểm tra.")
        return redirect("reports:completeness")
    return _render(request, report)


@require_POST
def return_one(request, pk: int):
    """Send the report back with the comments typed beside cells, rows and parts."""
    report = _report(request, pk)
    decision = read_decision(request.POST, _structure(report))
    place_in_queue = (report.status_at, report.pk)
    try:
        return_report(
            actor=request.user,
            report_id=report.pk,
            version_number=decision.version_number,
            note=decision.note,
            comments=decision.comments,
        )
    except InvalidInput as refusal:
        return _render(request, report, decision, str(refusal), status=422)
    except Conflict as refusal:
        return _render(request, _report(request, pk), decision, str(refusal), status=409)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:review", pk)
    return _go_on(request, report, "Đã trả lại để sửa:", place_in_queue)


@require_POST
def accept_one(request, pk: int):
    """Accept the version shown; comments that were typed are never thrown away silently."""
    report = _report(request, pk)
    permissions.check_can_accept_report(request.user, report)
    decision = read_decision(request.POST, _structure(report))
    if decision.comments and report.status == ReportStatus.SUBMITTED:
        return _render(
            request,
            report,
            decision,
            f"Anh/chị đã ghi {len(decision.comments)} yêu cầu sửa nên chưa duyệt. "
            "Hãy bấm “Trả lại để sửa”, hoặc xóa các yêu cầu rồi duyệt.",
            status=422,
        )
    place_in_queue = (report.status_at, report.pk)
    try:
        accept_report(
            actor=request.user,
            report_id=report.pk,
            version_number=decision.version_number,
            note=decision.note,
        )
    except InvalidInput as refusal:
        return _render(request, report, decision, str(refusal), status=422)
    except Conflict as refusal:
        return _render(request, _report(request, pk), decision, str(refusal), status=409)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:review", pk)
    return _go_on(request, report, "Đã duyệt:", place_in_queue)


@require_POST
def accept_selected(request):
    """Accept the ticked reports that are clean; say of each other why it was held back."""
    visible = reports_visible_to(request.user)
    wanted = read_items(request.POST.getlist("bao_cao"))
    known = set(visible.filter(pk__in=[pk for pk, _ in wanted]).values_list("pk", flat=True))
    result = accept_many(actor=request.user, items=[item for item in wanted if item[0] in known])
    if not wanted:
        messages.warning(request, "Anh/chị chưa chọn báo cáo nào.")
    if result.accepted:
        messages.success(
            request,
            format_html(
                "Đã duyệt {} báo cáo: {}.",
                len(result.accepted),
                format_html_join(
                    ", ", '<a href="{}">{}</a>', [(_url(r), r.place) for r in result.accepted]
                ),
            ),
        )
    for report, reason in result.held:
        if report is None:
            messages.warning(request, reason)
        else:
            messages.warning(
                request,
                format_html('Chưa duyệt <a href="{}">{}</a>. {}', _url(report), report, reason),
            )
    return redirect("reports:queue")


def _report(request, pk: int) -> Report:
    """The report if it is in the person's scope (else 404) and the Centre's to look at (else 403)."""
    report = get_object_or_404(
        reports_visible_to(request.user).select_related(
            "place__parent", "period", "latest_version__submitted_by"
        ),
        pk=pk,
    )
    permissions.check_can_open_queue(request.user)
    return report


def _structure(report: Report):
    version = report.latest_version
    return structure_of(version.form_version_id if version else report.period.form_version_id)


def _url(report: Report) -> str:
    return reverse("reports:review", args=[report.pk])


def _late_text(report: Report) -> str:
    """How late the first submission was; empty when it was in time."""
    days = (timezone.localdate(report.first_submitted_at) - report.due_on).days
    return f"Nộp muộn {days} ngày" if days > 0 else ""


def _why_not(user, report: Report) -> str:
    """Why this person cannot decide on the report now; empty when they can."""
    if report.status != ReportStatus.SUBMITTED:
        return ""
    try:
        permissions.check_can_return_report(user, report)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def _render(request, report: Report, decision=None, refusal: str = "", status: int = 200):
    sheet = review_sheet(report, report.latest_version)
    why_not = _why_not(request.user, report)
    typed = decision.typed if decision else {}
    names = set()
    for part in sheet.parts:
        for item in (part, *part.figures, *part.rows):
            item.typed = typed.get(item.field_name, "")
            names.add(item.field_name)
            if hasattr(item, "expected_name"):
                item.typed_expected = typed.get(item.expected_name, "")
                names.add(item.expected_name)
    return render(
        request,
        "reports/review.html",
        {
            "report": report,
            "sheet": sheet,
            "flags": report_flags([report])[report.pk],
            "late_text": _late_text(report),
            "reopened_parts": reopened_parts(report),
            "can_decide": report.status == ReportStatus.SUBMITTED and not why_not,
            "why_not": why_not,
            "refusal": refusal,
            "note": decision.note if decision else "",
            "lost": [text for name, text in typed.items() if name not in names],
        },
        status=status,
    )


def _go_on(request, report: Report, done: str, place_in_queue: tuple):
    """On to the next report of the queue, with a message that leads back to this one."""
    messages.success(request, format_html('{} <a href="{}">{}</a>.', done, _url(report), report))
    following = next_waiting(reports_visible_to(request.user), request.user, place_in_queue)
    if following is None:
        messages.info(request, "Không còn báo cáo nào chờ anh/chị kiểm tra.")
        return redirect("reports:queue")
    return redirect("reports:review", following.pk)
