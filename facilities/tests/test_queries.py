"""What is seen by whom, what the report counts, and what looks alike."""

from datetime import date

import pytest

from facilities import actions
from facilities.enums import LegalForm
from facilities.models import Establishment
from facilities.queries import (
    REGISTRY_SOURCES,
    ListFilters,
    counts_for_place,
    establishments_visible_to,
    filtered_rows,
    papers_visible_to,
    places_to_add_in,
    possible_duplicates,
    records_behind,
    registry_figures,
    with_units_of_today,
)
from facilities.tests.factories import EstablishmentFactory, NetworkGroupFactory
from khuyencong.core.models import Succession
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.tests.factories import PlaceFactory, UserFactory

START, END = date(2026, 9, 15), date(2026, 12, 14)


@pytest.fixture
def book(cast):
    """One in the old commune, one in today's, one next door."""
    return {
        "old": EstablishmentFactory(place=cast.loc_an, name="Cá Chai tẩm gia vị"),
        "own": EstablishmentFactory(
            place=cast.phuoc_hai,
            name="Mắm Phước Hải",
            representative="Chủ cơ sở thử",
            phone="0912345678",
            tax_code="077085012345",
        ),
        "other": EstablishmentFactory(
            place=cast.long_son, name="Hàu Long Sơn", tax_code="0100109106"
        ),
    }


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("collaborator", {"old", "own"}),
        ("neighbour", {"other"}),
        ("officer", {"old", "own", "other"}),
        ("leader", {"old", "own", "other"}),
        ("administrator", {"old", "own", "other"}),
        ("accountant", {"old", "own", "other"}),
        ("viewer", {"old", "own", "other"}),
    ],
)
def test_who_sees_what(cast, book, who, seen):
    visible = set(establishments_visible_to(getattr(cast, who)))
    assert visible == {book[name] for name in seen}


def test_nobody_without_a_role_or_with_a_closed_account_sees_anything(cast, book):
    assert not establishments_visible_to(UserFactory(roles=[])).exists()
    cast.officer.is_active = False
    assert not establishments_visible_to(cast.officer).exists()


def test_a_viewer_reads_no_contacts_by_any_way(cast, book):
    visible = establishments_visible_to(cast.viewer)
    for row in (visible.get(pk=book["own"].pk), *visible.iterator(), *visible.order_by("-pk")):
        assert (row.representative, row.email) == ("", "")
        assert row.phone in ("", "•••••••678")
        assert row.tax_code in ("", "0100109106", "••••••••2345")
    assert visible.get(pk=book["other"].pk).tax_code == "0100109106"
    with pytest.raises(ValueError, match="contacts"):
        visible.values_list("phone")
    with pytest.raises(ValueError, match="contacts"):
        visible.values()
    assert not papers_visible_to(cast.viewer).exists()


def test_units_of_today_are_named_beside_old_ones(cast, book, django_assert_num_queries):
    rows = establishments_visible_to(cast.officer).order_by("pk")
    with django_assert_num_queries(2):
        units = [row.unit_of_today for row in with_units_of_today(rows)]
    assert units == [cast.phuoc_hai, None, None]


def test_a_collaborator_adds_in_communes_of_today_only(cast):
    assert list(places_to_add_in(cast.collaborator)) == [cast.phuoc_hai]
    assert set(places_to_add_in(cast.officer)) == {cast.phuoc_hai, cast.long_son}


def test_figures_count_rows_of_today_and_of_the_old_units(cast, django_assert_num_queries):
    wood = NetworkGroupFactory(code="go")
    place = {"place": cast.phuoc_hai, "registered_on": date(2026, 1, 1)}
    EstablishmentFactory(
        **place, network_group=wood, legal_form="household", labour_total=5, labour_female=2
    )
    EstablishmentFactory(**place, legal_form=LegalForm.LIMITED_COMPANY, labour_total=40)
    EstablishmentFactory(**place | {"place": cast.loc_an}, legal_form="cooperative")
    EstablishmentFactory(**place, status="paused", status_on=date(2026, 2, 1))
    EstablishmentFactory(
        **place, status="stopped", status_on=date(2026, 3, 1), labour_total=9, labour_female=9
    )
    EstablishmentFactory(**place | {"registered_on": date(2026, 10, 1)}, legal_form="unknown")
    EstablishmentFactory(**place | {"registered_on": date(2026, 12, 15)})
    EstablishmentFactory(**place | {"place": cast.long_son})
    with django_assert_num_queries(1):
        figures = registry_figures([cast.phuoc_hai.pk], START, END)
    totals = {key[0].removeprefix("registry."): v for key, v in figures.items() if not key[1]}
    assert totals == {
        "total": 5,
        "active": 4,
        "paused": 1,
        "stopped": 1,
        "new": 1,
        "stopped_in_period": 0,
        "enterprises": 1,
        "cooperatives": 1,
        "cooperative_groups": 0,
        "households": 2,
        "other_forms": 1,
        "labour": 45,
        "labour_female": 2,
    }
    assert totals == counts_for_place([cast.phuoc_hai.pk], START, END)
    assert (figures["registry.total", "go"], figures["registry.total", "khac"]) == (1, 4)
    assert figures["registry.labour", "go"] == 5


def test_figures_of_a_past_period_do_not_move_with_later_changes(cast):
    establishment = EstablishmentFactory(place=cast.phuoc_hai, registered_on=date(2026, 1, 1))
    for status, on in [("paused", date(2026, 4, 1)), ("active", date(2026, 8, 1))]:
        actions.change_status(
            actor=cast.officer, establishment_id=establishment.pk, status=status, on=on, reason="x"
        )
    actions.change_status(
        actor=cast.officer,
        establishment_id=establishment.pk,
        status="stopped",
        on=date(2026, 10, 1),
        reason="x",
    )

    def at(start, end):
        counts = counts_for_place([cast.phuoc_hai.pk], start, end)
        return {k: v for k, v in counts.items() if v and k not in ("total", "new", "households")}

    assert at(date(2025, 12, 15), date(2026, 3, 14)) == {"active": 1}
    assert at(date(2026, 3, 15), date(2026, 6, 14)) == {"paused": 1}
    assert at(date(2026, 6, 15), date(2026, 9, 14)) == {"active": 1}
    assert at(START, END) == {"stopped": 1, "stopped_in_period": 1}
    assert at(date(2026, 12, 15), date(2027, 3, 14)) == {"stopped": 1}


def test_every_count_opens_as_exactly_the_rows_behind_it(cast):
    groups = [NetworkGroupFactory(code="go"), NetworkGroupFactory(code="khac"), None]
    for number in range(36):
        EstablishmentFactory(
            place=[cast.phuoc_hai, cast.loc_an][number % 2],
            network_group=groups[number % 3],
            legal_form=LegalForm.values[number % len(LegalForm.values)],
            status=["active", "paused", "stopped"][number // 2 % 3],
            status_on=[date(2026, 5, 1), date(2026, 10, 1)][number // 5 % 2],
            registered_on=[date(2026, 1, 1), date(2026, 10, 5)][number // 7 % 2],
            labour_total=number,
            labour_female=number // 2,
        )
    figures = registry_figures([cast.phuoc_hai.pk], START, END)
    assert {key[0] for key in figures} == set(REGISTRY_SOURCES)
    rows = Establishment.objects.filter(place__in=[cast.phuoc_hai, cast.loc_an])
    for (source, member), value in figures.items():
        behind = records_behind(rows, source, member, starts_on=START, ends_on=END)
        if source == "registry.labour":
            assert sum(row.labour_total for row in behind) == value
        elif source == "registry.labour_female":
            assert sum(row.labour_female for row in behind) == value
        else:
            assert behind.count() == value, (source, member)


@pytest.mark.parametrize(
    ("name", "phone", "found"),
    [
        ("Cơ sở chả cá Mười", "", True),
        ("CHẢ CÁ MƯỜI", "", True),
        ("cha ca muoi", "", True),
        ("Hộ kinh doanh Chả cá Mười", "", True),
        ("Chả cá Mười Hai", "", False),
        ("Chả cá", "", False),
        ("Khác hẳn", "0912345678", True),
        ("Khác hẳn", "", False),
    ],
)
def test_what_may_be_in_the_book_already(cast, name, phone, found):
    there = EstablishmentFactory(name="Cơ sở Chả cá Mười", place=cast.loc_an, phone="0912345678")
    EstablishmentFactory(name="Chả cá Mười", place=cast.long_son, phone="0912345678")
    alike = possible_duplicates(cast.collaborator, name=name, place=cast.phuoc_hai, phone=phone)
    assert alike == ([there] if found else [])


def test_records_of_a_split_commune_are_counted_in_no_successor(cast):
    """Counted in each they would be counted twice; filed under the right one, they count there."""
    old, half = PlaceFactory(name="Xã Đã Tách"), PlaceFactory(name="Xã Nửa Kia")
    for new in (cast.phuoc_hai, half):
        Succession.objects.create(
            predecessor=old, successor=new, effective_on=START, kind="split", is_whole=False
        )
    rebuild_lineage()
    split = EstablishmentFactory(place=old, registered_on=date(2026, 1, 1))

    def total(place):
        listed = ListFilters(
            xa=str(place.pk), chi_tieu="registry.total", tu=str(START), den=str(END)
        )
        counted = registry_figures([place.pk], START, END)["registry.total", ""]
        assert filtered_rows(cast.officer, listed).count() == counted
        return counted

    assert (total(cast.phuoc_hai), total(half)) == (0, 0)
    assert split in filtered_rows(cast.officer, ListFilters(xa=str(half.pk)))
    Establishment.objects.filter(pk=split.pk).update(place=half)
    assert (total(cast.phuoc_hai), total(half)) == (0, 1)
