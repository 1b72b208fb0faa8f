"""Finding a place by what a person types: a name without marks, part of it, with its province, a code.

Where a list of places is longer than anybody reads (a nation has 3,321 communes), pages offer a
search field instead of a list to choose from; this is what answers it.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from khuyencong.core.models import Place
from khuyencong.core.text import clean, fold

# More places than this are searched, not listed.
LISTED_UP_TO = 150
SUGGESTIONS = 12
# Of a text that many places hold, so many are ranked: who reads on adds a letter.
RANKED = 300
BLANK, NOTHING = (Value(text, output_field=TextField()) for text in (" ", ""))
_UNTIL = re.compile(r"\(đến (\d{2}/\d{2}/\d{4})\)\s*$")
_KIND = re.compile(r"^(xa|phuong|thi tran|dac khu|huyen|quan|thi xa|thanh pho|tinh) ")


def too_many_to_list(places: QuerySet[Place]) -> bool:
    """Whether a set of places is too long to choose from."""
    return places.order_by()[: LISTED_UP_TO + 1].count() > LISTED_UP_TO


def label_of(place: Place) -> str:
    """ "Xã Lộc An, Huyện Đất Đỏ (đến 30/06/2025)": what a search field shows; typed again it finds the
    same place. `place` comes with its parent."""
    parent = f", {place.parent}" if place.parent_id else ""
    until = "" if place.is_current else f" (đến {place.valid_to:%d/%m/%Y})"
    return f"{place}{parent}{until}"


@dataclass(frozen=True)
class Answer:
    """The place that a text means; or none, and the places it may mean (empty: nothing like it)."""

    place: Place | None = None
    candidates: list[Place] = field(default_factory=list)


def suggest(places: QuerySet[Place], text: str, limit: int = SUGGESTIONS) -> list[Place]:
    """Places that hold every word of a text in name, parent or code, the best first, those of today
    before older ones. With their parents."""
    return [place for _, place in _ranked(places, text)[:limit]]


def resolve(places: QuerySet[Place], text: str) -> Answer:
    """The one place that a text means: the only one it names wholly (of today's, where older ones
    have the same name), else the only one that holds its words."""
    ranked = _ranked(places, text)
    whole = [place for rank, place in ranked if rank == 0]
    current = [place for place in whole if place.is_current]
    for few in (current, whole, [place for _, place in ranked]):
        if len(few) == 1:
            return Answer(place=few[0])
        if few:
            break
    return Answer(candidates=[place for _, place in ranked[:SUGGESTIONS]])


def _ranked(places: QuerySet[Place], text: str) -> list[tuple[int, Place]]:
    text, until = _without_end(clean(text))
    asked = fold(text)
    if not asked:
        return []
    parent = Coalesce(F("parent__folded"), NOTHING)
    whole = Concat(BLANK, F("folded"), BLANK, parent, BLANK, Cast("code", TextField()))
    found = places.select_related("parent").alias(whole=whole)
    for word in asked.split():
        found = found.filter(whole__contains=f" {word}")
    if until is not None:
        found = found.filter(valid_to=until)
    today = timezone.localdate()
    ranked = [
        (_rank(place, asked), place)
        for place in found.order_by(F("valid_to").desc(nulls_first=True))[:RANKED]
    ]
    return sorted(
        ranked,
        key=lambda one: (
            one[0],
            one[1].valid_to is not None and one[1].valid_to < today,
            one[1].sort_key,
            one[1].code,
        ),
    )


def _without_end(text: str) -> tuple[str, date | None]:
    """The text without the "(đến …)" of a label, and that day."""
    match = _UNTIL.search(text)
    if match is None:
        return text, None
    try:
        return text[: match.start()], datetime.strptime(match[1], "%d/%m/%Y").date()
    except ValueError:
        return text[: match.start()], None


def _rank(place: Place, asked: str) -> int:
    """0: the whole name, with or without kind and parent, or the code; 1: a name begins so; 2: the rest."""
    parent = f" {place.parent.folded}" if place.parent_id else ""
    names = {place.folded, _KIND.sub("", place.folded)}
    if asked == place.code or asked in names | {name + parent for name in names}:
        return 0
    return 1 if any(name.startswith(asked) for name in names) else 2
