"""Workbooks for tests, as communes keep them."""

import io

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
