"""Opening an accepted report again: the request, a leader's decision, its end."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.forms_as_data.structure import structure_of
from reports import permissions_review as permissions
from reports.actions import reopen
from reports.enums import ACCEPTED_STATUSES, ReopeningState, ReportStatus
from reports.forms_reopening import AskForm, DecideForm, RefuseForm
from reports.models import Reopening, Report
from reports.permissions import check_can_view_whole_life
from reports.queries import reports_visible_to
from reports.queries.reopenings import reopenings_visible_to


def _parts(report: Report):
    return structure_of(report.period.form_version_id).parts


def _reopening(request, pk: int) -> Reopening:
    """The reopening of a report whose life the person may see; 404 for others."""
    return get_object_or_404(reopenings_visible_to(request.user), pk=pk)


@require_http_methods(["GET", "POST"])
def ask(request, pk: int):
    """Ask for an accepted report to be opened again, naming the parts and the reason."""
    report = get_object_or_404(reports_visible_to(request.user), pk=pk)
    check_can_view_whole_life(request.user, report)
    permissions.check_can_ask_reopening(request.user, report)
    if report.status not in ACCEPTED_STATUSES:
        messages.warning(request, "Chỉ báo cáo đã duyệt mới cần mở lại.")
        return redirect("reports:detail", pk)
    form = AskForm(_parts(report), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reopen.ask_reopening(actor=request.user, report_id=pk, **form.cleaned_data)
        except WrongStatus as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "Đã gửi đề nghị mở lại; lãnh đạo Trung tâm được báo ngay.")
        return redirect("reports:detail", pk)
    return render(
        request,
        "reports/reopening_ask.html",
        {"report": report, "form": form},
        status=422 if form.errors else 200,
    )


@require_GET
def reopening(request, pk: int):
    """A reopening with where it stands; a leader decides here."""
    return _page(request, _reopening(request, pk))


def _page(request, one: Reopening, decide=None, refuse=None, status: int = 200):
    parts = [part for part in _parts(one.report) if part.code in one.parts]
    asked = one.state == ReopeningState.ASKED
    can_decide = asked and permissions.can_decide_reopening(request.user, one)
    return render(
        request,
        "reports/reopening.html",
        {
            "reopening": one,
            "report": one.report,
            "parts": parts,
            "can_decide": can_decide,
            "decide": decide or DecideForm(parts),
            "refuse": refuse or RefuseForm(),
            "can_withdraw": asked and permissions.can_withdraw_reopening(request.user, one),
            "can_close": one.state == ReopeningState.OPEN
            and one.report.status != ReportStatus.SUBMITTED
            and permissions.can_close_reopening(request.user, one),
            "is_leader_refused": asked and request.user.has_role("leader") and not can_decide,
        },
        status=status,
    )


@require_POST
def approve(request, pk: int):
    """Open the report for the parts ticked, until the end of the day chosen."""
    one = _reopening(request, pk)
    permissions.check_can_decide_reopening(request.user, one)
    form = DecideForm([part for part in _parts(one.report) if part.code in one.parts], request.POST)
    if not form.is_valid():
        return _page(request, one, decide=form, status=422)
    try:
        reopen.approve_reopening(actor=request.user, reopening_id=pk, **form.cleaned_data)
    except InvalidInput as refusal:
        for name, sentences in refusal.errors.items():
            form.add_error(name, sentences)
        return _page(request, one, decide=form, status=422)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, "Đã mở lại báo cáo; người đề nghị và cộng tác viên được báo ngay."
        )
    return redirect("reports:reopening", pk)


@require_POST
def refuse(request, pk: int):
    """Leave the report as it is."""
    one = _reopening(request, pk)
    permissions.check_can_decide_reopening(request.user, one)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, one, refuse=form, status=422)
    return _do(
        request,
        pk,
        "Đã ghi quyết định không mở lại.",
        lambda: reopen.refuse_reopening(
            actor=request.user, reopening_id=pk, note=form.cleaned_data["ly_do"]
        ),
    )


@require_POST
def withdraw(request, pk: int):
    """Take the request back."""
    _reopening(request, pk)
    return _do(
        request,
        pk,
        "Đã rút đề nghị mở lại.",
        lambda: reopen.withdraw_reopening(actor=request.user, reopening_id=pk),
    )


@require_POST
def close(request, pk: int):
    """End the reopening before its time."""
    _reopening(request, pk)
    return _do(
        request,
        pk,
        "Đã kết thúc mở lại; bản đã duyệt giữ nguyên.",
        lambda: reopen.close_reopening(actor=request.user, reopening_id=pk),
    )


def _do(request, pk: int, done: str, action):
    try:
        action()
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("reports:reopening", pk)
