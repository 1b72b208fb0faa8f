"""The registry on the map: clusters of what a filter finds, counts by commune, what is in view.

Everything is counted by the database from the rows themselves, in scope of the reader: the sum of
the clusters over the whole map is the number of records with a point.
"""

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import product

from django.conf import settings
from django.db.models import Avg, Count, F, Func, IntegerField, Max, Min, Sum
from django.utils import timezone

from facilities.enums import PointState
from facilities.models import (
    VIETNAM_LATITUDES,
    VIETNAM_LONGITUDES,
    Establishment,
    EstablishmentQuerySet,
)
from facilities.queries.listing import ListFilters, filtered_rows
from facilities.queries.scope import with_units_of_today
from facilities.queries.searching import find
from facilities.queries.spelling import Meaning, did_you_mean
from khuyencong.core.enums import PlaceLevel
from khuyencong.core.models import Place, PlaceLineage, in_force_on

E6 = 1_000_000
# A cluster gathers what lies within so many pixels of the screen.
CLUSTER_PIXELS = 64
# Clusters nearer to each other than this share of a cell are one.
OVERLAP = 0.75
NEAREST_ZOOM, FARTHEST_ZOOM = 18, 4
# Up to this zoom, and with more records than this, a view is counted by communes.
BY_COMMUNE_UP_TO_ZOOM, DRAWN_BY_POINT_UP_TO = 9, 5_000
# More places than this are not named in a query: all are read, and those outside are passed over.
NAMED_IN_QUERY = 1_500
# Of one answer: however far the view reaches, its cells are made so large that there are no more.
MOST_CLUSTERS = 1_200
# Up to so many records in view are named one by one, and up to so many counted by commune.
NAMED_UP_TO, COUNTED_BY_COMMUNE_UP_TO = 300, 30_000
ITEMS_SHOWN = 50
LABELS_SHOWN = 60
COMMUNES_SHOWN = 100
# Up to so many records the first view is drawn around the points, beyond around their communes.
DRAWN_AROUND_POINTS = 20_000


@dataclass(frozen=True)
class Box:
    """A piece of the map in millionths of degrees (WGS 84), its edges included."""

    south: int
    west: int
    north: int
    east: int

    @classmethod
    def parse(cls, text: str) -> "Box | None":
        """From "south,west,north,east" in degrees; None when that is not a box."""
        parts = (text or "").split(",")
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            return None
        if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
            return None
        south, west, north, east = numbers
        low, left, high, right = _whole_country_degrees()
        box = cls(
            *(
                round(E6 * edge)
                for edge in (
                    min(max(south, low), high),
                    min(max(west, left), right),
                    max(min(north, high), low),
                    max(min(east, right), left),
                )
            )
        )
        return box if box.south <= box.north and box.west <= box.east else None

    def degrees(self) -> list[float]:
        """South, west, north, east in degrees."""
        return [edge / E6 for edge in (self.south, self.west, self.north, self.east)]

    def grown(self, share: float) -> "Box":
        """The box with a margin on every side, as a share of its size, at least a kilometre or so."""
        up = max(round((self.north - self.south) * share), 10_000)
        across = max(round((self.east - self.west) * share), 10_000)
        return Box(self.south - up, self.west - across, self.north + up, self.east + across)


def _whole_country_degrees() -> tuple[float, float, float, float]:
    return (
        float(VIETNAM_LATITUDES[0]),
        float(VIETNAM_LONGITUDES[0]),
        float(VIETNAM_LATITUDES[1]),
        float(VIETNAM_LONGITUDES[1]),
    )


# What a map without anything to show opens on: the mainland.
MAINLAND = Box(8_400_000, 102_100_000, 23_400_000, 109_500_000)


@dataclass(frozen=True)
class MapRows:
    """The records of a filter: `rows`, and whether a search leaves some out (`best_only`) or was
    corrected (`meant`)."""

    rows: EstablishmentQuerySet
    best_only: bool = False
    meant: Meaning | None = None


def map_rows(user, filters: ListFilters) -> MapRows:
    """What the list with these filters shows, for the map: searched, corrected and limited alike."""
    rows = filtered_rows(user, filters)
    if not filters.q:
        return MapRows(rows)
    found, meant = find(rows, filters.q), None
    if not found.ids:
        meant = did_you_mean(rows, filters.q)
        if meant is not None:
            found = find(rows, meant.text)
    return MapRows(rows.filter(pk__in=found.ids), found.more, meant)


def in_box(rows: EstablishmentQuerySet, box: Box) -> EstablishmentQuerySet:
    """Those of `rows` whose point lies in the box."""
    return rows.filter(
        latitude_e6__range=(box.south, box.north), longitude_e6__range=(box.west, box.east)
    )


@dataclass(frozen=True)
class Cluster:
    """Records close together: how many, their middle in degrees, the cell that holds them, and the
    record itself where it is alone."""

    count: int
    latitude: float
    longitude: float
    cell: Box
    only: Establishment | None = None


def cell_size(zoom: int, box: Box) -> int:
    """Side of a cell in millionths of degrees: so many pixels at the zoom, or what keeps the answer
    within `MOST_CLUSTERS`."""
    zoom = min(max(zoom, FARTHEST_ZOOM), NEAREST_ZOOM)
    by_zoom = E6 * 360 * CLUSTER_PIXELS / 256 / 2**zoom
    area = (box.north - box.south) * (box.east - box.west)
    return max(1, math.ceil(by_zoom), math.ceil(math.sqrt(area / MOST_CLUSTERS)))


def clusters_in(rows: EstablishmentQuerySet, box: Box, zoom: int) -> list[Cluster]:
    """The records in a box gathered by the cells of a grid that does not move with the box.

    Far away and with many records, whole communes are gathered at their centres (`by_communes`);
    else every record is where its point is.
    """
    size = cell_size(zoom, box)
    return joined(_gathered(rows, box, zoom, size), size)


def _gathered(rows: EstablishmentQuerySet, box: Box, zoom: int, size: int) -> list[Cluster]:
    if zoom <= BY_COMMUNE_UP_TO_ZOOM and _are_more_than(in_box(rows, box), DRAWN_BY_POINT_UP_TO):
        return by_communes(rows, box, size)
    return by_points(rows, box, size)


def _are_more_than(rows: EstablishmentQuerySet, number: int) -> bool:
    return rows.order_by()[: number + 1].count() > number


def by_points(rows: EstablishmentQuerySet, box: Box, size: int) -> list[Cluster]:
    """The records in a box by cells of a size, each where its point is."""

    def step(name: str) -> Func:
        # Whole division in the database; the number is ours, not the reader's.
        return Func(F(name), template=f"(%(expressions)s / {size})", output_field=IntegerField())

    found = list(
        in_box(rows, box)
        .order_by()
        .values(up=step("latitude_e6"), across=step("longitude_e6"))
        .annotate(n=Count("*"), y=Sum("latitude_e6"), x=Sum("longitude_e6"), first=Min("pk"))
        .values_list("up", "across", "n", "y", "x", "first")
    )
    alone = _described(rows, [first for *_, n, _, _, first in found if n == 1])
    return [
        Cluster(n, y / n / E6, x / n / E6, _cell(up, across, size), alone.get(first))
        for up, across, n, y, x, first in found
    ]


def by_communes(rows: EstablishmentQuerySet, box: Box, size: int) -> list[Cluster]:
    """The records of the communes whose centres lie in a box, by cells of a size; records of places
    without a known centre are added where their points are."""
    south, west, north, east = box.degrees()
    centres = {
        pk: (round(latitude * E6), round(longitude * E6))
        for pk, latitude, longitude in Place.objects.filter(
            latitude__range=(south, north), longitude__range=(west, east)
        ).values_list("pk", "latitude", "longitude")
    }
    with_point = rows.filter(latitude_e6__isnull=False).order_by()
    if len(centres) <= NAMED_IN_QUERY:
        with_point = with_point.filter(place_id__in=list(centres))
    cells: dict[tuple[int, int], list[int]] = {}
    for place_id, n in with_point.values_list("place_id").annotate(n=Count("*")):
        if place_id in centres:
            y, x = centres[place_id]
            cell = cells.setdefault((y // size, x // size), [0, 0, 0])
            cell[0], cell[1], cell[2] = cell[0] + n, cell[1] + y * n, cell[2] + x * n
    clusters = [
        Cluster(n, y / n / E6, x / n / E6, _cell(up, across, size))
        for (up, across), (n, y, x) in cells.items()
    ]
    nowhere = Place.objects.filter(latitude__isnull=True).values_list("pk", flat=True)
    return clusters + by_points(rows.filter(place_id__in=list(nowhere)), box, size)


def joined(clusters: list[Cluster], size: int) -> list[Cluster]:
    """The same records with neighbours put together that would overlap on the screen: the edge of
    a cell may run through a village. The largest take in the others; no record is lost."""
    near = size * OVERLAP / E6
    kept: dict[tuple[int, int], list[Cluster]] = {}

    def place_of(cluster: Cluster) -> tuple[int, int]:
        return int(cluster.latitude // near), int(cluster.longitude // near)

    for cluster in sorted(clusters, key=lambda one: -one.count):
        up, across = place_of(cluster)
        around = (
            (key, other)
            for key in product((up - 1, up, up + 1), (across - 1, across, across + 1))
            for other in kept.get(key, ())
        )
        for key, other in around:
            apart = math.hypot(
                cluster.latitude - other.latitude, cluster.longitude - other.longitude
            )
            if apart < near:
                kept[key].remove(other)
                kept[key].append(_together(other, cluster))
                break
        else:
            kept.setdefault((up, across), []).append(cluster)
    return [cluster for several in kept.values() for cluster in several]


def _together(large: Cluster, small: Cluster) -> Cluster:
    """Both as one, standing where the larger stands."""
    cell = Box(
        min(large.cell.south, small.cell.south),
        min(large.cell.west, small.cell.west),
        max(large.cell.north, small.cell.north),
        max(large.cell.east, small.cell.east),
    )
    return Cluster(large.count + small.count, large.latitude, large.longitude, cell)


def _cell(up: int, across: int, size: int) -> Box:
    return Box(up * size, across * size, up * size + size - 1, across * size + size - 1)


def _described(rows: EstablishmentQuerySet, ids: list[int]) -> dict[int, Establishment]:
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by()} if ids else {}


def items_in(rows: EstablishmentQuerySet, box: Box) -> list[Establishment]:
    """The first records in a box, in Vietnamese order, with their commune of today."""
    return with_units_of_today(in_box(rows, box).order_by("sort_key", "id")[:ITEMS_SHOWN])


@dataclass(frozen=True)
class CommuneCount:
    """How many records of a commune of today a filter finds, and how many of them have a point."""

    place: Place
    count: int
    with_point: int


def counts_by_commune(rows: EstablishmentQuerySet) -> list[CommuneCount]:
    """The records counted by the communes of today, most first. What was entered for a unit of an
    older map counts in what that unit has become; where it was split, under the old unit."""
    with_point, without = (
        dict(
            rows.filter(latitude_e6__isnull=missing)
            .order_by()
            .values_list("place_id")
            .annotate(n=Count("*"))
        )
        for missing in (False, True)
    )
    became = _units_today({*with_point, *without})
    totals, points = Counter(), Counter()
    for found, counters in ((with_point, (totals, points)), (without, (totals,))):
        for place_id, n in found.items():
            for counter in counters:
                counter[became.get(place_id, place_id)] += n
    places = Place.objects.in_bulk(totals)
    counts = [CommuneCount(places[pk], n, points[pk]) for pk, n in totals.items()]
    return sorted(counts, key=lambda one: (-one.count, one.place.sort_key))


def _units_today(place_ids: set[int]) -> dict[int, int]:
    """What each place of an older map has become, by keys; those that were split are left out."""
    today = timezone.localdate()
    lines = (
        PlaceLineage.objects.filter(place__in=place_ids, place__valid_to__lt=today)
        .filter(in_force_on(today, "successor__"))
        .values_list("place_id", "successor_id")
    )
    units: dict[int, int | None] = {}
    for place_id, successor_id in lines:
        units[place_id] = None if place_id in units else successor_id
    return {place_id: unit for place_id, unit in units.items() if unit is not None}


def first_view(rows: EstablishmentQuerySet, counts: list[CommuneCount]) -> Box:
    """What a map of these records opens on."""
    with_point = sum(one.with_point for one in counts)
    if 0 < with_point <= DRAWN_AROUND_POINTS:
        edges = rows.order_by().aggregate(
            south=Min("latitude_e6"),
            west=Min("longitude_e6"),
            north=Max("latitude_e6"),
            east=Max("longitude_e6"),
        )
        return Box(**edges).grown(0.05)
    return around_places([one.place for one in counts]) or MAINLAND


def around_places(places) -> Box | None:
    """The box around the centres of places, with a margin; None where no centre is known."""
    known = [place for place in places if place.latitude is not None]
    if not known:
        return None
    up = [round(place.latitude * E6) for place in known]
    across = [round(place.longitude * E6) for place in known]
    return Box(min(up), min(across), max(up), max(across)).grown(0.08)


def edges_text(box: Box) -> str:
    """South, west, north, east as `Box.parse` and the scripts read them."""
    return ",".join(f"{edge:.6f}" for edge in box.degrees())


def ground() -> dict[str, str]:
    """What every map is drawn on: tiles where a server is set, else the plain ground."""
    return {"url": settings.MAP_TILE_URL, "attribution": settings.MAP_TILE_ATTRIBUTION}


def place_labels(box: Box) -> list[dict]:
    """Names to write on the ground: the communes in a box, or where these are too many the provinces,
    each at the middle of its communes' centres."""
    south, west, north, east = box.degrees()
    communes = Place.objects.filter(
        in_force_on(timezone.localdate()),
        level=PlaceLevel.COMMUNE,
        latitude__range=(south, north),
        longitude__range=(west, east),
    )
    few = list(communes.values_list("name", "latitude", "longitude")[: LABELS_SHOWN + 1])
    if len(few) > LABELS_SHOWN:
        few = (
            communes.order_by()
            .values("province__name")
            .annotate(y=Avg("latitude"), x=Avg("longitude"))
            .values_list("province__name", "y", "x")
        )
    return [
        {"name": name, "lat": round(float(y), 5), "lon": round(float(x), 5)}
        for name, y, x in few
        if name
    ]


def without_point(filters: ListFilters) -> ListFilters:
    """The same filters for the records that have no point yet."""
    return replace(filters, vi_tri=PointState.MISSING)
