"""The list of a campaign: who stands where, given to others, corrected with a reason."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode

from facilities import queries as registry
from facilities.models import Establishment
from facilities.queries import ListFilters
from facilities.surveys import actions, permissions, queries
from facilities.surveys.enums import FILLABLE_STATES, CampaignState
from facilities.surveys.forms import AddTargetForm, AssignForm, ReasonForm, TargetFilterForm
from facilities.surveys.models import SurveyTarget
from facilities.surveys.views import GET_OR_POST, PAGE_SIZE, campaign_of
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.numbers import whole_number

FOUND = 20


@GET_OR_POST
def target_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The establishments of a campaign; what is ticked may be given to another collaborator."""
    campaign = campaign_of(request, pk)
    permissions.check_can_read_targets(request.user)
    filter_form = TargetFilterForm(request.GET, campaign=campaign)
    chosen = filter_form.chosen()
    assign = AssignForm(request.POST or None)
    if request.method == "POST":
        permissions.check_can_run_campaigns(request.user)
        ticked = [whole_number(key) for key in request.POST.getlist("phieu")]
        if not any(ticked):
            assign.add_error(None, "Anh/chị chọn ít nhất một cơ sở.")
        if assign.is_valid():
            own = SurveyTarget.objects.filter(campaign=campaign, pk__in=[k for k in ticked if k])
            try:
                moved = actions.reassign_targets(
                    actor=request.user,
                    target_ids=own.values_list("pk", flat=True),
                    collaborator_id=assign.cleaned_data["collaborator"].pk,
                    reason=assign.cleaned_data["reason"],
                )
            except (InvalidInput, WrongStatus) as refusal:
                assign.add_error(None, str(refusal))
            else:
                messages.success(
                    request, f"Đã giao {moved} phiếu cho {assign.cleaned_data['collaborator']}."
                )
                return redirect(f"{request.path}?{urlencode(chosen)}")
    targets = queries.listed_targets(request.user, campaign, chosen)
    return render(
        request,
        "facilities/surveys/targets.html",
        {
            "campaign": campaign,
            "filter_form": filter_form,
            "filtered": bool(chosen),
            "assign": assign,
            "page": Paginator(targets, PAGE_SIZE).get_page(request.GET.get("trang")),
            "can_run": permissions.can_run_campaigns(request.user)
            and campaign.state == CampaignState.OPEN,
            "fillable": FILLABLE_STATES,
            "params": chosen,
        },
        status=422 if assign.errors else 200,
    )


@GET_OR_POST
def target_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an establishment to an open campaign: find it, then say why."""
    campaign = campaign_of(request, pk)
    permissions.check_can_run_campaigns(request.user)
    form = AddTargetForm(request.GET)
    form.is_valid()
    text = form.cleaned_data.get("q", "")
    chosen = None
    if key := whole_number(request.GET.get("co_so")):
        chosen = get_object_or_404(registry.establishments_visible_to(request.user), pk=key)
    reason = ReasonForm(request.POST or None)
    if request.method == "POST" and chosen and reason.is_valid():
        try:
            actions.add_target(
                actor=request.user,
                campaign_id=campaign.pk,
                establishment_id=chosen.pk,
                reason=reason.cleaned_data["reason"],
            )
        except InvalidInput as refusal:
            reason.add_error(None, str(refusal))
        else:
            messages.success(request, f"Đã thêm “{chosen}” vào danh sách khảo sát.")
            return redirect("surveys:targets", campaign.pk)
    return render(
        request,
        "facilities/surveys/target_add.html",
        {
            "campaign": campaign,
            "form": form,
            "reason": reason,
            "chosen": chosen,
            "asked": text,
            "found": _found(request.user, text) if text and not chosen else [],
        },
    )


def _found(user, text: str) -> list[Establishment]:
    return registry.answer_of(user, ListFilters.from_params({"q": text}), size=FOUND).page.rows


@GET_OR_POST
def target_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an establishment out of a campaign's list, with the reason."""
    target = get_object_or_404(queries.targets_visible_to(request.user), pk=pk)
    permissions.check_can_run_campaigns(request.user)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.remove_target(actor=request.user, target_id=pk, reason=form.cleaned_data["reason"])
        messages.success(request, f"Đã rút “{target.establishment}” khỏi danh sách khảo sát.")
        return redirect("surveys:targets", target.campaign_id)
    return render(
        request, "facilities/surveys/target_remove.html", {"target": target, "form": form}
    )
