"""Two quarters around the merger of 2025-07-01: the last of the old communes, the first of the new.

They give the figures of today something to be held against across two maps. The old network had no
accounts: an officer entered its reports from paper.
"""

import random
from datetime import timedelta

from django.utils import timezone

from collaborators.models import Assignment
from facilities.models import Establishment
from khuyencong.core.models import User
from khuyencong.core.places import units_of, with_predecessors
from khuyencong.core.quarters import Quarter
from reports.calendar import ensure_period
from reports.demo.accounts import collaborator_username
from reports.demo.filing import Filing
from reports.demo.network import demo_communes
from reports.demo.quarters import Commune, moment_of, write_paper
from reports.models import Report, ReportPeriod

LAST_OF_OLD, FIRST_OF_NEW = Quarter(2025, 2), Quarter(2025, 3)
# Of the communes that were merged into one each had about so much.
SHARE = 3


def load_reports_around_the_merger(accounts: dict[str, User]) -> None:
    """File both quarters, all accepted, one report missing in each."""
    for quarter, communes_for in ((LAST_OF_OLD, _old_communes), (FIRST_OF_NEW, _new_communes)):
        period = ensure_period(quarter)
        if Report.objects.filter(period=period).exists():
            continue
        filing = Filing(period.form_version_id)
        chance = random.Random(f"sap nhap {quarter.year} {quarter.number}")
        communes = communes_for(period, accounts)
        missing = chance.choice(communes)
        now = timezone.now()
        for commune in communes:
            if commune is missing:
                continue
            # The establishments of the old communes stand in the communes of today by now.
            paper = write_paper(
                filing,
                commune,
                period,
                moment_of(period.ends_on, chance, now),
                with_rows=quarter != LAST_OF_OLD,
            )
            day = period.ends_on + timedelta(days=1)
            filing.submit(paper, at=moment_of(day, chance, now), previous={})
            filing.accept(
                paper,
                actor=accounts["chuyenvien1"],
                at=moment_of(day + timedelta(days=3), chance, now),
            )
        filing.save()


def _old_communes(period: ReportPeriod, accounts: dict[str, User]) -> list[Commune]:
    """The communes of 2022's network as they stood at the end; their trade is a part of what their
    commune of today has."""
    places = [
        assignment.place
        for assignment in Assignment.objects.principal()
        .in_force_on(period.due_on)
        .filter(is_illustration=True)
        .select_related("place")
        .order_by("place__code")
    ]
    today = units_of({place.pk for place in places})
    return [
        Commune(
            place, accounts["chuyenvien2"], _establishments(today[place.pk])[order % SHARE :: SHARE]
        )
        for order, place in enumerate(places)
    ]


def _new_communes(period: ReportPeriod, accounts: dict[str, User]) -> list[Commune]:
    return [
        Commune(place, accounts[collaborator_username(place)], _establishments(place))
        for place in demo_communes()
    ]


def _establishments(place) -> list[Establishment]:
    return list(
        Establishment.objects.filter(place__in=with_predecessors([place.pk]))
        .select_related("network_group")
        .order_by("pk")
    )
