"""Workbooks of imports: the template to fill, and the faulty rows with the fault beside the cell."""

import io
from collections.abc import Iterable, Iterator

import xlsxwriter

from khuyencong.imports.models import ImportJob, ImportRow
from khuyencong.imports.registry import ImportKind
from khuyencong.imports.staging import table_of

TEMPLATE_ROWS = 2000


def template_workbook(kind: ImportKind, user) -> bytes:
    """A workbook with the headers, one example row, lists to choose from, and how to fill it in."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E4F0F2", "border": 1, "text_wrap": True})
    needed = book.add_format(
        {
            "bold": True,
            "bg_color": "#0B5563",
            "font_color": "#FFFFFF",
            "border": 1,
            "text_wrap": True,
        }
    )
    text = book.add_format({"num_format": "@"})
    example = book.add_format({"italic": True, "font_color": "#495565", "num_format": "@"})
    sheet, lists = book.add_worksheet("Cơ sở"), book.add_worksheet("Danh mục")
    guide = book.add_worksheet("Hướng dẫn")
    list_column = 0
    for index, column in enumerate(kind.columns):
        sheet.set_column(index, index, max(14, min(34, len(column.label) + 6)), text)
        sheet.write_string(0, index, column.label, needed if column.required else head)
        value = column.example
        if column.choices is not None:
            choices = [str(choice) for choice in column.choices(user)]
            lists.write_string(0, list_column, column.label, head)
            lists.set_column(list_column, list_column, 34)
            for row, choice in enumerate(choices, 1):
                lists.write_string(row, list_column, choice)
            if choices:
                letter = xlsxwriter.utility.xl_col_to_name(list_column)
                sheet.data_validation(
                    1,
                    index,
                    TEMPLATE_ROWS,
                    index,
                    {
                        "validate": "list",
                        "source": f"='Danh mục'!${letter}$2:${letter}${len(choices) + 1}",
                        "error_title": "Chọn trong danh mục",
                        "error_message": f"Chọn một giá trị của “{column.label}” trong danh sách."[
                            :255
                        ],
                        "error_type": "warning",
                    },
                )
                value = value or (choices[0] if column.has_example else "")
            list_column += 1
        sheet.write_string(1, index, str(value), example)
    sheet.freeze_panes(1, 1)
    guide.set_column(0, 0, 100)
    lines = [
        "Dòng 2 là ví dụ: anh/chị xóa hoặc ghi đè trước khi gửi.",
        "Cột tô đậm là cột phải có; cột khác để trống hoặc xóa đi được. Không cần giữ thứ tự cột.",
        "Ô để trống không xóa số liệu đang có trong sổ.",
        "Tiền tính bằng triệu đồng; nhập như 1.250,5.",
        "Các cột có danh sách chọn lấy từ trang “Danh mục”.",
        "Cơ sở đã có trong sổ được nhận ra theo mã số thuế, hoặc theo tên và xã, phường.",
        *(f"{column.label}: {column.help}" for column in kind.columns if column.help),
    ]
    for row, line in enumerate(lines):
        guide.write_string(row, 0, line)
    book.close()
    return stream.getvalue()


def faults_workbook(job: ImportJob, rows: Iterable[ImportRow]) -> bytes:
    """The rows that were not written, as they stood, each fault in a column beside its cell.

    It can be corrected and sent again: the columns of faults are not read.
    """
    table = table_of(job)
    wrong_fields = _fields_with_faults(job)
    columns = {
        column["index"]: column["label"] or f"Cột {column['index'] + 1}"
        for column in table["columns"]
    }
    by_index = {int(index): name for index, name in job.matching.items()}
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E4F0F2", "border": 1, "text_wrap": True})
    red_head = book.add_format(
        {"bold": True, "bg_color": "#F8D7D7", "border": 1, "text_wrap": True}
    )
    bad = book.add_format({"bg_color": "#FBE9E9", "num_format": "@"})
    red = book.add_format({"font_color": "#A01B1B", "text_wrap": True})
    sheet = book.add_worksheet("Dòng cần sửa")
    plan: list[tuple[str, int | str]] = []
    for index in sorted(columns):
        plan.append(("cell", index))
        if by_index.get(index) in wrong_fields:
            plan.append(("fault", by_index[index]))
    plan += [("rest", ""), ("number", "")]
    for position, (what, which) in enumerate(plan):
        sheet.set_column(position, position, 34 if what in ("fault", "rest") else 20)
        if what == "cell":
            sheet.write_string(0, position, columns[which], head)
        elif what == "fault":
            index = next(i for i, name in by_index.items() if name == which)
            sheet.write_string(0, position, f"Lỗi ở “{columns[index]}”"[:250], red_head)
        else:
            sheet.write_string(
                0, position, "Lỗi khác" if what == "rest" else "Lỗi ở dòng số", red_head
            )
    matched = set(by_index.values())
    for line, row in enumerate(rows, 1):
        for position, (what, which) in enumerate(plan):
            if what == "cell":
                text = row.raw[which] if which < len(row.raw) else ""
                wrong = by_index.get(which) in row.errors
                if text or wrong:
                    sheet.write_string(line, position, text, bad if wrong else None)
            elif what == "fault" and which in row.errors:
                sheet.write_string(line, position, row.errors[which], red)
            elif what == "rest":
                rest = [s for name, s in row.errors.items() if name not in matched]
                if row.note and not row.errors:
                    rest.append(row.note)
                if rest:
                    sheet.write_string(line, position, " ".join(rest), red)
            elif what == "number":
                sheet.write_string(line, position, str(row.number))
    sheet.freeze_panes(1, 0)
    book.close()
    return stream.getvalue()


def _fields_with_faults(job: ImportJob) -> set[str]:
    found: set[str] = set()
    for errors in job.rows.filter(state="wrong").values_list("errors", flat=True).iterator():
        found |= set(errors)
    return found


def stream_rows(rows) -> Iterator[ImportRow]:
    """Rows in their order, a chunk at a time in memory."""
    return rows.order_by("number").iterator(chunk_size=1000)
