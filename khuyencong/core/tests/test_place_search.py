"""A place by what a person types; a list where it is short, a search field where it is long."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from facilities.forms import FilterForm
from khuyencong.core import place_search
from khuyencong.core.enums import PlaceLevel, Role
from khuyencong.core.models import Place
from khuyencong.core.place_fields import PlaceSearchField
from khuyencong.core.place_search import label_of, resolve, suggest
from khuyencong.core.tests.factories import PlaceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def country():
    """Two provinces with communes of one name, and an older commune."""
    north = PlaceFactory(name="Tỉnh Thái Nguyên", level=PlaceLevel.PROVINCE)
    south = PlaceFactory(name="Thành phố Hồ Chí Minh", level=PlaceLevel.PROVINCE)
    for parent, name, code in (
        (north, "Xã Tân Lập", "05701"),
        (south, "Xã Tân Lập", "26001"),
        (south, "Xã Long Sơn", "26545"),
        (south, "Phường Long Hương", "26560"),
    ):
        PlaceFactory(name=name, code=code, parent=parent)
    PlaceFactory(name="Xã Long Sơn", code="26544", parent=south, valid_to=date(2025, 6, 30))


def names(found):
    return [label_of(place) for place in found]


@pytest.mark.parametrize(
    "typed", ["Xã Long Sơn", "long son", "26545", "Long Sơn, Thành phố Hồ Chí Minh", "xa long s"]
)
def test_a_place_is_understood_from_name_part_code_and_label(country, typed):
    if typed == "xa long s":  # both the present and the former one begin so
        assert len(resolve(Place.objects.communes(), typed).candidates) == 2
        return
    answer = resolve(Place.objects.communes(), typed)
    assert (answer.place.code, answer.candidates) == ("26545", [])


def test_every_label_finds_its_own_place(country):
    for place in Place.objects.communes().select_related("parent"):
        assert resolve(Place.objects.communes(), label_of(place)).place == place


def test_what_may_mean_several_is_asked_back(country):
    answer = resolve(Place.objects.communes(), "tan lap")
    assert answer.place is None
    assert names(answer.candidates) == [
        "Xã Tân Lập, Tỉnh Thái Nguyên",
        "Xã Tân Lập, Thành phố Hồ Chí Minh",
    ]
    assert resolve(Place.objects.communes(), "tan lap thai nguyen").place.code == "05701"
    assert resolve(Place.objects.communes(), "không có nơi này").candidates == []


def test_the_best_suggestions_come_first_those_of_today_before_older(country):
    found = names(suggest(Place.objects.communes(), "long"))
    assert found == [
        "Phường Long Hương, Thành phố Hồ Chí Minh",
        "Xã Long Sơn, Thành phố Hồ Chí Minh",
        "Xã Long Sơn, Thành phố Hồ Chí Minh (đến 30/06/2025)",
    ]


def test_the_field_says_in_words_what_is_not_clear(country):
    field = PlaceSearchField(Place.objects.communes())
    assert field.clean("05701").name == "Xã Tân Lập"
    with pytest.raises(
        ValidationError, match="Nhiều địa bàn khớp “tân lập”: Xã Tân Lập, Tỉnh Thái"
    ):
        field.clean("tân lập")
    with pytest.raises(ValidationError, match="Không có địa bàn nào khớp “Paris”"):
        field.clean("Paris")


def test_a_long_list_becomes_a_search_field_that_works_without_scripts(
    country, client, monkeypatch
):
    assert "<select" in str(FilterForm({})["xa"])
    monkeypatch.setattr("facilities.forms.LISTED_UP_TO", 3)
    long_son = Place.objects.get(code="26545")
    client.force_login(UserFactory(roles=[Role.OFFICER]))
    for url in (reverse("facilities:list"), reverse("facilities:map")):
        page = client.get(url, {"xa": str(long_son.pk)}).content.decode()
        assert "Xã Long Sơn, Thành phố Hồ Chí Minh" in page
        assert "<option" not in page.split("data-place-search")[0].split("loc-q")[-1]
        answer = client.get(url, {"xa": "long son", "q": "banh"})
        assert answer.url == f"{url}?xa={long_son.pk}&q=banh"
        answer = client.get(url, {"xa": "tân lập"})
        text = answer.content.decode()
        assert "Nhiều địa bàn khớp “tân lập”" in text
        assert f"?xa={Place.objects.get(code='05701').pk}" in text
        assert 'value="tân lập"' in text
        assert "Không có địa bàn nào khớp" in client.get(url, {"xa": "Paris"}).content.decode()


def test_the_form_of_an_establishment_takes_a_typed_commune(country, client, monkeypatch):
    monkeypatch.setattr(place_search, "LISTED_UP_TO", 3)
    client.force_login(UserFactory(roles=[Role.OFFICER]))
    sent = {"name": "Cơ sở A", "legal_form": "household", "status": "active", "place": "tân lập"}
    page = client.post(reverse("facilities:add"), sent)
    assert "Nhiều địa bàn khớp" in page.content.decode()
    answer = client.post(reverse("facilities:add"), sent | {"place": "tân lập thái nguyên"})
    assert answer.status_code == 302
    assert Place.objects.get(code="05701").establishments.get().name == "Cơ sở A"


def test_suggestions_for_the_field(country, client):
    client.force_login(UserFactory(roles=[Role.COLLABORATOR]))
    url = reverse("core:place_suggest")
    assert client.get(url, {"tim": "long son"}).json() == {
        "places": ["Xã Long Sơn, Thành phố Hồ Chí Minh"]
    }
    assert len(client.get(url, {"tim": "long son", "tat_ca": "1"}).json()["places"]) == 2
    assert client.get(url, {"tim": ""}).json() == {"places": []}
