"""Questions about places over time: the map of a day, what became of a unit, what it came from."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from khuyencong.core.enums import PlaceLevel
from khuyencong.core.models import Place, PlaceLineage, Succession, in_force_on
from khuyencong.core.text import fold


@transaction.atomic
def rebuild_lineage() -> int:
    """Recompute PlaceLineage from Succession; returns the number of rows. Safe to run at any time."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE core_placelineage IN EXCLUSIVE MODE")
        cursor.execute("DELETE FROM core_placelineage")
        cursor.execute(
            """
            WITH RECURSIVE line(place_id, successor_id, is_whole) AS (
                SELECT id, id, TRUE FROM core_place
                UNION
                SELECT l.place_id, s.successor_id, l.is_whole AND s.is_whole
                FROM line l JOIN core_succession s ON s.predecessor_id = l.successor_id
            )
            INSERT INTO core_placelineage (place_id, successor_id, is_whole)
            SELECT place_id, successor_id, bool_and(is_whole) FROM line GROUP BY 1, 2
            """
        )
        return cursor.rowcount


def with_predecessors(place_ids) -> set[int]:
    """The places themselves and all units they came from."""
    return set(
        PlaceLineage.objects.filter(successor__in=list(place_ids)).values_list(
            "place_id", flat=True
        )
    ) | set(place_ids)


def with_whole_predecessors(place_ids) -> set[int]:
    """The places themselves and the units that passed into them whole: what may be counted in them.

    What stands in a unit that was split belongs to one of its successors, nobody knows which; counted
    in each it would be counted twice."""
    return set(
        PlaceLineage.objects.filter(successor__in=list(place_ids), is_whole=True).values_list(
            "place_id", flat=True
        )
    ) | set(place_ids)


def communes_on(day: date | None = None):
    """The communes of the map of a day (default today), in Vietnamese order, with their parent."""
    return (
        Place.objects.filter(level=PlaceLevel.COMMUNE)
        .in_force_on(day or timezone.localdate())
        .select_related("parent")
        .in_vietnamese_order()
    )


def units_of(place_ids, day: date | None = None) -> dict[int, Place]:
    """What each place has become on the map of a day (default today): `{place id: unit}`.

    A place that still exists is its own unit. A place that was split has no single one and is
    left out, as is one without a successor on that day.
    """
    place_ids = set(place_ids)
    if not place_ids:
        return {}
    day = day or timezone.localdate()
    units: dict[int, Place | None] = {}
    rows = (
        PlaceLineage.objects.filter(place__in=place_ids)
        .filter(in_force_on(day, "successor__"))
        .select_related("successor__parent")
    )
    for row in rows:
        units[row.place_id] = None if row.place_id in units else row.successor
    return {place_id: unit for place_id, unit in units.items() if unit is not None}


def units_on(day: date):
    """The lowest units of the map of a day: communes, and a district that has none (Côn Đảo)."""
    children = Place.objects.filter(in_force_on(day), parent=OuterRef("pk"))
    lowest = Q(level=PlaceLevel.COMMUNE) | Q(Q(level=PlaceLevel.DISTRICT), ~Exists(children))
    return Place.objects.in_force_on(day).filter(lowest).select_related("parent", "province")


def named_like(units, text: str):
    """Of the units those whose own name, or the name of a unit they came from, holds the text.

    Marks, case and punctuation do not count.
    """
    folded = fold(text)
    if not folded:
        return units
    origin = PlaceLineage.objects.filter(successor=OuterRef("pk"), place__folded__contains=folded)
    return units.filter(Exists(origin))


@dataclass(frozen=True)
class MapPeriod:
    """Days between two changes of the map; an empty end is open."""

    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether the day is one of the period's."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def map_periods() -> list[MapPeriod]:
    """The periods with one map each, the present one first."""
    changes = list(
        Succession.objects.order_by("-effective_on")
        .values_list("effective_on", flat=True)
        .distinct()
    )
    periods, last = [], None
    for change in changes:
        periods.append(MapPeriod(change, last))
        last = change - timedelta(days=1)
    return [*periods, MapPeriod(None, last)]


@dataclass(frozen=True)
class UnitOnMap:
    """A unit on a map, with the units it was made of and those of today's map that it is in."""

    place: Place
    origins: list[Place]
    now: list[Place]


def units_with_lines(units) -> list[UnitOnMap]:
    """The units with where they came from and what they are today: three queries in all."""
    units = list(units)
    origins: dict[int, list[Place]] = {}
    for step in (
        Succession.objects.filter(successor__in=units)
        .select_related("predecessor")
        .order_by("predecessor__sort_key", "predecessor_id")
    ):
        origins.setdefault(step.successor_id, []).append(step.predecessor)
    now: dict[int, list[Place]] = {}
    for line in (
        PlaceLineage.objects.filter(
            in_force_on(timezone.localdate(), "successor__"),
            place__in=units,
            successor__level=PlaceLevel.COMMUNE,
        )
        .exclude(place=F("successor"))
        .select_related("successor")
        .order_by("successor__sort_key", "successor_id")
    ):
        now.setdefault(line.place_id, []).append(line.successor)
    return [UnitOnMap(unit, origins.get(unit.pk, []), now.get(unit.pk, [])) for unit in units]


@dataclass(frozen=True)
class Branch:
    """A step of a unit's line with the steps beyond it."""

    step: Succession
    place: Place
    further: list["Branch"]


def line_of(place: Place) -> tuple[list[Branch], list[Branch]]:
    """What the unit came from and what became of it, each as a tree: two queries."""
    steps = list(
        Succession.objects.filter(
            Exists(PlaceLineage.objects.filter(place=OuterRef("predecessor"), successor=place))
            | Exists(PlaceLineage.objects.filter(place=place, successor=OuterRef("successor")))
        )
        .select_related("predecessor__parent", "successor__parent")
        .order_by("-effective_on", "predecessor__sort_key", "successor__sort_key")
    )

    def before(of: int) -> list[Branch]:
        return [
            Branch(step, step.predecessor, before(step.predecessor_id))
            for step in steps
            if step.successor_id == of
        ]

    def after(of: int) -> list[Branch]:
        return [
            Branch(step, step.successor, after(step.successor_id))
            for step in steps
            if step.predecessor_id == of
        ]

    return before(place.pk), after(place.pk)
