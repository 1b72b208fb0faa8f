"""Columns are chosen, put in order, remembered, and never more than a person may have."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from khuyencong.core.tests.factories import UserFactory
from khuyencong.exports import choosing
from khuyencong.exports.models import ColumnChoice, ExportJob
from khuyencong.exports.registry import Choice, ChoiceGroup, ExportSource, source_for
from khuyencong.exports.tests.sources import KIND as PLAIN_KIND
from khuyencong.exports.tests.sources import WITH_CHOICES as KIND

pytestmark = pytest.mark.django_db
GROUPS = [
    ChoiceGroup("Một", [Choice("a", "A", True), Choice("b", "B")]),
    ChoiceGroup("Hai", [Choice("c", "C", True)]),
]


def url(**params):
    return f"{reverse('exports:choose')}?{urlencode({'kind': KIND, **params})}"


@pytest.fixture
def officer(client):
    officer = UserFactory()
    client.force_login(officer)
    return officer


def kept(user):
    return ColumnChoice.objects.get(owner=user).columns


@pytest.mark.parametrize(
    ("ticked", "order", "keys"),
    [
        (["a", "b", "c"], ["c", "a"], ["c", "a", "b"]),
        (["c"], ["c", "a", "c"], ["c"]),
        (["b", "x"], [], ["b"]),
    ],
)
def test_merged_keeps_the_order_and_puts_new_ones_last(ticked, order, keys):
    assert choosing.merged(GROUPS, ticked, order) == keys


@pytest.mark.parametrize(
    ("key", "where", "keys"),
    [
        ("b", "up", ["b", "a", "c"]),
        ("b", "down", ["a", "c", "b"]),
        ("c", "first", ["c", "a", "b"]),
        ("a", "up", ["a", "b", "c"]),
        ("c", "down", ["a", "b", "c"]),
        ("x", "up", ["a", "b", "c"]),
    ],
)
def test_moved(key, where, keys):
    assert choosing.moved(["a", "b", "c"], key, where) == keys


def test_each_person_finds_their_own_choice_again(client, officer):
    source = source_for(KIND)
    client.post(url(), {"lenh": "luu", "cot": ["name", "size"], "thu_tu": ["size"]})
    assert choosing.chosen_by(officer, source).keys == ["size", "name"]
    assert choosing.chosen_by(UserFactory(), source).keys == ["name"]
    client.post(url(), {"lenh": "mac-dinh"})
    assert choosing.chosen_by(officer, source).keys == ["name"]


def test_moving_without_script_keeps_filters_and_place_on_the_page(client, officer):
    data = {"cot": ["name", "size"], "thu_tu": ["name", "size"], "lenh": "len:size"}
    response = client.post(url(rows="2"), data)
    assert response["Location"] == f"{url(rows='2')}#cot-size"
    assert kept(officer) == ["size", "name"]
    assert not ExportJob.objects.exists()


def test_asking_makes_a_job_with_filters_and_columns(client, officer):
    client.post(
        url(rows="2"),
        {"lenh": "xuat", "cot": ["size"], "thu_tu": ["size"], "format": "csv"},
    )
    job = ExportJob.objects.get()
    assert job.params == {"rows": "2", "cot": ["size"], "base_url": "http://testserver"}
    assert (job.format, ColumnChoice.objects.get().format) == ("csv", "csv")


@pytest.mark.parametrize("data", [{"cot": []}, {"cot": ["size"], "format": "pdf"}])
def test_nothing_chosen_is_told_and_makes_no_job(client, officer, data):
    response = client.post(url(), {"lenh": "xuat", **data}, follow=True)
    assert "Anh/chị chọn" in response.content.decode()
    assert not ExportJob.objects.exists() and not ColumnChoice.objects.exists()


@pytest.mark.parametrize("kind", [PLAIN_KIND, "x", ""])
def test_a_table_without_choices_has_no_such_page(client, officer, kind):
    assert client.get(url(kind=kind)).status_code == 404


def test_a_column_not_allowed_any_more_is_left_out():
    source = ExportSource("tests.narrow", None, None, choices=lambda user: GROUPS[1:])
    user = UserFactory()
    ColumnChoice.objects.create(owner=user, kind="tests.narrow", columns=["a", "c"])
    assert choosing.chosen_by(user, source).keys == ["c"]
