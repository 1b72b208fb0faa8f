"""OpenDocument sheets written row by row into the zip: memory does not grow with the number of rows.

No library streams this format (odfpy and ezodf hold the whole tree; pyexcel-ods goes through odfpy),
and the part of it that a plain table needs is small: ODF 1.2, chapters 9 (tables), 16 (styles) and
19 (attributes). The cells are those of `writers`: numbers are numbers, text is never a formula.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from khuyencong.exports.cells import (
    INFO_SHEET,
    Written,
    counted,
    exact,
    info_rows,
    local,
    shown_text,
    titles_of,
)
from khuyencong.exports.registry import ExportColumn, Heading, Sheet

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
# Fewer than this many bytes are not worth a call of the compressor.
BUFFER = 1 << 16
# A width of 1 in `ExportColumn` is about the breadth of one digit.
MM_PER_WIDTH = 1.9
MOST_DECIMALS = 9

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BLANKS = re.compile(r"^ +| {2,}")
_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
        ("number", "datastyle"), ("fo", "xsl-fo-compatible"), ("config", "config"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ooo="http://openoffice.org/2004/office"'  # fmt: skip
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = (
    _XML
    + '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.2">'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (
            ("/", MEDIA_TYPE), ("content.xml", "text/xml"), ("styles.xml", "text/xml"),
            ("settings.xml", "text/xml"),
        )
    )
    + "</manifest:manifest>"
)  # fmt: skip
_STYLES = (
    _XML + f'<office:document-styles {_NAMESPACES} office:version="1.2">'
    '<office:styles><style:style style:name="Default" style:family="table-cell"/></office:styles>'
    '<office:automatic-styles><style:page-layout style:name="trang"><style:page-layout-properties'
    ' style:print-orientation="landscape" fo:page-width="297mm" fo:page-height="210mm"'
    ' style:scale-to-X="1"/></style:page-layout></office:automatic-styles>'
    '<office:master-styles><style:master-page style:name="Default"'
    ' style:page-layout-name="trang"/></office:master-styles></office:document-styles>'
)


def write_ods(
    path: Path,
    sheets: Sequence[Sheet],
    about: Sequence[tuple[str, str]],
    on_row: Callable[[], None] = lambda: None,
    base_url: str = "",
) -> Written:
    """Write a workbook of the sheets and "Thông tin" last, as `writers.write_xlsx` does for Excel.

    Raises InvalidInput where a sheet has more rows than a spreadsheet takes.
    """
    written, titles, ranges = Written(), titles_of(sheets), []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        # First and uncompressed: this is how the format is recognised.
        archive.writestr("mimetype", MEDIA_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("styles.xml", _STYLES)
        archive.writestr("settings.xml", _settings(titles, sheets))
        with archive.open("content.xml", "w", force_zip64=True) as raw:
            out = _Buffered(raw)
            out.write(_XML + f'<office:document-content {_NAMESPACES} office:version="1.2">')
            out.write(f"<office:automatic-styles>{_styles_of(sheets)}</office:automatic-styles>")
            out.write("<office:body><office:spreadsheet>")
            for title, sheet in zip(titles, sheets, strict=True):
                rows = counted(sheet, written, on_row)
                ranges.append(_write_sheet(out, title, sheet, rows, base_url))
            _write_info(out, info_rows(sheets, about, written))
            # The arrows to filter by, over head and rows.
            out.write("<table:database-ranges>")
            for number, target in enumerate(ranges):
                out.write(
                    f'<table:database-range table:name="__Anonymous_Sheet_DB__{number}" table:display-filter-buttons="true"'
                    f' table:target-range-address="{escape(target)}"/>'
                )
            out.write("</table:database-ranges></office:spreadsheet></office:body>")
            out.write("</office:document-content>")
            out.flush()
    return written


class _Buffered:
    """Text gathered into pieces that are worth compressing."""

    def __init__(self, stream: BinaryIO):
        self.stream, self.parts, self.size = stream, [], 0

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)
        if self.size >= BUFFER:
            self.flush()

    def flush(self) -> None:
        self.stream.write("".join(self.parts).encode())
        self.parts.clear()
        self.size = 0


def _styles_of(sheets: Sequence[Sheet]) -> str:
    """Widths of columns; numbers by their decimals, dates and texts, each also bold."""
    widths = sorted({column.width for sheet in sheets for column in sheet.columns} | {36, 90})
    parts = [
        f'<style:style style:name="w{width}" style:family="table-column"><style:table-column-properties'
        f' style:column-width="{width * MM_PER_WIDTH:.1f}mm"/></style:style>'
        for width in widths
    ]
    for decimals in range(MOST_DECIMALS + 1):
        parts.append(
            f'<number:number-style style:name="so{decimals}"><number:number number:min-integer-digits="1"'
            f' number:decimal-places="{decimals}" number:grouping="true"/></number:number-style>'
        )
    day = (
        '<number:day number:style="long"/><number:text>/</number:text><number:month'
        ' number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    )
    minute = '<number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/>'
    parts.append(f'<number:date-style style:name="ngay">{day}</number:date-style>')
    parts.append(f'<number:date-style style:name="luc">{day}{minute}</number:date-style>')
    bold = '<style:text-properties fo:font-weight="bold"/>'
    for suffix, weight in (("", ""), ("b", bold)):
        for name in ("ngay", "luc", *(f"so{n}" for n in range(MOST_DECIMALS + 1))):
            parts.append(
                f'<style:style style:name="c-{name}{suffix}" style:family="table-cell"'
                f' style:parent-style-name="Default" style:data-style-name="{name}">{weight}</style:style>'
            )
        parts.append(
            f'<style:style style:name="chu{suffix}" style:family="table-cell"'
            f' style:parent-style-name="Default">{weight}</style:style>'
        )
    parts.append(
        '<style:style style:name="dau" style:family="table-cell" style:parent-style-name="Default">'
        '<style:table-cell-properties fo:wrap-option="wrap" fo:border="0.5pt solid #5f6b7a"'
        f' style:vertical-align="middle"/>{bold}</style:style>'
        '<style:style style:name="ghi" style:family="table-cell" style:parent-style-name="Default">'
        '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/></style:style>'
        '<style:style style:name="bang" style:family="table" style:master-page-name="Default"/>'
    )
    return "".join(parts)


def _open_table(out: _Buffered, title: str, widths: Sequence[int]) -> None:
    out.write(f'<table:table table:name="{_attribute(title)}" table:style-name="bang">')
    for width in widths:
        out.write(f'<table:table-column table:style-name="w{width}"/>')


def _write_sheet(
    out: _Buffered, title: str, sheet: Sheet, rows: Iterator[Sequence], base_url: str
) -> str:
    """Write one table; returns the address of its head and rows."""
    _open_table(out, title, [column.width for column in sheet.columns])
    for texts in sheet.header_rows:
        cells = "".join(_text_cell(str(text), "chub") if text else _EMPTY for text in texts)
        out.write(f"<table:table-row>{cells or _EMPTY}</table:table-row>")
    head = "".join(_text_cell(str(column.header), "dau") for column in sheet.columns)
    out.write(
        "<table:table-header-rows><table:table-row>"
        f"{head or _EMPTY}</table:table-row></table:table-header-rows>"
    )
    cells_of = [(_CELLS.get(column.kind, _any_cell), column) for column in sheet.columns]
    first = line = len(sheet.header_rows) + 1
    for row in rows:
        line += 1
        suffix = "b" if isinstance(row, Heading) else ""
        parts = ["<table:table-row>"]
        for (cell, column), value in zip(cells_of, row, strict=not suffix):
            if value is None or value == "":
                parts.append(_EMPTY)
            else:
                parts.append(cell(column, value, suffix, base_url))
        parts.append("</table:table-row>")
        out.write("".join(parts))
    out.write("</table:table>")
    name = title.replace("'", "''")
    return f"'{name}'.A{first}:'{name}'.{_letters(max(1, len(sheet.columns)))}{line}"


def _write_info(out: _Buffered, pairs: Iterator[tuple[str, str | int]]) -> None:
    _open_table(out, INFO_SHEET, (36, 90))
    for name, value in (("Thông tin", "Nội dung"), *pairs):
        style = "dau" if name == "Thông tin" else "ghi"
        shown = (
            f'<table:table-cell table:style-name="c-so0" office:value-type="float" office:value="{value}"/>'
            if isinstance(value, int)
            else _text_cell(str(value), style)
        )
        out.write(f"<table:table-row>{_text_cell(str(name), style)}{shown}</table:table-row>")
    out.write("</table:table>")


# --- cells: (column, value, "b" for bold, base address) → XML; never called for an empty value ----

_EMPTY = "<table:table-cell/>"


def _text_cell(text: str, style: str) -> str:
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{_lines(text)}</table:table-cell>'


def _text(column: ExportColumn, value, suffix: str, base_url: str) -> str:
    return _text_cell(shown_text(value), f"chu{suffix}")


def _integer(column: ExportColumn, value, suffix: str, base_url: str) -> str:
    if not isinstance(value, int) or exact(value) is None:
        return _any_cell(column, value, suffix, base_url)
    return f'<table:table-cell table:style-name="c-so0{suffix}" office:value-type="float" office:value="{value}"/>'


def _any_cell(column: ExportColumn, value, suffix: str, base_url: str) -> str:
    url = None
    if column.kind == "link" and isinstance(value, tuple):
        value, url = value
        if value is None or value == "":
            return _EMPTY
    if column.kind == "scaled" and not isinstance(value, str):
        value = Decimal(value).scaleb(-column.decimals)
    if isinstance(value, int | Decimal) and (number := exact(value)) is not None:
        shown = str(number) if isinstance(number, int) else f"{number:f}"
        places = len(shown.partition(".")[2])
        head = (
            f'table:style-name="c-so{min(places, MOST_DECIMALS)}{suffix}"'
            f' office:value-type="float" office:value="{shown}"'
        )
    elif isinstance(value, datetime):
        moment = local(value)
        head = (
            f'table:style-name="c-luc{suffix}" office:value-type="date"'
            f' office:date-value="{moment:%Y-%m-%dT%H:%M:%S}"'
        )
        shown = f"{moment:%d/%m/%Y %H:%M}"
    elif isinstance(value, date):
        head = (
            f'table:style-name="c-ngay{suffix}" office:value-type="date"'
            f' office:date-value="{value:%Y-%m-%d}"'
        )
        shown = f"{value:%d/%m/%Y}"
    else:
        text = f"{value:f}" if isinstance(value, Decimal) else shown_text(value)
        head, shown = f'table:style-name="chu{suffix}" office:value-type="string"', text
    body = _lines(shown)
    if url:
        address = _attribute(base_url + url)
        body = f'<text:p><text:a xlink:type="simple" xlink:href="{address}">{escape(_clean(shown))}</text:a></text:p>'
    return f"<table:table-cell {head}>{body}</table:table-cell>"


_CELLS = {"text": _text, "integer": _integer}


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)


def _attribute(text: str) -> str:
    return escape(_clean(text), {'"': "&quot;", "\n": " ", "\t": " "})


def _lines(text: str) -> str:
    """Paragraphs of a cell; blanks that XML would fold into one are said in words."""
    text = escape(_clean(text))
    if "  " in text or text[:1] == " ":
        text = _BLANKS.sub(lambda found: f'<text:s text:c="{len(found.group())}"/>', text)
    if "\t" in text:
        text = text.replace("\t", "<text:tab/>")
    if "\n" in text or "\r" in text:
        return "".join(f"<text:p>{line}</text:p>" for line in text.splitlines())
    return f"<text:p>{text}</text:p>"


def _letters(number: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _settings(titles: Sequence[str], sheets: Sequence[Sheet]) -> str:
    """The head of each sheet stays in sight while it is scrolled."""

    def item(name: str, value) -> str:
        kind = "int" if name.endswith("Position") else "short"
        return f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'

    views = []
    for title, sheet in zip(titles, sheets, strict=True):
        row, column = len(sheet.header_rows) + 1, sheet.frozen_columns
        values = (
            ("HorizontalSplitMode", 2 if column else 0), ("VerticalSplitMode", 2),
            ("HorizontalSplitPosition", column), ("VerticalSplitPosition", row),
            ("ActiveSplitRange", 3 if column else 2), ("PositionRight", column),
            ("PositionBottom", row),
        )  # fmt: skip
        views.append(
            f'<config:config-item-map-entry config:name="{_attribute(title)}">'
            + "".join(item(name, value) for name, value in values)
            + "</config:config-item-map-entry>"
        )
    return (
        _XML + f'<office:document-settings {_NAMESPACES} office:version="1.2"><office:settings>'
        '<config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        '<config:config-item config:name="ViewId" config:type="string">view1</config:config-item>'
        '<config:config-item-map-named config:name="Tables">'
        + "".join(views)
        + "</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )
