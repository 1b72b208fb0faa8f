"""Vietnamese numbers and money at the edges: text in, integers inside, text out.

Inside, a figure is an integer of its smallest unit: money of đồng, other figures of
10^-decimals of their unit. No float ever holds a figure.
"""

import re
from fractions import Fraction

from vn_money import to_words

from khuyencong.core.text import clean

_GROUPED = re.compile(r"^\d{1,3}(\.\d{3})+(,\d+)?$")
_PLAIN = re.compile(r"^\d+(,\d+)?$")
MAX_STORED = 10**17
MAX_DIGITS = 18


def whole_number(text: str | None) -> int | None:
    """The number that a page of ours sent as plain digits (a key, a revision); None for all else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def parse_scaled(text: str, decimals: int = 0) -> int:
    """The integer of 10^-decimals units that a person typed as a Vietnamese number.

    `1.234,5` with decimals=1 is 12345. Raises ValueError with a Vietnamese sentence that says what
    was given and what is expected; never guesses (`1.5` is refused, it may mean 1,5 or 1.500).
    """
    given = clean(str(text))
    digits = given.replace(" ", "")
    negative = digits.startswith(("-", "−"))
    digits = digits[1:] if negative else digits
    if not (_GROUPED.match(digits) or _PLAIN.match(digits)):
        raise ValueError(
            f"“{given}” không phải là số. Hãy nhập như 1.234"
            + (" hoặc 1.234,5 (dấu phẩy trước phần lẻ)." if decimals else " (không có phần lẻ).")
        )
    whole, _, part = digits.replace(".", "").partition(",")
    part = part.rstrip("0")
    if len(part) > decimals:
        raise ValueError(
            f"“{given}” có quá nhiều chữ số lẻ; "
            + (
                f"nhiều nhất {decimals} chữ số sau dấu phẩy."
                if decimals
                else "chỉ tiêu này là số nguyên."
            )
        )
    digits = (whole + part.ljust(decimals, "0")).lstrip("0")
    # Python refuses to read very long numbers, with words of its own.
    value = int(digits or "0") if len(digits) <= MAX_DIGITS else MAX_STORED
    if value >= MAX_STORED:
        raise ValueError(f"“{given[:30]}” lớn quá mức có thể; hãy kiểm tra lại đơn vị tính.")
    return -value if negative else value


def format_scaled(value: int | None, decimals: int = 0) -> str:
    """An inner integer as a Vietnamese number: 12345 with decimals=1 is `1.234,5`; None is empty."""
    if value is None:
        return ""
    sign, digits = (
        ("−" if value < 0 else ""),
        str(abs(int(value))).rjust(decimals + 1, "0"),
    )
    whole, part = (digits[:-decimals], digits[-decimals:].rstrip("0")) if decimals else (digits, "")
    return sign + f"{int(whole):,}".replace(",", ".") + (f",{part}" if part else "")


def format_vnd(amount_vnd: int | None) -> str:
    """Money as text: `1.234.567 đồng`."""
    return "" if amount_vnd is None else f"{format_scaled(amount_vnd)} đồng"


def vnd_in_words(amount_vnd: int) -> str:
    """Money in words as forms want it: `Một trăm linh hai triệu đồng`."""
    words = to_words(amount_vnd)
    return f"{words[:1].upper()}{words[1:]} đồng"


def percent(part: int, whole: int, decimals: int = 1) -> str:
    """An exact share as text (`92,3 %`); empty when there is nothing to divide by."""
    if not whole:
        return ""
    tenths = round(Fraction(part, whole) * 100 * 10**decimals)
    return format_scaled(tenths, decimals) + " %"
