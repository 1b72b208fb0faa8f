"""The way into surveys, and a collaborator's own list."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from facilities.surveys import queries
from facilities.surveys.fill import offline_settings

PAGE_SIZE = 50


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Khảo sát: the campaigns for who reads them all, the own list for a collaborator."""
    return redirect("surveys:mine")


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
