"""Kinds of activity that every installation starts with.

The nine contents of Điều 4 NĐ 45/2012/NĐ-CP are kept with the number of their content; their order
and wording are from memory unless marked as verified, so the pages say "cần đối chiếu văn bản".
"""

from datetime import date

from programs.models import ActivityKind

BASE_DECREE = "Điều 4 Nghị định 45/2012/NĐ-CP"
BASE_FROM = date(2012, 7, 5)
AMENDING_DECREE = "Nghị định 235/2025/NĐ-CP (sửa đổi Nghị định 45/2012/NĐ-CP)"
AMENDED_FROM = date(2025, 10, 15)
MACHINES, SHOWROOM = "may_moc", "phong_trung_bay"

# code, label, content of Điều 4, further legal basis, verified
BASE_KINDS = (
    ("dao_tao_nghe", "Đào tạo nghề, truyền nghề", 1, "", False),
    (
        "tap_huan",
        "Tập huấn nâng cao năng lực quản lý, khởi sự doanh nghiệp",
        2,
        "",
        False,
    ),
    ("san_xuat_sach_hon", "Áp dụng sản xuất sạch hơn", 2, "", False),
    ("mo_hinh", "Xây dựng mô hình trình diễn kỹ thuật", 3, "", False),
    ("nhan_rong", "Nhân rộng mô hình đang hoạt động hiệu quả", 3, "", False),
    (
        MACHINES,
        "Ứng dụng máy móc thiết bị tiên tiến, chuyển giao công nghệ",
        3,
        "khoản 4 Điều 8 Thông tư 28/2018/TT-BTC",
        True,
    ),
    ("binh_chon", "Bình chọn sản phẩm công nghiệp nông thôn tiêu biểu", 4, "", False),
    ("hoi_cho", "Tham gia hội chợ, triển lãm trong nước", 4, "", False),
    ("nhan_hieu", "Đăng ký nhãn hiệu, xây dựng thương hiệu", 4, "", False),
    (
        SHOWROOM,
        "Đầu tư phòng trưng bày, giới thiệu sản phẩm",
        4,
        "",
        False,
    ),
    ("tu_van", "Tư vấn, trợ giúp cơ sở công nghiệp nông thôn", 5, "", False),
    ("bao_bi", "Thiết kế mẫu mã, bao bì đóng gói", 5, "", False),
    ("thong_tin", "Cung cấp thông tin, tuyên truyền", 6, "", False),
    ("cum_cong_nghiep", "Liên kết, phát triển cụm công nghiệp", 7, "", False),
    ("di_doi", "Di dời cơ sở vào cụm công nghiệp, khắc phục ô nhiễm", 7, "", False),
    ("hop_tac_quoc_te", "Hợp tác quốc tế về khuyến công", 8, "", False),
    (
        "mang_luoi",
        "Nâng cao năng lực quản lý và tổ chức thực hiện, mạng lưới cộng tác viên",
        9,
        "",
        False,
    ),
)
AMENDED_KINDS = (
    ("chuyen_doi_so", "Ứng dụng chuyển đổi số trong sản xuất"),
    ("san_xuat_ben_vung", "Sản xuất và tiêu dùng bền vững"),
)


def load_activity_kinds() -> None:
    """Create the kinds that are missing; what an administrator changed is kept."""
    known = set(ActivityKind.objects.values_list("code", flat=True))
    kinds = [
        ActivityKind(
            code=code,
            label=label,
            group_number=number,
            legal_basis="; ".join(filter(None, [f"{BASE_DECREE}, nội dung {number}", further])),
            valid_from=BASE_FROM,
            is_verified=is_verified,
            order=order * 10,
        )
        for order, (code, label, number, further, is_verified) in enumerate(BASE_KINDS, start=1)
    ]
    kinds += [
        ActivityKind(
            code=code,
            label=label,
            legal_basis=AMENDING_DECREE,
            valid_from=AMENDED_FROM,
            is_verified=True,
            order=(len(BASE_KINDS) + order) * 10,
        )
        for order, (code, label) in enumerate(AMENDED_KINDS, start=1)
    ]
    ActivityKind.objects.bulk_create(kind for kind in kinds if kind.code not in known)
