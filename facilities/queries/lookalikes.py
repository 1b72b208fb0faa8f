"""Is it in the book already? Asked before a new establishment is entered."""

import re

from django.db.models import Q

from facilities.models import Establishment
from facilities.queries.scope import establishments_visible_to
from khuyencong.core.models import Place
from khuyencong.core.places import with_predecessors
from khuyencong.core.text import fold

# What stands before a name and says nothing about which establishment it is.
_FORM_WORDS = re.compile(
    r"^(cong ty|cty|tnhh|trach nhiem huu han|mtv|mot thanh vien|co phan|cp|doanh nghiep tu nhan|dntn"
    r"|hop tac xa|htx|to hop tac|tht|ho kinh doanh|hkd|co so san xuat|cssx|co so|cs|xuong|lo|"
    r"thuong mai|tm|dich vu|dv|san xuat|sx|va)\b\s*"
)


def bare_name(name: str) -> str:
    """The folded name without its legal form: "DNTN Bình An" and "Cơ sở Bình An" are both "binh an"."""
    bare = fold(name)
    while True:
        shorter = _FORM_WORDS.sub("", bare)
        if shorter == bare or not shorter:
            return bare
        bare = shorter


def possible_duplicates(
    user, *, name: str, place: Place | None, phone: str = "", exclude_id: int | None = None
) -> list[Establishment]:
    """Establishments the user may see that may be this one: the same bare name in the same commune
    (or a unit it came from), or the same telephone. At most ten."""
    visible = establishments_visible_to(user).exclude(pk=exclude_id)
    found = {}
    bare = bare_name(name)
    if bare and place is not None:
        alike = visible.filter(place_id__in=sorted(with_predecessors([place.pk])))
        for word in bare.split():
            alike = alike.filter(folded__contains=f" {word}")
        found |= {row.pk: row for row in alike[:50] if bare_name(row.name) == bare}
    if phone:
        found |= {row.pk: row for row in visible.filter(phone=phone)[:10]}
    return list(found.values())[:10]


def tax_code_owner(tax_code: str, *, exclude_id: int | None = None) -> Establishment | None:
    """The establishment that holds a tax code, whoever asks: show it only to those who may see it."""
    if not tax_code:
        return None
    return Establishment.objects.filter(Q(tax_code=tax_code)).exclude(pk=exclude_id).first()
