"""The needs that surveys heard of, for next year's programme."""

from dataclasses import dataclass

from facilities.models import NeedKind
from facilities.surveys.enums import ANSWERED_STATES, TargetState, UpdateState
from facilities.surveys.models import ProposedUpdate
from facilities.surveys.queries.scope import campaigns_visible_to

HEARD = (UpdateState.PROPOSED, UpdateState.ACCEPTED)


def needs_heard(user, filters: dict):
    """The needs of answers sent, of the campaigns a user may see, that nobody has refused.

    `filters`: dot (campaign), nam (year wished), loai (kind's code), xa (commune), trang_thai.
    A reader from outside has those that an officer has written into the book.
    """
    needs = ProposedUpdate.objects.filter(
        field__startswith="need",
        state__in=HEARD,
        target__state__in=[*ANSWERED_STATES, TargetState.RETURNED],
        target__campaign__in=campaigns_visible_to(user).order_by().values("pk"),
    )
    if not user.is_centre and not user.has_role("accountant"):
        needs = needs.filter(state=UpdateState.ACCEPTED)
    lookups = {
        "dot": "target__campaign",
        "nam": "new_value__year",
        "loai": "new_value__kind",
        "xa": "target__place",
        "trang_thai": "state",
    }
    for name, lookup in lookups.items():
        if filters.get(name):
            value = int(filters[name]) if name == "nam" else filters[name]
            needs = needs.filter(**{lookup: value})
    return needs.select_related("target__establishment", "target__place", "target__campaign")


def in_order(needs):
    """By commune and name, for reading."""
    return needs.order_by(
        "target__place__sort_key", "target__establishment__sort_key", "target", "field"
    )


@dataclass
class NeedTotal:
    """How many needs of a kind or a commune, of how many establishments, at what cost in đồng;
    `priced` of them say a cost."""

    label: str
    key: str
    count: int = 0
    priced: int = 0
    cost_vnd: int = 0


def totals_of(needs) -> tuple[list[NeedTotal], list[NeedTotal], NeedTotal]:
    """Totals by kind, by commune, and of all; the most wished first."""
    labels = dict(NeedKind.objects.values_list("code", "label"))
    by_kind: dict[str, NeedTotal] = {}
    by_place: dict[int, NeedTotal] = {}
    everything = NeedTotal("Tổng cộng", "")
    rows = needs.order_by().values_list("new_value", "target__place", "target__place__name")
    for value, place_id, place in rows.iterator(chunk_size=2000):
        kind = value["kind"]
        for total in (
            by_kind.setdefault(kind, NeedTotal(labels.get(kind, kind), kind)),
            by_place.setdefault(place_id, NeedTotal(place, str(place_id))),
            everything,
        ):
            total.count += 1
            if value.get("cost") is not None:
                total.priced += 1
                total.cost_vnd += value["cost"]
    return (
        sorted(by_kind.values(), key=lambda total: (-total.count, total.label)),
        sorted(by_place.values(), key=lambda total: (-total.count, total.label)),
        everything,
    )
