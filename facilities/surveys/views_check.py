"""Checking answers: the queue, one filled-in questionnaire, and what it proposes to the record."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from facilities.surveys import actions, permissions, queries
from facilities.surveys.actions.checking import UNSEEN
from facilities.surveys.enums import FILLABLE_STATES, CampaignState, TargetState
from facilities.surveys.forms import QueueFilterForm
from facilities.surveys.models import ProposedUpdate, SurveyTarget
from facilities.surveys.views import PAGE_SIZE
from facilities.surveys.views_api import visible_target
from khuyencong.audit.personal import log_page_access
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.numbers import whole_number


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Phiếu chờ kiểm tra: the longest waiting first."""
    permissions.check_can_read_targets(request.user)
    form = QueueFilterForm(request.GET, user=request.user)
    form.is_valid()
    chosen = form.cleaned_data.get("dot")
    targets = queries.queue_of(request.user)
    if chosen:
        targets = targets.filter(campaign=chosen)
    return render(
        request,
        "facilities/surveys/queue.html",
        {
            "form": form,
            "filtered": bool(chosen),
            "page": Paginator(targets, PAGE_SIZE).get_page(request.GET.get("trang")),
            "can_check": permissions.can_check(request.user),
        },
    )


@require_GET
def target_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One questionnaire: answers, photographs, position, proposed updates, what happened to it."""
    target = visible_target(request, pk)
    log_page_access(request.user, target.establishment)
    checkable = target.state == TargetState.SUBMITTED
    why_not = ""
    if checkable:
        try:
            permissions.check_can_check(request.user, target)
        except NotAllowed as refusal:
            why_not = str(refusal)
    updates = queries.updates_of(target)
    is_open = target.campaign.state == CampaignState.OPEN
    return render(
        request,
        "facilities/surveys/target.html",
        {
            "target": target,
            "parts": queries.sheet_of(target),
            "updates": updates,
            "open_updates": sum(one.update.state == "proposed" for one in updates),
            "events": target.events.select_related("actor"),
            "can_check": checkable and not why_not,
            "why_not": why_not,
            "can_return": is_open,
            "can_run": permissions.can_run_campaigns(request.user) and is_open,
            "can_fill": is_open
            and target.state in FILLABLE_STATES
            and permissions.can_fill(request.user, target),
            "is_removable": target.state in FILLABLE_STATES,
            "next_target": _next_in_queue(request, target) if not why_not else None,
            "reads_campaigns": permissions.can_read_results(request.user),
        },
    )


def _next_in_queue(request: HttpRequest, target: SurveyTarget) -> SurveyTarget | None:
    if not permissions.can_check(request.user):
        return None
    return queries.queue_of(request.user).exclude(pk=target.pk).first()


def _update(request: HttpRequest, pk: int) -> ProposedUpdate:
    update = get_object_or_404(ProposedUpdate, pk=pk)
    if not queries.targets_visible_to(request.user).filter(pk=update.target_id).exists():
        raise Http404
    return update


@require_POST
def update_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one proposed value into the record; over a changed one only if it was shown."""
    update = _update(request, pk)
    seen = UNSEEN
    if "seen" in request.POST:
        try:
            seen = json.loads(request.POST["seen"])
        except ValueError:
            seen = UNSEEN
    try:
        actions.accept_update(actor=request.user, update_id=pk, seen=seen)
    except (Conflict, InvalidInput, WrongStatus) as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{update.target.get_absolute_url()}#cap-nhat")


@require_POST
def update_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the record as it is."""
    update = _update(request, pk)
    try:
        actions.refuse_update(
            actor=request.user, update_id=pk, reason=request.POST.get("reason", "")
        )
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{update.target.get_absolute_url()}#cap-nhat")


@require_POST
def accept_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Write all that is proposed, and with `duyet` approve what then waits for nothing."""
    target = visible_target(request, pk)
    result = actions.accept_all(actor=request.user, target_id=pk)
    for _, refusal in result.held:
        messages.warning(request, refusal)
    if result.written:
        messages.success(request, f"Đã ghi {result.written} mục vào sổ cơ sở.")
    if "duyet" in request.POST and not result.held:
        actions.approve_answers(actor=request.user, target_id=pk)
        return _approved(request, target)
    return redirect(f"{target.get_absolute_url()}#cap-nhat")


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the answers are right, then on to the next that waits."""
    target = visible_target(request, pk)
    try:
        actions.approve_answers(actor=request.user, target_id=pk)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
        return redirect(target)
    return _approved(request, target)


def _approved(request: HttpRequest, target: SurveyTarget) -> HttpResponse:
    messages.success(request, f"Đã duyệt phiếu của “{target.establishment}”.")
    following = whole_number(request.POST.get("tiep"))
    if following and queries.targets_visible_to(request.user).filter(pk=following).exists():
        return redirect("surveys:target", following)
    return redirect("surveys:queue")


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the answers with what is to be completed."""
    target = visible_target(request, pk)
    try:
        actions.return_answers(actor=request.user, target_id=pk, note=request.POST.get("note", ""))
    except (InvalidInput, WrongStatus) as refusal:
        messages.error(request, str(refusal))
        return redirect(target)
    messages.success(request, f"Đã trả lại phiếu của “{target.establishment}”.")
    return redirect("surveys:queue")
