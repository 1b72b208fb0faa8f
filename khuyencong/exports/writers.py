"""Spreadsheets written row by row: memory does not grow with the number of rows.

Two engines for XLSX (ADR on spreadsheets): the fast one streams plain tables; the other knows links
per cell, headings and decimals that differ from row to row. Numbers are numbers, text is never a
formula, and the sheet "Thông tin" says how many rows were really written.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path

import rustpy_xlsxwriter
import xlsxwriter
from django.utils import timezone
from rustpy_xlsxwriter import Format

from khuyencong.core.text import fold
from khuyencong.exports.cells import (
    INFO_SHEET,
    MAX_EXACT,
    Written,
    counted,
    exact,
    info_rows,
    local,
    shown_text,
    titles_of,
)
from khuyencong.exports.registry import ExportColumn, Heading, Sheet

MAX_LINKS = 65_000
DATE_FORMAT, DATETIME_FORMAT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
FAST_KINDS = {"text", "integer", "date", "datetime"}


def write_xlsx(
    path: Path,
    sheets: Sequence[Sheet],
    about: Sequence[tuple[str, str]],
    on_row: Callable[[], None] = lambda: None,
    base_url: str = "",
) -> Written:
    """Write a workbook of the sheets and "Thông tin" (the `about` pairs and the numbers of rows).

    `on_row` is called after each row; `base_url` goes before the paths of links. Raises InvalidInput where a sheet has more rows than Excel takes.
    """
    fast = True
    for sheet in sheets:
        sheet.rows, first = _peek(sheet.rows)
        fast = fast and first is not None and _is_plain(sheet)
    if fast:
        return _write_fast(path, sheets, about, on_row)
    return _write_rich(path, sheets, about, on_row, base_url)


def write_csv(path: Path, sheet: Sheet, on_row: Callable[[], None] = lambda: None) -> Written:
    """Write one sheet for other software: UTF-8 with BOM, commas, ISO dates, decimal points; text
    that a spreadsheet would take for a formula gets an apostrophe in front. Headings are left out."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([_csv_text(column.header) for column in sheet.columns])
        for row in sheet.rows:
            if isinstance(row, Heading):
                continue
            writer.writerow(
                [
                    _csv_value(column, value)
                    for column, value in zip(sheet.columns, row, strict=True)
                ]
            )
            count += 1
            on_row()
    return Written([count])


def file_name(title: str, extension: str, moment: datetime) -> str:
    """A name every system takes: `tong-hop-quy-iv-2026-20261124-0931.xlsx`."""
    words = "-".join(fold(title).split())[:80].strip("-") or "bang-tinh"
    return f"{words}-{timezone.localtime(moment):%Y%m%d-%H%M}.{extension}"


def _peek(rows: Iterable) -> tuple[Iterator, object]:
    iterator = iter(rows)
    first = next(iterator, None)
    return (iter(()), None) if first is None else (chain([first], iterator), first)


def _is_plain(sheet: Sheet) -> bool:
    headers = [column.header for column in sheet.columns]
    return (
        all(column.kind in FAST_KINDS for column in sheet.columns)
        and len(set(headers)) == len(headers)
        and all(sum(bool(text) for text in row) <= 1 for row in sheet.header_rows)
    )


# --- the fast engine -------------------------------------------------------------------------


def _fast_value(kind: str, value):
    if value is None or value == "":
        return None
    if kind == "integer":
        return value if abs(value) < MAX_EXACT else str(value)
    if kind == "datetime":
        return local(value)
    return value if kind == "date" else shown_text(value)


def _write_fast(path, sheets, about, on_row) -> Written:
    written, titles = Written(), titles_of(sheets)
    bold, wrapped = Format().set_bold(), Format().set_bold().set_text_wrap().set_border("thin")
    formats = {
        "text": Format(),
        "integer": Format().set_num_format("#,##0"),
        "date": Format().set_num_format(DATE_FORMAT),
        "datetime": Format().set_num_format(DATETIME_FORMAT),
    }

    def records(sheet):
        keys = [(column.header, column.kind) for column in sheet.columns]
        for row in counted(sheet, written, on_row):
            yield {
                header: _fast_value(kind, value)
                for (header, kind), value in zip(keys, row, strict=True)
            }

    def info():
        for name, value in info_rows(sheets, about, written):
            yield {
                "Thông tin": shown_text(name),
                "Nội dung": value if isinstance(value, int) else shown_text(value),
            }

    by_title = dict(zip(titles, sheets, strict=True))
    last_columns = {title: max(1, len(sheet.columns) - 1) for title, sheet in by_title.items()}
    rustpy_xlsxwriter.write_worksheets(
        [*((title, records(sheet)) for title, sheet in by_title.items()), (INFO_SHEET, info())],
        str(path),
        header_row={title: len(sheet.header_rows) for title, sheet in by_title.items()},
        freeze_panes={
            title: {"row": len(sheet.header_rows) + 1, "col": sheet.frozen_columns}
            for title, sheet in by_title.items()
        },
        header_format={title: wrapped for title in (*titles, INFO_SHEET)},
        column_widths={
            **{t: [float(c.width) for c in sheet.columns] for t, sheet in by_title.items()},
            INFO_SHEET: [36.0, 90.0],
        },
        column_formats={
            t: {c.header: formats[c.kind] for c in sheet.columns} for t, sheet in by_title.items()
        },
        merge_ranges={
            title: [
                (
                    index,
                    0,
                    index,
                    last_columns[title],
                    shown_text(next((t for t in row if t), "")),
                    bold,
                )
                for index, row in enumerate(sheet.header_rows)
            ]
            for title, sheet in by_title.items()
        },
        autofilter={title: True for title in titles},
    )
    return written


# --- the engine that knows links, headings and mixed decimals ---------------------------------


class _Rich:
    """One workbook with its formats and the budget of links that Excel allows a sheet."""

    def __init__(self, book: xlsxwriter.Workbook, base_url: str):
        self.book, self.base_url = book, base_url
        self.formats: dict[tuple, object] = {}

    def format(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def number(self, value: int | Decimal, **properties):
        places = -value.as_tuple().exponent if isinstance(value, Decimal) else 0
        pattern = "#,##0" + ("." + "0" * places if places > 0 else "")
        return self.format(num_format=pattern, **properties)

    def write(self, sheet, row: int, col: int, column: ExportColumn, value, **properties) -> None:
        if value is None or value == "":
            return
        if column.kind == "scaled" and not isinstance(value, str):
            value = Decimal(value).scaleb(-column.decimals)
        if isinstance(value, int | Decimal):
            number = exact(value)
            if number is None:
                sheet.write_string(
                    row, col, f"{Decimal(value):f}", self.format(align="right", **properties)
                )
            else:
                sheet.write_number(row, col, number, self.number(number, **properties))
        elif isinstance(value, datetime):
            sheet.write_datetime(
                row, col, local(value), self.format(num_format=DATETIME_FORMAT, **properties)
            )
        elif isinstance(value, date):
            sheet.write_datetime(row, col, value, self.format(num_format=DATE_FORMAT, **properties))
        else:
            align = {"align": "right"} if column.kind == "link" and col else {}
            sheet.write_string(row, col, shown_text(value), self.format(**align, **properties))


def _write_rich(path, sheets, about, on_row, base_url) -> Written:
    written, titles = Written(), titles_of(sheets)
    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        },
    )
    rich = _Rich(book, base_url)
    for title, sheet in zip(titles, sheets, strict=True):
        _write_rich_sheet(rich, book.add_worksheet(title), sheet, counted(sheet, written, on_row))
    info = book.add_worksheet(INFO_SHEET)
    info.set_column(0, 0, 36)
    info.set_column(1, 1, 90)
    header = rich.format(bold=True, border=1)
    info.write_string(0, 0, "Thông tin", header)
    info.write_string(0, 1, "Nội dung", header)
    for index, (name, value) in enumerate(info_rows(sheets, about, written), start=1):
        info.write_string(index, 0, shown_text(name), rich.format(valign="top"))
        if isinstance(value, int):
            info.write_number(index, 1, value, rich.format(num_format="#,##0", align="left"))
        else:
            info.write_string(index, 1, shown_text(value), rich.format(text_wrap=True))
    book.close()
    return written


def _write_rich_sheet(rich: _Rich, target, sheet: Sheet, rows: Iterator[Sequence]) -> None:
    for index, column in enumerate(sheet.columns):
        target.set_column(index, index, column.width)
    line = 0
    for texts in sheet.header_rows:
        for index, text in enumerate(texts):
            if text:
                target.write_string(line, index, shown_text(text), rich.format(bold=True))
        line += 1
    header = rich.format(bold=True, text_wrap=True, border=1, valign="vcenter")
    for index, column in enumerate(sheet.columns):
        target.write_string(line, index, shown_text(column.header), header)
    first_row, links = line, MAX_LINKS
    target.freeze_panes(line + 1, sheet.frozen_columns)
    target.set_landscape()
    target.fit_to_pages(1, 0)
    target.repeat_rows(line)
    for row in rows:
        line += 1
        bold = {"bold": True} if isinstance(row, Heading) else {}
        for index, (column, value) in enumerate(zip(sheet.columns, row, strict=False)):
            url = None
            if column.kind == "link" and isinstance(value, tuple):
                value, url = value
            if url and links > 0 and value not in (None, ""):
                links -= 1
                look = {"font_color": "#1a4f8b", **bold}
                target.write_url(line, index, rich.base_url + url, rich.format(**look), "")
                rich.write(target, line, index, column, value, **look)
            else:
                rich.write(target, line, index, column, value, **bold)
    if sheet.columns:
        target.autofilter(first_row, 0, max(line, first_row), len(sheet.columns) - 1)


# --- CSV --------------------------------------------------------------------------------------


def _csv_text(value) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv_value(column: ExportColumn, value) -> str:
    if column.kind == "link" and isinstance(value, tuple):
        value = value[0]
    if value is None:
        return ""
    if column.kind == "scaled" and not isinstance(value, str):
        value = Decimal(value).scaleb(-column.decimals)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return local(value).isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else _csv_text(value)
