"""Who counts as cơ sở công nghiệp nông thôn on a day, and why."""

from datetime import date

import pytest

from facilities.catalogue import load_eligibility_rules
from facilities.models import EligibilityRule
from facilities.record.eligibility import assess, rule_on
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import PlaceKind, SuccessionKind
from khuyencong.core.models import Succession
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.tests.factories import PlaceFactory

BILLION = 1_000_000_000
OLD, NEW = date(2024, 6, 1), date(2026, 6, 1)


@pytest.fixture(autouse=True)
def rules(db):
    load_eligibility_rules()


@pytest.fixture
def ward(db):
    """Phường Long Hương, which Xã Tân Hưng and Phường Kim Dinh became on 2025-07-01."""
    ward = PlaceFactory(name="Phường Long Hương", kind="phuong", valid_from=date(2025, 7, 1))
    for name, kind in (("Xã Tân Hưng", "xa"), ("Phường Kim Dinh", "phuong")):
        Succession.objects.create(
            predecessor=PlaceFactory(name=name, kind=kind, valid_to=date(2025, 6, 30)),
            successor=ward,
            effective_on=date(2025, 7, 1),
            kind=SuccessionKind.MERGED,
        )
    rebuild_lineage()
    return ward


def findings(establishment, day):
    return {f.label: (f.verdict, f.reason) for f in assess(establishment, day).findings}


def commune(**kwargs):
    place = PlaceFactory(name="Xã Long Sơn", kind=PlaceKind.RURAL_COMMUNE)
    return EstablishmentFactory(place=place, **kwargs)


def test_the_rule_is_the_one_in_force_that_day():
    assert rule_on(date(2012, 7, 4)) is None
    assert rule_on(date(2025, 10, 14)).legal_basis == "Nghị định 45/2012/NĐ-CP"
    assert "235/2025" in rule_on(date(2025, 10, 15)).legal_basis
    assert not rule_on(NEW).is_verified


def test_rules_an_administrator_changed_are_kept():
    EligibilityRule.objects.update(max_labour=200)
    load_eligibility_rules()
    assert set(EligibilityRule.objects.values_list("max_labour", flat=True)) == {200}


def test_a_small_household_in_a_commune_is_one():
    found = assess(commune(labour_total=5), NEW)
    assert found.verdict == "yes"
    assert all(finding.reason for finding in found.findings)


@pytest.mark.parametrize(
    ("capital", "labour", "verdict"),
    [
        (100 * BILLION, 1000, "yes"),
        (200 * BILLION, 300, "yes"),
        (200 * BILLION, 301, "no"),
        (200 * BILLION, None, "open"),
        (None, 301, "open"),
        (None, None, "open"),
    ],
)
def test_either_limit_is_enough(capital, labour, verdict):
    found = findings(commune(capital_vnd=capital, labour_total=labour), NEW)
    assert found["Quy mô"][0] == verdict


def test_too_large_is_said_with_the_figures():
    found = assess(commune(capital_vnd=200 * BILLION, labour_total=301), NEW)
    assert found.verdict == "no"
    assert "200.000.000.000 đồng và 301 lao động đều vượt" in found.findings[1].reason


@pytest.mark.parametrize(
    ("form", "day", "verdict"),
    [
        ("household", NEW, "yes"),
        ("limited_company", NEW, "yes"),
        ("cooperative_group", OLD, "yes"),
        ("cooperative_group", NEW, "open"),
        ("unknown", NEW, "open"),
    ],
)
def test_who_benefits_changed_with_the_decree(form, day, verdict):
    assert findings(commune(legal_form=form), day)["Đối tượng"][0] == verdict


def test_a_ward_made_of_communes_lately_is_looked_at_with_its_past(ward):
    verdict, reason = findings(EstablishmentFactory(place=ward), NEW)["Địa bàn"]
    assert verdict == "open"
    assert "chuyển từ xã (Xã Tân Hưng) ngày 01/07/2025, chưa quá 5 năm" in reason
    later = findings(EstablishmentFactory(place=ward), date(2030, 7, 1))["Địa bàn"][1]
    assert "chưa quá" not in later


def test_the_unit_of_that_day_counts_not_that_of_today(ward):
    """Recorded on today's map, asked for a day of the old one: a commune and a ward it may be."""
    verdict, reason = findings(EstablishmentFactory(place=ward), OLD)["Địa bàn"]
    assert verdict == "open"
    assert "Phường Kim Dinh, Xã Tân Hưng" in reason
    old = ward.origins.get(predecessor__name="Xã Tân Hưng").predecessor
    assert findings(EstablishmentFactory(place=old), OLD)["Địa bàn"][0] == "yes"
    assert "Phường Long Hương" in findings(EstablishmentFactory(place=old), NEW)["Địa bàn"][1]


def test_before_any_rule_nothing_is_said():
    found = assess(commune(), date(2010, 1, 1))
    assert (found.rule, found.findings, found.verdict) == (None, (), "open")


def test_the_page_shows_today_and_any_day(client, cast):
    book = EstablishmentFactory(place=cast.phuoc_hai, labour_total=5)
    client.force_login(cast.officer)
    html = client.get(book.get_absolute_url()).content.decode()
    assert "Điều kiện là cơ sở công nghiệp nông thôn" in html
    assert "cần đối chiếu văn bản" in html
    html = client.get(book.get_absolute_url() + "?ngay=01/06/2024").content.decode()
    assert "cổng chưa có hồ sơ này" in html
    assert "theo Nghị định 45/2012/NĐ-CP, tính vào ngày 01/06/2024" in html
    assert client.get(book.get_absolute_url() + "?ngay=hom-qua").status_code == 302
    html = client.get(book.get_absolute_url() + "?ngay=01/01/2090").content.decode()
    assert "chưa tới" in html
