"""Cells of the registry's own columns as people type them → what is stored.

Each reader raises ValueError with the sentence that the person is shown; nothing is guessed. What is
stored is JSON: days as ISO text, degrees as text with six decimals, rows of a list as dictionaries.
"""

import re
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import timezone

from facilities import rules
from facilities.enums import CertificateKind, ConsentMeans, Market
from facilities.models import (
    VIETNAM_LATITUDES,
    VIETNAM_LONGITUDES,
    Certificate,
    Establishment,
    Machine,
    Product,
)
from khuyencong.core.text import fold
from khuyencong.imports.values import as_text, parse_date, parse_year

_MEANS_WORDS = {
    ConsentMeans.WRITTEN: ("van ban", "giay", "bang van ban", "ky giay"),
    ConsentMeans.SURVEY_FORM: ("phieu khao sat", "phieu", "phieu dieu tra"),
    ConsentMeans.SPOKEN: ("loi noi", "mieng", "dien thoai", "truc tiep"),
    ConsentMeans.ELECTRONIC: ("thu dien tu tin nhan", "thu dien tu", "email", "tin nhan", "zalo"),
}
_MEANS = {words: means.value for means, several in _MEANS_WORDS.items() for words in several}
_MARKET_WORDS = {
    Market.COMMUNE: ("trong xa phuong", "trong xa", "tai cho", "dia phuong", "xa", "phuong"),
    Market.PROVINCE: ("trong tinh thanh pho", "trong tinh", "trong thanh pho", "tinh", "noi tinh"),
    Market.COUNTRY: ("trong nuoc", "ca nuoc", "toan quoc", "noi dia", "ngoai tinh"),
    Market.EXPORT: ("xuat khau", "nuoc ngoai"),
}
_MARKETS = {words: market.value for market, several in _MARKET_WORDS.items() for words in several}
_NOTHING = {"khong", "khong co", "chua", "chua co", "khong phat sinh"}
_DEGREES = re.compile(
    r"(\d{1,3})\s*[°ºd]\s*(\d{1,2})\s*['’′]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*[\"”″]?)?\s*[A-ZĐ]?"
)
_DECIMAL = re.compile(r"\d{1,3}[.,]\d{1,15}")
_PAIR = re.compile(r"(\d{1,3}[.,]\d+)\s*°?\s*[;,\s]\s*(\d{1,3}[.,]\d+)\s*°?")
_AMOUNT = re.compile(r"(\d[\d.,]*)\s*(\D.*)?")
_STARS = re.compile(r"(?:ocop\D*(\d+)\s*(?:sao)?|(\d+)\s*sao)")
_QUANTITY = re.compile(r"(\d{1,5})\s*(?:cái|chiếc|bộ|máy|cụm|dây chuyền|hệ thống)?", re.IGNORECASE)
_MADE_IN = re.compile(r"(?:năm\s*(?:sản xuất|sx)?\s*)?((?:19|20)\d{2})", re.IGNORECASE)


def entries_of(cell) -> list[str]:
    """The entries of a cell that holds several, each once: parted by semicolons or lines."""
    text = cell if isinstance(cell, str) else as_text(cell)
    found = {fold(part): as_text(part) for part in re.split(r"[;\n]+", text) if as_text(part)}
    return [part for folded, part in found.items() if folded and folded not in _NOTHING]


def read_day(cell) -> str:
    """A day that has been: a licence was issued, a consent given."""
    day = parse_date(cell)
    if day is None:
        return ""
    if day > timezone.localdate():
        raise ValueError(f"Ngày {day:%d/%m/%Y} chưa tới.")
    if day.year < rules.FIRST_YEAR:
        raise ValueError(f"Ngày {day:%d/%m/%Y} quá xa; anh/chị kiểm tra lại năm.")
    return day.isoformat()


def read_means(cell) -> str:
    """By what means an establishment agreed to be contacted."""
    text = as_text(cell)
    if fold(text) not in _MEANS:
        raise ValueError(
            f"“{text[:60]}” không phải là hình thức đồng ý; ghi một trong: {', '.join(ConsentMeans.labels)}."
        )
    return _MEANS[fold(text)]


def read_markets(cell) -> list[str]:
    """Where an establishment sells, in the order of the enum; several parted by commas."""
    parts = [part for part in re.split(r"[;,\n+]+", as_text(cell)) if fold(part)]
    if fold(as_text(cell)) in _MARKETS:  # "Trong xã, phường" has a comma of its own
        parts = [as_text(cell)]
    found = set()
    for part in parts:
        if fold(part) == "phuong" or fold(part) == "thanh pho":
            continue
        if fold(part) not in _MARKETS:
            raise ValueError(
                f"“{as_text(part)[:60]}” không phải là thị trường; ghi một hay nhiều trong: "
                f"{'; '.join(Market.labels)}."
            )
        found.add(_MARKETS[fold(part)])
    return [market for market in Market.values if market in found]


def read_email(cell) -> str:
    """An address of e-mail."""
    text = as_text(cell).replace(" ", "")
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError(f"“{text[:60]}” không phải là địa chỉ thư điện tử.") from None
    return text


def read_website(cell) -> str:
    """An address of the web; what has no scheme gets https."""
    text = as_text(cell)
    address = text if re.match(r"https?://", text, re.IGNORECASE) else f"https://{text}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise ValueError(f"“{text[:60]}” không phải là địa chỉ trang thông tin điện tử.") from None
    longest = Establishment._meta.get_field("website").max_length
    if len(address) > longest:
        raise ValueError(f"Dài quá {longest} ký tự.")
    return address


def _degrees(cell, bounds, what: str) -> str:
    text = as_text(cell)
    parts = _DEGREES.fullmatch(text)
    try:
        if parts:
            whole, minutes, seconds = (
                Decimal((part or "0").replace(",", ".")) for part in parts.groups()
            )
            value = whole + minutes / 60 + seconds / 3600
        elif _DECIMAL.fullmatch(text) or text.isdigit():
            value = Decimal(text.replace(",", "."))
        else:
            raise InvalidOperation
    except InvalidOperation:
        raise ValueError(
            f"“{text[:60]}” không phải là {what}; ghi độ thập phân, ví dụ "
            f"{'10,345678' if what == 'vĩ độ' else '107,245678'}."
        ) from None
    if not bounds[0] <= value <= bounds[1]:
        raise ValueError(
            f"“{text[:60]}” không phải là {what} trong Việt Nam ({bounds[0]} đến {bounds[1]} độ); "
            "tọa độ VN-2000 (mét) cần đổi sang WGS-84 trước."
        )
    return str(value.quantize(Decimal("0.000001")))


def read_latitude(cell) -> str:
    """Degrees north: 10,345678 or 10°20'44"."""
    return _degrees(cell, VIETNAM_LATITUDES, "vĩ độ")


def read_longitude(cell) -> str:
    """Degrees east."""
    return _degrees(cell, VIETNAM_LONGITUDES, "kinh độ")


def read_point(cell) -> tuple[str, str]:
    """Latitude and longitude in one cell: "10.345678, 107.245678"."""
    text = as_text(cell)
    decimal, whole = _PAIR.fullmatch(text), _DEGREES.findall(text)
    if decimal:
        latitude, longitude = decimal.groups()
    elif len(whole) == 2:
        latitude, longitude = (found.group() for found in _DEGREES.finditer(text))
    else:
        raise ValueError(
            f"“{text[:60]}” không phải là tọa độ; ghi vĩ độ rồi kinh độ, ví dụ 10.345678, 107.245678."
        )
    return read_latitude(latitude.strip()), read_longitude(longitude.strip())


def read_certificates(cell) -> list[dict]:
    """Certificates as "ISO 9001:2015; HACCP; OCOP 4 sao"."""
    parts = [part for entry in entries_of(cell) for part in re.split(r",\s+", entry)]
    return [_certificate(part) for part in parts if fold(part) and fold(part) not in _NOTHING]


def _certificate(text: str) -> dict:
    folded = fold(text)
    longest = Certificate._meta.get_field("name").max_length
    if len(text) > longest:
        raise ValueError(f"“{text[:60]} …” dài quá {longest} ký tự.")
    stars = _STARS.search(folded)
    if stars or "ocop" in folded:
        count = int(next(filter(None, stars.groups()))[:4]) if stars else 0
        if not 3 <= count <= 5:
            raise ValueError(f"“{text}”: chứng nhận OCOP ghi số sao, từ 3 đến 5, ví dụ OCOP 4 sao.")
        return {"kind": CertificateKind.OCOP.value, "name": "", "stars": count}
    kind = CertificateKind.OTHER
    for found, words in (
        (CertificateKind.HACCP, ("haccp",)),
        (CertificateKind.ISO, ("iso",)),
        (CertificateKind.FOOD_SAFETY, ("an toan thuc pham", "attp", "vsattp", "ve sinh an toan")),
        (CertificateKind.TRADEMARK, ("nhan hieu",)),
    ):
        if any(word in folded for word in words):
            kind = found
            break
    bare = folded in ("haccp", "iso", "an toan thuc pham", "attp", "vsattp", "nhan hieu")
    return {"kind": kind.value, "name": "" if bare else text, "stars": None}


def read_machines(cell) -> list[dict]:
    """Machines as "Máy tráng bánh (2 cái, 2019, Việt Nam); Lò hấp"."""
    machines = []
    for entry in entries_of(cell):
        name, _, inside = entry.partition("(")
        machine = {"name": as_text(name), "quantity": 1, "year_made": None, "maker": ""}
        counted = re.fullmatch(r"(\d{1,4})\s+(\D.*)", machine["name"])
        if counted:
            machine |= {"quantity": int(counted.group(1)), "name": counted.group(2)}
        others = []
        for part in filter(None, map(as_text, inside.rstrip(") ").split(","))):
            if year := _MADE_IN.fullmatch(part):
                machine["year_made"] = rules.check_founded_year(int(year.group(1)))
            elif quantity := _QUANTITY.fullmatch(part):
                machine["quantity"] = int(quantity.group(1))
            else:
                others.append(part)
        machine["maker"] = ", ".join(others)
        if machine["quantity"] < 1:
            raise ValueError(f"“{entry[:60]}”: số lượng máy từ 1 trở lên.")
        for name in ("name", "maker"):
            longest = Machine._meta.get_field(name).max_length
            if len(machine[name]) > longest:
                raise ValueError(f"“{machine[name][:60]} …” dài quá {longest} ký tự.")
        if not fold(machine["name"]):
            raise ValueError(f"“{entry[:60]}” không có tên máy.")
        machines.append(machine)
    return machines


def read_products(cell) -> list[dict]:
    """Products of the catalogue, several parted by semicolons; their capacity stands elsewhere."""
    longest = Product._meta.get_field("name").max_length
    products = []
    for name in entries_of(cell):
        if len(name) > longest:
            raise ValueError(f"“{name[:60]} …” dài quá {longest} ký tự.")
        products.append({"name": name, "capacity_value": None, "capacity_unit": ""})
    return products


def read_amount(cell, unit: str) -> tuple[str, str]:
    """An amount with its unit, from "20 tấn/năm" or a number whose unit stands elsewhere; the amount
    as text with a decimal point, at most three decimals."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number, behind = format(Decimal(repr(cell)), "f").replace(".", ","), ""
    else:
        found = _AMOUNT.fullmatch(as_text(cell))
        if not found:
            raise ValueError(f"“{as_text(cell)[:60]}” không phải là số lượng; ghi như 20 tấn/năm.")
        number, behind = found.groups()
        if not re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?|\d+(,\d+)?", number):
            raise ValueError(f"“{number}” không phải là số; ghi như 1.234,5.")
        number = number.replace(".", "")
    unit = as_text(behind) or unit
    whole, _, decimals = number.partition(",")
    if len(whole.lstrip("-")) > 11 or len(decimals.rstrip("0")) > 3 or whole.startswith("-"):
        raise ValueError(f"“{number}”: số từ 0, nhiều nhất 11 chữ số và 3 chữ số lẻ.")
    if not unit:
        raise ValueError(f"“{as_text(cell)[:60]}” chưa có đơn vị; ghi như 20 tấn/năm.")
    longest = Product._meta.get_field("capacity_unit").max_length
    if len(unit) > longest:
        raise ValueError(f"Đơn vị “{unit[:40]} …” dài quá {longest} ký tự.")
    return f"{whole}.{decimals or '0'}", unit


def read_past_year(cell) -> int | None:
    """A year whose figures are known."""
    return rules.check_founded_year(parse_year(cell))


def read_wished_year(cell) -> int | None:
    """A year for which support is wished."""
    year = parse_year(cell)
    this_year = timezone.localdate().year
    if year is not None and not this_year - 10 <= year <= this_year + 20:
        raise ValueError(f"Năm {year} không phải là năm mong muốn hỗ trợ.")
    return year
