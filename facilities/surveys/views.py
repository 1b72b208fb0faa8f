"""Campaigns: the way in, the list, setting up, opening, progress; a collaborator's own list."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facilities import queries as registry
from facilities.forms import MORE_FILTERS, FilterForm
from facilities.queries import ListFilters
from facilities.surveys import actions, permissions, queries
from facilities.surveys.enums import CampaignState
from facilities.surveys.fill import offline_settings
from facilities.surveys.forms import CampaignForm
from facilities.surveys.models import SurveyCampaign
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.numbers import format_scaled

GET_OR_POST = require_http_methods(["GET", "POST"])
PAGE_SIZE = 50
PREVIEWED = 10


def campaign_of(request: HttpRequest, pk: int) -> SurveyCampaign:
    """The campaign, if the person may see it; 404 otherwise."""
    return get_object_or_404(queries.campaigns_visible_to(request.user), pk=pk)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Khảo sát: the campaigns for who reads them all; a collaborator has the own list."""
    if not permissions.can_read_results(request.user):
        return redirect("surveys:mine")
    campaigns = queries.campaigns_with_counts(request.user)
    return render(
        request,
        "facilities/surveys/list.html",
        {
            "page": Paginator(campaigns, PAGE_SIZE).get_page(request.GET.get("trang")),
            "can_run": permissions.can_run_campaigns(request.user),
            "can_check": permissions.can_check(request.user),
            "is_collaborator": request.user.has_role(Role.COLLABORATOR),
        },
    )


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Khảo sát của tôi: the establishments to ask, the nearest due date first; `?xem=da-xong` those
    that are done, while their campaign is open."""
    done = request.GET.get("xem") == "da-xong"
    targets = queries.own_targets(request.user, done=done)
    return render(
        request,
        "facilities/surveys/mine.html",
        {
            "page": Paginator(targets, PAGE_SIZE).get_page(request.GET.get("trang")),
            "done": done,
            "counts": queries.own_counts(request.user),
            "offline": offline_settings(),
        },
    )


@GET_OR_POST
def campaign_add(request: HttpRequest) -> HttpResponse:
    """Set up a campaign: words, questionnaire, days, and by which filters its list is drawn."""
    permissions.check_can_run_campaigns(request.user)
    return _campaign_form(request, None)


@GET_OR_POST
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a campaign; once open, its words and last day alone."""
    campaign = campaign_of(request, pk)
    permissions.check_can_run_campaigns(request.user)
    return _campaign_form(request, campaign)


def _campaign_form(request: HttpRequest, campaign: SurveyCampaign | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    frozen = campaign is not None and campaign.state != CampaignState.DRAFT
    if posted is not None and not frozen:
        filters = ListFilters.from_params(posted)
    else:
        filters = ListFilters.from_params(campaign.filters if campaign else request.GET)
    initial = CampaignForm.initial_of(campaign) if campaign else {"opens_on": timezone.localdate()}
    looking = posted is not None and "xem_truoc" in posted
    form = CampaignForm(None if looking else posted, campaign=campaign, initial=initial)
    if looking:
        form.initial |= {name: posted.get(name, "") for name in form.fields}
    if posted is not None and not looking and form.is_valid():
        given = {"actor": request.user, "filters": filters.as_params(), **form.cleaned_data}
        try:
            if campaign is None:
                saved = actions.create_campaign(**given)
            else:
                saved = actions.edit_campaign(campaign_id=campaign.pk, **given)
        except InvalidInput as refusal:
            for name, sentences in (refusal.errors or {"": [str(refusal)]}).items():
                form.add_error(name if name in form.fields else None, sentences[0])
        else:
            messages.success(request, f"Đã lưu đợt khảo sát “{saved}”.")
            return redirect(saved)
    params = filters.as_params()
    return render(
        request,
        "facilities/surveys/campaign_form.html",
        {
            "form": form,
            "filter_form": None if frozen else FilterForm(params),
            "more_filters": any(name in params for name in MORE_FILTERS),
            "campaign": campaign,
            **({} if frozen else _preview(request.user, filters)),
        },
        status=422 if form.errors else 200,
    )


def _preview(user, filters: ListFilters) -> dict:
    """The first establishments that the filters draw, and how many there are."""
    rows = registry.list_rows(user, filters)
    count, exact = registry.count_of(rows)
    return {
        "preview": list(rows[:PREVIEWED]),
        "preview_count": count,
        "preview_count_label": ("" if exact else "hơn ") + format_scaled(count),
        "list_url": f"{reverse('facilities:list')}?{urlencode(filters.as_params())}",
    }


@require_GET
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A campaign: before it opens what it would ask, then its progress and coverage by commune."""
    campaign = campaign_of(request, pk)
    permissions.check_can_read_results(request.user)
    draft = campaign.state == CampaignState.DRAFT
    filters = ListFilters.from_params(campaign.filters)
    context = {
        "campaign": campaign,
        "draft": draft,
        "can_run": permissions.can_run_campaigns(request.user),
        "can_check": permissions.can_check(request.user),
        "can_see_answers": permissions.can_read_targets(request.user),
        "events": campaign.events.filter(target=None).select_related("actor"),
        "filter_words": filter_words(filters),
    }
    if draft:
        context |= _preview(request.user, filters)
    else:
        counts = queries.counts_of(campaign)
        share = f"{format_scaled(counts['done'])} trên {format_scaled(counts['total'])} cơ sở"
        context |= {
            "counts": counts,
            "share": share,
            "coverage": queries.coverage_of(campaign),
        }
    return render(request, "facilities/surveys/detail.html", context)


def filter_words(filters: ListFilters) -> list[tuple[str, str]]:
    """The filters of a list in words: (name, value)."""
    form, found = FilterForm(filters.as_params()), []
    for name, value in filters.as_params().items():
        if name not in form.fields:
            continue
        words = value
        for key, label in getattr(form.fields[name], "choices", []):
            inner = label if isinstance(label, list | tuple) else [(key, label)]
            words = next((str(text) for code, text in inner if str(code) == value), words)
        found.append((form.fields[name].label, words))
    return found


@require_POST
def campaign_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the list and let the survey begin."""
    campaign = campaign_of(request, pk)
    permissions.check_can_run_campaigns(request.user)
    try:
        actions.open_campaign(actor=request.user, campaign_id=pk)
    except InvalidInput as refusal:
        for sentence in (s for some in refusal.errors.values() for s in some):
            messages.error(request, sentence)
        if not refusal.errors:
            messages.error(request, str(refusal))
    else:
        messages.success(
            request, "Đã mở đợt khảo sát; cộng tác viên thấy phiếu trong việc cần làm."
        )
    return redirect(campaign)


@require_POST
def campaign_close(request: HttpRequest, pk: int) -> HttpResponse:
    """End a campaign."""
    campaign = campaign_of(request, pk)
    actions.close_campaign(actor=request.user, campaign_id=pk, note=request.POST.get("note", ""))
    messages.success(request, f"Đã kết thúc đợt khảo sát “{campaign}”.")
    return redirect(campaign)


@require_POST
def campaign_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    campaign = campaign_of(request, pk)
    actions.discard_campaign(actor=request.user, campaign_id=pk)
    messages.success(request, f"Đã bỏ bản nháp “{campaign}”.")
    return redirect("surveys:list")
