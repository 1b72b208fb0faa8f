"""Who is in charge of what, on a day."""

from django.utils import timezone

from collaborators.models import Assignment
from khuyencong.core.enums import Role
from khuyencong.core.places import with_predecessors


def assigned_place_ids(user, day=None) -> set[int]:
    """The places a collaborator is assigned to on a day (default today); empty for others."""
    if not user.has_role(Role.COLLABORATOR):
        return set()
    return set(
        Assignment.objects.in_force_on(day or timezone.localdate())
        .filter(collaborator__user=user)
        .values_list("place_id", flat=True)
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
