"""Points on the map: distances, whether a stated point can be right, and what is nearest to one.

The earth is taken as a ball (haversine): within half a per cent, far better than a telephone measures.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import ExpressionWrapper, F, FloatField, Value
from django.db.models.functions import ASin, Cast, Cos, Power, Radians, Sin, Sqrt
from django.utils import timezone

from facilities.models import (
    VIETNAM_LATITUDES,
    VIETNAM_LONGITUDES,
    Establishment,
    EstablishmentQuerySet,
)
from facilities.queries.mapping import E6, Box, in_box
from khuyencong.core.enums import PlaceLevel
from khuyencong.core.models import Place
from khuyencong.core.numbers import format_scaled
from khuyencong.core.places import with_predecessors

EARTH_METRES = 6_371_009
METRES_OF_A_DEGREE = 111_195
# Around a person, step by step until enough are found; beyond the last nobody walks or rides.
RADII = (500, 2_000, 8_000, 32_000, 60_000)
SHOWN = 30
# No commune of the province lies farther from any of its points than this from a commune's centre.
PROVINCE_METRES = 40_000
# Without a known area a commune is taken to reach so far from its centre.
COMMUNE_METRES = 6_000
# Farther than this from every other point of the commune is worth a second look.
ALONE_METRES = 6_000
# With fewer points a commune tells nothing about a new one.
FEW_POINTS = 3
_WINDS = ("bắc", "đông bắc", "đông", "đông nam", "nam", "tây nam", "tây", "tây bắc")


def metres_between(latitude, longitude, other_latitude, other_longitude) -> float:
    """Metres between two points given in degrees."""
    up, across, other_up, other_across = (
        math.radians(float(angle))
        for angle in (latitude, longitude, other_latitude, other_longitude)
    )
    half = (
        math.sin((other_up - up) / 2) ** 2
        + math.cos(up) * math.cos(other_up) * math.sin((other_across - across) / 2) ** 2
    )
    return 2 * EARTH_METRES * math.asin(math.sqrt(half))


def distance_words(metres: float) -> str:
    """ "120 m", "1,2 km", "14 km": no more exact than a telephone knows."""
    if metres < 1_000:
        return f"{round(metres / 10) * 10} m"
    if metres < 10_000:
        return f"{format_scaled(round(metres / 100), 1)} km"
    return f"{format_scaled(round(metres / 1_000))} km"


def direction_words(latitude, longitude, other_latitude, other_longitude) -> str:
    """The wind in which another point lies: "đông bắc"."""
    up = float(other_latitude) - float(latitude)
    across = (float(other_longitude) - float(longitude)) * math.cos(math.radians(float(latitude)))
    return _WINDS[round(math.degrees(math.atan2(across, up)) / 45) % 8]


@dataclass(frozen=True)
class Near:
    """An establishment with its distance in metres and the wind it lies in, from where one stands."""

    establishment: Establishment
    metres: float
    direction: str

    @property
    def distance(self) -> str:
        return distance_words(self.metres)


def nearest(
    rows: EstablishmentQuerySet, latitude: float, longitude: float, limit: int = SHOWN
) -> list[Near]:
    """The `limit` of `rows` nearest to a point, nearest first, within the last of `RADII`.

    The database measures within a box that grows until it surely holds enough: what is farther than
    the box reaches is never among the answers.
    """
    for radius in RADII:
        found = list(_within(rows, latitude, longitude, radius)[:limit])
        if len(found) == limit or radius == RADII[-1]:
            break
    return [
        Near(row, row.metres, direction_words(latitude, longitude, row.latitude, row.longitude))
        for row in found
    ]


def _within(rows: EstablishmentQuerySet, latitude: float, longitude: float, radius: int):
    """Those of `rows` within a radius in metres, each with `metres`, nearest first."""
    up = radius / METRES_OF_A_DEGREE
    across = up / math.cos(math.radians(min(abs(latitude) + up, 89)))
    box = Box(
        *(
            math.floor(E6 * edge)
            for edge in (latitude - up, longitude - across, latitude + up + 1e-5,
                         longitude + across + 1e-5)
        )
    )  # fmt: skip

    def angle(name: str):
        return Radians(Cast(F(name), FloatField()) / Value(float(E6)))

    here_up, here_across = math.radians(latitude), math.radians(longitude)
    half = Power(Sin((angle("latitude_e6") - Value(here_up)) / 2.0), 2) + (
        Value(math.cos(here_up))
        * Cos(angle("latitude_e6"))
        * Power(Sin((angle("longitude_e6") - Value(here_across)) / 2.0), 2)
    )
    metres = ExpressionWrapper(
        Value(2.0 * EARTH_METRES) * ASin(Sqrt(half)), output_field=FloatField()
    )
    near = in_box(rows, box).annotate(metres=metres)
    return near.filter(metres__lte=radius).order_by("metres", "pk")


def point_error(place: Place | None, latitude: Decimal, longitude: Decimal) -> str:
    """Why a point cannot be that of an establishment in `place`; empty where it can."""
    if not _between(latitude, VIETNAM_LATITUDES) or not _between(longitude, VIETNAM_LONGITUDES):
        if _between(longitude, VIETNAM_LATITUDES) and _between(latitude, VIETNAM_LONGITUDES):
            return (
                "Vĩ độ và kinh độ bị đổi chỗ: ở Việt Nam vĩ độ từ 8 đến 24, kinh độ từ 102 đến 118."
            )
        return "Vị trí này nằm ngoài Việt Nam; vĩ độ từ 8 đến 24, kinh độ từ 102 đến 118."
    if place is None:
        return ""
    province = place.province or place
    centres = (
        Place.objects.in_force_on(timezone.localdate())
        .filter(level=PlaceLevel.COMMUNE, province=province, latitude__isnull=False)
        .values_list("latitude", "longitude")
    )
    away = min((metres_between(latitude, longitude, *centre) for centre in centres), default=0)
    if away > PROVINCE_METRES:
        return f"Vị trí này cách xã, phường gần nhất của {province} {distance_words(away)}; anh/chị kiểm tra lại."
    return ""


def _between(value: Decimal, bounds: tuple[Decimal, Decimal]) -> bool:
    return bounds[0] <= value <= bounds[1]


def point_doubts(
    place: Place | None, latitude: Decimal, longitude: Decimal, exclude_id: int | None = None
) -> list[str]:
    """What speaks against a possible point: far from the commune's centre, or from all of its other
    points. To be shown, not to be refused: communes are not round."""
    if place is None or place.level != PlaceLevel.COMMUNE:
        return []
    doubts = []
    if place.latitude is not None and place.longitude is not None:
        away = metres_between(latitude, longitude, place.latitude, place.longitude)
        reach = COMMUNE_METRES
        if place.area_km2:
            reach = 1_000 * math.sqrt(float(place.area_km2) / math.pi)
        if away > 2 * reach + 2_000:
            doubts.append(f"Vị trí này cách trung tâm {place} {distance_words(away)}.")
    others = Establishment.objects.filter(
        place__in=with_predecessors([place.pk]), latitude_e6__isnull=False
    ).exclude(pk=exclude_id)
    if others.order_by()[:FEW_POINTS].count() == FEW_POINTS:
        closest = nearest(others, float(latitude), float(longitude), 1)
        if not closest or closest[0].metres > ALONE_METRES:
            away = closest[0].distance if closest else distance_words(RADII[-1])
            doubts.append(f"Các cơ sở khác của {place} cách đây từ {away} trở lên.")
    return doubts
