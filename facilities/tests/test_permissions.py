"""Who may do what with the registry, as tables of cases; both forms of each rule."""

from datetime import date

import pytest

from collaborators.models import Assignment
from facilities import permissions
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.exceptions import NotAllowed


def asked(check, can, *args) -> bool:
    """The answer of both forms, which must agree."""
    try:
        check(*args)
        answer = True
    except NotAllowed as refusal:
        assert len(str(refusal)) > 30
        answer = False
    assert can(*args) is answer
    return answer


@pytest.mark.parametrize(
    ("who", "place", "allowed"),
    [
        ("collaborator", "phuoc_hai", True),
        ("collaborator", "loc_an", False),
        ("collaborator", "long_son", False),
        ("neighbour", "phuoc_hai", False),
        ("officer", "phuoc_hai", True),
        ("administrator", "long_son", True),
        ("leader", "phuoc_hai", False),
        ("accountant", "phuoc_hai", False),
        ("viewer", "phuoc_hai", False),
    ],
)
def test_who_may_add(cast, who, place, allowed):
    answer = asked(
        permissions.check_can_add_establishment,
        permissions.can_add_establishment,
        getattr(cast, who),
        getattr(cast, place),
    )
    assert answer is allowed


@pytest.mark.parametrize(
    ("who", "place", "allowed"),
    [
        ("collaborator", "phuoc_hai", True),
        ("collaborator", "loc_an", True),
        ("collaborator", "long_son", False),
        ("neighbour", "loc_an", False),
        ("officer", "loc_an", True),
        ("administrator", "loc_an", True),
        ("leader", "loc_an", False),
        ("accountant", "loc_an", False),
        ("viewer", "loc_an", False),
    ],
)
def test_who_may_change(cast, who, place, allowed):
    answer = asked(
        permissions.check_can_change_establishment,
        permissions.can_change_establishment,
        getattr(cast, who),
        EstablishmentFactory(place=getattr(cast, place)),
    )
    assert answer is allowed


def test_a_collaborator_whose_assignment_ended_may_write_nothing(cast):
    Assignment.objects.filter(place=cast.phuoc_hai).update(valid_to=date(2026, 1, 1))
    establishment = EstablishmentFactory(place=cast.phuoc_hai)
    assert not permissions.can_change_establishment(cast.collaborator, establishment)
    assert not permissions.can_write(cast.collaborator)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("collaborator", True), ("officer", True), ("accountant", True), ("viewer", False)],
)
def test_who_reads_contacts(cast, who, allowed):
    answer = asked(
        permissions.check_can_see_contacts, permissions.can_see_contacts, getattr(cast, who)
    )
    assert answer is allowed
