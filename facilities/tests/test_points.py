"""Points: what is near, in order and in scope; which points are refused or questioned."""

import random
from decimal import Decimal

import pytest
from django.urls import reverse

from facilities import points
from facilities.models import Establishment
from facilities.queries import establishments_visible_to
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import PlaceLevel
from khuyencong.core.models import Place
from khuyencong.core.tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db
HERE = (10.42, 107.25)


def at(latitude: float, longitude: float) -> dict:
    return {"latitude": Decimal(f"{latitude:.6f}"), "longitude": Decimal(f"{longitude:.6f}")}


@pytest.fixture
def province(cast):
    """The cast's communes within a province, with their centres and areas."""
    whole = PlaceFactory(name="Thành phố Hồ Chí Minh", level=PlaceLevel.PROVINCE)
    for place, latitude, longitude in (
        (cast.phuoc_hai, "10.42", "107.25"),
        (cast.loc_an, "10.46", "107.32"),
        (cast.long_son, "10.45", "107.08"),
    ):
        Place.objects.filter(pk=place.pk).update(
            latitude=Decimal(latitude), longitude=Decimal(longitude), area_km2=30, province=whole
        )
        place.refresh_from_db()
    return cast


def test_distances_and_directions_in_words():
    assert points.metres_between(10, 107, 11, 107) == pytest.approx(111_195, rel=1e-3)
    assert points.metres_between(10, 107, 10, 108) == pytest.approx(109_505, rel=1e-3)
    assert [points.distance_words(m) for m in (124, 994, 1_249, 13_600)] == [
        "120 m", "990 m", "1,2 km", "14 km",
    ]  # fmt: skip
    assert points.direction_words(10, 107, 10.1, 107.1) == "đông bắc"
    assert points.direction_words(10, 107, 9, 107) == "nam"


def test_the_nearest_come_in_the_order_of_their_distance(province):
    chance = random.Random("gần")
    for _ in range(60):
        spread = chance.choice((0.003, 0.02, 0.2))
        EstablishmentFactory(
            place=province.phuoc_hai,
            **at(HERE[0] + chance.uniform(-spread, spread), HERE[1] + chance.uniform(-spread, spread)),
        )  # fmt: skip
    EstablishmentFactory(place=province.phuoc_hai)  # without a point
    by_hand = sorted(
        (points.metres_between(*HERE, row.latitude, row.longitude), row.pk)
        for row in Establishment.objects.filter(latitude__isnull=False)
    )
    for limit in (1, 10, 60):
        found = points.nearest(establishments_visible_to(province.officer), *HERE, limit)
        assert [near.establishment.pk for near in found] == [pk for _, pk in by_hand[:limit]]
        for near, (metres, _) in zip(found, by_hand, strict=False):
            assert near.metres == pytest.approx(metres, abs=0.5)


def test_nothing_farther_than_the_last_radius_is_near(province):
    EstablishmentFactory(place=province.phuoc_hai, **at(HERE[0] + 1, HERE[1]))
    assert points.nearest(establishments_visible_to(province.officer), *HERE) == []


def test_the_page_shows_what_is_near_in_scope(province, client):
    EstablishmentFactory(name="Cơ sở nhà bên", place=province.long_son, **at(10.421, 107.25))
    EstablishmentFactory(name="Cơ sở xa hơn", place=province.phuoc_hai, **at(10.44, 107.25))
    url = reverse("facilities:near")
    client.force_login(province.officer)
    page = client.get(url, {"vd": "10,42", "kd": "107,25", "ss": "25"})
    assert [n.establishment.name for n in page.context["found"]] == [
        "Cơ sở nhà bên",
        "Cơ sở xa hơn",
    ]
    text = page.content.decode()
    assert "110 m" in text and "hướng bắc" in text and "sai số khoảng 25 m" in text
    client.force_login(province.collaborator)
    page = client.get(url, {"vd": "10,42", "kd": "107,25"})
    assert [n.establishment.name for n in page.context["found"]] == ["Cơ sở xa hơn"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "sentence"),
    [
        ("abc", "107", "không phải là số độ"),
        ("107,25", "10,42", "bị đổi chỗ"),
        ("48,8", "2,3", "ngoài Việt Nam"),
        ("10,42", "", "cả vĩ độ và kinh độ"),
    ],
)
def test_a_position_that_is_none_is_explained(cast, client, latitude, longitude, sentence):
    client.force_login(cast.officer)
    page = client.get(reverse("facilities:near"), {"vd": latitude, "kd": longitude})
    assert page.status_code == 200
    assert sentence in page.context["wrong"].replace("Ghi cả", "cả")


@pytest.mark.parametrize("item_count", [1, 3])
def test_near_me_costs_the_same_for_one_and_three(
    province, client, django_assert_num_queries, item_count
):
    for number in range(item_count):
        EstablishmentFactory(place=province.phuoc_hai, **at(10.42, 107.25 + number / 1000))
    client.force_login(province.officer)
    with django_assert_num_queries(14):
        client.get(reverse("facilities:near"), {"vd": "10,42", "kd": "107,25"})


def post_point(client, establishment, latitude, longitude, **more):
    return client.post(
        reverse("facilities:section_edit", args=[establishment.pk, "vi-tri"]),
        {"latitude": latitude, "longitude": longitude, **more},
    )


@pytest.mark.parametrize(
    ("latitude", "longitude", "sentence"),
    [
        ("107,25", "10,42", "bị đổi chỗ"),
        ("16,07", "108,22", "cách xã, phường gần nhất của Thành phố Hồ Chí Minh"),
        ("10,42", "", "hoặc để trống cả hai"),
    ],
)
def test_a_point_that_cannot_be_is_refused(province, client, latitude, longitude, sentence):
    establishment = EstablishmentFactory(place=province.phuoc_hai)
    client.force_login(province.collaborator)
    answer = post_point(client, establishment, latitude, longitude, van_luu="1")
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    establishment.refresh_from_db()
    assert establishment.latitude is None


def test_a_point_far_from_the_commune_is_questioned_and_then_kept(province, client):
    for number in range(3):
        EstablishmentFactory(place=province.loc_an, **at(10.42, 107.25 + number / 1000))
    establishment = EstablishmentFactory(place=province.phuoc_hai)
    client.force_login(province.collaborator)
    answer = post_point(client, establishment, "10,55", "107,25")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "cách trung tâm Xã Phước Hải 14 km" in text
    assert "Các cơ sở khác của Xã Phước Hải cách đây từ 14 km" in text
    assert "Vẫn lưu vị trí này" in text
    assert post_point(client, establishment, "10,55", "107,25", van_luu="1").status_code == 302
    establishment.refresh_from_db()
    assert (establishment.latitude, establishment.longitude) == (
        Decimal("10.55"),
        Decimal("107.25"),
    )
    # What stands in the book is not questioned again.
    assert (
        post_point(client, establishment, "10,55", "107,25", craft_village="X").status_code == 302
    )


def test_a_new_establishment_is_entered_with_its_point(province, client):
    client.force_login(province.collaborator)
    sent = {
        "name": "Cơ sở mới", "legal_form": "household", "status": "active",
        "place": province.phuoc_hai.pk, "latitude": "10,421", "longitude": "107.251",
    }  # fmt: skip
    far = client.post(reverse("facilities:add"), sent | {"latitude": "10,6"})
    assert "Anh/chị xem lại vị trí" in far.content.decode()
    assert client.post(reverse("facilities:add"), sent).status_code == 302
    added = Establishment.objects.get(name="Cơ sở mới")
    assert (added.latitude, added.longitude) == (Decimal("10.421"), Decimal("107.251"))
    page = client.get(added.get_absolute_url()).content.decode()
    assert 'data-point="10.421000,107.251000"' in page
    assert "geo:10.421000,107.251000" in page
