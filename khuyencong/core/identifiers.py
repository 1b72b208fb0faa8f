"""Tax codes and telephone numbers as people write them: one stored form, or a sentence that helps.

Shapes and check digits come from `vn-ident` (TT 105/2020/TT-BTC for tax codes; since 2025-07-01 a
household's tax code is its owner's twelve-digit identity number).
"""

import re

from vn_ident import is_valid_cccd, is_valid_mst, mst_check_digit, normalize_phone

from khuyencong.core.text import clean

_LANDLINE = re.compile(r"02\d{9}")
_MOBILE = re.compile(r"0[35789]\d{8}")
_HOTLINE = re.compile(r"1[89]00\d{4,6}")


def parse_tax_code(text: str) -> str:
    """A tax code in its stored form (`0100109106`, `0100109106-001` or 12 digits); empty stays empty.

    Raises ValueError with a Vietnamese sentence that names what was given and what is expected.
    """
    given = clean(text)
    digits = re.sub(r"[\s.\-–]", "", given)
    if not given:
        return ""
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (10, 12, 13):
        count = f"có {len(digits)} chữ số" if digits.isdigit() else "có ký tự không phải là số"
        raise ValueError(
            f"“{given}” {count}; mã số thuế gồm 10 chữ số, 13 chữ số (đơn vị phụ thuộc, "
            "ví dụ 0100109106-001) hoặc 12 chữ số (hộ kinh doanh dùng số định danh cá nhân)."
        )
    if len(digits) == 12:
        if not is_valid_cccd(digits):
            raise ValueError(
                f"“{given}” không phải là số định danh cá nhân: ba chữ số đầu không phải mã tỉnh, "
                "thành phố nào. Anh/chị kiểm tra lại từng chữ số."
            )
        return digits
    stored = digits if len(digits) == 10 else f"{digits[:10]}-{digits[10:]}"
    if is_valid_mst(stored):
        return stored
    if digits[10:] == "000":
        raise ValueError(f"“{given}”: ba chữ số cuối của đơn vị phụ thuộc phải từ 001 đến 999.")
    expected = mst_check_digit(digits[:9])
    hint = "" if expected is None else f" (theo chín chữ số đầu thì phải là {expected})"
    raise ValueError(
        f"“{given}”: chữ số thứ mười là {digits[9]}, không khớp{hint}. "
        "Anh/chị kiểm tra lại từng chữ số trên giấy đăng ký."
    )


def parse_phone(text: str) -> str:
    """A telephone number in its stored form (digits, leading 0); empty stays empty.

    Mobile numbers (also `+84 …`, `84…` and without the 0), landlines (02…, 11 digits) and
    hotlines (1800…, 1900…). Raises ValueError with a Vietnamese sentence.
    """
    given = clean(text)
    if not given:
        return ""
    digits = re.sub(r"\D", "", given)
    if re.fullmatch(r"[+\d\s().\-–]+", given):
        national = "0" + digits[2:].lstrip("0") if digits.startswith("84") else digits
        for candidate in (national, normalize_phone(given) or ""):
            if any(shape.fullmatch(candidate) for shape in (_MOBILE, _LANDLINE, _HOTLINE)):
                return candidate
    raise ValueError(
        f"“{given}” không phải là số điện thoại dùng được; hãy nhập 10 chữ số di động "
        "(ví dụ 0912 345 678) hoặc 11 chữ số cố định có mã vùng (ví dụ 0254 3 852 401)."
    )


def format_phone(stored: str) -> str:
    """A stored number as people read it: `0912 345 678`, `0254 3 852 401`."""
    if _MOBILE.fullmatch(stored):
        return f"{stored[:4]} {stored[4:7]} {stored[7:]}"
    if _LANDLINE.fullmatch(stored) and not stored.startswith(("024", "028")):
        return f"{stored[:4]} {stored[4]} {stored[5:8]} {stored[8:]}"
    if _LANDLINE.fullmatch(stored):
        return f"{stored[:3]} {stored[3:7]} {stored[7:]}"
    return stored
