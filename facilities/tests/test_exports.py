"""The spreadsheet holds exactly what the list shows that user."""

import pytest

from facilities.tests.factories import AwardFactory, EstablishmentFactory, NetworkGroupFactory
from khuyencong.audit.models import PersonalDataAccess
from khuyencong.exports.registry import source_for

KIND = "facilities.establishments"


def sheet_of(user, **params):
    (sheet,) = source_for(KIND).sheets(user, params)
    rows = [dict(zip([c.header for c in sheet.columns], row, strict=True)) for row in sheet.rows]
    assert sheet.total == len(rows)
    return rows


@pytest.fixture
def book(cast):
    EstablishmentFactory(
        name="Thuận Huệ", place=cast.loc_an, phone="0912345678", tax_code="077085012345"
    )
    EstablishmentFactory(
        name="Hàu Long Sơn",
        place=cast.long_son,
        network_group=NetworkGroupFactory(label="Chế biến"),
        labour_total=12,
        revenue_vnd=1_250_500_000,
    )


def test_rows_carry_the_facts_and_the_unit_of_today(cast, book):
    rows = sheet_of(cast.officer)
    assert [row["Tên cơ sở"][0] for row in rows] == ["Hàu Long Sơn", "Thuận Huệ"]
    hau, thuan_hue = rows
    assert (hau["Nhóm ngành"], hau["Lao động (người)"]) == ("Chế biến", 12)
    assert hau["Doanh thu năm gần nhất (đồng)"] == 1_250_500_000
    assert thuan_hue["Xã, phường khi vào sổ"] == "Xã Lộc An"
    assert thuan_hue["Nay là"] == "Xã Phước Hải"
    assert thuan_hue["Điện thoại"] == "0912345678"


def test_a_collaborator_takes_home_only_their_own(cast, book):
    assert [row["Tên cơ sở"][0] for row in sheet_of(cast.collaborator)] == ["Thuận Huệ"]
    assert sheet_of(cast.neighbour, xa=str(cast.phuoc_hai.pk)) == []


def test_a_viewers_sheet_has_no_contacts(cast, book):
    rows = sheet_of(cast.viewer)
    assert "Điện thoại" not in rows[0]
    assert "Người đại diện" not in rows[0]
    assert [row["Mã số thuế"] for row in rows] == ["", "••••••••2345"]
    assert not PersonalDataAccess.objects.exists()


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("collaborator", "077085012345"),
        ("officer", "077085012345"),
        ("accountant", "077085012345"),
        ("administrator", "077085012345"),
        ("leader", "••••••••2345"),
    ],
)
def test_personal_numbers_only_for_those_who_need_them(cast, book, who, shown):
    rows = {row["Tên cơ sở"][0]: row for row in sheet_of(getattr(cast, who))}
    assert rows["Thuận Huệ"]["Mã số thuế"] == shown


def test_a_sheet_with_contacts_is_logged_with_its_number_of_records(cast, book):
    sheet_of(cast.officer)
    access = PersonalDataAccess.objects.get()
    assert (access.user, access.means, access.records) == (cast.officer, "export", 2)
    assert "Sổ cơ sở" in access.subject_name


def test_the_sheet_is_filtered_as_the_list_and_its_title_names_the_commune(cast, book):
    params = {"xa": str(cast.phuoc_hai.pk), "q": "thuan", "base_url": "https://x.example"}
    assert [row["Tên cơ sở"][0] for row in sheet_of(cast.officer, **params)] == ["Thuận Huệ"]
    title = source_for(KIND).describe(cast.officer, params)
    assert title == "Sổ cơ sở công nghiệp nông thôn – Xã Phước Hải"


def test_rows_cost_the_same_however_many(cast, book, django_assert_num_queries):
    for _ in range(5):
        AwardFactory(product__establishment__place=cast.long_son, level="nation")
    (sheet,) = source_for(KIND).sheets(cast.officer, {})
    with django_assert_num_queries(4):
        assert len(list(sheet.rows)) == 7
