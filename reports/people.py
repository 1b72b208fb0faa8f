"""Whom a place's report concerns: the principal collaborator of the day, and the deputies assigned."""

from collections.abc import Iterable
from datetime import date

from collaborators.models import Assignment
from khuyencong.core.enums import Role
from khuyencong.core.models import User


def people_of_places(place_ids: Iterable[int], day: date) -> dict[int, list[User]]:
    """Place id → accounts of those assigned to it on a day, the principal first; one query.

    Who has no account, or one that is shut or without the collaborator's role, cannot be told.
    """
    people: dict[int, list[User]] = {}
    for assignment in (
        Assignment.objects.in_force_on(day)
        .filter(place__in=list(place_ids), collaborator__user__is_active=True)
        .select_related("collaborator__user")
        .order_by("-is_principal", "id")
    ):
        user = assignment.collaborator.user
        if user.has_role(Role.COLLABORATOR):
            people.setdefault(assignment.place_id, []).append(user)
    return people


def people_of_place(place_id: int, day: date) -> list[User]:
    """`people_of_places` of one place."""
    return people_of_places([place_id], day).get(place_id, [])
