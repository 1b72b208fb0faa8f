"""Mạng lưới: who is in charge of which place, on a day; appointing and assigning."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from collaborators import actions, permissions, queries
from collaborators.forms import AppointForm, AssignForm, DecisionForm, EndForm, NetworkForm
from collaborators.models import Collaborator
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.models import Place
from khuyencong.core.views.places import group_by_parent, periods_around


def network(request):
    """The network on a day, on the map of that day."""
    permissions.check_can_see_network(request.user)
    form = NetworkForm(request.GET or None)
    day, text, only_without = timezone.localdate(), "", False
    if form.is_valid():
        day = form.cleaned_data["ngay"] or day
        text, only_without = form.cleaned_data["tim"], bool(form.cleaned_data["trong"])
    units = queries.network_on(request.user, day, text, only_without=only_without)
    held = [unit for unit in units if unit.principal]
    return render(
        request,
        "collaborators/network.html",
        {
            "form": form,
            "filtered": bool(request.GET),
            "day": day,
            "groups": group_by_parent(units),
            "count": len(units),
            "held": len(held),
            "without": len(units) - len(held),
            "only_without": only_without,
            "shows_helpers": any(unit.helpers for unit in units),
            "periods": periods_around(day),
            "shows_contacts": permissions.can_see_contacts(request.user),
            "can_manage": permissions.can_manage_network(request.user),
        },
    )


def detail(request, pk: int):
    """One collaborator with the assignments and the decisions behind them."""
    collaborator = get_object_or_404(
        queries.collaborators_visible_to(request.user).select_related("user"), pk=pk
    )
    is_self = collaborator.user_id == request.user.pk
    return render(
        request,
        "collaborators/detail.html",
        {
            "collaborator": collaborator,
            "assignments": collaborator.assignments.select_related(
                "place__parent", "decision"
            ).order_by("-valid_from", "place__sort_key"),
            "today": timezone.localdate(),
            "shows_contacts": is_self or permissions.can_see_contacts(request.user),
            "shows_network": permissions.can_see_network(request.user),
            "can_manage": permissions.can_manage_network(request.user),
        },
    )


def place(request, pk: int):
    """Who was and is in charge of a unit and of the units that it came from."""
    permissions.check_can_see_network(request.user)
    unit = get_object_or_404(Place.objects.select_related("parent"), pk=pk)
    return render(
        request,
        "collaborators/place.html",
        {
            "place": unit,
            "assignments": queries.assignments_of_line(request.user, unit),
            "today": timezone.localdate(),
            "can_manage": permissions.can_manage_network(request.user) and unit.is_current,
        },
    )


def appoint(request):
    """Take a collaborator into the network."""
    permissions.check_can_manage_network(request.user)
    form = AppointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            collaborator = actions.appoint(actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            _show(refusal, form)
        else:
            messages.success(request, f"Đã ghi {collaborator} vào mạng lưới.")
            return redirect("collaborators:detail", pk=collaborator.pk)
    return _form_page(request, form, "Thêm cộng tác viên", "Ghi vào mạng lưới")


def assign(request):
    """Put a collaborator in charge of a place; `?ctv=` and `?dia-ban=` fill the form in."""
    permissions.check_can_manage_network(request.user)
    initial = {
        "collaborator": request.GET.get("ctv"),
        "place": request.GET.get("dia-ban"),
        "valid_from": timezone.localdate(),
        "is_principal": True,
    }
    form = AssignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            assignment = actions.assign_place(actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            _show(refusal, form)
        else:
            messages.success(
                request,
                f"Đã phân công {assignment.place} cho {assignment.collaborator} "
                f"từ ngày {assignment.valid_from:%d/%m/%Y}.",
            )
            return redirect("collaborators:detail", pk=assignment.collaborator_id)
    return _form_page(request, form, "Phân công địa bàn", "Phân công")


def end_assignment(request, pk: int):
    """End an assignment with a day."""
    assignment = get_object_or_404(
        queries.assignments_visible_to(request.user).select_related("collaborator", "place"), pk=pk
    )
    permissions.check_can_manage_network(request.user)
    form = EndForm(request.POST or None, initial={"valid_to": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_assignment(
                actor=request.user, assignment_id=pk, valid_to=form.cleaned_data["valid_to"]
            )
        except InvalidInput as refusal:
            _show(refusal, form)
        except WrongStatus as refusal:
            messages.error(request, str(refusal))
            return redirect("collaborators:detail", pk=assignment.collaborator_id)
        else:
            messages.success(
                request,
                f"{assignment.collaborator} phụ trách {assignment.place} đến hết ngày "
                f"{form.cleaned_data['valid_to']:%d/%m/%Y}.",
            )
            return redirect("collaborators:detail", pk=assignment.collaborator_id)
    return _form_page(
        request,
        form,
        f"Kết thúc phân công {assignment.place}",
        "Kết thúc phân công",
        collaborator=assignment.collaborator,
        explanation=f"{assignment.collaborator} phụ trách từ ngày {assignment.valid_from:%d/%m/%Y}. "
        "Báo cáo và số liệu đã nhập được giữ nguyên.",
    )


def record_decision(request):
    """Record a decision, to be named by assignments."""
    permissions.check_can_manage_network(request.user)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decision = actions.record_decision(actor=request.user, **form.cleaned_data)
        except InvalidInput as refusal:
            _show(refusal, form)
        else:
            messages.success(request, f"Đã ghi quyết định {decision}.")
            return redirect("collaborators:assign")
    return _form_page(request, form, "Ghi quyết định", "Ghi quyết định")


def _show(refusal: InvalidInput, form) -> None:
    """The refusal's sentences beside the fields that they are about."""
    for field, sentences in refusal.errors.items():
        form.add_error(field if field in form.fields else None, sentences)
    if not refusal.errors:
        form.add_error(None, str(refusal))


def _form_page(
    request,
    form,
    heading: str,
    action: str,
    collaborator: Collaborator | None = None,
    explanation: str = "",
):
    if request.method not in ("GET", "HEAD", "POST"):
        raise Http404
    return render(
        request,
        "collaborators/form.html",
        {
            "form": form,
            "heading": heading,
            "action": action,
            "collaborator": collaborator,
            "explanation": explanation,
        },
        status=422 if form.errors else 200,
    )
