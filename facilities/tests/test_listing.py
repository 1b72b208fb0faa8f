"""Search without diacritics, filters, pages by key, counts."""

from datetime import UTC, date, datetime

import pytest

from facilities.models import Establishment, Industry
from facilities.queries import (
    ListFilters,
    count_of,
    establishments_visible_to,
    list_rows,
    listing,
    page_of,
    search,
)
from facilities.tests.factories import (
    AwardFactory,
    EstablishmentFactory,
    NetworkGroupFactory,
    SupportNeedFactory,
)

NAMES = {
    "Cơ sở bánh tráng An Ngãi": "bánh tráng",
    "Công ty Cổ phần SX DV & TM Thuận Huệ": "Cá Chai tẩm gia vị",
    "Công ty TNHH Tùng Sơn BR-VT": "Cuộn cảm biến điện tử",
    "DNTN Bình An": "Bộ sản phẩm Dao Bình An",
    "Cơ sở chả cá Mười": "Chả cá",
    "HTX Nông nghiệp Sông Xoài": "đường mía, rượu chuối",
    "Hộ kinh doanh Rượu đế Hòa Long": "Rượu đế",
    "Xưởng mộc Đất Đỏ": "Đồ gỗ gia dụng, giường tủ",
    "Cơ sở mây tre lá Quyết Thắng": "Giỏ, thúng, nón lá",
    "Tổ hợp tác Muối An Ngãi": "Muối hạt",
}

# (what is typed, the start of the name that must be found; None: nothing)
SEARCHES = [
    ("bánh tráng", "Cơ sở bánh tráng"),
    ("banh trang", "Cơ sở bánh tráng"),
    ("BANH TRANG", "Cơ sở bánh tráng"),
    ("trang banh", "Cơ sở bánh tráng"),
    ("bánh tra\u0301ng", "Cơ sở bánh tráng"),
    ("banh trang an ngai", "Cơ sở bánh tráng"),
    ("thuan hue", "Công ty Cổ phần"),
    ("cá chai", "Công ty Cổ phần"),
    ("ca chai tam gia vi", "Công ty Cổ phần"),
    ("SX DV & TM", "Công ty Cổ phần"),
    ("tung son", "Công ty TNHH Tùng Sơn"),
    ("BR-VT", "Công ty TNHH Tùng Sơn"),
    ("cuon cam bien", "Công ty TNHH Tùng Sơn"),
    ("dao binh an", "DNTN Bình An"),
    ("cha ca muoi", "Cơ sở chả cá Mười"),
    ("Muoi cha", "Cơ sở chả cá Mười"),
    ("song xoai", "HTX Nông nghiệp"),
    ("duong mia", "HTX Nông nghiệp"),
    ("đường mía", "HTX Nông nghiệp"),
    ("ruou de hoa long", "Hộ kinh doanh"),
    ("rượu đế hoà long", "Hộ kinh doanh"),
    ("dat do", "Xưởng mộc"),
    ("Đất Đỏ", "Xưởng mộc"),
    ("giuong tu", "Xưởng mộc"),
    ("do go", "Xưởng mộc"),
    ("non la", "Cơ sở mây tre lá"),
    ("quyet thang", "Cơ sở mây tre lá"),
    ("muoi hat", "Tổ hợp tác"),
    ("ngai muoi", "Tổ hợp tác"),
    ("0912345678", "DNTN Bình An"),
    ("345 678", "DNTN Bình An"),
    ("+84 912 345 678", "DNTN Bình An"),
    ("0100109106", "Công ty TNHH Tùng Sơn"),
    ("0100109106-001", "Công ty TNHH Tùng Sơn"),
    ("anh", None),
    ("oan hue", None),
    ("%", None),
    ("khong co dau", None),
]


@pytest.fixture
def named(db):
    for name, products in NAMES.items():
        EstablishmentFactory(
            name=name,
            main_products=products,
            phone="0912345678" if name.startswith("DNTN") else "",
            tax_code="0100109106-001" if "Tùng Sơn" in name else "",
        )


@pytest.mark.parametrize(("typed", "start"), SEARCHES)
def test_search_finds_vietnamese_without_diacritics(named, typed, start):
    found = list(search(Establishment.objects.all(), typed))
    if typed == "%":
        assert len(found) == len(NAMES)
    elif start is None:
        assert found == []
    else:
        assert [row.name for row in found if row.name.startswith(start)], found
        assert len(found) == 1


def test_search_of_a_viewer_gives_no_contact_away(cast):
    EstablishmentFactory(name="Mắm Phước Hải", phone="0912345678", place=cast.phuoc_hai)

    def found(user, text):
        return search(establishments_visible_to(user), text).count()

    assert found(cast.officer, "0912345678") == 1
    assert found(cast.viewer, "0912345678") == 0
    assert found(cast.viewer, "mam phuoc hai") == 1


def rows_of(user, **params):
    return [row.name for row in list_rows(user, ListFilters.from_params(params))]


def test_a_commune_of_today_finds_what_was_entered_on_the_old_map(cast):
    EstablishmentFactory(name="Thuận Huệ", place=cast.loc_an)
    EstablishmentFactory(name="Mắm", place=cast.phuoc_hai)
    EstablishmentFactory(name="Hàu", place=cast.long_son)
    assert rows_of(cast.officer, xa=cast.phuoc_hai.pk) == ["Mắm", "Thuận Huệ"]
    assert rows_of(cast.officer, xa=cast.loc_an.pk) == ["Thuận Huệ"]
    assert rows_of(cast.neighbour, xa=cast.phuoc_hai.pk) == []


def test_filters_narrow_the_list(cast):
    wood = NetworkGroupFactory(code="go")
    first = EstablishmentFactory(
        name="A", place=cast.long_son, network_group=wood, legal_form="cooperative"
    )
    EstablishmentFactory(name="B", place=cast.long_son, status="paused", source="published")
    AwardFactory(product__establishment=first, level="nation")
    first.labour_total = 12
    first.registered_on = date(2026, 3, 1)
    first.industry = Industry.objects.create(code="1629", label="Gỗ", valid_from=date(2018, 8, 20))
    first.save()
    Establishment.objects.exclude(pk=first.pk).update(
        registered_on=date(2022, 1, 1), updated_at=datetime(2022, 1, 1, tzinfo=UTC)
    )
    need = SupportNeedFactory(establishment=first)
    assert rows_of(cast.officer, cu_truoc="2023-01-01") == ["B"]
    for params in (
        {"nganh": "16"},
        {"quy_mo": "small"},
        {"vao_tu": "2026-01-01"},
        {"sua_tu": "2023-01-01"},
        {"nhu_cau": need.kind.code},
        {"nhom": "go"},
        {"loai": "cooperative"},
        {"tinh_trang": "active"},
        {"giai": "nation"},
        {"nguon": "entry"},
        {"chi_tieu": "registry.cooperatives"},
    ):
        assert rows_of(cast.officer, **params) == ["A"], params
    assert rows_of(cast.officer, loai="nonsense", xa="1 OR 1", tu="31/31") == ["A", "B"]
    assert rows_of(cast.officer, giai="district") == []


def test_the_order_is_vietnamese(cast):
    names = ["Đá", "Dừa", "Ân", "Ăn", "An", "Ơ", "Ong", "Ô mai"]
    for name in names:
        EstablishmentFactory(name=name, place=cast.long_son)
    assert rows_of(cast.officer) == ["An", "Ăn", "Ân", "Dừa", "Đá", "Ong", "Ô mai", "Ơ"]


@pytest.mark.parametrize("few", [False, True])
def test_pages_by_key_meet_without_gap_or_double(cast, few):
    for number in range(11):
        EstablishmentFactory(name=f"Cùng tên {number // 4}", place=cast.long_son)
    rows = list_rows(cast.officer, ListFilters())
    everything = [row.pk for row in rows]
    seen, page = [], page_of(rows, size=4, few=few)
    assert page.previous_before is None
    while True:
        seen.append([row.pk for row in page.rows])
        if page.next_after is None:
            break
        page = page_of(rows, after=page.next_after, size=4, few=few)
    assert [pk for part in seen for pk in part] == everything
    assert [len(part) for part in seen] == [4, 4, 3]
    back = page_of(rows, before=page.previous_before, size=4, few=few)
    assert [row.pk for row in back.rows] == seen[1]
    assert back.next_after == seen[1][-1]
    first = page_of(rows, before=back.previous_before, size=4, few=few)
    assert ([row.pk for row in first.rows], first.previous_before) == (seen[0], None)


def test_a_mark_outside_the_list_gives_the_first_page(cast):
    EstablishmentFactory(name="A", place=cast.long_son)
    other = EstablishmentFactory(name="B", place=cast.phuoc_hai)
    page = page_of(list_rows(cast.neighbour, ListFilters()), after=other.pk)
    assert [row.name for row in page.rows] == ["A"]


def test_counting_stops_where_nobody_reads_on(cast, monkeypatch):
    for _ in range(3):
        EstablishmentFactory(place=cast.long_son)
    rows = list_rows(cast.officer, ListFilters())
    assert count_of(rows) == (3, True)
    monkeypatch.setattr(listing, "COUNTED_UP_TO", 2)
    assert count_of(rows) == (2, False)


def test_the_highest_title_is_shown(cast):
    establishment = EstablishmentFactory(place=cast.long_son)
    for level, year in [("district", 2022), ("region", 2018), ("region", 2020)]:
        AwardFactory(product__establishment=establishment, level=level, year=year)
    (row,) = page_of(list_rows(cast.officer, ListFilters())).rows
    assert (row.top_award.level, row.top_award.year) == ("region", 2020)


@pytest.mark.parametrize("item_count", [1, 3])
def test_a_page_costs_the_same_for_one_and_three(cast, item_count, django_assert_num_queries):
    for _ in range(item_count):
        AwardFactory(product__establishment__place=cast.loc_an)
    with django_assert_num_queries(6):
        rows = list_rows(cast.collaborator, ListFilters())
        page_of(rows)
        count_of(rows)
