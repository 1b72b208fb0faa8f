"""Search over real Vietnamese names: marks, abbreviations, numbers in groups, slips, the best first.

The names are those of companies and products that the provinces published; nothing else of them.
"""

import pytest
from django.urls import reverse

from facilities import queries, upkeep
from facilities.models import Establishment, SearchWord
from facilities.queries import ListFilters, answer_of, did_you_mean, search, searching
from facilities.tests.factories import EstablishmentFactory
from facilities.words import bare_name, number_in

NAMES = (
    ("Công ty Cổ phần Thủy sản Phước Hải", "cá đông lạnh"),
    ("Công ty TNHH Tùng Sơn", "cuộn cảm biến điện tử"),
    ("Công ty TNHH Sản xuất Thương mại Ca cao Bình Minh", "sô cô la"),
    ("DNTN Bình An", "dao"),
    ("Doanh nghiệp tư nhân Hòa Bình", "gạch không nung"),
    ("HTX Nông nghiệp Sông Xoài", "đường mía"),
    ("Hợp tác xã Hồ tiêu Bầu Mây", "hồ tiêu"),
    ("Hộ kinh doanh Rượu đế Hòa Long", "rượu đế"),
    ("Cơ sở bánh tráng An Ngãi", "bánh tráng"),
    ("Cơ sở chả cá Mười", "chả cá"),
    ("Tổ hợp tác Muối An Ngãi", "muối hạt"),
    ("Xưởng mộc Đất Đỏ", "giường tủ"),
    ("Cơ sở đúc đồng Long Điền", "lư đồng"),
    ("Cơ sở mây tre lá Quyết Thắng", "giỏ, nón lá"),
    ("Công ty TNHH MTV Gốm sứ Minh Long", "gốm sứ"),
    ("Công ty CP Mía đường Lam Sơn", "đường tinh luyện"),
    ("Công ty Cổ phần Nước mắm Thanh Hà", "nước mắm"),
    ("Cơ sở nước mắm Ông Kỳ", "nước mắm"),
    ("Hộ kinh doanh Nguyễn Thị Yến", "bún khô"),
    ("Công ty TNHH Đồ gỗ Trường Thành", "bàn ghế xuất khẩu"),
    ("Cơ sở dệt chiếu Định Yên", "chiếu cói"),
    ("HTX Dệt thổ cẩm Mỹ Nghiệp", "thổ cẩm"),
    ("Làng gốm Bàu Trúc", "gốm Chăm"),
    ("Công ty TNHH Chế biến Hạt điều Phúc An", "hạt điều rang muối"),
    ("Công ty Cổ phần Cao su Đồng Phú", "mủ cao su"),
    ("Cơ sở kẹo dừa Bến Tre", "kẹo dừa"),
    ("Công ty TNHH Yến sào Cần Giờ", "yến sào"),
    ("Cơ sở khô cá dứa Cần Giờ", "khô cá dứa"),
    ("Công ty TNHH Cơ khí Thuận Phát", "máy cày"),
    ("Cơ sở rèn Lý Nhân", "dao, kéo"),
    ("Công ty TNHH Tranh Sơn mài Tương Bình Hiệp", "tranh sơn mài"),
    ("Cơ sở nón lá Tây Hồ", "nón lá"),
    ("HTX Chè Tân Cương", "chè xanh"),
    ("Công ty Cổ phần Chè Hùng Thái", "chè"),
    ("Cơ sở miến dong Cự Đà", "miến dong"),
    ("Cơ sở bánh phở Vân Cù", "bánh phở"),
    ("Công ty TNHH Giày da Phú Yên", "giày da"),
    ("Công ty TNHH May mặc Việt Thắng", "áo sơ mi"),
    ("Cơ sở thêu ren Văn Lâm", "thêu ren"),
    ("Công ty Cổ phần Đá ốp lát Bình Định", "đá ốp lát"),
    ("Cơ sở chạm bạc Đồng Xâm", "bạc mỹ nghệ"),
    ("Công ty TNHH Tôm giống Ninh Thuận", "tôm giống"),
    ("Cơ sở tương Bần Hưng Yên", "tương"),
    ("Công ty TNHH Mật ong Đắk Lắk", "mật ong"),
    ("HTX Cà phê Cầu Đất", "cà phê rang xay"),
    ("Công ty TNHH Dược liệu Sâm Ngọc Linh", "sâm"),
    ("Cơ sở bún khô Ba Khía", "bún khô"),
    ("Hộ kinh doanh Lò bún Phú Đô", "bún tươi"),
    ("Công ty Cổ phần Nhựa Bình Thuận", "ống nhựa"),
    ("Công ty TNHH Bao bì Ánh Sáng", "bao bì giấy"),
    ("Cơ sở đóng ghe Cần Thơ", "ghe xuồng"),
    ("Cơ sở trống Đọi Tam", "trống"),
    ("Công ty TNHH Vật liệu xây dựng Hoàng Gia", "gạch men"),
    ("Công ty TNHH TM DV Quỳnh Anh", "hương nhang"),
    ("Cơ sở nhang Lê Minh Xuân", "nhang"),
    ("HTX Nấm rơm Lai Vung", "nấm rơm, nem"),
    ("Công ty Cổ phần Thép Nghi Sơn", "thép"),
    ("Cơ sở khung ảnh Ưng Thuận", "khung ảnh"),
    ("Công ty TNHH Ô tô Êm Ái", "phụ tùng ô tô"),
    ("Cơ sở bánh đa Kế", "bánh đa"),
    ("Cơ sở rượu cần Ê Đê", "rượu cần"),
    ("Công ty TNHH Xuất nhập khẩu Dừa Lương Quới", "nước cốt dừa"),
)
assert len(NAMES) >= 60

# What is typed, and the name that must come first.
TYPED = [
    # With and without marks, any case, composed or not.
    *((name, name) for name, _ in NAMES),
    ("thuy san phuoc hai", "Công ty Cổ phần Thủy sản Phước Hải"),
    ("THỦY SẢN PHƯỚC HẢI", "Công ty Cổ phần Thủy sản Phước Hải"),
    ("xuong moc dat do", "Xưởng mộc Đất Đỏ"),
    ("uong thuan", None),
    ("khung anh ung thuan", "Cơ sở khung ảnh Ưng Thuận"),
    ("o to em ai", "Công ty TNHH Ô tô Êm Ái"),
    ("duc dong long dien", "Cơ sở đúc đồng Long Điền"),
    ("dá ốp lát", "Công ty Cổ phần Đá ốp lát Bình Định"),
    # Abbreviations, on either side.
    ("cty cp thủy sản phước hải", "Công ty Cổ phần Thủy sản Phước Hải"),
    ("CTCP Nước mắm Thanh Hà", "Công ty Cổ phần Nước mắm Thanh Hà"),
    ("công ty cổ phần mía đường", "Công ty CP Mía đường Lam Sơn"),
    ("cty tung son", "Công ty TNHH Tùng Sơn"),
    ("công ty trách nhiệm hữu hạn tùng sơn", "Công ty TNHH Tùng Sơn"),
    ("doanh nghiep tu nhan binh an", "DNTN Bình An"),
    ("dntn hoa binh", "Doanh nghiệp tư nhân Hòa Bình"),
    ("htx ho tieu", "Hợp tác xã Hồ tiêu Bầu Mây"),
    ("hop tac xa song xoai", "HTX Nông nghiệp Sông Xoài"),
    ("hkd ruou de", "Hộ kinh doanh Rượu đế Hòa Long"),
    ("cs banh trang", "Cơ sở bánh tráng An Ngãi"),
    ("tht muoi", "Tổ hợp tác Muối An Ngãi"),
    ("cong ty sxtm ca cao binh minh", "Công ty TNHH Sản xuất Thương mại Ca cao Bình Minh"),
    ("thuong mai dich vu quynh anh", "Công ty TNHH TM DV Quỳnh Anh"),
    ("tmdv quynh anh", "Công ty TNHH TM DV Quỳnh Anh"),
    ("vlxd hoang gia", "Công ty TNHH Vật liệu xây dựng Hoàng Gia"),
    ("xnk dua luong quoi", "Công ty TNHH Xuất nhập khẩu Dừa Lương Quới"),
    ("một thành viên minh long", "Công ty TNHH MTV Gốm sứ Minh Long"),
    # Half typed, out of order, by product.
    ("banh tra", "Cơ sở bánh tráng An Ngãi"),
    ("muoi cha ca", "Cơ sở chả cá Mười"),
    ("so co la", "Công ty TNHH Sản xuất Thương mại Ca cao Bình Minh"),
    # The name before the products.
    ("muoi", "Tổ hợp tác Muối An Ngãi"),
    ("nuoc mam", "Công ty Cổ phần Nước mắm Thanh Hà"),
    ("dua", "Công ty TNHH Xuất nhập khẩu Dừa Lương Quới"),
    ("non la", "Cơ sở nón lá Tây Hồ"),
]
# Slips, and the name that the corrected search begins with.
SLIPS = [
    ("bnah trang an ngai", "Cơ sở bánh tráng An Ngãi"),
    ("bánh chráng an ngãi", "Cơ sở bánh tráng An Ngãi"),
    ("banhtrang an ngai", "Cơ sở bánh tráng An Ngãi"),
    ("banhs trangs an ngaix", "Cơ sở bánh tráng An Ngãi"),
    ("ba nh trang an ngai", "Cơ sở bánh tráng An Ngãi"),
    ("thuy san phuoc hia", "Công ty Cổ phần Thủy sản Phước Hải"),
    ("thuy xan phuoc hai", "Công ty Cổ phần Thủy sản Phước Hải"),
    ("tùn sơn", "Công ty TNHH Tùng Sơn"),
    ("song soai", "HTX Nông nghiệp Sông Xoài"),
    ("hồ teu bau may", "Hợp tác xã Hồ tiêu Bầu Mây"),
    ("nuowcs mawms thanh haf", "Công ty Cổ phần Nước mắm Thanh Hà"),
    ("quyet thagn", "Cơ sở mây tre lá Quyết Thắng"),
    ("cha ca muioi", "Cơ sở chả cá Mười"),
    ("dduwcs dong long dien", "Cơ sở đúc đồng Long Điền"),
    ("ren li nhan", "Cơ sở rèn Lý Nhân"),
    ("kẹo giừa bến tre", "Cơ sở kẹo dừa Bến Tre"),
    ("chieu dinh ien", "Cơ sở dệt chiếu Định Yên"),
    ("cty cp thep nhgi son", "Công ty Cổ phần Thép Nghi Sơn"),
    ("tranh son mai tuong binh hiiep", "Công ty TNHH Tranh Sơn mài Tương Bình Hiệp"),
]


@pytest.fixture
def named(cast):
    for name, products in NAMES:
        EstablishmentFactory(name=name, main_products=products, place=cast.long_son)
    EstablishmentFactory(
        name="Cơ sở có số", phone="0912345678", tax_code="0100109106-001", place=cast.long_son
    )
    upkeep.refresh_words()
    return cast


def test_every_name_is_found_first_as_people_type_it(named):
    wrong = []
    for typed, expected in TYPED:
        rows = answer_of(named.officer, ListFilters(q=typed)).page.rows
        first = rows[0].name if rows else None
        if first != expected:
            wrong.append((typed, expected, first))
    assert not wrong


def test_slips_are_corrected_to_what_the_registry_holds(named):
    rows = Establishment.objects.all()
    wrong = []
    for typed, expected in SLIPS:
        meant = did_you_mean(rows, typed)
        found = (
            answer_of(named.officer, ListFilters(q=meant.text)).page.rows[0].name if meant else None
        )
        if found != expected:
            wrong.append((typed, expected, found, meant))
    assert not wrong
    assert did_you_mean(rows, "zzzzzz qqqqqq") is None


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912.345.678",
        "091 2345 678",
        "+84 912 345 678",
        "ĐT: 0912 345 678",
        "345 678",
        "0100109106",
        "MST 0100 109 106",
        "0100109106-001",
        "0100 109 106 001",
        "co so 0912 345 678",
    ],
)
def test_numbers_are_found_in_any_grouping(named, typed):
    assert [row.name for row in search(Establishment.objects.all(), typed)] == ["Cơ sở có số"]


def test_the_words_kept_for_corrections_hold_no_numbers(named):
    assert not SearchWord.objects.filter(word__regex=r"\d").exists()
    assert SearchWord.objects.get(word="trang").uses == 1
    Establishment.objects.filter(name__startswith="Cơ sở bánh tráng").update(
        name="Cơ sở bánh", main_products="bánh"
    )
    upkeep.refresh_words()
    assert not SearchWord.objects.filter(word="trang").exists()


def test_a_common_word_shows_the_best_and_says_there_are_more(named, monkeypatch):
    monkeypatch.setattr(searching, "FOUND_UP_TO", 3)
    answer = answer_of(named.officer, ListFilters(q="co so"))
    assert (answer.count, answer.exact) == (3, False)
    everywhere = answer_of(named.officer, ListFilters(q="tung son"))
    assert (everywhere.count, everywhere.exact) == (1, True)


def test_pages_of_a_search_meet(named):
    asked, seen, after = ListFilters(q="co so"), [], None
    whole = [row.pk for row in answer_of(named.officer, asked, size=100).page.rows]
    while True:
        page = answer_of(named.officer, asked, after=after, size=7).page
        seen += [row.pk for row in page.rows]
        if (after := page.next_after) is None:
            break
    assert seen == whole
    back = answer_of(named.officer, asked, before=whole[7], size=7).page
    assert [row.pk for row in back.rows] == whole[:7]


def test_the_page_says_what_it_searched_instead(named, client):
    client.force_login(named.officer, backend="khuyencong.core.auth.PortalBackend")
    html = client.get(reverse("facilities:list"), {"q": "bnah trang an ngai"}).content.decode()
    assert "Có phải anh/chị tìm" in html
    assert "bánh tráng an ngãi" in html
    assert "Cơ sở bánh tráng An Ngãi" in html
    html = client.get(reverse("facilities:list"), {"q": "banh trang"}).content.decode()
    assert "Có phải" not in html


def test_a_viewer_finds_no_contact_by_any_grouping(named):
    for typed in ("0912 345 678", "ĐT 0912345678", "co so 0912345678"):
        assert answer_of(named.viewer, ListFilters(q=typed)).count == 0
    assert answer_of(named.viewer, ListFilters(q="tung son")).count == 1


def test_names_and_numbers_are_reduced_to_what_tells_them_apart():
    assert bare_name("Công ty TNHH MTV SX-TM Hòa Bình") == bare_name("Cty Hoà Bình") == "hoa binh"
    assert bare_name("Cơ sở sản xuất") == "cs sx"
    assert number_in("84 912 345 678") == "0912345678"
    assert number_in("Hòa Bình 2") == ""


TEXTS = (
    "binh",
    "cty binh",
    "công ty",
    "nuoc mam t",
    "an",
    "b",
    "cs banh trang",
    "tnhh mtv gom",
    "zz",
)


@pytest.mark.parametrize("who", ["officer", "viewer"])
def test_the_index_of_words_finds_what_reading_finds(named, monkeypatch, who):
    def found():
        answers = {}
        for text in TEXTS:
            for more in ({}, {"loai": "household"}, {"tinh_trang": "active"}):
                rows = queries.filtered_rows(getattr(named, who), ListFilters(q=text, **more))
                ids = set(searching.find(rows, text).ids)
                assert ids == {record.pk for record in search(rows, text)}
                answers[text, *more] = ids
        return answers

    by_index = found()
    monkeypatch.setattr(searching, "COMMON", -1)
    assert found() == by_index
    assert by_index[("binh",)] and not by_index[("zz",)]


def test_of_too_many_those_whose_names_begin_so_are_shown(named, monkeypatch):
    monkeypatch.setattr(searching, "FOUND_UP_TO", 2)
    found = searching.find(queries.filtered_rows(named.officer, ListFilters(q="binh")), "binh")
    names = Establishment.objects.filter(pk__in=found.ids).values_list("name", flat=True)
    assert found.more and "DNTN Bình An" in names and len(names) == 2
