"""Workbooks for tests, as communes keep them."""

import io
import struct
import zipfile
from xml.sax.saxutils import escape

import openpyxl


def messy_workbook(rows, *, place_column: bool = True) -> bytes:
    """Title rows, two header rows with merged cells, STT, column numbers, triệu đồng, a total.

    `rows` are (name, form, tax code, representative, phone, commune, address, total, female,
    revenue in millions).
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    sheet["A1"] = "ỦY BAN NHÂN DÂN XÃ"
    sheet["A2"] = "DANH SÁCH CƠ SỞ CÔNG NGHIỆP NÔNG THÔN NĂM 2026"
    sheet.merge_cells("A2:K2")
    heads = (
        "STT", "Tên cơ sở", "Loại hình", "MST", "Chủ cơ sở", "Số điện thoại", "Xã, phường", "Địa chỉ",
    )  # fmt: skip
    for index, head in enumerate(heads, 1):
        sheet.cell(4, index, head)
        sheet.merge_cells(start_row=4, end_row=5, start_column=index, end_column=index)
    sheet.cell(4, 9, "Lao động (người)")
    sheet.merge_cells("I4:J4")
    sheet.cell(5, 9, "Tổng số")
    sheet.cell(5, 10, "Nữ")
    sheet.cell(4, 11, "Doanh thu (triệu đồng)")
    sheet.merge_cells("K4:K5")
    for index in range(1, 12):
        sheet.cell(6, index, f"({index})")
    line = 7
    for number, row in enumerate(rows, 1):
        for index, value in enumerate((number, *row), 1):
            sheet.cell(line, index, value if place_column or index != 7 else None)
        line += 1
    sheet.cell(line, 1, "Tổng cộng")
    sheet.cell(line, 9, 999)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_ODS_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)


def ods_workbook(rows, merged=(), sheet: str = "Danh sách") -> bytes:
    """An OpenDocument sheet of texts; `merged` are ranges ((top, left), (bottom, right)) from 0."""
    spans = {start: (end[0] - start[0] + 1, end[1] - start[1] + 1) for start, end in merged}
    covered = {
        (row, column)
        for (top, left), (bottom, right) in merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
    lines = []
    for number, row in enumerate(rows):
        cells = []
        for index, value in enumerate(row):
            if (number, index) in covered:
                cells.append("<table:covered-table-cell/>")
                continue
            down, across = spans.get((number, index), (1, 1))
            span = f' table:number-rows-spanned="{down}" table:number-columns-spanned="{across}"'
            text = "" if value is None else f"<text:p>{escape(str(value))}</text:p>"
            kind = ' office:value-type="string"' if text else ""
            cells.append(f"<table:table-cell{kind}{span}>{text}</table:table-cell>")
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODS_NAMES}><office:body>'
        f'<office:spreadsheet><table:table table:name="{sheet}">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return stream.getvalue()


def xls_workbook(rows, merged=(), sheet: str = "Danh sách") -> bytes:
    """An Excel 97 workbook of texts and numbers, written record by record: no library still does."""

    def record(number: int, data: bytes) -> bytes:
        return struct.pack("<HH", number, len(data)) + data

    def text(value: str, count: str) -> bytes:
        return struct.pack(f"<{count}B", len(value), 1) + value.encode("utf-16-le")

    begin = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    cells = b""
    for number, row in enumerate(rows):
        for index, value in enumerate(row):
            at = struct.pack("<HHH", number, index, 0)
            if isinstance(value, int | float):
                cells += record(0x0203, at + struct.pack("<d", value))
            elif value:
                cells += record(0x0204, at + text(value, "H"))
    ranges = b"".join(
        struct.pack("<HHHH", top, bottom, left, right) for (top, left), (bottom, right) in merged
    )
    page = record(0x0809, begin) + cells
    page += record(0x00E5, struct.pack("<H", len(merged)) + ranges) + record(0x000A, b"")
    first = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    name = text(sheet, "B")
    head = len(first) + 4 + 6 + len(name) + 4
    book = first + record(0x0085, struct.pack("<IH", head, 0) + name) + record(0x000A, b"") + page
    return _compound_file("Workbook", book)


def _compound_file(name: str, content: bytes) -> bytes:
    """One stream in a compound file (OLE) of sectors of 512 bytes."""
    size = max(4096, len(content))
    sectors = -(-size // 512)
    content = content.ljust(sectors * 512, b"\0")
    tables = -(-(sectors + 2) // 127)
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table] * tables + [end]
    chain += [*range(tables + 2, tables + 1 + sectors), end]
    chain += [free] * (tables * 128 - len(chain))

    def entry(title: str, kind: int, child: int, start: int, length: int) -> bytes:
        encoded = (title + "\0").encode("utf-16-le") if title else b""
        return struct.pack(
            "<64sHBBIII16sIQQIQ", encoded, len(encoded), kind, 1, free, free, child, b"", 0, 0, 0, start, length,
        )  # fmt: skip

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, tables + 1, size)
    folder += entry("", 0, free, 0, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<109I", *range(tables), *[free] * (109 - tables))
    return header + struct.pack(f"<{len(chain)}I", *chain) + folder + content
