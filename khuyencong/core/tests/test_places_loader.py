from datetime import date

import pytest

from khuyencong.core.enums import PlaceLevel, SuccessionKind
from khuyencong.core.models import Place, PlaceLineage, Succession
from khuyencong.core.places import communes_on, rebuild_lineage, with_predecessors
from khuyencong.core.places_loader import load_places

pytestmark = pytest.mark.django_db
OLD, JANUARY, MARCH, JUNE, JULY = (
    date(2024, 12, 31),
    date(2025, 1, 1),
    date(2025, 3, 1),
    date(2025, 6, 30),
    date(2025, 7, 1),
)


@pytest.fixture
def places():
    load_places()


def unit(code, day, level=PlaceLevel.COMMUNE):
    return Place.objects.in_force_on(day).get(code=code, level=level)


def districts(day):
    return Place.objects.filter(level=PlaceLevel.DISTRICT).in_force_on(day)


@pytest.mark.parametrize(
    ("day", "communes", "district_count"),
    [
        (date(2021, 10, 13), 82, 8),
        (OLD, 82, 8),
        (JANUARY, 77, 7),
        (date(2025, 2, 28), 77, 7),
        (MARCH, 77, 7),
        (JUNE, 77, 7),
        (JULY, 30, 0),
        (None, 30, 0),
    ],
)
def test_map_of_a_day_has_the_known_number_of_units(places, day, communes, district_count):
    assert communes_on(day).count() == communes
    assert districts(day or date.today()).count() == district_count


def test_loading_again_changes_nothing(places):
    assert load_places() == (0, 0)


def test_loading_again_repairs_a_changed_row(places):
    Place.objects.filter(code="26545", valid_to=None).update(name="Xã Long Sai")
    assert load_places() == (1, 0)
    assert unit("26545", JULY).name == "Xã Long Sơn"


def test_every_old_commune_has_exactly_one_new_unit(places):
    today = set(communes_on(JULY).values_list("pk", flat=True))
    for day in (OLD, JANUARY, MARCH, JUNE):
        for old in communes_on(day):
            new = PlaceLineage.objects.filter(place=old, successor__in=today)
            assert [line.is_whole for line in new] == [True], old
    con_dao = unit("755", OLD, PlaceLevel.DISTRICT)
    assert PlaceLineage.objects.get(place=con_dao, successor__in=today).successor.code == "26732"


def test_sums_agree_on_every_map(places):
    """One per old commune, counted on later maps, stays 82 (and Côn Đảo is the 83rd)."""
    old = set(communes_on(OLD).values_list("pk", flat=True))
    old.add(unit("755", OLD, PlaceLevel.DISTRICT).pk)
    for day, expected in ((JANUARY, 82), (JUNE, 82), (JULY, 83)):
        found = [
            len(old & with_predecessors([place]))
            for place in communes_on(day).values_list("pk", flat=True)
        ]
        assert sum(found) == expected
        assert min(found) >= 1


def test_reused_codes_resolve_by_date(places):
    assert unit("26536", OLD).name == "Phường 10"
    assert unit("26536", JULY).name == "Phường Rạch Dừa"
    assert unit("26686", OLD).name == "Xã Phước Hội"
    assert unit("26686", JULY).name == "Xã Phước Hải"
    assert unit("26668", OLD).name == "Xã Tam Phước"
    assert unit("26668", JANUARY).name == "Xã Tam An"
    assert unit("753", OLD, PlaceLevel.DISTRICT).name == "Huyện Đất Đỏ"
    assert unit("753", JANUARY, PlaceLevel.DISTRICT).name == "Huyện Long Đất"


def test_two_old_phuoc_hung_are_distinct(places):
    found = communes_on(OLD).filter(folded__endswith="phuoc hung")
    assert {(p.name, p.parent.name) for p in found} == {
        ("Phường Phước Hưng", "Thành phố Bà Rịa"),
        ("Xã Phước Hưng", "Huyện Long Điền"),
    }


def test_kim_long_and_phu_my_change_kind_in_2025(places):
    assert unit("26608", OLD).name == "Xã Kim Long"
    assert unit("26608", JANUARY).name == "Thị trấn Kim Long"
    assert unit("26608", JULY).name == "Xã Kim Long"
    assert unit("754", date(2025, 2, 28), PlaceLevel.DISTRICT).name == "Thị xã Phú Mỹ"
    assert unit("26707", date(2025, 2, 28)).name == "Xã Tân Hòa"
    assert unit("26707", MARCH).name == "Phường Tân Hòa"
    assert "cần đối chiếu" in unit("26707", MARCH).source
    assert unit("26707", MARCH).parent.name == "Thành phố Phú Mỹ"


def test_unchanged_units_are_transferred_to_the_area(places):
    for code in ("26545", "26647", "26656"):
        new = unit(code, JULY)
        assert [s.kind for s in new.origins.all()] == [SuccessionKind.TRANSFERRED]
        assert new.parent.level == PlaceLevel.AREA
        assert new.parent.parent.code == "79"
        assert new.province.level == PlaceLevel.PROVINCE


def test_province_of_every_unit_is_a_province(places):
    for place in Place.objects.exclude(level=PlaceLevel.PROVINCE).select_related("province"):
        assert place.province.level == PlaceLevel.PROVINCE
        assert place.parent_id
    assert set(communes_on(OLD).values_list("province__code", flat=True)) == {"77"}
    assert set(communes_on(JULY).values_list("province__code", flat=True)) == {"79"}


def test_every_commune_has_a_point(places):
    assert not Place.objects.communes().filter(latitude=None).exists()


def test_a_unit_lives_within_its_parents_dates(places):
    for place in Place.objects.exclude(parent=None).select_related("parent"):
        parent = place.parent
        assert parent.valid_from is None or place.valid_from >= parent.valid_from
        assert parent.valid_to is None or place.valid_to <= parent.valid_to


def test_successors_start_where_predecessors_end(places):
    for step in Succession.objects.select_related("predecessor", "successor"):
        assert (step.effective_on - step.predecessor.valid_to).days == 1, step
        start = step.successor.valid_from
        assert start is None or start <= step.effective_on


def test_rebuilding_the_lineage_changes_nothing(places):
    before = set(PlaceLineage.objects.values_list("place", "successor", "is_whole"))
    rebuild_lineage()
    assert set(PlaceLineage.objects.values_list("place", "successor", "is_whole")) == before


def test_national_load_holds_every_commune_of_the_country():
    load_places(national=True)
    today = Place.objects.in_force_on(date(2026, 5, 1))
    assert today.communes().count() == 3321
    assert today.filter(level=PlaceLevel.PROVINCE).count() == 34
    assert today.communes().filter(province__code="79").count() == 168
    assert today.communes().filter(parent__level=PlaceLevel.AREA).count() == 30
    assert load_places(national=True) == (0, 0)
    assert load_places() == (0, 0)
