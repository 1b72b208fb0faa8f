"""Results of the programme, year by year."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from programs import permissions, queries


def results(request, year: int | None = None):
    """Kết quả khuyến công: what a year achieved, with the rows behind each figure."""
    permissions.check_can_see_results(request.user)
    years = queries.years_with_results(request.user)
    if year is None:
        if years:
            return redirect("programs:results", year=years[0])
        return render(request, "programs/results.html", {"years": [], "results": None})
    if year not in years and year != timezone.localdate().year:
        raise Http404("Chưa có kết quả của năm này.")
    return render(
        request,
        "programs/results.html",
        {"years": years, "results": queries.results_of(request.user, year)},
    )
