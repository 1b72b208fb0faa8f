"""The registry's list: what was asked for, the rows, one page of them, and how many there are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat

from facilities.enums import AwardLevel, DataSource, EstablishmentStatus, LegalForm
from facilities.models import Award, Establishment, EstablishmentQuerySet, NetworkGroup
from facilities.queries.figures import REGISTRY_SOURCES, records_behind
from facilities.queries.scope import establishments_visible_to, with_units_of_today
from khuyencong.core.places import with_predecessors
from khuyencong.core.text import Fold, clean, fold

PAGE_SIZE = 50
# Up to here the count is exact; beyond, nobody reads on and counting would cost more than the list.
COUNTED_UP_TO = 10_000
# Up to here finding the rows and sorting them is quicker than walking the book in its order.
FEW = 2_000
# No book of establishments is older.
FIRST_YEAR = 1900
# From the highest: what a list shows of several titles.
LEVELS = (AwardLevel.NATION, AwardLevel.REGION, AwardLevel.PROVINCE, AwardLevel.DISTRICT)
# The same order, by an expression that no index offers.
UNINDEXED_KEY = Func(F("sort_key"), template="(%(expressions)s || '')", output_field=TextField())


@dataclass(frozen=True)
class ListFilters:
    """What a list or a spreadsheet of it was asked for; the names are those of the address."""

    q: str = ""
    xa: str = ""
    nhom: str = ""
    loai: str = ""
    tinh_trang: str = ""
    giai: str = ""
    nguon: str = ""
    chi_tieu: str = ""
    nhom_dem: str = ""
    tu: str = ""
    den: str = ""

    @classmethod
    def from_params(cls, params: Mapping) -> "ListFilters":
        """From a query string or an export's parameters; values that mean nothing are left out."""
        known = {f.name: clean(str(params.get(f.name) or ""))[:200] for f in fields(cls)}
        allowed = {
            "loai": LegalForm.values,
            "tinh_trang": EstablishmentStatus.values,
            "giai": AwardLevel.values,
            "nguon": DataSource.values,
            "chi_tieu": REGISTRY_SOURCES,
        }
        for name, values in allowed.items():
            if known[name] not in values:
                known[name] = ""
        if not re.fullmatch(r"[0-9]{1,9}", known["xa"]):
            known["xa"] = ""
        for name in ("tu", "den"):
            if _day(known[name]) is None:
                known[name] = ""
        return cls(**known)

    def as_params(self) -> dict[str, str]:
        """Only what is set, for links and for the spreadsheet's form."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name))}


def list_rows(user, filters: ListFilters) -> EstablishmentQuerySet:
    """The rows a user asked for, of those they may see, in Vietnamese order.

    A place means itself and all units it came from, so a commune of today's map also finds what
    was entered on an older map.
    """
    rows = establishments_visible_to(user)
    if filters.xa:
        rows = rows.filter(place_id__in=sorted(with_predecessors([int(filters.xa)])))
    if filters.nhom:
        # By key: a join here misleads the planner into reading the whole group.
        group = NetworkGroup.objects.filter(code=filters.nhom).values_list("pk", flat=True).first()
        rows = rows.filter(network_group_id=group) if group else rows.none()
    if filters.loai:
        rows = rows.filter(legal_form=filters.loai)
    if filters.tinh_trang:
        rows = rows.filter(status=filters.tinh_trang)
    if filters.nguon:
        rows = rows.filter(source=filters.nguon)
    if filters.giai:
        titled = Award.objects.filter(level=filters.giai)
        rows = rows.filter(pk__in=titled.values("product__establishment"))
    if filters.chi_tieu:
        rows = records_behind(
            rows,
            filters.chi_tieu,
            filters.nhom_dem,
            starts_on=_day(filters.tu),
            ends_on=_day(filters.den),
        )
    return search(rows, filters.q).order_by("sort_key", "id")


def search(rows: EstablishmentQuerySet, text: str) -> EstablishmentQuerySet:
    """Rows that hold every word of `text` in name, products, tax code or telephone; marks, case and
    order do not matter. A word finds what begins with it; digits are found anywhere in a number.

    Of rows without contacts only name and products are searched, or a search would give them away.
    """
    words = search_words(text)
    for word in words:
        rows = rows.filter(folded__contains=word)
    if words and rows.is_masked:
        names = Fold(Concat(F("name"), Value(" "), F("main_products")))
        rows = rows.alias(shown=Concat(Value(" "), names, output_field=TextField()))
        for word in words:
            rows = rows.filter(shown__contains=word)
    return rows


def search_words(text: str) -> list[str]:
    """The folded words of a search, each with a blank in front unless it is a part of a number."""
    if re.fullmatch(r"[\d\s.+()-]+", text or ""):
        digits = re.sub(r"\D", "", text)
        if len(digits) == 13:
            return [digits[:10], digits[10:]]
        return [digits] if digits else []
    return [
        word if word.isdigit() and len(word) >= 3 else f" {word}" for word in fold(text).split()[:8]
    ]


@dataclass(frozen=True)
class Page:
    """One page by key: `next_after`/`previous_before` are ids for the links, None at the ends."""

    rows: list[Establishment]
    next_after: int | None
    previous_before: int | None


def page_of(
    rows: EstablishmentQuerySet,
    *,
    after: int | None = None,
    before: int | None = None,
    size: int = PAGE_SIZE,
    few: bool = False,
) -> Page:
    """The page that begins after, or ends before, an establishment of the list; else the first.

    A mark that is not among the rows any more gives the first page. Each row comes with
    `unit_of_today` and `top_award`. Depth costs nothing: the index is entered at the mark. `few`
    says that the list is known to be short (`FEW`): it is then found first and sorted after.
    """
    mark_id = before or after
    mark = rows.filter(pk=mark_id).values_list("sort_key", flat=True).first() if mark_id else None
    backward = mark is not None and before is not None
    if backward:
        rows = rows.filter(sort_key__lte=mark).filter(Q(sort_key__lt=mark) | Q(pk__lt=mark_id))
    elif mark is not None:
        rows = rows.filter(sort_key__gte=mark).filter(Q(sort_key__gt=mark) | Q(pk__gt=mark_id))
    key = UNINDEXED_KEY if few else F("sort_key")
    found = list(
        rows.order_by(
            key.desc() if backward else key.asc(), F("pk").desc() if backward else F("pk").asc()
        )[: size + 1]
    )
    more, shown = len(found) > size, found[:size]
    if backward:
        shown.reverse()
    has_next = bool(shown) and (backward or more)
    has_previous = bool(shown) and mark is not None and (more if backward else True)
    _with_top_awards(with_units_of_today(shown))
    return Page(
        rows=shown,
        next_after=shown[-1].pk if has_next else None,
        previous_before=shown[0].pk if has_previous else None,
    )


def count_of(rows: EstablishmentQuerySet) -> tuple[int, bool]:
    """How many rows there are, and whether the number is exact (else: more than that)."""
    counted = rows.order_by()[: COUNTED_UP_TO + 1].count()
    return min(counted, COUNTED_UP_TO), counted <= COUNTED_UP_TO


def _with_top_awards(rows: list[Establishment]) -> None:
    """Give each row its highest title (the latest of that level), or None: one query for all."""
    best: dict[int, Award] = {}
    awards = Award.objects.filter(product__establishment__in=rows).select_related("product")
    for award in awards:
        owner = award.product.establishment_id
        if owner not in best or _rank(award) < _rank(best[owner]):
            best[owner] = award
    for row in rows:
        row.top_award = best.get(row.pk)


def _rank(award: Award) -> tuple[int, int]:
    return LEVELS.index(award.level), -award.year


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Counts look at the day before a period: keep away from the first day there is.
    return day if day.year >= FIRST_YEAR else None
