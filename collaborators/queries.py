"""Who is in charge of what, on a day."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from collaborators.models import Assignment, Collaborator
from collaborators.permissions import can_see_network
from khuyencong.core.enums import Role
from khuyencong.core.models import Place
from khuyencong.core.places import named_like, units_on, with_predecessors
from khuyencong.core.prepared import Prepared
from khuyencong.core.text import Fold, fold

_ASSIGNED = Prepared(
    "kc_assigned",
    """
SELECT a.place_id FROM collaborators_assignment a
JOIN collaborators_collaborator c ON c.id = a.collaborator_id
WHERE c.user_id = %s AND a.valid_from <= %s AND (a.valid_to IS NULL OR a.valid_to >= %s)
""",
)


def assigned_place_ids(user, day=None) -> set[int]:
    """The places a collaborator is assigned to on a day (default today); empty for others."""
    if not user.has_role(Role.COLLABORATOR):
        return set()
    # Asked on every page and at every submission: written out, since compiling the query took
    # longer than running it.
    with connection.cursor() as cursor:
        day = day or timezone.localdate()
        _ASSIGNED.run(cursor, [user.pk, day, day])
        return {place_id for (place_id,) in cursor.fetchall()}


def assigned_place_names(user) -> list[str]:
    """Names of the places a collaborator is assigned to today, in Vietnamese order: one query."""
    if not user.has_role(Role.COLLABORATOR):
        return []
    return list(
        Assignment.objects.in_force_on(timezone.localdate())
        .filter(collaborator__user=user)
        .order_by("place__sort_key")
        .values_list("place__name", flat=True)
    )


def own_place_ids(user, day=None) -> set[int]:
    """Assigned places with all the units they came from: what is a collaborator's own to see."""
    return with_predecessors(assigned_place_ids(user, day))


def principal_assignments(day):
    """The principal assignments in force on a day: who owes a report, and the rate's denominator."""
    return (
        Assignment.objects.principal()
        .in_force_on(day)
        .select_related("place__parent", "collaborator__user")
        .order_by("place__sort_key")
    )


def collaborators_visible_to(user):
    """The whole network for the Centre and viewers; himself for a collaborator; nobody for others."""
    if can_see_network(user):
        return Collaborator.objects.all()
    if user.has_role(Role.COLLABORATOR):
        return Collaborator.objects.filter(user=user)
    return Collaborator.objects.none()


def assignments_visible_to(user):
    """The assignments of the collaborators that a user may see."""
    return Assignment.objects.filter(collaborator__in=collaborators_visible_to(user))


@dataclass(frozen=True)
class UnitInNetwork:
    """A unit of a map with who is in charge of it on that day; `principal` is None for nobody."""

    place: Place
    principal: Assignment | None
    helpers: list[Assignment]


def network_on(user, day, text: str = "", *, only_without: bool = False) -> list[UnitInNetwork]:
    """The units of the map of a day with who is in charge: two queries.

    `text` looks in the names of units (and of those they came from) and of collaborators, without
    marks. Empty for those who may not see the network.
    """
    if not can_see_network(user):
        return []
    units = units_on(day)
    if text:
        named = named_like(units, text).values("pk")
        held = (
            Assignment.objects.in_force_on(day)
            .annotate(folded_title=Fold("collaborator__title"))
            .filter(folded_title__contains=fold(text))
        )
        units = units.filter(Q(pk__in=named) | Q(pk__in=held.values("place")))
    assignments: dict[int, list[Assignment]] = {}
    for assignment in (
        assignments_visible_to(user)
        .in_force_on(day)
        .select_related("collaborator")
        .order_by("collaborator__title")
    ):
        assignments.setdefault(assignment.place_id, []).append(assignment)
    found = []
    for place in units:
        here = assignments.get(place.pk, [])
        principal = next((a for a in here if a.is_principal), None)
        if only_without and principal:
            continue
        found.append(UnitInNetwork(place, principal, [a for a in here if not a.is_principal]))
    return found


def assignments_of_line(user, place: Place):
    """Who was ever in charge of a unit or of the units that it came from, latest first."""
    return (
        assignments_visible_to(user)
        .filter(place__in=with_predecessors([place.pk]))
        .select_related("collaborator", "place__parent", "decision")
        .order_by("-valid_from", "place__sort_key", "pk")
    )
