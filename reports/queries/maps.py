"""Where reporting places stand on the map of a day, and what of old and new may be compared.

A figure is never shared out. A place whose figures belong to one unit of the map counts there; one
that was split, or that is made of several units of an older map, stays a column of its own and says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from khuyencong.core.enums import PlaceLevel
from khuyencong.core.models import Place, PlaceLineage
from khuyencong.core.places import units_on
from reports.enums import Grouping


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the chosen map. `was_split`: it passed into several units of the map; `is_joint`: it
    is made of several units of the map. Either way it is the reporting place itself, undivided."""

    id: int
    name: str
    sort_key: str
    was_split: bool = False
    is_joint: bool = False

    @classmethod
    def of(cls, place: Place, **flags) -> "Unit":
        return cls(place.pk, place.name, place.sort_key, **flags)


def last_day_of_districts(map_date: date | None) -> date | None:
    """The day whose districts group the places: that of the map if it had any, else their last day.

    None where the portal knows no district."""
    districts = Place.objects.filter(level=PlaceLevel.DISTRICT)
    if map_date is not None and districts.in_force_on(map_date).exists():
        return map_date
    return (
        districts.exclude(valid_to=None)
        .order_by("-valid_to")
        .values_list("valid_to", flat=True)
        .first()
    )


def units_of_places(
    places: Iterable[Place], map_date: date | None, grouping: str = Grouping.COMMUNE
) -> dict[int, Unit]:
    """The unit each reporting place counts in, by place id: on the map of a day (None: as reported),
    grouped by district of the old map or by area where that is asked for. At most four queries."""
    places = {place.pk: place for place in places}
    if grouping == Grouping.DISTRICT:
        day = last_day_of_districts(map_date)
        return _grouped(places, day) if day else {pk: Unit.of(p) for pk, p in places.items()}
    if grouping == Grouping.AREA:
        return _grouped(places, map_date)
    if map_date is None:
        return {pk: Unit.of(place) for pk, place in places.items()}
    later, earlier = _related(places, map_date)
    return {pk: _unit(place, later[pk], earlier[pk]) for pk, place in places.items()}


def _related(
    place_ids: Iterable[int], day: date
) -> tuple[dict[int, list[PlaceLineage]], dict[int, list[PlaceLineage]]]:
    """Units of the map of a day: those each place became (itself included), those it came from."""
    units = units_on(day).order_by().values("pk")
    later: dict[int, list[PlaceLineage]] = defaultdict(list)
    earlier: dict[int, list[PlaceLineage]] = defaultdict(list)
    rows = PlaceLineage.objects.select_related("successor__parent", "place__parent")
    for row in rows.filter(place__in=place_ids, successor__in=units):
        later[row.place_id].append(row)
    for row in rows.filter(successor__in=place_ids, place__in=units).exclude(place=F("successor")):
        earlier[row.successor_id].append(row)
    return later, earlier


def _unit(place: Place, later: list[PlaceLineage], earlier: list[PlaceLineage]) -> Unit:
    heirs = [row.successor for row in later if row.is_whole] or [row.successor for row in later]
    if len(heirs) == 1:
        return Unit.of(heirs[0])
    if heirs:
        return Unit.of(place, was_split=True)
    # On an older map: all of the place lies in the only unit that it came from.
    if len(earlier) == 1:
        return Unit.of(earlier[0].place)
    return Unit.of(place, is_joint=bool(earlier))


def _grouped(places: dict[int, Place], day: date | None) -> dict[int, Unit]:
    """By the parent of the units on a map (None: the place's own): the place itself where there are
    several."""
    found: dict[int, dict[int, Place]] = {pk: {} for pk in places}
    if day is None:
        parents = Place.objects.in_bulk([p.parent_id for p in places.values() if p.parent_id])
        for pk, place in places.items():
            parent = parents.get(place.parent_id, place)
            found[pk][parent.pk] = parent
    else:
        later, earlier = _related(places, day)
        for pk in places:
            units = [r.successor for r in later[pk]] or [r.place for r in earlier[pk]]
            for unit in units:
                # A district without communes (Côn Đảo) reports for itself.
                is_group = unit.level != PlaceLevel.COMMUNE or unit.parent is None
                group = unit if is_group else unit.parent
                found[pk][group.pk] = group
    return {
        pk: Unit.of(next(iter(groups.values())))
        if len(groups) == 1
        else Unit.of(places[pk], is_joint=len(groups) > 1)
        for pk, groups in found.items()
    }


def ground_of_places(place_ids: Iterable[int]) -> dict[int, frozenset]:
    """The ground a place covers, as the oldest units known that it is made of: one query.

    Two sets of places cover the same ground when their grounds are equal. Of a unit that came to a
    place only in part nobody knows which part, so it is a ground of that place alone."""
    rows = list(
        PlaceLineage.objects.filter(successor__in=set(place_ids)).values_list(
            "place_id", "successor_id", "is_whole", "place__origins"
        )
    )
    grounds: dict[int, set] = {pk: set() for pk in place_ids}
    for place_id, successor_id, is_whole, origin in rows:
        if origin is None:
            grounds[successor_id].add(place_id if is_whole else (place_id, successor_id))
    return {pk: frozenset(ground) for pk, ground in grounds.items()}
