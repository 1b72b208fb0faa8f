"""The map: clusters add up to the filter, in scope; the first view; what a window answers."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.urls import reverse

from facilities.queries import ListFilters, list_rows, mapping
from facilities.queries.mapping import Box
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.models import Place

pytestmark = pytest.mark.django_db
COUNTRY = Box.parse("6,102,24,118")
WINDOW = "10.3,107.0,10.6,107.5"


def at(latitude: float, longitude: float) -> dict:
    return {"latitude": Decimal(str(latitude)), "longitude": Decimal(str(longitude))}


@pytest.fixture
def registry(cast):
    """Twelve around Phước Hải, two of them on one spot, three in Long Sơn, one without a point."""
    Place.objects.filter(pk=cast.phuoc_hai.pk).update(latitude=10.42, longitude=107.25)
    Place.objects.filter(pk=cast.long_son.pk).update(latitude=10.45, longitude=107.08)
    for number in range(10):
        EstablishmentFactory(place=cast.phuoc_hai, **at(10.40 + number / 200, 107.25))
    for _ in range(2):
        EstablishmentFactory(place=cast.loc_an, legal_form="cooperative", **at(10.47, 107.28))
    for number in range(3):
        EstablishmentFactory(place=cast.long_son, **at(10.45, 107.08 + number / 500))
    lost = EstablishmentFactory(place=cast.phuoc_hai, name="Cơ sở chưa có vị trí")
    return SimpleNamespace(lost=lost, **vars(cast))


def total(clusters) -> int:
    return sum(cluster.count for cluster in clusters)


@pytest.mark.parametrize("zoom", [4, 8, 9, 12, 18])
@pytest.mark.parametrize("up_to", [5_000, 3])
def test_clusters_of_the_whole_map_add_up_to_the_filter(registry, monkeypatch, zoom, up_to):
    # With 3 the far zooms are counted by communes, as a million records are.
    monkeypatch.setattr(mapping, "DRAWN_BY_POINT_UP_TO", up_to)
    for params in ({}, {"loai": "cooperative"}, {"xa": str(registry.phuoc_hai.pk)}):
        filters = ListFilters.from_params(params)
        rows = mapping.map_rows(registry.officer, filters).rows
        known = list_rows(registry.officer, filters).filter(latitude__isnull=False).count()
        assert total(mapping.clusters_in(rows, COUNTRY, zoom)) == known > 0


def test_a_place_without_a_centre_is_counted_where_its_points_are(registry, monkeypatch):
    monkeypatch.setattr(mapping, "DRAWN_BY_POINT_UP_TO", 3)
    rows = mapping.map_rows(registry.officer, ListFilters()).rows
    clusters = mapping.clusters_in(rows, Box.parse("10.465,107.275,10.475,107.285"), 9)
    assert [(cluster.count, cluster.latitude) for cluster in clusters] == [(2, 10.47)]


def test_near_clusters_part_and_the_lonely_one_is_told(registry):
    rows = mapping.map_rows(registry.officer, ListFilters()).rows
    near = mapping.clusters_in(rows, Box.parse("10.395,107.24,10.48,107.285"), 18)
    assert sorted(cluster.count for cluster in near) == [1] * 10 + [2]
    assert all(cluster.only for cluster in near if cluster.count == 1)
    far = mapping.clusters_in(rows, Box.parse(WINDOW), 6)
    assert [cluster.count for cluster in far] == [15]


def test_the_cells_of_an_answer_are_bounded_whatever_is_asked(registry):
    size = mapping.cell_size(18, COUNTRY)
    up = (COUNTRY.north - COUNTRY.south) / size
    across = (COUNTRY.east - COUNTRY.west) / size
    assert up * across <= mapping.MOST_CLUSTERS


def test_the_map_shows_a_collaborator_only_the_own_communes(registry, client):
    client.force_login(registry.collaborator)
    answer = client.get(reverse("facilities:map_view"), {"khung": WINDOW, "muc": "18"}).json()
    assert answer["total"] == 12
    client.force_login(registry.neighbour)
    answer = client.get(reverse("facilities:map_view"), {"khung": WINDOW, "muc": "18"}).json()
    assert answer["total"] == 3
    near = {"khung": "10.44,107.07,10.46,107.1", "muc": "18"}
    answer = client.get(reverse("facilities:map_view"), near).json()
    assert [one["facts"][0] for one in answer["clusters"]] == ["Xã Long Sơn"] * 3


def test_a_window_answers_without_personal_data(registry, client):
    EstablishmentFactory(
        name="Hộ A",
        place=registry.long_son,
        representative="Nguyễn Thị Thử",
        phone="0912345678",
        tax_code="079123456789",
        **at(10.5, 107.1),
    )
    for person in (registry.officer, registry.viewer):
        client.force_login(person)
        near = {"khung": "10.49,107.09,10.51,107.11", "muc": "18"}
        answer = client.get(reverse("facilities:map_view"), near)
        text = answer.content.decode()
        assert {one.get("name") for one in answer.json()["clusters"]} >= {"Hộ A"}
        assert not any(word in text for word in ("Nguyễn", "0912345678", "079123456789"))


@pytest.mark.parametrize("window", ["", "1,2,3", "a,b,c,d", "nan,0,1,2", "11,107,10,108"])
def test_a_window_that_is_none_is_refused(registry, client, window):
    client.force_login(registry.officer)
    answer = client.get(reverse("facilities:map_view"), {"khung": window, "muc": "9"})
    assert answer.status_code == 422


def test_the_page_counts_by_commune_of_today_and_says_what_has_no_point(registry, client):
    client.force_login(registry.officer)
    page = client.get(reverse("facilities:map"))
    counts = [(one.place.name, one.count, one.with_point) for one, _ in page.context["counts"]]
    assert counts == [("Xã Phước Hải", 13, 12), ("Xã Long Sơn", 3, 3)]
    assert "1 cơ sở chưa có vị trí" in page.content.decode()
    left = client.get(page.context["without_url"])
    assert [row.pk for row in left.context["page"].rows] == [registry.lost.pk]


def test_the_map_keeps_the_filters_of_the_list(registry, client):
    client.force_login(registry.officer)
    page = client.get(reverse("facilities:list"), {"loai": "cooperative"})
    assert f"{reverse('facilities:map')}?loai=cooperative" in page.content.decode()
    page = client.get(reverse("facilities:map"), {"loai": "cooperative"})
    assert page.context["with_point"] == 2
    assert "loai=cooperative" in page.context["view_url"]
    south, west, north, east = map(float, page.context["first_view"].split(","))
    assert south < 10.47 < north and west < 107.28 < east


def test_a_misspelt_search_is_corrected_on_the_map_too(registry, client):
    from facilities.upkeep import refresh_words

    EstablishmentFactory(name="Cơ sở bánh tráng Hoa", place=registry.long_son, **at(10.5, 107.1))
    refresh_words()
    client.force_login(registry.officer)
    page = client.get(reverse("facilities:map"), {"q": "bnah trang"})
    assert page.context["meant"] is not None
    assert page.context["with_point"] == 1


@pytest.mark.parametrize("item_count", [1, 3])
def test_a_window_costs_the_same_whatever_it_holds(
    cast, client, django_assert_num_queries, item_count
):
    for number in range(item_count):
        EstablishmentFactory(place=cast.long_son, **at(10.45, 107.08 + number / 100))
    client.force_login(cast.officer)
    with django_assert_num_queries(9):
        client.get(reverse("facilities:map_view"), {"khung": WINDOW, "muc": "18"})


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_page_costs_the_same_whatever_it_holds(
    cast, client, django_assert_num_queries, item_count
):
    for number in range(item_count):
        EstablishmentFactory(place=cast.long_son, **at(10.45, 107.08 + number / 100))
    client.force_login(cast.officer)
    with django_assert_num_queries(14):
        client.get(reverse("facilities:map"))


def test_no_other_host_is_allowed_where_no_tile_server_is_set(cast, client):
    client.force_login(cast.officer)
    page = client.get(reverse("facilities:map"))
    directives = page["Content-Security-Policy"].split("; ")
    assert "img-src 'self' data: blob:" in directives
