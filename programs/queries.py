"""What a year's programme achieved, counted from rows."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from collaborators.models import Assignment
from facilities.enums import AwardLevel
from facilities.models import Award
from programs.enums import Audience
from programs.models import ActivityKind, SupportResult, TrainingClass
from programs.permissions import can_see_results


@dataclass(frozen=True)
class AwardGroup:
    """The awards of one level in a year."""

    level: str
    label: str
    awards: list[Award]

    @property
    def lower_label(self) -> str:
        return self.label[:1].lower() + self.label[1:]


@dataclass(frozen=True)
class SupportGroup:
    """The support of one kind of activity in a year. `support_vnd` sums the published amounts;
    None where none was published."""

    kind: ActivityKind
    results: list[SupportResult]
    establishments: int
    support_vnd: int | None
    without_amount: int

    @property
    def anchor(self) -> str:
        return "ho-tro-" + self.kind.code.replace("_", "-")


@dataclass(frozen=True)
class ClassGroup:
    """The classes on one topic for one audience."""

    title: str
    audience: str
    classes: list[TrainingClass]


@dataclass(frozen=True)
class YearResults:
    """Everything the page of a year shows. `collaborators` are those in charge of a place on `on`."""

    year: int
    on: date
    collaborators: int
    awards: list[AwardGroup]
    support: list[SupportGroup]
    classes_for_establishments: list[ClassGroup]
    classes_for_collaborators: list[ClassGroup]
    illustrations: int

    @property
    def on_label(self) -> str:
        return f"Phụ trách ngày {self.on:%d/%m/%Y}"

    @property
    def is_empty(self) -> bool:
        return not (self.awards or self.support or self.classes)

    @property
    def classes(self) -> list[ClassGroup]:
        return self.classes_for_establishments + self.classes_for_collaborators

    @property
    def class_count_for_establishments(self) -> int:
        return sum(len(group.classes) for group in self.classes_for_establishments)

    @property
    def class_count_for_collaborators(self) -> int:
        return sum(len(group.classes) for group in self.classes_for_collaborators)


def awards_visible_to(user):
    """Awards that a user may see: all are announced publicly when they are decided."""
    return Award.objects.all() if can_see_results(user) else Award.objects.none()


def support_visible_to(user):
    """Results of support that a user may see."""
    return SupportResult.objects.all() if can_see_results(user) else SupportResult.objects.none()


def classes_visible_to(user):
    """Classes that a user may see."""
    return TrainingClass.objects.all() if can_see_results(user) else TrainingClass.objects.none()


def years_with_results(user) -> list[int]:
    """Years in which something was awarded, supported or taught, latest first."""
    years = awards_visible_to(user).order_by().values_list("year").distinct()
    years = years.union(
        support_visible_to(user).order_by().values_list("year").distinct(),
        classes_visible_to(user).order_by().values_list("year").distinct(),
    )
    return sorted({year for (year,) in years}, reverse=True)


def results_of(user, year: int) -> YearResults:
    """The results of a year: four queries, whatever the number of rows."""
    on = min(date(year, 12, 31), timezone.localdate())
    awards = list(
        awards_visible_to(user)
        .filter(year=year)
        .select_related("product__establishment__place__parent")
        .order_by("product__establishment__sort_key", "product__name", "id")
    )
    support = list(
        support_visible_to(user)
        .filter(year=year)
        .select_related("establishment__place__parent", "activity_kind")
        .order_by("activity_kind__order", "establishment__sort_key", "id")
    )
    classes = list(classes_visible_to(user).filter(year=year).order_by("id"))
    return YearResults(
        year=year,
        on=on,
        collaborators=Assignment.objects.principal()
        .in_force_on(on)
        .order_by()
        .values("collaborator")
        .distinct()
        .count(),
        awards=_award_groups(awards),
        support=_support_groups(support),
        classes_for_establishments=_class_groups(classes, Audience.ESTABLISHMENTS),
        classes_for_collaborators=_class_groups(classes, Audience.COLLABORATORS),
        illustrations=sum(row.is_illustration for row in (*awards, *support, *classes)),
    )


def _award_groups(awards: list[Award]) -> list[AwardGroup]:
    groups = [
        AwardGroup(level.value, level.label, [a for a in awards if a.level == level])
        for level in AwardLevel
    ]
    return [group for group in groups if group.awards]


def _support_groups(results: list[SupportResult]) -> list[SupportGroup]:
    kinds: dict[int, ActivityKind] = {r.activity_kind_id: r.activity_kind for r in results}
    groups = []
    for pk, kind in kinds.items():
        own = [result for result in results if result.activity_kind_id == pk]
        amounts = [result.support_vnd for result in own if result.support_vnd is not None]
        groups.append(
            SupportGroup(
                kind=kind,
                results=own,
                establishments=len({result.establishment_id for result in own}),
                support_vnd=sum(amounts) if amounts else None,
                without_amount=len(own) - len(amounts),
            )
        )
    return groups


def _class_groups(classes: list[TrainingClass], audience: str) -> list[ClassGroup]:
    own = [one for one in classes if one.audience == audience]
    return [
        ClassGroup(title, audience, [one for one in own if one.title == title])
        for title in Counter(one.title for one in own)
    ]
