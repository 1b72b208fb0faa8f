"""Questions about places over time: the map of a day, what became of a unit, what it came from."""

from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from khuyencong.core.enums import PlaceLevel
from khuyencong.core.models import Place, PlaceLineage, in_force_on


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
    day = day or timezone.localdate()
    units: dict[int, Place | None] = {}
    rows = (
        PlaceLineage.objects.filter(place__in=set(place_ids))
        .filter(in_force_on(day, "successor__"))
        .select_related("successor__parent")
    )
    for row in rows:
        units[row.place_id] = None if row.place_id in units else row.successor
    return {place_id: unit for place_id, unit in units.items() if unit is not None}
