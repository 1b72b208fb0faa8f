"""Is it in the book already? Asked before a new establishment is entered."""

from facilities.enums import EstablishmentStatus
from facilities.models import Establishment
from facilities.queries.scope import establishments_visible_to
from facilities.queries.searching import search
from facilities.words import bare_name
from khuyencong.core.models import Place
from khuyencong.core.places import with_predecessors


def possible_duplicates(
    user, *, name: str, place: Place | None, phone: str = "", exclude_id: int | None = None
) -> list[Establishment]:
    """Establishments the user may see that may be this one: the same bare name in the same commune
    (or a unit it came from), or the same telephone. At most ten."""
    visible = establishments_visible_to(user).exclude(pk=exclude_id)
    visible = visible.exclude(status=EstablishmentStatus.MERGED)
    found: dict[int, Establishment] = {}
    bare = bare_name(name)
    if bare and place is not None:
        alike = visible.filter(place_id__in=sorted(with_predecessors([place.pk])))
        alike = search(alike, bare)[:50]
        found |= {row.pk: row for row in alike if bare_name(row.name) == bare}
    if phone:
        found |= {row.pk: row for row in visible.filter(phone=phone)[:10]}
    return list(found.values())[:10]


def tax_code_owner(tax_code: str, *, exclude_id: int | None = None) -> Establishment | None:
    """The establishment that holds a tax code, whoever asks: show it only to those who may see it."""
    if not tax_code:
        return None
    held = Establishment.objects.filter(tax_code=tax_code)
    return held.exclude(status=EstablishmentStatus.MERGED).exclude(pk=exclude_id).first()
