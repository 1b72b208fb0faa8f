"""A document as DOCX in the layout of Phụ lục I, Nghị định 30/2020/NĐ-CP, to be opened in Word or LibreOffice."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

from khuyencong.documents.paper import Align, Block, PageBreak, Paper, Paragraph, Signature, Table

FONT = "Times New Roman"
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
TEXT_WIDTH = Mm(210 - 30 - 20)
ISSUER_WIDTH, MOTTO_WIDTH = Cm(6.1), TEXT_WIDTH - Cm(6.1)
# The rule under tiêu ngữ is as long as its text (13 pt, bold).
MOTTO_RULE = Cm(5.6)
ISSUER_RULE = Cm(2.6)
ABSTRACT_RULE = Cm(4)


def render_docx(paper: Paper, *, seal: str = "") -> bytes:
    """The document as a DOCX file; `seal` is the hash printed at the end."""
    file = Document()
    _set_up(file, paper)
    _letterhead(file, paper)
    _blocks(file, paper.blocks)
    # The signature never stands alone on a page.
    if file.paragraphs:
        file.paragraphs[-1].paragraph_format.keep_with_next = True
    _signatures(file, paper)
    if seal:
        _add(file, f"Mã kiểm chứng: {seal}", align="left", size=9)
    if paper.appendix:
        _blocks(file, (PageBreak(), *paper.appendix))
    stream = BytesIO()
    file.save(stream)
    return stream.getvalue()


def _blocks(file, blocks: Iterable[Block]) -> None:
    for block in blocks:
        if isinstance(block, Table):
            _table(file, block)
        elif isinstance(block, PageBreak):
            file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        else:
            _paragraph(file, block)


def _set_up(file, paper: Paper) -> None:
    normal = file.styles["Normal"]
    _set_font(normal.element.get_or_add_rPr(), normal.font, 14)
    normal.paragraph_format.space_after = Pt(0)
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = Mm(10)
    # Page numbers in the middle of the head, not on the first page.
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.alignment = ALIGN["center"]
    _field(header, "PAGE")
    for name in ("Heading 1", "Heading 2"):
        style = file.styles[name]
        _set_font(style.element.get_or_add_rPr(), style.font, 14)
        style.font.bold, style.font.italic = True, False
        style.font.color.rgb = None
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10), Pt(4)
        style.paragraph_format.first_line_indent = Cm(1.27)
        style.paragraph_format.alignment = ALIGN["justify"]
    properties = file.core_properties
    properties.title, properties.author = paper.title, paper.letterhead.issuer
    properties.comments = properties.last_modified_by = ""
    properties.language = "vi-VN"
    day = paper.letterhead.signed_on
    if day is not None:
        properties.created = properties.modified = datetime(day.year, day.month, day.day)


def _set_font(properties, font, size: int) -> None:
    font.name, font.size = FONT, Pt(size)
    fonts = properties.get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FONT)


def _field(paragraph, code: str) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _add(
    holder,
    text: str,
    *,
    align: str = "center",
    size: int = 14,
    bold: bool = False,
    italic: bool = False,
    first: bool = False,
    keep: bool = False,
):
    """A paragraph of one run; `first` uses the empty paragraph that a new cell comes with."""
    paragraph = holder.paragraphs[0] if first else holder.add_paragraph()
    paragraph.alignment = ALIGN[align]
    paragraph.paragraph_format.keep_with_next = keep
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    return paragraph


def _rule(holder, length, width) -> None:
    """A rule of a length in the middle of a width: the top border of a narrow empty paragraph."""
    paragraph = holder.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = max(0, (width - length) // 2)
    form.line_spacing = Pt(4)
    form.space_before = Pt(2)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)
    paragraph.add_run().font.size = Pt(2)


def _layout_table(file, rows: int, widths: Iterable):
    """A table without lines that only puts things side by side."""
    widths = list(widths)
    table = file.add_table(rows, len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _cell_margins(table, 0)
    return table


def _cell_margins(table, width: int) -> None:
    """The room at the left and right of each cell's text, in twentieths of a point."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(width))
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    table._tbl.tblPr.append(margins)


def _motto(holder, width, first: bool) -> None:
    _add(holder, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True, first=first)
    _add(holder, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True)
    _rule(holder, MOTTO_RULE, width)


def _letterhead(file, paper: Paper) -> None:
    head = paper.letterhead
    if head.issuer:
        table = _layout_table(file, 2, (ISSUER_WIDTH, MOTTO_WIDTH))
        issuer, motto = table.rows[0].cells
        if head.superior:
            _add(issuer, head.superior.upper(), size=12, first=True)
        _add(issuer, head.issuer.upper(), size=12, bold=True, first=not head.superior)
        _rule(issuer, ISSUER_RULE, ISSUER_WIDTH)
        _motto(motto, MOTTO_WIDTH, first=True)
        number, place = table.rows[1].cells
        _add(number, head.number_line, size=13, first=True)
        if not head.kind_title and head.abstract:
            _add(number, f"V/v {head.abstract}", size=12)
        _add(place, head.date_line, size=13, italic=True, first=True)
    else:
        _motto(file, TEXT_WIDTH, first=False)
    if head.kind_title:
        title = _add(file, head.kind_title.upper(), bold=True, keep=True)
        title.paragraph_format.space_before = Pt(14)
        if head.abstract:
            _add(file, head.abstract, bold=True, keep=True)
            _rule(file, ABSTRACT_RULE, TEXT_WIDTH)
    if len(paper.addressees) == 1:
        line = _add(file, f"Kính gửi: {paper.addressees[0]}")
        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(8)
    elif paper.addressees:
        for text in ("Kính gửi:", *(f"    - {one}" for one in paper.addressees)):
            line = _add(file, text, align="left")
            line.paragraph_format.left_indent = Cm(2.5)


def _paragraph(file, block: Paragraph) -> None:
    if block.style in ("heading", "subheading"):
        file.add_heading(block.text, 1 if block.style == "heading" else 2)
        return
    if block.style in ("title", "centre"):
        _add(file, block.text, bold=block.style == "title", keep=block.style == "title")
        return
    text = f"- {block.text}" if block.style == "item" else block.text
    note = block.style == "note"
    paragraph = _add(file, "", align="left" if note else "justify", italic=note)
    run = paragraph.runs[0]
    for number, line in enumerate(text.split("\n")):
        if number:
            run.add_break()
        run.add_text(line)
    run.font.size = Pt(12 if note else 14)
    form = paragraph.paragraph_format
    form.first_line_indent = Cm(0 if note else 1.27)
    form.space_before, form.space_after, form.line_spacing = Pt(3), Pt(3), 1.15
    form.widow_control = True


def _table(file, block: Table) -> None:
    if block.caption:
        caption = _add(file, block.caption, size=13, bold=True, keep=True)
        caption.paragraph_format.space_before = Pt(8)
        caption.paragraph_format.space_after = Pt(4)
    table = file.add_table(1, len(block.columns))
    table.style, table.autofit = "Table Grid", False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _cell_margins(table, 57)
    shares = sum(column.share for column in block.columns)
    widths = [int(TEXT_WIDTH * column.share / shares) for column in block.columns]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _fill(table.rows[0], [c.header for c in block.columns], ["center"] * len(widths), widths, True)
    _repeat(table.rows[0])
    aligns = [column.align for column in block.columns]
    for place, values in enumerate(block.rows):
        _fill(table.add_row(), values, aligns, widths, place in block.bold_rows)
    file.add_paragraph().paragraph_format.line_spacing = Pt(8)


def _fill(row, values, aligns: list[Align], widths, bold: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    for cell, value, align, width in zip(row.cells, values, aligns, widths, strict=True):
        cell.width = width
        _add(cell, value, align=align, size=12, bold=bold, first=True)


def _repeat(row) -> None:
    element = OxmlElement("w:tblHeader")
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)


def _signatures(file, paper: Paper) -> None:
    spacer = file.add_paragraph().paragraph_format
    spacer.line_spacing, spacer.keep_with_next = Pt(10), True
    if len(paper.signatures) == 1:
        left, right = _layout_table(file, 1, (TEXT_WIDTH // 2, TEXT_WIDTH // 2)).rows[0].cells
        _recipients(left, paper.recipients, first=True)
        _sign(right, paper.signatures[0])
        return
    for start in range(0, len(paper.signatures), 3):
        group = paper.signatures[start : start + 3]
        cells = _layout_table(file, 1, [TEXT_WIDTH // len(group)] * len(group)).rows[0].cells
        for cell, signature in zip(cells, group, strict=True):
            _sign(cell, signature)
        file.add_paragraph()
    if not paper.signatures:
        _recipients(file, paper.recipients, first=False)


def _recipients(holder, recipients: tuple[str, ...], first: bool) -> None:
    if recipients:
        label = _add(
            holder, "Nơi nhận:", align="left", size=12, bold=True, italic=True, first=first
        )
        label.paragraph_format.keep_with_next = True
    for one in recipients:
        _add(holder, f"- {one}", align="left", size=11)


def _sign(cell, signature: Signature) -> None:
    for place, line in enumerate(signature.office):
        _add(cell, line.upper(), bold=True, first=not place, keep=True)
    room = _add(cell, "", keep=True)
    room.paragraph_format.space_after = Pt(70)
    _add(cell, signature.name, bold=True)
