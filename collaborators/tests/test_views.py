from datetime import date

import pytest
from django.urls import reverse

from collaborators.models import AppointmentDecision, Assignment, Collaborator
from collaborators.tests.factories import AssignmentFactory, CollaboratorFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import PlaceFactory, UserFactory

pytestmark = pytest.mark.django_db
SEERS = (Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR, Role.VIEWER)


@pytest.fixture
def as_role(client):
    def log_in(role):
        client.force_login(UserFactory(roles=[role]))
        return client

    return log_in


def units(response):
    return [unit for _, members in response.context["groups"] for unit in members]


def pages(assignment):
    return {
        "network": reverse("collaborators:network"),
        "place": reverse("collaborators:place", args=[assignment.place_id]),
        "detail": reverse("collaborators:detail", args=[assignment.collaborator_id]),
    }


@pytest.mark.parametrize("role", SEERS)
def test_centre_and_viewer_see_the_network(as_role, role):
    assignment = AssignmentFactory()
    for url in pages(assignment).values():
        assert as_role(role).get(url).status_code == 200


@pytest.mark.parametrize("role", [Role.COLLABORATOR, Role.ACCOUNTANT])
def test_others_do_not_see_the_network(as_role, role):
    assignment = AssignmentFactory()
    urls = pages(assignment)
    client = as_role(role)
    assert client.get(urls["network"]).status_code == 403
    assert client.get(urls["place"]).status_code == 403
    assert client.get(urls["detail"]).status_code == 404


def test_collaborator_sees_himself_only(client):
    own, other = AssignmentFactory(collaborator__phone="0900000001"), AssignmentFactory()
    client.force_login(own.collaborator.user)
    page = client.get(reverse("collaborators:detail", args=[own.collaborator_id]))
    assert "0900000001" in page.content.decode()
    assert own.place.name in page.content.decode()
    other_page = client.get(reverse("collaborators:detail", args=[other.collaborator_id]))
    assert other_page.status_code == 404


def test_telephone_numbers_are_for_the_centre(as_role):
    assignment = AssignmentFactory(collaborator__phone="0900000001")
    for role in SEERS:
        client = as_role(role)
        for name in ("network", "detail"):
            page = client.get(pages(assignment)[name]).content.decode()
            assert ("0900000001" in page) == (role != Role.VIEWER), (role, name)


def test_network_of_a_day_shows_who_was_in_charge_then(as_role):
    place = PlaceFactory()
    AssignmentFactory(place=place, collaborator__title="CTV Một", valid_to=date(2026, 3, 31))
    AssignmentFactory(place=place, collaborator__title="CTV Hai", valid_from=date(2026, 4, 1))
    client = as_role(Role.OFFICER)
    for day, title in (("31/03/2026", "CTV Một"), ("01/04/2026", "CTV Hai")):
        [unit] = units(client.get(reverse("collaborators:network"), {"ngay": day}))
        assert str(unit.principal.collaborator) == title
    [unit] = units(client.get(reverse("collaborators:network"), {"ngay": "30/06/2025"}))
    assert unit.principal is None


def test_network_shows_places_without_anyone(as_role):
    held, free = AssignmentFactory().place, PlaceFactory()
    AssignmentFactory(place=free, is_principal=False)
    response = as_role(Role.OFFICER).get(reverse("collaborators:network"))
    assert (response.context["held"], response.context["without"]) == (1, 1)
    response = as_role(Role.OFFICER).get(reverse("collaborators:network"), {"trong": "1"})
    assert [unit.place for unit in units(response)] == [free]
    assert held not in [unit.place for unit in units(response)]


def test_search_finds_places_and_people_without_marks(as_role):
    AssignmentFactory(place__name="Xã Đất Đỏ", collaborator__title="CTV xã Đất Đỏ")
    AssignmentFactory(place__name="Xã Bình Giã", collaborator__title="CTV Hòa")
    client = as_role(Role.VIEWER)
    for text, name in (("dat do", "Xã Đất Đỏ"), ("ctv hoa", "Xã Bình Giã")):
        found = units(client.get(reverse("collaborators:network"), {"tim": text}))
        assert [unit.place.name for unit in found] == [name]


@pytest.mark.parametrize("count", [1, 3])
def test_network_asks_a_fixed_number_of_queries(as_role, django_assert_num_queries, count):
    for _ in range(count):
        AssignmentFactory()
        PlaceFactory()
    client = as_role(Role.ADMINISTRATOR)
    client.get(reverse("collaborators:network"))
    with django_assert_num_queries(5):
        client.get(reverse("collaborators:network"))


@pytest.mark.parametrize("count", [1, 3])
def test_detail_asks_a_fixed_number_of_queries(as_role, django_assert_num_queries, count):
    collaborator = CollaboratorFactory()
    for _ in range(count):
        AssignmentFactory(collaborator=collaborator)
    client = as_role(Role.OFFICER)
    url = reverse("collaborators:detail", args=[collaborator.pk])
    client.get(url)
    with django_assert_num_queries(4):
        client.get(url)


MANAGING = ("appoint", "assign", "record_decision")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_the_administrator_opens_the_forms(as_role, role):
    client = as_role(role)
    for name in MANAGING:
        assert client.get(reverse(f"collaborators:{name}")).status_code == 403
        assert client.post(reverse(f"collaborators:{name}"), {}).status_code == 403
    assignment = AssignmentFactory()
    url = reverse("collaborators:end_assignment", args=[assignment.pk])
    expected = 403 if role in SEERS else 404
    assert client.post(url, {"valid_to": "01/01/2026"}).status_code == expected
    assignment.refresh_from_db()
    assert assignment.valid_to is None


def test_administrator_appoints_assigns_and_ends(as_role):
    client = as_role(Role.ADMINISTRATOR)
    user, place = UserFactory(roles=[Role.COLLABORATOR]), PlaceFactory()
    client.post(
        reverse("collaborators:record_decision"),
        {"number": "1/QĐ-SCT", "signed_on": "01/01/2026", "issued_by": "Sở", "subject": "Thử"},
    )
    decision = AppointmentDecision.objects.get()
    response = client.post(
        reverse("collaborators:appoint"),
        {"title": "CTV xã Thử", "user": user.pk, "main_job": "", "phone": "0254.123.456"},
    )
    collaborator = Collaborator.objects.get()
    assert response.url == reverse("collaborators:detail", args=[collaborator.pk])
    client.post(
        reverse("collaborators:assign"),
        {
            "collaborator": collaborator.pk,
            "place": place.pk,
            "valid_from": "01/02/2026",
            "valid_to": "",
            "is_principal": "on",
            "decision": decision.pk,
        },
    )
    assignment = Assignment.objects.get()
    assert (assignment.valid_from, assignment.decision) == (date(2026, 2, 1), decision)
    client.post(
        reverse("collaborators:end_assignment", args=[assignment.pk]), {"valid_to": "31/03/2026"}
    )
    assignment.refresh_from_db()
    assert assignment.valid_to == date(2026, 3, 31)


def test_assigning_a_held_place_is_refused_beside_the_field(as_role):
    held = AssignmentFactory(collaborator__title="CTV xã Một")
    response = as_role(Role.ADMINISTRATOR).post(
        reverse("collaborators:assign"),
        {
            "collaborator": CollaboratorFactory().pk,
            "place": held.place_id,
            "valid_from": "01/02/2026",
            "is_principal": "on",
        },
    )
    assert response.status_code == 422
    assert "CTV xã Một đang phụ trách chính" in response.context["form"].errors["place"][0]
    assert Assignment.objects.count() == 1


def test_assign_form_is_filled_in_from_the_page_it_was_opened_on(as_role):
    place = PlaceFactory()
    response = as_role(Role.ADMINISTRATOR).get(
        reverse("collaborators:assign"), {"dia-ban": place.pk}
    )
    assert f'<option value="{place.pk}" selected' in response.content.decode()


def test_ending_an_ended_assignment_tells_when_it_ended(as_role):
    held = AssignmentFactory(valid_to=date(2026, 3, 31))
    response = as_role(Role.ADMINISTRATOR).post(
        reverse("collaborators:end_assignment", args=[held.pk]),
        {"valid_to": "30/04/2026"},
        follow=True,
    )
    assert "đã kết thúc ngày 31/03/2026" in response.content.decode()
