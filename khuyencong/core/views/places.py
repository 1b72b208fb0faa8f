"""Địa bàn: the map of a day, and a unit with its line of succession."""

from itertools import groupby

from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from khuyencong.core import places
from khuyencong.core.enums import CENTRE_ROLES, PlaceLevel, Role
from khuyencong.core.forms import CleanCharField, DateField, PortalForm
from khuyencong.core.models import Place
from khuyencong.core.place_search import label_of, suggest

# More units than this are shown one province at a time.
MOST_UNITS_AT_ONCE = 400


class MapForm(PortalForm):
    """Which map, and what to look for on it."""

    tim = CleanCharField(label="Tên xã, phường (nay hoặc trước đây)", required=False)
    ngay = DateField(label="Bản đồ của ngày", required=False)


def group_by_parent(units) -> list[tuple[Place | None, list]]:
    """Units (UnitOnMap) under their parents, both in Vietnamese order."""
    ordered = sorted(
        units,
        key=lambda unit: (
            unit.place.parent.sort_key if unit.place.parent else "",
            unit.place.parent_id or 0,
            unit.place.sort_key,
        ),
    )
    return [
        (group[0].place.parent, group)
        for _, members in groupby(ordered, key=lambda unit: unit.place.parent_id)
        for group in [list(members)]
    ]


def periods_around(day) -> list[dict]:
    """The periods with one map each, and which of them holds the day."""
    return [{"period": period, "current": period.holds(day)} for period in places.map_periods()]


def choose_province(request, units):
    """(provinces to choose from, chosen one): only where the map is too large to show at once."""
    if units.count() <= MOST_UNITS_AT_ONCE:
        return [], None
    provinces = list(
        Place.objects.filter(pk__in=units.values("province")).order_by("sort_key", "code")
    )
    code = request.GET.get("tinh", "")
    chosen = next((province for province in provinces if province.code == code), provinces[0])
    return provinces, chosen


@require_GET
def place_suggest(request):
    """Communes for a search field (`tim`), the best first; with `tat_ca` those of older maps too."""
    units = Place.objects.communes()
    if "tat_ca" not in request.GET:
        units = units.in_force_on(timezone.localdate())
    found = suggest(units, request.GET.get("tim", "")[:200])
    return JsonResponse({"places": [label_of(place) for place in found]})


def place_list(request):
    """The units of a map, each with what it came from and what it is today."""
    form = MapForm(request.GET or None)
    day, text = timezone.localdate(), ""
    if form.is_valid():
        day, text = form.cleaned_data["ngay"] or day, form.cleaned_data["tim"]
    units = places.named_like(places.units_on(day), text)
    provinces, province = choose_province(request, units)
    if province:
        units = units.filter(province=province)
    found = places.units_with_lines(units)
    return render(
        request,
        "core/places.html",
        {
            "form": form,
            "filtered": bool(request.GET),
            "day": day,
            "text": text,
            "is_today": day == timezone.localdate(),
            "groups": group_by_parent(found),
            "count": len(found),
            "provinces": provinces,
            "province": province,
            "periods": periods_around(day),
        },
    )


def place_detail(request, pk: int):
    """One unit: its dates, what it came from, what became of it, the units under it."""
    place = get_object_or_404(Place.objects.select_related("parent", "province"), pk=pk)
    before, after = places.line_of(place)
    children = place.children.select_related("parent").in_vietnamese_order()
    return render(
        request,
        "core/place.html",
        {
            "place": place,
            "before": before,
            "after": after,
            "children": children if place.level != PlaceLevel.COMMUNE else [],
            "shows_network": request.user.has_role(*CENTRE_ROLES, Role.VIEWER),
        },
    )
