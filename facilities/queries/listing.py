"""The registry's list: what was asked for, the rows, one page of them, and how many there are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time

from django.db.models import F, Func, Q, TextField
from django.utils import timezone

from facilities.enums import (
    LISTED_STATUSES,
    AwardLevel,
    DataSource,
    EstablishmentStatus,
    LabourSize,
    LegalForm,
    NeedState,
    PointState,
)
from facilities.models import (
    Award,
    Establishment,
    EstablishmentQuerySet,
    Industry,
    NetworkGroup,
    SupportNeed,
)
from facilities.queries.figures import REGISTRY_SOURCES, records_behind
from facilities.queries.scope import establishments_visible_to, with_units_of_today
from facilities.queries.searching import best_first, find, search
from khuyencong.core.places import with_predecessors, with_whole_predecessors
from khuyencong.core.text import clean

PAGE_SIZE = 50
# Up to here the count is exact; beyond, nobody reads on and counting would cost more than the list.
COUNTED_UP_TO = 10_000
# Up to here finding the rows and sorting them is quicker than walking the book in its order.
FEW = COUNTED_UP_TO
# No book of establishments is older.
FIRST_YEAR = 1900
# NĐ 80/2021/NĐ-CP, Điều 5: classes of industry by people at work, both ends included.
LABOUR_BOUNDS = {
    LabourSize.MICRO: (0, 10),
    LabourSize.SMALL: (11, 100),
    LabourSize.MEDIUM: (101, 200),
    LabourSize.LARGE: (201, None),
    LabourSize.UNKNOWN: (None, None),
}
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
    nganh: str = ""
    quy_mo: str = ""
    nhu_cau: str = ""
    vao_tu: str = ""
    sua_tu: str = ""
    cu_truoc: str = ""
    khao_sat_tu: str = ""
    chua_khao_sat: str = ""
    vi_tri: str = ""
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
            "quy_mo": LabourSize.values,
            "vi_tri": PointState.values,
            "chi_tieu": REGISTRY_SOURCES,
        }
        for name, values in allowed.items():
            if known[name] not in values:
                known[name] = ""
        if not re.fullmatch(r"[0-9]{1,9}", known["xa"]):
            known["xa"] = ""
        if not re.fullmatch(r"[A-Ua-u]?[0-9]{0,5}", known["nganh"]):
            known["nganh"] = ""
        for name in ("tu", "den", "vao_tu", "sua_tu", "cu_truoc", "khao_sat_tu", "chua_khao_sat"):
            if _day(known[name]) is None:
                known[name] = ""
        return cls(**known)

    def as_params(self) -> dict[str, str]:
        """Only what is set, for links and for the spreadsheet's form."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name))}


def list_rows(user, filters: ListFilters) -> EstablishmentQuerySet:
    """The rows a user asked for, of those they may see, in Vietnamese order."""
    return search(filtered_rows(user, filters), filters.q).order_by("sort_key", "id")


def filtered_rows(user, filters: ListFilters) -> EstablishmentQuerySet:
    """What `list_rows` searches in: everything but the text.

    A place means itself and all units it came from, so a commune of today's map also finds what
    was entered on an older map.
    """
    rows = establishments_visible_to(user)
    if filters.xa:
        # The rows behind a count are those that were counted: none of a unit that was split.
        of_place = with_whole_predecessors if filters.chi_tieu else with_predecessors
        rows = rows.filter(place_id__in=sorted(of_place([int(filters.xa)]))).narrowed()
    if filters.nhom:
        # By key: a join here misleads the planner into reading the whole group.
        group = NetworkGroup.objects.filter(code=filters.nhom).values_list("pk", flat=True).first()
        rows = rows.filter(network_group_id=group).marked(f"g.{group}") if group else rows.none()
    if filters.loai:
        rows = rows.filter(legal_form=filters.loai).marked(f"f.{filters.loai}")
    if filters.tinh_trang:
        rows = rows.filter(status=filters.tinh_trang).marked(f"s.{filters.tinh_trang}")
    elif not filters.chi_tieu:
        # A merged record is found through the one it went into. Nearly all are left: to a search the
        # list of states would offer an index that only misleads.
        rows = (
            rows.exclude(status=EstablishmentStatus.MERGED)
            if filters.q
            else rows.filter(status__in=LISTED_STATUSES)
        )
    if filters.nganh:
        branch = Industry.objects.filter(code__istartswith=filters.nganh)
        rows = rows.filter(industry_id__in=list(branch.values_list("pk", flat=True)))
    if filters.quy_mo:
        rows = rows.filter(_labour_between(*LABOUR_BOUNDS[filters.quy_mo]))
    if filters.nhu_cau:
        wished = SupportNeed.objects.filter(kind__code=filters.nhu_cau, state=NeedState.OPEN)
        rows = rows.filter(pk__in=wished.values("establishment"))
    if filters.vao_tu:
        rows = rows.filter(registered_on__gte=_day(filters.vao_tu))
    if filters.sua_tu:
        rows = rows.filter(updated_at__gte=_start_of(filters.sua_tu))
    if filters.cu_truoc:
        rows = rows.filter(updated_at__lt=_start_of(filters.cu_truoc))
    if filters.vi_tri:
        rows = rows.filter(latitude_e6__isnull=filters.vi_tri == PointState.MISSING)
    if filters.khao_sat_tu:
        rows = rows.filter(surveyed_on__gte=_day(filters.khao_sat_tu))
    if filters.chua_khao_sat:
        never = Q(surveyed_on=None)
        rows = rows.filter(never | Q(surveyed_on__lt=_day(filters.chua_khao_sat)))
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
    return rows


def _labour_between(low: int | None, high: int | None) -> Q:
    if low is None:
        return Q(labour_total__isnull=True)
    condition = Q(labour_total__gte=low)
    return condition & Q(labour_total__lte=high) if high is not None else condition


def _start_of(day: str) -> datetime:
    return timezone.make_aware(datetime.combine(_day(day), time.min))


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
    keys = [UNINDEXED_KEY if few else F("sort_key"), F("pk")]
    ordered = rows.order_by(*(key.desc() if backward else key.asc() for key in keys))
    if few:
        # Keys alone are sorted; what a row shows is read for those of the page.
        found = _by_keys(rows, list(ordered.values_list("pk", flat=True)[: size + 1]))
    else:
        found = list(ordered[: size + 1])
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


@dataclass(frozen=True)
class Answer:
    """A page of a search, how many records were found, and whether these are all (`exact`)."""

    page: Page
    count: int
    exact: bool


def answer_of(
    user,
    filters: ListFilters,
    *,
    after: int | None = None,
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> Answer:
    """A page of what was found for a text, the best first (`searching.best_first`).

    At most `searching.FOUND_UP_TO` are shown: who looks for something adds a word before that.
    """
    rows = filtered_rows(user, filters)
    found = find(rows, filters.q)
    ids = best_first(found.ids, filters.q)
    start = 0
    if after in found.ids:
        start = ids.index(after) + 1
    elif before in found.ids:
        start = max(0, ids.index(before) - size)
    shown = _by_keys(rows, ids[start : start + size])
    _with_top_awards(with_units_of_today(shown))
    page = Page(
        rows=shown,
        next_after=shown[-1].pk if shown and start + size < len(ids) else None,
        previous_before=shown[0].pk if shown and start else None,
    )
    return Answer(page=page, count=len(ids), exact=not found.more)


def _by_keys(rows, ids: list[int]) -> list[Establishment]:
    of_page = {row.pk: row for row in rows.filter(pk__in=ids).order_by()}
    return [of_page[pk] for pk in ids if pk in of_page]


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
        if owner not in best or _award_rank(award) < _award_rank(best[owner]):
            best[owner] = award
    for row in rows:
        row.top_award = best.get(row.pk)


def _award_rank(award: Award) -> tuple[int, int]:
    return LEVELS.index(award.level), -award.year


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Counts look at the day before a period: keep away from the first day there is.
    return day if day.year >= FIRST_YEAR else None
