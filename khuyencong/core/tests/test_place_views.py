from datetime import date

import pytest
from django.urls import reverse

from khuyencong.core.enums import PlaceLevel, Role
from khuyencong.core.models import Place, Succession
from khuyencong.core.places import communes_on, map_periods, named_like, rebuild_lineage, units_on
from khuyencong.core.places_loader import load_places
from khuyencong.core.tests.factories import PlaceFactory, UserFactory

pytestmark = pytest.mark.django_db
OLD, JULY = date(2024, 12, 31), date(2025, 7, 1)


@pytest.fixture
def places():
    load_places()


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(roles=[Role.COLLABORATOR]))
    return client


def names_on_page(response) -> list[str]:
    return [unit.place.name for _, units in response.context["groups"] for unit in units]


@pytest.mark.parametrize(
    ("day", "count"), [("", 30), ("30/06/2025", 78), ("31/12/2024", 83), ("2025-07-01", 30)]
)
def test_each_map_shows_its_units(places, reader, day, count):
    """Communes, and before 2025-07-01 Huyện Côn Đảo, which had none."""
    response = reader.get(reverse("core:places"), {"ngay": day} if day else {})
    assert response.context["count"] == len(names_on_page(response)) == count


def test_search_needs_no_marks_and_knows_former_names(places, reader):
    response = reader.get(reverse("core:places"), {"tim": "loc an"})
    assert names_on_page(response) == ["Xã Phước Hải"]
    response = reader.get(reverse("core:places"), {"tim": "Phuoc Hung", "ngay": "31/12/2024"})
    assert sorted(names_on_page(response)) == ["Phường Phước Hưng", "Xã Phước Hưng"]


def test_old_map_says_where_each_unit_is_now(places, reader):
    response = reader.get(reverse("core:places"), {"ngay": "31/12/2024", "tim": "An Nhứt"})
    [(parent, [unit])] = response.context["groups"]
    assert parent.name == "Huyện Long Điền"
    assert [now.name for now in unit.now] == ["Xã Long Điền"]


def test_wrong_day_is_said_and_todays_map_is_shown(places, reader):
    response = reader.get(reverse("core:places"), {"ngay": "32/13/2024"})
    assert response.status_code == 200
    assert response.context["form"].errors["ngay"]
    assert response.context["count"] == 30


def test_nothing_found_says_what_to_do(places, reader):
    response = reader.get(reverse("core:places"), {"tim": "khong co dau"})
    assert "Không có địa bàn nào như vậy" in response.content.decode()


def test_unit_page_shows_the_whole_line(places, reader):
    phuoc_hai = communes_on(JULY).get(code="26686")
    response = reader.get(reverse("core:place", args=[phuoc_hai.pk]))
    page = response.content.decode()
    for name in ("Xã Lộc An", "Xã Phước Hội", "Thị trấn Phước Hải", "Xã Long Mỹ"):
        assert name in page
    assert not response.context["after"]
    loc_an = communes_on(OLD).get(code="26701")
    [branch] = reader.get(reverse("core:place", args=[loc_an.pk])).context["after"]
    assert (branch.place.name, branch.further[0].place.name) == ("Xã Phước Hội", "Xã Phước Hải")


def test_unit_page_of_an_unknown_unit_is_not_found(reader):
    assert reader.get(reverse("core:place", args=[987654])).status_code == 404


def test_only_those_who_may_see_the_network_are_offered_it(places, client):
    place = communes_on(JULY)[0]
    for role in Role:
        client.force_login(UserFactory(roles=[role]))
        shows = client.get(reverse("core:place", args=[place.pk])).context["shows_network"]
        assert shows == (role not in (Role.COLLABORATOR, Role.ACCOUNTANT))


def test_places_need_a_log_in(client):
    assert client.get(reverse("core:places")).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_a_fixed_number_of_queries(reader, django_assert_num_queries, count):
    for _ in range(count):
        old, new = PlaceFactory(valid_to=date(2025, 6, 30)), PlaceFactory(valid_from=JULY)
        Succession.objects.create(predecessor=old, successor=new, effective_on=JULY, kind="merged")
    rebuild_lineage()
    reader.get(reverse("core:places"))
    with django_assert_num_queries(8):
        response = reader.get(reverse("core:places"))
    assert response.context["count"] == count


def test_a_large_map_is_shown_one_province_at_a_time(reader):
    load_places(national=True)
    response = reader.get(reverse("core:places"))
    assert len(response.context["provinces"]) == 34
    response = reader.get(reverse("core:places"), {"tinh": "79"})
    assert response.context["count"] == 168
    response = reader.get(reverse("core:places"), {"tim": "phuoc hai"})
    assert "Xã Phước Hải" in names_on_page(response)


def test_map_periods_follow_the_changes(places):
    assert [(p.first, p.last) for p in map_periods()] == [
        (JULY, None),
        (date(2025, 3, 1), date(2025, 6, 30)),
        (date(2025, 1, 1), date(2025, 2, 28)),
        (None, OLD),
    ]


def test_units_on_holds_the_district_without_communes(places):
    districts = units_on(OLD).filter(level=PlaceLevel.DISTRICT)
    assert [unit.name for unit in districts] == ["Huyện Côn Đảo"]
    assert not units_on(JULY).filter(level=PlaceLevel.DISTRICT).exists()


def test_named_like_leaves_all_where_nothing_is_asked(places):
    assert named_like(Place.objects.all(), " – ").count() == Place.objects.count()
