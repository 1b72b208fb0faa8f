"""Results of a campaign, and the needs that surveys heard of."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from facilities.models import NeedKind
from facilities.surveys import permissions, queries
from facilities.surveys.enums import CampaignState
from facilities.surveys.forms import NeedFilterForm, ResultFilterForm
from facilities.surveys.views import PAGE_SIZE, campaign_of
from khuyencong.core.enums import Role


def _from_outside(user) -> bool:
    return not user.is_centre and not user.has_role(Role.ACCOUNTANT)


@require_GET
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """What a campaign found, question by question: table and bars, by commune where asked."""
    campaign = campaign_of(request, pk)
    permissions.check_can_read_results(request.user)
    if campaign.state == CampaignState.DRAFT:
        raise Http404
    outside = _from_outside(request.user)
    form = ResultFilterForm(request.GET, campaign=campaign, from_outside=outside)
    form.is_valid()
    place_id = int(form.cleaned_data["xa"]) if form.cleaned_data.get("xa") else None
    only_approved = form.cleaned_data.get("phieu") == "da-duyet"
    states = queries.states_read_by(request.user, only_approved=only_approved)
    return render(
        request,
        "facilities/surveys/results.html",
        {
            "campaign": campaign,
            "form": form,
            "filtered": bool(place_id or only_approved),
            "parts": queries.results_of(campaign, states, place_id=place_id, texts=not outside),
            "answered": queries.answered_counts(campaign, states, place_id),
            "counts": queries.counts_of(campaign),
            "outside": outside,
            "params": {k: v for k, v in form.cleaned_data.items() if v},
        },
    )


@require_GET
def needs(request: HttpRequest) -> HttpResponse:
    """Nhu cầu cho chương trình năm sau: totals by kind and commune, and the list behind them."""
    permissions.check_can_read_results(request.user)
    form = NeedFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = queries.needs_heard(request.user, chosen)
    by_kind, by_place, everything = queries.totals_of(found)
    labels = dict(NeedKind.objects.values_list("code", "label"))
    page = Paginator(queries.in_order(found), PAGE_SIZE).get_page(request.GET.get("trang"))
    for need in page:
        need.kind_label = labels.get(need.new_value["kind"], need.new_value["kind"])
    return render(
        request,
        "facilities/surveys/needs.html",
        {
            "form": form,
            "filtered": bool(chosen),
            "params": chosen,
            "by_kind": by_kind,
            "by_place": by_place,
            "everything": everything,
            "most": max((total.count for total in by_kind), default=1),
            "page": page,
            "outside": _from_outside(request.user),
        },
    )
