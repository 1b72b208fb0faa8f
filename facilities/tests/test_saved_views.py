"""Filters of the list under a name: own, shared, renamed, put away."""

import pytest
from django.urls import reverse

from facilities import saved_views
from facilities.models import SavedView
from facilities.queries import ListFilters
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.exceptions import InvalidInput, NotAllowed

PAUSED = ListFilters(tinh_trang="paused", q="bánh tráng")


@pytest.fixture
def as_officer(client, cast):
    client.force_login(cast.officer, backend="khuyencong.core.auth.PortalBackend")
    return client


def test_a_view_is_its_owners_until_it_is_shared(cast):
    own = saved_views.save_view(actor=cast.collaborator, name=" Tạm  ngừng ", filters=PAUSED)
    assert own.name == "Tạm ngừng"
    assert list(saved_views.views_visible_to(cast.collaborator)) == [own]
    assert not saved_views.views_visible_to(cast.neighbour).exists()
    shared = saved_views.save_view(
        actor=cast.officer, name="Tạm ngừng", filters=PAUSED, roles=["collaborator"]
    )
    assert list(saved_views.views_visible_to(cast.neighbour)) == [shared]
    assert not saved_views.views_visible_to(cast.viewer).exists()
    with pytest.raises(NotAllowed):
        saved_views.rename_view(actor=cast.neighbour, view_id=shared.pk, name="Của tôi")
    with pytest.raises(NotAllowed):
        saved_views.delete_view(actor=cast.neighbour, view_id=shared.pk)
    with pytest.raises(NotAllowed):
        saved_views.save_view(actor=cast.collaborator, name="B", filters=PAUSED, roles=["officer"])


def test_a_name_stands_once_for_one_owner(cast):
    saved_views.save_view(actor=cast.officer, name="A", filters=PAUSED)
    saved_views.save_view(actor=cast.administrator, name="A", filters=PAUSED)
    for name, filters in (("A", PAUSED), ("", PAUSED), ("B", ListFilters())):
        with pytest.raises(InvalidInput):
            saved_views.save_view(actor=cast.officer, name=name, filters=filters)
    assert SavedView.objects.count() == 2


def test_saving_renaming_and_deleting_by_the_pages(as_officer, cast):
    EstablishmentFactory(place=cast.long_son, status="paused")
    page = as_officer.get(reverse("facilities:list"), {"tinh_trang": "paused"})
    assert "Lưu bộ lọc này" in page.content.decode()
    url = reverse("facilities:view_save") + "?tinh_trang=paused&sai=1"
    response = as_officer.post(url, {"name": "Tạm ngừng", "roles": ["leader"]})
    view = SavedView.objects.get()
    assert (view.query, view.roles) == ("tinh_trang=paused", ["leader"])
    assert response["Location"] == reverse("facilities:list") + "?tinh_trang=paused"
    assert "đã có bộ lọc tên này" in as_officer.post(url, {"name": "Tạm ngừng"}).content.decode()
    as_officer.post(reverse("facilities:view_edit", args=[view.pk]), {"name": "Nghỉ", "roles": []})
    view.refresh_from_db()
    assert (view.name, view.roles) == ("Nghỉ", [])
    assert "Nghỉ" in as_officer.get(reverse("facilities:list")).content.decode()
    as_officer.post(reverse("facilities:view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()
