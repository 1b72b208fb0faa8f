"""Files that must not be read, each refused with a sentence; old fonts told and converted."""

import io
import unicodedata
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from khuyencong.core.exceptions import InvalidInput
from khuyencong.imports import safety, sheets
from khuyencong.imports.legacy_text import (
    TCVN3,
    VNI,
    detect,
    from_tcvn3,
    from_vni,
    to_tcvn3,
    to_vni,
)
from khuyencong.imports.tests.workbooks import ods_workbook, xls_workbook
from khuyencong.imports.values import parse_date, parse_number, parse_year, unit_scale

NAMES = [
    "Cơ sở sản xuất bánh tráng Đất Đỏ", "Hợp tác xã Nông nghiệp Phước Hải", "Nguyễn Thị Thủy", "Trần Văn Hùng",
    "Công ty trách nhiệm hữu hạn Cơ khí Hoàng Việt", "Doanh nghiệp tư nhân Gỗ Bình Châu", "Lê Thị Mỹ Lệ",
    "Xưởng mộc Quảng Ngãi", "Nước mắm Hòn Cau", "Rượu Hòa Long", "Bún khô Long Điền", "Muối An Ngãi", "Phạm Ngọc Ẩn",
    "Đúc đồng Long Điền", "Chế biến hạt điều Xuyên Mộc", "Cá khô Phước Tỉnh", "Hồ tiêu Châu Đức", "Vũ Đình Khuê",
    "Thủ công mỹ nghệ vỏ ốc Vũng Tàu", "Huỳnh Thị Kiều Oanh", "Đặng Quốc Bảo", "Ngô Thị Tuyết Nhung", "Bùi Xuân Trường",
    "khu phố Hải Bình", "ấp Phước Thọ", "đường Trần Hưng Đạo", "Cà phê Suối Rao", "Ca cao Châu Đức", "kẹo dẻo, mứt dừa",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_old_fonts_come_back_as_they_were(name):
    assert from_vni(to_vni(name)) == name
    # TCVN3 has no codes for capitals with tones.
    assert from_tcvn3(to_tcvn3(name)).lower() == name.lower()


def test_old_fonts_are_told_from_unicode():
    assert detect(map(to_tcvn3, NAMES)) == TCVN3
    assert detect(map(to_vni, NAMES)) == VNI
    assert detect(NAMES) == ""
    assert detect(["Crème brûlée", "Zoë", "plain"]) == ""


def refused(tmp_path, content: bytes, name: str = "tep.xlsx") -> str:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as refusal:
        kind = safety.examine(path, name)
        sheets.inspect(path, kind, name)
    return str(refusal.value)


def archive(**entries) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return stream.getvalue()


def workbook(**cells) -> bytes:
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_entry(content: bytes, name: str, data: bytes) -> bytes:
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, data)
    return stream.getvalue()


def test_hostile_and_broken_files_are_refused(tmp_path):
    plain = workbook(A1="Tên cơ sở", B1="Địa chỉ")
    assert "quá lớn" in refused(tmp_path, with_entry(plain, "xl/media/bomb.bin", bytes(60_000_000)))
    assert "macro" in refused(tmp_path, with_entry(plain, "xl/vbaProject.bin", b"x"))
    assert "quá nhiều ô" in refused(tmp_path, workbook(A1="Tên", XFD1048576="x"))
    assert "hỏng" in refused(tmp_path, plain[: len(plain) // 2])
    assert "không phải bảng tính" in refused(tmp_path, archive(a="b"))
    assert "không phải bảng tính" in refused(tmp_path, b"%PDF-1.4\n" + bytes(range(256)) * 40)
    assert "không có nội dung" in refused(tmp_path, b"")
    assert "20 MB" in refused(tmp_path, b"a;b\n" * 6_000_000, "to.csv")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "mật khẩu" in refused(tmp_path, ole + "EncryptedPackage".encode("utf-16-le"))
    assert "macro" in refused(tmp_path, ole + "Workbook _VBA_PROJECT".encode("utf-16-le"))
    assert "hỏng" in refused(tmp_path, ole + "Workbook".encode("utf-16-le"))


def test_archives_that_mislead_are_refused(tmp_path):
    plain = workbook(A1="Tên cơ sở", B1="Địa chỉ")
    assert "hỏng" in refused(tmp_path, archive(**{f"xl/{n}.xml": b"" for n in range(2_001)}))
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = with_entry(plain, "xl/workbook.xml", b"<a/>")
    assert "hỏng" in refused(tmp_path, twice)
    entity = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    assert "hỏng" in refused(tmp_path, with_entry(plain, "xl/more.xml", entity))
    assert "mật khẩu" in refused(tmp_path, encrypted_flag(plain))
    assert "không phải bảng tính" in refused(tmp_path, archive(**{"a.xlsx": plain}))
    word = {"word/document.xml": "<a/>", "[Content_Types].xml": "<a/>"}
    assert "không phải bảng tính" in refused(tmp_path, archive(**word))
    slides = {"mimetype": "application/vnd.oasis.opendocument.presentation", "content.xml": "<a/>"}
    assert "không phải bảng tính" in refused(tmp_path, archive(**slides), "tep.ods")


def encrypted_flag(content: bytes) -> bytes:
    damaged = bytearray(content)
    at = damaged.find(b"PK\x01\x02")
    damaged[at + 8] |= 1
    return bytes(damaged)


def test_an_entity_in_another_encoding_is_refused(tmp_path):
    entity = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", entity.encode("utf-16"))
        file.writestr("META-INF/manifest.xml", "<a/>")
    assert "hỏng" in refused(tmp_path, stream.getvalue(), "tep.ods")


def test_a_cell_repeated_without_end_is_refused(tmp_path):
    """Each repetition is within a sheet's size, all together they are billions of cells."""
    content = ods_workbook([["Tên cơ sở", "Địa chỉ"], ["x", "y"]])
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        text = file.read("content.xml").decode()
    before, _, after = text.rpartition("<table:table-row>")
    after = after.replace(
        "<table:table-cell ", '<table:table-cell table:number-columns-repeated="9000" ', 1
    )
    text = f'{before}<table:table-row table:number-rows-repeated="900000">{after}'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", text)
        file.writestr("META-INF/manifest.xml", "<a/>")
    assert "quá nhiều ô" in refused(tmp_path, stream.getvalue(), "tep.ods")


@pytest.mark.parametrize("content", [
    b"<html><table><tr><td>T\xc3\xaan</td></tr></table>", b"{\\rtf1 a;b\nc;d}", b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    b"MZ" + bytes(300), b"%PDF-1.7\na;b\n", b"\x7fELF" + bytes(64), b"PK\x05\x06" + bytes(18),
])  # fmt: skip
@pytest.mark.parametrize("name", ["tep.xlsx", "tep.csv"])
def test_other_files_are_refused_whatever_they_are_called(tmp_path, content, name):
    assert f"“{name}”" in refused(tmp_path, content, name)


def test_spreadsheets_are_known_by_what_they_hold_not_by_their_name(tmp_path):
    cells = [["Tên cơ sở", "Địa chỉ"], ["Hoa Sen", "Ấp 1"]]
    for content, kind in (
        (workbook(A1="Tên cơ sở", B1="Địa chỉ"), "xlsx"),
        (xls_workbook(cells), "xls"),
        (ods_workbook(cells), "ods"),
        ("Tên cơ sở;Địa chỉ\nHoa Sen;Ấp 1\n".encode(), "csv"),
    ):
        path = tmp_path / "file"
        path.write_bytes(content)
        found = safety.examine(path, "tep.doc")
        assert found.name == kind
        assert sheets.inspect(path, found, "tep.doc")[0][4][0][1][0] == "Tên cơ sở"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([xls_workbook, ods_workbook]),
    st.integers(0, 9000),
    st.binary(min_size=1, max_size=8),
)
def test_a_damaged_old_or_open_workbook_is_read_or_refused(tmp_path_factory, write, at, change):
    content = bytearray(write([["Tên cơ sở", "Địa chỉ"], ["Hoa Sen", "Ấp 1"]]))
    at %= len(content)
    content[at : at + len(change)] = change
    path = tmp_path_factory.mktemp("fuzz") / "file"
    path.write_bytes(bytes(content))
    try:
        sheets.inspect(path, safety.examine(path, "x"), "x")
    except InvalidInput as refusal:
        assert str(refusal)


def test_a_claim_of_two_gigabytes_is_refused(tmp_path):
    content = bytearray(archive(**{"xl/workbook.xml": "<a/>"}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (2 * 1024**3 - 1).to_bytes(4, "little")
    assert "quá lớn" in refused(tmp_path, bytes(content))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@example(b"PK\x03\x04")
@example(b"\xff\xfe\x00")
@given(st.binary(max_size=400))
def test_any_bytes_are_examined_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "file"
    path.write_bytes(content)
    try:
        kind = safety.examine(path, "x")
    except InvalidInput:
        return
    assert kind.name in ("csv", "xls")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 4000), st.integers(1, 255))
def test_a_damaged_workbook_is_read_or_refused(tmp_path_factory, at, change):
    content = bytearray(workbook(A1="Tên cơ sở", B1="Địa chỉ", A2="Hoa Sen"))
    content[at % len(content)] ^= change
    path = tmp_path_factory.mktemp("fuzz") / "file"
    path.write_bytes(bytes(content))
    try:
        sheets.inspect(path, safety.examine(path, "x.xlsx"), "x.xlsx")
    except InvalidInput as refusal:
        assert str(refusal)


def as_windows_1258(text: str) -> bytes:
    letters = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = [c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323"]
        base = "".join(c for c in parts if c not in tones)
        letters.append(unicodedata.normalize("NFC", base) + "".join(tones))
    return "".join(letters).encode("cp1258")


@pytest.mark.parametrize("encode", [
    lambda t: t.encode(), lambda t: t.encode("utf-8-sig"), lambda t: t.encode("utf-16"), as_windows_1258,
])  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files_are_read_in_their_encoding(tmp_path, encode, delimiter):
    path = tmp_path / "file"
    lines = [
        ["STT", "Tên cơ sở", "Địa chỉ"],
        *([str(n), name, "Ấp 1"] for n, name in enumerate(NAMES)),
    ]
    lines = [[cell.replace(",", "") for cell in line] for line in lines]
    path.write_bytes(encode("".join(delimiter.join(line) + "\r\n" for line in lines)))
    kind = safety.examine(path, "x.csv")
    rows = [cells for _, cells in sheets.rows(path, kind, "x.csv", "CSV")]
    assert [[unicodedata.normalize("NFC", c) for c in row] for row in rows] == lines


def test_values_are_read_as_offices_type_them():
    assert unit_scale("Doanh thu (triệu đồng)") == unit_scale("ĐVT: Tr.đ") == 10**6
    assert unit_scale("Doanh thu (1.000 đ)") == 1000
    assert unit_scale("Doanh thu") is None
    assert parse_number("1.250,5", 10**6) == parse_number(1250.5, 10**6) == 1_250_500_000
    assert parse_number("12 người") == parse_number(12.0) == 12
    assert parse_number("12,500,000") == 12_500_000
    with pytest.raises(ValueError):
        parse_number("1.5")
    assert parse_date("24/11/2026") == parse_date(46350) == parse_date(("d", "2026-11-24"))
    with pytest.raises(ValueError):
        parse_date("31/02/2026")
    assert parse_year("năm 1998") == parse_year(1998.0) == parse_year(("d", "1998-05-01")) == 1998
