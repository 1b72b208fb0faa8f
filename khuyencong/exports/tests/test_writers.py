import csv
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import openpyxl
import pytest
import python_calamine

from khuyencong.core.exceptions import InvalidInput
from khuyencong.exports import cells, ods, writers
from khuyencong.exports.registry import ExportColumn, Heading, Sheet

COLUMNS = [
    ExportColumn("Tên", width=30),
    ExportColumn("Số", kind="integer"),
    ExportColumn("Ngày", kind="date"),
    ExportColumn("Lúc", kind="datetime"),
]
MOMENT = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)  # 09:31 in Việt Nam
ROWS = [
    ("=HYPERLINK(1)", 1234567, date(2026, 11, 24), MOMENT),
    ("Xã Long Sơn", 0, None, None),
    (None, None, None, None),
]


def plain(rows=ROWS):
    return Sheet("Dữ liệu", COLUMNS, iter(rows), header_rows=[["Bảng thử"], ["Quý IV/2026"]])


def rich(rows):
    columns = [
        ExportColumn("Tên"),
        ExportColumn("Tiền", kind="scaled", decimals=6),
        ExportColumn("Số", kind="number"),
        ExportColumn("Xem", kind="link"),
    ]
    return Sheet("Dữ liệu", columns, iter(rows), header_rows=[["Bảng thử", "25 xã"]])


@pytest.fixture
def written(tmp_path):
    def write(*sheets, **options):
        path = tmp_path / "t.xlsx"
        result = writers.write_xlsx(path, list(sheets), [("Người xuất", "CTV")], **options)
        return result, openpyxl.load_workbook(path)

    return write


def test_plain_table_is_written_cell_by_cell_with_titles_and_frozen_header(written):
    result, book = written(plain())
    sheet = book["Dữ liệu"]
    assert [row[0].value for row in sheet.iter_rows(max_row=2)] == ["Bảng thử", "Quý IV/2026"]
    assert [cell.value for cell in sheet[3]] == ["Tên", "Số", "Ngày", "Lúc"]
    assert [cell.value for cell in sheet[4]] == [
        "=HYPERLINK(1)",
        1234567,
        datetime(2026, 11, 24),
        datetime(2026, 11, 24, 9, 31),
    ]
    assert [cell.value for cell in sheet[5]] == ["Xã Long Sơn", 0, None, None]
    assert (sheet.freeze_panes, sheet["B4"].number_format) == ("B4", "#,##0")
    assert sheet.column_dimensions["A"].width > sheet.column_dimensions["B"].width
    assert result.rows == [3]


def test_both_engines_write_the_same_values(written, monkeypatch):
    _, fast = written(plain())
    monkeypatch.setattr(writers, "FAST_KINDS", set())
    _, slow = written(plain())
    for sheet in (slow["Dữ liệu"], fast["Dữ liệu"]):
        assert sheet.freeze_panes == "B4"
    assert [[c.value for c in row] for row in fast["Dữ liệu"].iter_rows()] == [
        [c.value for c in row] for row in slow["Dữ liệu"].iter_rows()
    ]


@pytest.mark.parametrize("kinds", [writers.FAST_KINDS, set()])
def test_text_is_never_a_formula(written, monkeypatch, kinds):
    monkeypatch.setattr(writers, "FAST_KINDS", kinds)
    _, book = written(plain([("=1+1", 1, None, None), ("@SUM(A1)", 2, None, None)]))
    assert [(row[0].value, row[0].data_type) for row in book["Dữ liệu"].iter_rows(min_row=4)] == [
        ("=1+1", "s"),
        ("@SUM(A1)", "s"),
    ]


@pytest.mark.parametrize("kinds", [writers.FAST_KINDS, set()])
def test_information_sheet_proves_the_number_of_rows_written(written, monkeypatch, kinds):
    monkeypatch.setattr(writers, "FAST_KINDS", kinds)
    _, book = written(plain())
    info = {row[0].value: row[1].value for row in book[writers.INFO_SHEET].iter_rows(min_row=2)}
    assert info["Số dòng của bảng “Dữ liệu”"] == 3
    assert info["Người xuất"] == "CTV"
    assert book.sheetnames[0] == "Dữ liệu"


def test_links_keep_real_numbers_with_their_own_decimals(written):
    _, book = written(
        rich(
            [
                Heading(("I. Sản xuất",)),
                (
                    "gtsx",
                    123_456_789,
                    Decimal("12.5"),
                    (Decimal("123.456789"), "/bao-cao/1/#o-gtsx"),
                ),
                ("ld", 5_000_000, 7, (7, "/bao-cao/2/")),
                ("chưa nộp", None, None, "chưa nộp"),
            ]
        ),
        base_url="https://cong.example",
    )
    sheet = book["Dữ liệu"]
    assert sheet["A3"].font.bold and sheet["A3"].value == "I. Sản xuất"
    assert (sheet["B4"].value, sheet["B4"].number_format) == (123.456789, "#,##0.000000")
    assert (sheet["B5"].value, sheet["B5"].number_format) == (5, "#,##0")
    assert (sheet["C4"].value, sheet["C4"].number_format) == (12.5, "#,##0.0")
    link = sheet["D4"].hyperlink
    assert (sheet["D4"].value, sheet["D4"].data_type) == (123.456789, "n")
    assert f"{link.target}#{link.location}" == "https://cong.example/bao-cao/1/#o-gtsx"
    assert (sheet["D6"].value, sheet["D6"].hyperlink) == ("chưa nộp", None)


def test_number_too_long_for_a_spreadsheet_stays_exact_as_text(written):
    _, book = written(rich([("x", None, 12_345_678_901_234_567, None)]))
    assert book["Dữ liệu"]["C3"].value == "12345678901234567"


def test_empty_table_keeps_its_header(written):
    result, book = written(plain([]))
    assert [cell.value for cell in book["Dữ liệu"][3]] == ["Tên", "Số", "Ngày", "Lúc"]
    assert result.total == 0


def test_more_rows_than_excel_takes_are_refused_with_the_reason(written, monkeypatch):
    monkeypatch.setattr(cells, "MAX_ROWS", 5)
    with pytest.raises(InvalidInput, match="CSV"):
        written(plain([("x", 1, None, None)] * 3))


def test_sheet_titles_are_made_fit_and_different(written):
    _, book = written(*(Sheet("Quý I/2026: " + "x" * 40, COLUMNS, iter(ROWS)) for _ in range(2)))
    assert len(book.sheetnames) == 3
    assert all(len(name) <= 31 and "/" not in name for name in book.sheetnames)


def test_csv_is_utf8_with_mark_and_defuses_formulas(tmp_path):
    path = tmp_path / "t.csv"
    rows = [
        Heading(("I",)),
        ("=1+1", 1_500_000, Decimal("0.5"), (Decimal("123.456789"), "/x/")),
        ("-2", None, -3, "@chưa nộp"),
        ('Xã "Long, Sơn"', 0, 1, None),
    ]
    result = writers.write_csv(path, rich(rows))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["Tên", "Tiền", "Số", "Xem"],
            ["'=1+1", "1.500000", "0.5", "123.456789"],
            ["'-2", "", "-3", "'@chưa nộp"],
            ['Xã "Long, Sơn"', "0.000000", "1", ""],
        ]
    assert result.total == 3


def test_file_name_has_no_marks_and_vietnamese_time():
    name = writers.file_name("Tổng hợp quý IV/2026 – Đất Đỏ", "xlsx", MOMENT)
    assert name == "tong-hop-quy-iv-2026-dat-do-20261124-0931.xlsx"


def test_ods_holds_the_same_cells_and_proves_its_rows(tmp_path):
    path = tmp_path / "t.ods"
    rows = [
        Heading(("I. Sản xuất",)),
        ("=1+1 & <b>\x07", 123_456_789, Decimal("12.5"), ("Xã “Long Sơn”", "/bao-cao/1/?a=1&b=2")),
        ("hai  chỗ\ntrống", None, 12_345_678_901_234_567, None),
    ]
    result = ods.write_ods(
        path,
        [rich(rows), plain()],
        [("Người xuất", "CTV")],
        base_url="https://cong.example",
    )
    assert result.rows == [2, 3]
    book = python_calamine.CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Dữ liệu", "Dữ liệu (2)", "Thông tin"]
    first = book.get_sheet_by_name("Dữ liệu").to_python()
    assert first[0][:2] == ["Bảng thử", "25 xã"]
    assert first[1] == ["Tên", "Tiền", "Số", "Xem"]
    assert first[2][0] == "I. Sản xuất"
    assert first[3] == ["=1+1 & <b>", 123.456789, 12.5, "Xã “Long Sơn”"]
    assert (first[4][0], first[4][2]) == ("hai  chỗ\ntrống", "12345678901234567")
    second = book.get_sheet_by_name("Dữ liệu (2)").to_python()
    assert second[3] == [
        "=HYPERLINK(1)",
        1234567,
        date(2026, 11, 24),
        datetime(2026, 11, 24, 9, 31),
    ]
    info = book.get_sheet_by_name("Thông tin").to_python()
    assert ["Người xuất", "CTV"] in info and ["Số dòng của bảng “Dữ liệu”", 2] in info
    with zipfile.ZipFile(path) as archive:
        kind = archive.infolist()[0]
        assert (kind.filename, kind.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        content = archive.read("content.xml").decode()
        for name in archive.namelist():
            if name.endswith(".xml"):
                ElementTree.fromstring(archive.read(name))
    assert 'xlink:href="https://cong.example/bao-cao/1/?a=1&amp;b=2"' in content
    assert "formula" not in content


def test_ods_does_not_grow_with_its_rows(tmp_path):
    def peak(count: int) -> int:
        rows = (("Xã Long Sơn", n, None, None) for n in range(count))
        tracemalloc.start()
        ods.write_ods(tmp_path / "t.ods", [Sheet("Dữ liệu", COLUMNS, rows)], [])
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert peak(20_000) < peak(2_000) + 300_000
