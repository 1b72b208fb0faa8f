"""Cells as people type them → one text, an integer, a date. Every refusal is a sentence."""

import re
from datetime import date, timedelta
from decimal import Decimal

from khuyencong.core.numbers import MAX_STORED, parse_scaled
from khuyencong.core.text import clean, fold

_COMMA_GROUPS = re.compile(r"-?\d{1,3}(,\d{3}){2,}")
_TRAILING_UNIT = re.compile(
    r"\s*(người|lao động|lđ|đồng|đ|vnđ|vnd|triệu đồng|triệu|trđ|tr\.đ|tr|kwh)\.?$", re.IGNORECASE
)
_DATE = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})")
_YEAR = re.compile(r"\b(19|20)\d{2}\b")
# What a workbook without date formats keeps: days since 1899-12-30; 1930 to 2099.
_FIRST_SERIAL, _LAST_SERIAL = 10_959, 73_050

# Unit words in a header → đồng.
_UNITS = (
    (r"nghin ty( dong)?", 10**12),
    (r"ty( dong| d)?", 10**9),
    (r"(trieu|tr|trd|tr d)( dong| d| vnd)?|1 000 000 (dong|d)", 10**6),
    (r"(nghin|ngan|1 000|1000)( dong| d| vnd)?", 10**3),
    (r"dong|vnd|d|vn dong", 1),
)


def as_text(cell) -> str:
    """A cell as one line of text (NFC); a whole number without its `.0`, a date as 24/11/2026."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "Có" if cell else "Không"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", ",")
    if isinstance(cell, tuple | list):
        return f"{date.fromisoformat(cell[1]):%d/%m/%Y}"
    return str(cell)


def is_formula(cell) -> bool:
    """Whether a cell still says a formula instead of a value."""
    return isinstance(cell, str) and cell.lstrip().startswith("=")


def parse_number(cell, scale: int = 1) -> int:
    """A number of units of `scale` as a whole number: 12,5 with scale 1.000.000 is 12500000.

    Numbers stored as text may have Vietnamese separators, thousands by commas (at least two, so that
    nothing is guessed) and their unit behind them. Raises ValueError with a sentence.
    """
    if isinstance(cell, bool | tuple | list):
        raise ValueError(f"“{as_text(cell)}” không phải là số.")
    if isinstance(cell, int | float):
        whole = isinstance(cell, int) or cell.is_integer()
        exact = int(cell) * scale if whole else Decimal(repr(cell)) * scale
        value = exact if whole else int(exact.to_integral_value())
        if exact != value and abs(exact - value) > Decimal("0.000001") * max(1, abs(exact)):
            raise ValueError(f"“{as_text(cell)}” phải là số nguyên.")
        if abs(value) >= MAX_STORED:
            raise ValueError(f"“{as_text(cell)}” lớn quá mức có thể; hãy kiểm tra lại đơn vị tính.")
        return value
    text = clean(cell)
    text = _TRAILING_UNIT.sub("", text) if text[:1].isdigit() else text
    if _COMMA_GROUPS.fullmatch(text):
        text = text.replace(",", "")
    decimals = len(str(scale)) - 1
    return parse_scaled(text, decimals)


def parse_year(cell) -> int | None:
    """A year from 1998, "1998", "năm 1998" or a date. Raises ValueError."""
    if isinstance(cell, tuple | list):
        return date.fromisoformat(cell[1]).year
    text = as_text(cell)
    if not text:
        return None
    if text.isdigit():
        return int(text)
    found = _YEAR.search(text)
    if not found or len(_YEAR.findall(text)) > 1:
        raise ValueError(f"“{text}” không phải là năm; năm gồm bốn chữ số, ví dụ 1998.")
    return int(found.group())


def parse_date(cell) -> date | None:
    """A day from a date cell, dd/mm/yyyy (also with dots or dashes) or a serial number."""
    if isinstance(cell, tuple | list):
        return date.fromisoformat(cell[1])
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if _FIRST_SERIAL <= cell <= _LAST_SERIAL:
            return date(1899, 12, 30) + timedelta(days=int(cell))
        raise ValueError(f"“{as_text(cell)}” không phải là ngày.")
    text = as_text(cell)
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if not found:
            raise ValueError
        day, month, year = (int(part) for part in found.groups())
        if year < 100:
            year += 2000 if year < 50 else 1900
        return date(year, month, day)
    except ValueError:
        raise ValueError(
            f"“{text}” không phải là ngày; hãy nhập ngày/tháng/năm, ví dụ 24/11/2026."
        ) from None


def unit_scale(header: str) -> int | None:
    """How many đồng the unit in a header stands for: "Doanh thu (triệu đồng)" is 1.000.000.

    The unit stands in brackets, behind "ĐVT" or at the end. None where none is named.
    """
    texts = re.findall(r"[(\[]([^()\[\]]*)[)\]]", header)
    texts += re.findall(r"(?i)(?:đvt|đơn vị(?: tính)?)\s*[:：]?\s*([^()\[\],;]+)", header)
    texts += re.findall(r"(?i)((?:triệu|nghìn|ngàn|tỷ|tỉ)\s*(?:đồng|đ)?)\s*$", header)
    for text in texts:
        folded = fold(text).removeprefix("dvt ").removeprefix("don vi tinh ").strip()
        folded = folded.replace("ti dong", "ty dong")
        for pattern, scale in _UNITS:
            if re.fullmatch(rf"({pattern})( nam)?", folded):
                return scale
    return None


def energy_scale(header: str) -> int:
    """How many kWh the unit in a header stands for: 1.000 for "nghìn kWh" and MWh, else one."""
    return 1000 if re.search(r"\b(nghin|ngan|1 000|1000) kwh\b|\bmwh\b", fold(header)) else 1
