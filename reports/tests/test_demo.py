import json
from datetime import date

import pytest
from django.core.management import call_command

from collaborators.models import AppointmentDecision, Assignment, Collaborator
from collaborators.queries import own_place_ids, principal_assignments
from facilities.enums import AwardLevel
from facilities.models import Award, Establishment, Product
from khuyencong.core.enums import Role
from khuyencong.core.models import User
from programs.enums import Audience
from programs.models import SupportResult, TrainingClass
from programs.queries import results_of

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo, loaded once for this module and taken back after it."""
    from django.db import transaction

    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        call_command("load_demo", verbosity=0)
        yield
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


def counts():
    return {
        model: model.objects.count()
        for model in (
            User,
            Collaborator,
            Assignment,
            AppointmentDecision,
            Establishment,
            Product,
            Award,
            SupportResult,
            TrainingClass,
        )
    }


def test_the_year_2022_prints_the_figures_of_the_interview(demo):
    results = results_of(User.objects.get(username="ctv.long-son"), 2022)
    assert results.collaborators == 25
    assert {group.level: len(group.awards) for group in results.awards} == {
        AwardLevel.DISTRICT: 78,
        AwardLevel.PROVINCE: 35,
        AwardLevel.REGION: 13,
    }
    assert {g.kind.code: (g.establishments, len(g.results)) for g in results.support} == {
        "may_moc": (10, 10),
        "phong_trung_bay": (3, 3),
    }
    assert [len(group.classes) for group in results.classes_for_establishments] == [3, 1, 3]
    assert results.class_count_for_collaborators == 2


def test_the_figures_of_2022_are_those_of_the_rows(demo):
    assert Award.objects.filter(year=2022, level="district").count() == 78
    assert Award.objects.filter(year=2022, level="province").count() == 35
    assert Award.objects.filter(year=2022, level="region").count() == 13
    assert SupportResult.objects.filter(year=2022, activity_kind__code="may_moc").count() == 10
    showrooms = SupportResult.objects.filter(year=2022, activity_kind__code="phong_trung_bay")
    assert showrooms.count() == 3
    for result in showrooms:
        levels = Award.objects.filter(product__establishment=result.establishment)
        assert {"province", "region"} <= set(levels.values_list("level", flat=True))
    assert TrainingClass.objects.filter(year=2022, audience=Audience.COLLABORATORS).count() == 2
    assert TrainingClass.objects.filter(year=2022, audience=Audience.ESTABLISHMENTS).count() == 7


def test_what_is_invented_is_marked_and_what_is_published_has_its_source(demo):
    for establishment in Establishment.objects.all():
        assert establishment.is_illustration == ("minh họa" in establishment.name)
        assert establishment.is_illustration == (establishment.source == "illustration")
        assert bool(establishment.source_url) != establishment.is_illustration
    for award in Award.objects.all():
        assert bool(award.source_url) != award.is_illustration
    for result in SupportResult.objects.all():
        assert bool(result.source_url) != result.is_illustration
        assert result.support_vnd is None
    assert Establishment.objects.filter(is_illustration=False).count() == 5


def test_published_rows_stand_on_the_map_of_their_time(demo):
    places = {
        e.name: (e.place.name, e.place.level)
        for e in Establishment.objects.filter(is_illustration=False).select_related("place")
    }
    assert places["Công ty Cổ phần SX DV & TM Thuận Huệ"] == ("Xã Lộc An", "commune")
    assert places["Công ty TNHH Tùng Sơn BR-VT"] == ("Xã Xuân Sơn", "commune")
    assert places["DNTN Bình An"] == ("Xã Láng Lớn", "commune")
    assert places["Cơ sở chả cá Mười"] == ("Huyện Đất Đỏ", "district")
    # Lộc An is in Phước Hải today: its collaborator finds the establishment.
    own = own_place_ids(User.objects.get(username="ctv.phuoc-hai"))
    assert Establishment.objects.get(name__contains="Thuận Huệ").place_id in own


@pytest.mark.parametrize(
    "day", [date(2021, 10, 13), date(2022, 12, 31), date(2025, 1, 1), date(2025, 6, 30)]
)
def test_the_network_of_2022_had_25_collaborators_without_accounts(demo, day):
    found = list(principal_assignments(day))
    assert len({a.collaborator_id for a in found}) == len({a.place_id for a in found}) == 25
    assert all(a.collaborator.user is None and a.is_illustration for a in found)
    assert {a.decision.number for a in found} == {"187/QĐ-SCT"}


def test_the_network_of_today_has_25_collaborators_with_accounts(demo):
    found = list(principal_assignments(date(2026, 1, 1)))
    assert len({a.place_id for a in found}) == 25
    assert {a.place.parent.name for a in found} == {"Khu vực Bà Rịa – Vũng Tàu"}
    for assignment in found:
        user = assignment.collaborator.user
        assert user.roles == [Role.COLLABORATOR]
        assert user.display_name == str(assignment.collaborator)
        assert not user.must_change_password


def test_every_commune_of_the_network_has_8_to_25_establishments(demo):
    for assignment in principal_assignments(date(2026, 1, 1)):
        assert 8 <= assignment.place.establishments.count() <= 25


def test_loading_again_changes_nothing(demo):
    before = counts()
    call_command("load_demo", verbosity=0)
    assert counts() == before


def test_demo_accounts_name_one_usable_account_per_role(demo, capsys):
    call_command("demo_accounts", "--json")
    accounts = json.loads(capsys.readouterr().out)
    assert set(accounts) == set(Role.values)
    for role, (username, password) in accounts.items():
        user = User.objects.get(username=username)
        assert (user.roles, user.is_active) == ([role], True)
        assert user.check_password(password)
