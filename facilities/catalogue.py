"""Catalogues of the registry that every installation needs."""

from datetime import date

from facilities.models import Industry, NetworkGroup

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
