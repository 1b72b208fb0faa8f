"""The questionnaire that every installation starts with: doanh nghiệp, sản phẩm, năng lực sản xuất,
and what support is needed next year.

The headings are the interview's of 2022; no published form of this survey was found, so the wording
of the questions is a proposal that the Centre changes as data.
"""

QUESTIONNAIRE_CODE = "khao_sat_co_so"


def _need(number: int, asked_if: str) -> list[dict]:
    """The questions of one need; the first is asked by itself, the next if there is one before."""
    which = ("thứ nhất", "thứ hai")[number - 1]
    kind = f"nhu_cau_{number}"
    return [
        {
            "code": kind,
            "label": f"Nhu cầu {which}: cần hỗ trợ nội dung nào?",
            "kind": "choice",
            "source": "facilities.need_kinds",
            "asked_if": asked_if,
            "proposes": f"need{number}.kind",
        },
        {
            "code": f"{kind}_cu_the",
            "label": f"Nhu cầu {which}: cụ thể là gì?",
            "kind": "text",
            "help_text": "Ví dụ: một máy đóng gói tự động thay máy cũ.",
            "asked_if": kind,
            "proposes": f"need{number}.what",
        },
        {
            "code": f"{kind}_nam",
            "label": f"Nhu cầu {which}: mong được hỗ trợ năm nào?",
            "kind": "integer",
            "asked_if": kind,
            "proposes": f"need{number}.year",
        },
        {
            "code": f"{kind}_kinh_phi",
            "label": f"Nhu cầu {which}: dự kiến tổng kinh phí bao nhiêu?",
            "kind": "money",
            "unit": "đồng",
            "help_text": "Cả phần cơ sở tự bỏ ra.",
            "asked_if": kind,
            "proposes": f"need{number}.cost",
        },
    ]


QUESTIONNAIRE_V1 = {
    "code": QUESTIONNAIRE_CODE,
    "title": "Phiếu khảo sát cơ sở công nghiệp nông thôn",
    "number": 1,
    "valid_from": "2025-07-01",
    "note": "Doanh nghiệp, sản phẩm, năng lực sản xuất và nhu cầu hỗ trợ năm sau.",
    "parts": [
        {
            "code": "co_so",
            "numeral": "I",
            "title": "Cơ sở",
            "kind": "questions",
            "columns": [
                {
                    "code": "tinh_trang",
                    "label": "Cơ sở hiện có hoạt động không?",
                    "kind": "choice",
                    "source": "facilities.statuses",
                    "is_required": True,
                    "proposes": "status",
                },
                {
                    "code": "vi_tri",
                    "label": "Vị trí của cơ sở",
                    "kind": "position",
                    "help_text": "Đứng trước cổng xưởng rồi lấy vị trí.",
                    "proposes": "position",
                },
                {
                    "code": "anh_co_so",
                    "label": "Ảnh mặt tiền hoặc trong xưởng",
                    "kind": "photo",
                    "help_text": "Không chụp rõ mặt người nếu họ chưa đồng ý.",
                },
                {
                    "code": "nguoi_dai_dien",
                    "label": "Người đại diện",
                    "kind": "text",
                    "proposes": "representative",
                },
                {
                    "code": "dien_thoai",
                    "label": "Số điện thoại liên hệ",
                    "kind": "text",
                    "proposes": "phone",
                },
                {
                    "code": "dong_y",
                    "label": "Cơ sở có đồng ý để Trung tâm liên hệ theo thông tin này không?",
                    "kind": "yes_no",
                    "proposes": "contact_consent",
                },
                {
                    "code": "nam_thanh_lap",
                    "label": "Năm thành lập",
                    "kind": "integer",
                    "proposes": "founded_year",
                },
                {
                    "code": "lao_dong",
                    "label": "Tổng số lao động",
                    "kind": "integer",
                    "unit": "người",
                    "is_required": True,
                    "proposes": "labour_total",
                },
                {
                    "code": "lao_dong_nu",
                    "label": "Trong đó lao động nữ",
                    "kind": "integer",
                    "unit": "người",
                    "asked_if": "lao_dong",
                    "proposes": "labour_female",
                },
            ],
        },
        {
            "code": "san_xuat",
            "numeral": "II",
            "title": "Sản phẩm và năng lực sản xuất",
            "kind": "questions",
            "columns": [
                {
                    "code": "san_pham",
                    "label": "Sản phẩm chính",
                    "kind": "text",
                    "is_required": True,
                    "proposes": "product1.name",
                },
                {
                    "code": "cong_suat",
                    "label": "Công suất một năm của sản phẩm chính",
                    "kind": "number",
                    "asked_if": "san_pham",
                    "proposes": "product1.capacity",
                },
                {
                    "code": "don_vi",
                    "label": "Đơn vị tính của công suất",
                    "kind": "text",
                    "help_text": "Ví dụ: tấn, sản phẩm, mét khối.",
                    "asked_if": "cong_suat",
                    "proposes": "product1.unit",
                },
                {
                    "code": "su_dung_cong_suat",
                    "label": "Hiện đang dùng bao nhiêu phần trăm công suất?",
                    "kind": "integer",
                    "unit": "%",
                    "asked_if": "cong_suat",
                },
                {
                    "code": "doanh_thu",
                    "label": "Doanh thu năm gần nhất",
                    "kind": "money",
                    "unit": "đồng",
                    "proposes": "revenue_vnd",
                },
                {
                    "code": "thi_truong",
                    "label": "Bán hàng ở đâu?",
                    "kind": "multiple",
                    "source": "facilities.markets",
                    "proposes": "markets",
                },
                {
                    "code": "kho_khan",
                    "label": "Khó khăn lớn nhất hiện nay",
                    "kind": "multiple",
                    "choices": [
                        ["von", "Thiếu vốn"],
                        ["mat_bang", "Thiếu mặt bằng"],
                        ["may_moc", "Máy móc cũ, công suất thấp"],
                        ["lao_dong", "Thiếu lao động có tay nghề"],
                        ["nguyen_lieu", "Nguyên liệu đắt hoặc không ổn định"],
                        ["dau_ra", "Khó bán hàng"],
                        ["thu_tuc", "Vướng thủ tục"],
                        ["khong", "Không có khó khăn đáng kể"],
                    ],
                },
            ],
        },
        {
            "code": "nhu_cau",
            "numeral": "III",
            "title": "Nhu cầu hỗ trợ của chương trình khuyến công",
            "kind": "questions",
            "columns": [
                {
                    "code": "biet_chinh_sach",
                    "label": "Cơ sở đã biết chính sách khuyến công chưa?",
                    "kind": "yes_no",
                },
                {
                    "code": "co_nhu_cau",
                    "label": "Cơ sở có nhu cầu được hỗ trợ năm sau không?",
                    "kind": "yes_no",
                    "is_required": True,
                },
                *_need(1, "co_nhu_cau"),
                *_need(2, "nhu_cau_1"),
                {
                    "code": "y_kien",
                    "label": "Ý kiến khác của cơ sở",
                    "kind": "long_text",
                },
            ],
        },
    ],
}
