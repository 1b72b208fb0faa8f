"""What of the registry a user may see."""

from collaborators.queries import assigned_place_ids, own_place_ids
from facilities import permissions
from facilities.models import Establishment, EstablishmentQuerySet
from khuyencong.core.enums import PlaceLevel, Role
from khuyencong.core.models import Place
from khuyencong.core.places import communes_on, units_of


def establishments_visible_to(user) -> EstablishmentQuerySet:
    """The establishments a user may read, with place, group and branch.

    The Centre and the accountant: all. A viewer: all, contacts blanked. A collaborator: those in
    places assigned to them today and in the units these came from. Others: none.
    """
    rows = Establishment.objects.select_related("place__parent", "network_group", "industry")
    if not user.is_active:
        return rows.none()
    if user.has_role(*permissions.FULL_READERS):
        return rows
    if user.has_role(Role.COLLABORATOR):
        return rows.filter(place_id__in=sorted(own_place_ids(user))).narrowed()
    if user.has_role(Role.VIEWER):
        return rows.without_contacts()
    return rows.none()


def survivor_of(user, establishment: Establishment) -> Establishment | None:
    """The record that a merged one lives on in (merges followed to the last), if the user may see it."""
    seen, present = {establishment.pk}, establishment
    while present.merged_into_id and present.merged_into_id not in seen:
        present = present.merged_into
        seen.add(present.pk)
    if present.pk == establishment.pk:
        return None
    return establishments_visible_to(user).filter(pk=present.pk).first()


def papers_visible_to(user) -> EstablishmentQuerySet:
    """The establishments whose papers and photographs a user may open: they may name persons."""
    if not permissions.can_see_contacts(user):
        return Establishment.objects.none()
    return establishments_visible_to(user)


def places_to_add_in(user):
    """The communes in force today where this user may add an establishment, in Vietnamese order."""
    communes = communes_on()
    if user.has_role(*permissions.WRITERS):
        return communes
    return communes.filter(pk__in=assigned_place_ids(user))


def with_units_of_today(establishments) -> list[Establishment]:
    """The establishments as a list, each with `unit_of_today`: the commune that its place has
    become, or None where the place still exists or its commune is not known (one query for all)."""
    rows = list(establishments)
    # A place that exists today has become nothing else.
    units = units_of({row.place_id for row in rows if not row.place.is_current})
    for row in rows:
        row.unit_of_today = successor_of(row.place, units)
    return rows


def successor_of(place: Place, units: dict[int, Place]) -> Place | None:
    """The other commune that a place has become, of what `units_of` found."""
    unit = units.get(place.pk)
    if unit is None or unit.pk == place.pk or unit.level != PlaceLevel.COMMUNE:
        return None
    return unit
