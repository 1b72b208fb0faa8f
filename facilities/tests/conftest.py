"""The cast: two communes of today, each with its collaborator, and the roles of the province."""

from datetime import date
from types import SimpleNamespace

import pytest

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.enums import Role, SuccessionKind
from khuyencong.core.models import Succession
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.tests.factories import PlaceFactory, UserFactory


@pytest.fixture
def cast(db):
    """Xã Phước Hải (which Xã Lộc An became on 2025-07-01) and Xã Long Sơn, and their people."""
    phuoc_hai = PlaceFactory(name="Xã Phước Hải", valid_from=date(2025, 7, 1))
    loc_an = PlaceFactory(name="Xã Lộc An", valid_to=date(2025, 6, 30))
    long_son = PlaceFactory(name="Xã Long Sơn", valid_from=date(2025, 7, 1))
    Succession.objects.create(
        predecessor=loc_an,
        successor=phuoc_hai,
        effective_on=date(2025, 7, 1),
        kind=SuccessionKind.MERGED,
    )
    rebuild_lineage()
    return SimpleNamespace(
        phuoc_hai=phuoc_hai,
        loc_an=loc_an,
        long_son=long_son,
        collaborator=AssignmentFactory(place=phuoc_hai).collaborator.user,
        neighbour=AssignmentFactory(place=long_son).collaborator.user,
        officer=UserFactory(roles=[Role.OFFICER]),
        leader=UserFactory(roles=[Role.LEADER]),
        accountant=UserFactory(roles=[Role.ACCOUNTANT]),
        viewer=UserFactory(roles=[Role.VIEWER]),
        administrator=UserFactory(roles=[Role.ADMINISTRATOR]),
    )
