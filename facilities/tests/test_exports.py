"""The spreadsheet holds exactly what the list shows that user."""

import html
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from facilities import exports
from facilities.export_columns import choices_for
from facilities.queries import ListFilters, answer_of, searching
from facilities.tests.factories import (
    AwardFactory,
    CertificateFactory,
    EstablishmentFactory,
    MachineFactory,
    NetworkGroupFactory,
    ProductFactory,
    SupportNeedFactory,
    YearFigureFactory,
)
from khuyencong.audit.models import PersonalDataAccess
from khuyencong.exports.models import ExportJob
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
    with django_assert_num_queries(2):
        assert len(list(sheet.rows)) == 7


def keys_for(user):
    return [choice.key for group in choices_for(user) for choice in group.choices]


@pytest.fixture
def full_record(cast):
    """A record with something in every column, and three more beside it."""
    record = EstablishmentFactory(
        name="Cơ khí Sơn Hải",
        place=cast.long_son,
        network_group=NetworkGroupFactory(label="Cơ khí"),
        capital_vnd=2_000_000_000,
        latitude="10.411379",
        longitude="107.136223",
        markets=["country", "export"],
        export_countries="Lào",
        email="co-khi@vi-du.example",
        status_reason="Sửa nhà xưởng",
        note="Ghi chú nội bộ",
    )
    for number in range(4):
        other = record if number == 0 else EstablishmentFactory(place=cast.long_son)
        product = ProductFactory(establishment=other, name="Máy ép", capacity="20 cái/tháng")
        AwardFactory(product=product, level="nation", year=2024)
        CertificateFactory(establishment=other, kind="ocop", stars=4, product=product, number="07")
        MachineFactory(establishment=other, name="Máy tiện", quantity=2, maker="Nhật Bản")
        SupportNeedFactory(
            establishment=other, what="Máy hàn", wished_year=2027, estimated_vnd=300_000_000
        )
        YearFigureFactory(establishment=other, revenue_vnd=5_000_000_000, output_text="90 máy")
    return record


def test_every_column_is_filled_from_the_record_and_its_rows(cast, full_record):
    keys = keys_for(cast.officer)
    (sheet,) = source_for(KIND).sheets(cast.officer, {"cot": keys, "q": "son hai"})
    (values,) = list(sheet.rows)
    row = dict(zip(keys, values, strict=True))
    assert len({column.header for column in sheet.columns}) == len(keys)
    assert row["name"] == ("Cơ khí Sơn Hải", full_record.get_absolute_url())
    assert row["products"] == "Máy ép (20 cái/tháng)"
    assert row["awards"] == "Máy ép: cấp quốc gia năm 2024"
    assert (row["certificates"], row["ocop_stars"]) == ("OCOP 4 sao (cho Máy ép, số 07)", 4)
    assert (row["machines"], row["machine_count"]) == ("Máy tiện × 2 (Nhật Bản)", 2)
    assert row["needs"] == "Ứng dụng máy móc thiết bị tiên tiến: Máy hàn (năm 2027)"
    assert row["need_cost_vnd"] == 300_000_000
    assert (row["revenue_vnd_2025"], row["output_2025"]) == (5_000_000_000, "90 máy")
    assert (row["latitude"], row["markets"]) == (Decimal("10.411379"), "Trong nước; xuất khẩu")
    assert row["note"] == "Ghi chú nội bộ"


@pytest.mark.parametrize("item_count", [1, 3])
def test_all_columns_cost_the_same_however_many_rows(
    cast, full_record, item_count, django_assert_num_queries
):
    for _ in range(item_count):
        EstablishmentFactory(place=cast.long_son)
    (sheet,) = source_for(KIND).sheets(cast.officer, {"cot": keys_for(cast.officer)})
    with django_assert_num_queries(8):
        assert len(list(sheet.rows)) == 4 + item_count


def test_a_viewer_is_offered_no_column_about_persons_and_gets_none_by_asking(cast, full_record):
    keys = set(keys_for(cast.viewer))
    assert not keys & {"representative", "phone", "email", "note", "status_reason", "consent_on"}
    (row,) = sheet_of(cast.viewer, q="son hai", cot=["name", "note", "email", "phone"])
    assert list(row) == ["Tên cơ sở"]


def test_columns_without_persons_leave_nothing_in_the_log(cast, full_record):
    sheet_of(cast.officer, cot=["name", "place", "machines"])
    assert not PersonalDataAccess.objects.exists()
    sheet_of(cast.officer, cot=["name", "note"])
    assert PersonalDataAccess.objects.get().records == 4


def test_a_search_comes_in_the_order_of_the_list(cast):
    for name in ("An Hải bánh tráng", "Bánh tráng Zê", "Cơ sở bánh tráng An"):
        EstablishmentFactory(name=name, place=cast.long_son)
    filters = ListFilters(q="banh trang")
    listed = [row.name for row in answer_of(cast.officer, filters).page.rows]
    assert listed[-1] == "An Hải bánh tráng"
    assert [row["Tên cơ sở"][0] for row in sheet_of(cast.officer, q="banh trang")] == listed


def test_a_long_search_goes_on_after_the_best_answers(cast, monkeypatch):
    monkeypatch.setattr(searching, "FOUND_UP_TO", 2)
    monkeypatch.setattr(exports, "LINKED_UP_TO", 3)
    for name in ("A bánh", "Bánh B", "C bánh", "D bánh"):
        EstablishmentFactory(name=name, place=cast.long_son)
    (sheet,) = source_for(KIND).sheets(cast.officer, {"q": "banh", "cot": ["name"]})
    names = [row[0] for row in sheet.rows]
    assert names[0] == "Bánh B" and sorted(names) == ["A bánh", "Bánh B", "C bánh", "D bánh"]
    # So long a sheet has plain cells instead of links.
    assert [column.kind for column in sheet.columns] == ["text"]


def test_the_list_leads_to_the_choice_of_columns_with_its_filters(client, cast, book):
    client.force_login(cast.officer)
    page = client.get(f"{reverse('facilities:list')}?q=hau").content.decode()
    url = html.unescape(re.search(r'href="([^"]*chon-cot[^"]*)"', page).group(1))
    response = client.post(
        url, {"lenh": "xuat", "cot": ["name", "phone"], "thu_tu": ["phone"], "format": "ods"}
    )
    job = ExportJob.objects.get()
    assert response["Location"] == reverse("exports:detail", args=[job.pk])
    assert (job.format, job.params["cot"], job.params["q"]) == ("ods", ["phone", "name"], "hau")
