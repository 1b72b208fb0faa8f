"""How far campaigns are, and what waits for whom."""

from dataclasses import dataclass

from django.db.models import Count, F, Min, Q

from facilities.surveys.enums import DONE_STATES, FILLABLE_STATES, CampaignState, TargetState
from facilities.surveys.models import SurveyCampaign, SurveyTarget
from facilities.surveys.queries.scope import campaigns_visible_to, targets_visible_to

LISTED = ~Q(state=TargetState.REMOVED)
_COUNTS = {
    "total": Count("pk", filter=LISTED),
    "done": Count("pk", filter=Q(state__in=DONE_STATES)),
    "waiting": Count("pk", filter=Q(state=TargetState.SUBMITTED)),
    "approved": Count("pk", filter=Q(state=TargetState.APPROVED)),
    "unreachable": Count("pk", filter=Q(state=TargetState.UNREACHABLE)),
    "returned": Count("pk", filter=Q(state=TargetState.RETURNED)),
    "doing": Count("pk", filter=Q(state=TargetState.DOING)),
    "todo": Count("pk", filter=Q(state=TargetState.TODO)),
    "unassigned": Count("pk", filter=Q(collaborator=None, state__in=FILLABLE_STATES)),
}


def campaigns_with_counts(user):
    """The campaigns a user may see, each with `total` (on the list), `done` and `waiting`."""
    listed = ~Q(targets__state=TargetState.REMOVED)
    counted = campaigns_visible_to(user).annotate(
        total=Count("targets", filter=listed),
        done=Count("targets", filter=Q(targets__state__in=DONE_STATES)),
        waiting=Count("targets", filter=Q(targets__state=TargetState.SUBMITTED)),
    )
    return counted.order_by("-opens_on", "-pk")


def counts_of(campaign: SurveyCampaign) -> dict[str, int]:
    """How many of a campaign's establishments stand where."""
    counts = SurveyTarget.objects.filter(campaign=campaign).aggregate(**_COUNTS)
    return counts | {"owed": counts["total"] - counts["done"]}


@dataclass(frozen=True)
class PlaceCoverage:
    """A commune of a campaign: done of all, and what waits."""

    place_id: int
    name: str
    total: int
    done: int
    waiting: int
    unreachable: int
    returned: int

    @property
    def percent(self) -> int:
        """Whole percent done; never 100 before all are."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def owed(self) -> int:
        return self.total - self.done


def coverage_of(campaign: SurveyCampaign) -> list[PlaceCoverage]:
    """The communes of a campaign in Vietnamese order, with how many of each are done: one query."""
    rows = (
        SurveyTarget.objects.filter(LISTED, campaign=campaign)
        .order_by("place__sort_key", "place")
        .values("place_id", name=F("place__name"))
        .annotate(
            **{k: _COUNTS[k] for k in ("total", "done", "waiting", "unreachable", "returned")}
        )
    )
    return [PlaceCoverage(**row) for row in rows]


def waiting_by_campaign() -> list[dict]:
    """For each campaign with answers that wait: its id, title, how many, and since when."""
    return list(
        SurveyTarget.objects.filter(state=TargetState.SUBMITTED)
        .order_by("campaign")
        .values("campaign", "campaign__title")
        .annotate(waiting=Count("pk"), since=Min("submitted_at"))
    )


def overdue_by_campaign(day) -> list[dict]:
    """Campaigns still open after their last day: id, title, last day, how many are owed."""
    owed = Q(targets__state__in=FILLABLE_STATES) & ~Q(targets__state=TargetState.UNREACHABLE)
    return list(
        SurveyCampaign.objects.filter(state=CampaignState.OPEN, closes_on__lt=day)
        .order_by("closes_on")
        .values("pk", "title", "closes_on")
        .annotate(owed=Count("targets", filter=owed))
    )


def listed_targets(user, campaign: SurveyCampaign, filters: dict):
    """The targets of a campaign for its list, filtered by commune, collaborator, state and name."""
    targets = targets_visible_to(user).filter(campaign=campaign)
    if filters.get("trang_thai"):
        targets = targets.filter(state=filters["trang_thai"])
    else:
        targets = targets.filter(LISTED)
    if filters.get("xa"):
        targets = targets.filter(place=filters["xa"])
    if filters.get("ctv") == "0":
        targets = targets.filter(collaborator=None)
    elif filters.get("ctv"):
        targets = targets.filter(collaborator=filters["ctv"])
    return targets.order_by("place__sort_key", "establishment__sort_key", "pk")


def queue_of(user):
    """Answers that wait to be checked, the longest waiting first."""
    return (
        targets_visible_to(user)
        .filter(state=TargetState.SUBMITTED)
        .select_related("submitted_by")
        .annotate(proposed=Count("updates", filter=Q(updates__state="proposed")))
        .order_by("submitted_at", "pk")
    )
