"""Establishments a report's rows may name."""

from django.db.models import QuerySet

from facilities.enums import EstablishmentStatus
from facilities.models import Establishment
from khuyencong.core.places import with_predecessors


def establishments_of_place(place_id: int) -> QuerySet[Establishment]:
    """Establishments of the report's place and of the units it came from, in Vietnamese order."""
    return (
        Establishment.objects.filter(place__in=with_predecessors([place_id]))
        .exclude(status=EstablishmentStatus.MERGED)
        .order_by("sort_key", "id")
    )
