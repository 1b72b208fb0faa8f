"""Catalogues of the registry that every installation needs."""

from datetime import date

from facilities.enums import ENTERPRISE_FORMS, LegalForm
from facilities.models import EligibilityRule, Industry, NeedKind, NetworkGroup
from khuyencong.core.enums import PlaceKind

# The groups the interview of 2022 names; the codes are also the members of the reports' dimension.
NETWORK_GROUPS = (
    ("co_khi", "Cơ khí"),
    ("che_bien", "Chế biến nông, lâm, thủy sản"),
    ("go", "Sản xuất gỗ và đồ gỗ"),
    ("thu_cong", "Thủ công mỹ nghệ"),
    ("khac", "Ngành khác"),
)
# Where an establishment without a group is counted.
OTHER_GROUP = "khac"


def load_network_groups() -> None:
    """Create the groups that are missing; labels changed by an administrator are kept."""
    for order, (code, label) in enumerate(NETWORK_GROUPS, start=1):
        NetworkGroup.objects.get_or_create(code=code, defaults={"label": label, "order": order})


VSIC_BASIS = "Quyết định 27/2018/QĐ-TTg"
VSIC_FROM = date(2018, 8, 20)
# Section C, divisions. Those from 24 on are from memory and marked so until somebody confirms them.
VSIC_DIVISIONS = (
    ("10", "Sản xuất, chế biến thực phẩm"),
    ("11", "Sản xuất đồ uống"),
    ("12", "Sản xuất sản phẩm thuốc lá"),
    ("13", "Dệt"),
    ("14", "Sản xuất trang phục"),
    ("15", "Sản xuất da và các sản phẩm có liên quan"),
    (
        "16",
        "Chế biến gỗ và sản xuất sản phẩm từ gỗ, tre, nứa (trừ giường, tủ, bàn, ghế); "
        "sản xuất sản phẩm từ rơm, rạ và vật liệu tết bện",
    ),
    ("17", "Sản xuất giấy và sản phẩm từ giấy"),
    ("18", "In, sao chép bản ghi các loại"),
    ("19", "Sản xuất than cốc, sản phẩm dầu mỏ tinh chế"),
    ("20", "Sản xuất hoá chất và sản phẩm hoá chất"),
    ("21", "Sản xuất thuốc, hoá dược và dược liệu"),
    ("22", "Sản xuất sản phẩm từ cao su và plastic"),
    ("23", "Sản xuất sản phẩm từ khoáng phi kim loại khác"),
    ("24", "Sản xuất kim loại"),
    ("25", "Sản xuất sản phẩm từ kim loại đúc sẵn (trừ máy móc, thiết bị)"),
    ("26", "Sản xuất sản phẩm điện tử, máy vi tính và sản phẩm quang học"),
    ("27", "Sản xuất thiết bị điện"),
    ("28", "Sản xuất máy móc, thiết bị chưa được phân vào đâu"),
    ("29", "Sản xuất xe có động cơ, rơ moóc"),
    ("30", "Sản xuất phương tiện vận tải khác"),
    ("31", "Sản xuất giường, tủ, bàn, ghế"),
    ("32", "Công nghiệp chế biến, chế tạo khác"),
    ("33", "Sửa chữa, bảo dưỡng và lắp đặt máy móc và thiết bị"),
)
VSIC_READ_UP_TO = "23"


def load_industries() -> None:
    """Create the divisions of section C that are missing; what an administrator changed is kept."""
    known = set(Industry.objects.filter(valid_from=VSIC_FROM).values_list("code", flat=True))
    Industry.objects.bulk_create(
        Industry(
            code=code,
            label=label,
            valid_from=VSIC_FROM,
            legal_basis=VSIC_BASIS,
            is_verified=code <= VSIC_READ_UP_TO,
        )
        for code, label in VSIC_DIVISIONS
        if code not in known
    )


# Codes and labels of the programme's kinds of activity that an establishment itself may need, with
# the number of their content in Điều 4 NĐ 45/2012/NĐ-CP; a test of `programs` keeps them equal.
NEED_KINDS = (
    ("dao_tao_nghe", "Đào tạo nghề, truyền nghề", 1),
    ("tap_huan", "Tập huấn nâng cao năng lực quản lý, khởi sự doanh nghiệp", 2),
    ("san_xuat_sach_hon", "Áp dụng sản xuất sạch hơn", 2),
    ("mo_hinh", "Xây dựng mô hình trình diễn kỹ thuật", 3),
    ("may_moc", "Ứng dụng máy móc thiết bị tiên tiến, chuyển giao công nghệ", 3),
    ("binh_chon", "Bình chọn sản phẩm công nghiệp nông thôn tiêu biểu", 4),
    ("hoi_cho", "Tham gia hội chợ, triển lãm trong nước", 4),
    ("nhan_hieu", "Đăng ký nhãn hiệu, xây dựng thương hiệu", 4),
    ("phong_trung_bay", "Đầu tư phòng trưng bày, giới thiệu sản phẩm", 4),
    ("tu_van", "Tư vấn, trợ giúp cơ sở công nghiệp nông thôn", 5),
    ("bao_bi", "Thiết kế mẫu mã, bao bì đóng gói", 5),
    ("thong_tin", "Cung cấp thông tin, tuyên truyền", 6),
    ("di_doi", "Di dời cơ sở vào cụm công nghiệp, khắc phục ô nhiễm", 7),
    ("chuyen_doi_so", "Ứng dụng chuyển đổi số trong sản xuất", None),
    ("san_xuat_ben_vung", "Sản xuất và tiêu dùng bền vững", None),
)


def load_need_kinds() -> None:
    """Create the kinds of need that are missing; labels changed by an administrator are kept."""
    for order, (code, label, number) in enumerate(NEED_KINDS, start=1):
        NeedKind.objects.get_or_create(
            code=code, defaults={"label": label, "group_number": number, "order": order * 10}
        )


_WARDS_OF_2012 = (
    "phường thuộc địa bàn khi thuộc thành phố loại 2, loại 3, hoặc thuộc thành phố loại 1 và được "
    "chuyển từ xã chưa quá 05 năm; cần xác định loại đô thị."
)
# The articles have not been read: both rules ship as "cần đối chiếu văn bản". The size is that of a
# published guide of a province (small and medium enterprise), not of the decree's text.
ELIGIBILITY_RULES = (
    {
        "legal_basis": "Nghị định 45/2012/NĐ-CP",
        "valid_from": date(2012, 7, 5),
        "valid_to": date(2025, 10, 14),
        "place_kinds": [
            PlaceKind.DISTRICT,
            PlaceKind.TOWN,
            PlaceKind.TOWNSHIP,
            PlaceKind.RURAL_COMMUNE,
        ],
        "conditional_kinds": [PlaceKind.WARD, PlaceKind.SPECIAL_ZONE],
        "condition_text": _WARDS_OF_2012,
        "converted_within_years": 5,
        "beneficiaries": "tổ chức, cá nhân trực tiếp đầu tư sản xuất công nghiệp – tiểu thủ công nghiệp",
        "legal_forms": [
            LegalForm.HOUSEHOLD,
            LegalForm.COOPERATIVE_GROUP,
            LegalForm.COOPERATIVE,
            *ENTERPRISE_FORMS,
        ],
    },
    {
        "legal_basis": "Nghị định 45/2012/NĐ-CP, sửa đổi bởi Nghị định 235/2025/NĐ-CP",
        "valid_from": date(2025, 10, 15),
        "place_kinds": [PlaceKind.RURAL_COMMUNE, PlaceKind.SPECIAL_ZONE],
        "conditional_kinds": [PlaceKind.WARD],
        "condition_text": (
            "phường cần đối chiếu quy định về địa bàn của Nghị định 235/2025/NĐ-CP và đơn vị cũ của "
            "nơi sản xuất."
        ),
        "converted_within_years": 5,
        "beneficiaries": (
            "doanh nghiệp nhỏ và vừa, hợp tác xã, hộ kinh doanh trực tiếp đầu tư sản xuất công nghiệp "
            "– tiểu thủ công nghiệp"
        ),
        "legal_forms": [LegalForm.HOUSEHOLD, LegalForm.COOPERATIVE, *ENTERPRISE_FORMS],
    },
)
MAX_CAPITAL_VND, MAX_LABOUR = 100_000_000_000, 300


def load_eligibility_rules() -> None:
    """Create the rules that are missing; what an administrator changed is kept."""
    for rule in ELIGIBILITY_RULES:
        EligibilityRule.objects.get_or_create(
            valid_from=rule["valid_from"],
            defaults={"max_capital_vnd": MAX_CAPITAL_VND, "max_labour": MAX_LABOUR, **rule},
        )
