"""Pages of the map: what the list's filters find, by clusters, and what is near a person."""

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from facilities import points, queries
from facilities.forms import MORE_FILTERS, filter_places
from facilities.point_forms import CoordinateField
from facilities.queries import ListFilters, mapping
from facilities.views import _own_places, filter_form
from khuyencong.core.numbers import format_scaled, whole_number
from khuyencong.core.place_fields import asked_place


@require_GET
def map_page(request):
    """Bản đồ: the list's filters on a map, with the same counts as a table by commune.

    The table is whole without scripts; the map asks `map_view` for what its window shows.
    """
    place = asked_place(request, "xa", lambda: filter_places(_own_places(request.user)))
    if place.url:
        return redirect(place.url)
    asked = ListFilters.from_params(request.GET)
    found = mapping.map_rows(request.user, asked)
    counts = mapping.counts_by_commune(found.rows)
    total = sum(one.count for one in counts)
    with_point = sum(one.with_point for one in counts)
    params = asked.as_params()
    return render(
        request,
        "facilities/map.html",
        {
            "form": filter_form(request, asked, place),
            "asked_place": place,
            "params": params,
            "filtered": bool(params),
            "more_filters": any(name in params for name in MORE_FILTERS),
            "behind_a_count": bool(asked.chi_tieu),
            "best_only": found.best_only,
            "meant": found.meant,
            "asked_text": asked.q,
            "total": total,
            "with_point": with_point,
            "without_point": total - with_point,
            "without_url": _list_url(mapping.without_point(asked)),
            "counts": [
                (one, _map_url(params | {"xa": one.place.pk}))
                for one in counts[: mapping.COMMUNES_SHOWN]
            ],
            "more_communes": len(counts) - mapping.COMMUNES_SHOWN,
            "view_url": f"{reverse('facilities:map_view')}?{urlencode(params)}",
            "first_view": mapping.edges_text(mapping.first_view(found.rows, counts)),
            "ground": mapping.ground(),
        },
    )


def _map_url(params: dict) -> str:
    return f"{reverse('facilities:map')}?{urlencode(params)}"


def _list_url(filters: ListFilters) -> str:
    return f"{reverse('facilities:list')}?{urlencode(filters.as_params())}"


@require_GET
def map_view(request):
    """What a window of the map shows (`khung`: south,west,north,east; `muc`: zoom), as JSON:
    clusters, names on the ground, and the panel beside the map as a piece of the page."""
    box = mapping.Box.parse(request.GET.get("khung", ""))
    if box is None:
        return JsonResponse(
            {"error": "invalid_input", "message": "Khung bản đồ chưa đúng."}, status=422
        )
    zoom = whole_number(request.GET.get("muc")) or mapping.FARTHEST_ZOOM
    filters = ListFilters.from_params(request.GET)
    rows = mapping.map_rows(request.user, filters).rows
    clusters = mapping.clusters_in(rows, box, zoom)
    total = sum(cluster.count for cluster in clusters)
    return JsonResponse(
        {
            "total": total,
            "clusters": [_told(cluster) for cluster in clusters],
            "places": mapping.place_labels(box),
            "panel": _panel(rows, box, total, filters),
        }
    )


def _told(cluster: mapping.Cluster) -> dict:
    """A cluster as the map reads it; one record alone comes with what its card says."""
    told = {
        "n": cluster.count,
        "label": format_scaled(cluster.count),
        "lat": round(cluster.latitude, 6),
        "lon": round(cluster.longitude, 6),
    }
    if cluster.only is None:
        return told | {"cell": mapping.edges_text(cluster.cell)}
    one = cluster.only
    branch = one.industry.label if one.industry else ""
    return told | {
        "name": one.name,
        "url": one.get_absolute_url(),
        "facts": [
            fact
            for fact in (
                one.network_group.label if one.network_group else branch,
                one.place.name,
                one.get_status_display(),
            )
            if fact
        ],
        "estimated": one.is_illustration,
    }


def _panel(rows, box: mapping.Box, total: int, filters: ListFilters) -> str:
    """The records in view by name where they are few, else the communes in view with their counts."""
    context = {"total": total, "params": filters.as_params()}
    if total <= mapping.NAMED_UP_TO:
        context["items"] = mapping.items_in(rows, box)
        context["left_out"] = total - len(context["items"])
    elif total <= mapping.COUNTED_BY_COMMUNE_UP_TO:
        counts = mapping.counts_by_commune(mapping.in_box(rows, box))
        context["counts"] = [
            (one, _map_url(filters.as_params() | {"xa": one.place.pk}))
            for one in counts[: mapping.ITEMS_SHOWN]
        ]
        context["left_out"] = len(counts) - len(context["counts"])
    return render_to_string("facilities/_in_view.html", context)


@require_GET
def near(request):
    """Gần tôi: the establishments nearest to where one stands (`vd`, `kd` degrees, `ss` accuracy in
    metres), with the list's filters."""
    place = asked_place(request, "xa", lambda: filter_places(_own_places(request.user)))
    if place.url:
        return redirect(place.url)
    asked = ListFilters.from_params(request.GET)
    params = asked.as_params()
    typed = [request.GET.get(name, "")[:30] for name in ("vd", "kd")]
    here, wrong = None, ""
    if any(typed):
        try:
            latitude, longitude = (CoordinateField().clean(text) for text in typed)
        except ValidationError as error:
            wrong = error.messages[0]
        else:
            if latitude is None or longitude is None:
                wrong = "Ghi cả vĩ độ và kinh độ."
            else:
                wrong = points.point_error(None, latitude, longitude)
                here = None if wrong else (latitude, longitude)
    found = []
    if here is not None:
        rows = mapping.map_rows(request.user, asked).rows
        found = points.nearest(rows, *map(float, here))
        queries.with_units_of_today([one.establishment for one in found])
    accuracy = whole_number(request.GET.get("ss"))
    kept = dict(zip(("vd", "kd", "ss"), (*typed, accuracy or ""), strict=True)) if here else {}
    return render(
        request,
        "facilities/near.html",
        {
            "form": filter_form(request, asked, place),
            "asked_place": place,
            "params": params,
            "filtered": bool(params),
            "more_filters": any(name in params for name in MORE_FILTERS),
            "kept": kept,
            "clear_url": f"{reverse('facilities:near')}?{urlencode(kept)}",
            "here": here,
            "typed": typed,
            "wrong": wrong,
            "accuracy": accuracy,
            "found": found,
            "ground": mapping.ground(),
        },
    )
