"""Both formats are read back: what Nghị định 30/2020/NĐ-CP asks for stands where it should."""

from datetime import date
from io import BytesIO

import docx
import pypdf
from docx.oxml.ns import qn

from khuyencong.documents.docx import render_docx
from khuyencong.documents.paper import (
    Column,
    Letterhead,
    PageBreak,
    Paper,
    Paragraph,
    Signature,
    Table,
    amount_with_words,
    data_hash,
    from_data,
    to_data,
)
from khuyencong.documents.pdf import render_pdf

HEAD = Letterhead(
    superior="Sở Công Thương",
    issuer="Trung tâm Khuyến công",
    symbol="BC-TTKC",
    place="Thành phố Hồ Chí Minh",
    kind_title="Báo cáo",
    abstract="Kết quả quý I/2026",
    number=7,
    signed_on=date(2026, 2, 5),
)
PAPER = Paper(
    HEAD,
    blocks=(
        Paragraph("I. TÌNH HÌNH", "heading"),
        Paragraph("Văn bản #strong[không phải] *mã* $x$ \\ <b>."),
        Table(
            (Column("Chỉ tiêu", 3), Column("Kỳ này", 1, "right")),
            tuple((f"Chỉ tiêu {n}", f"{n}") for n in range(60)),
            caption="Bảng 1",
        ),
        PageBreak(),
        Paragraph("Phụ lục", "title"),
    ),
    addressees=("Sở Công Thương",),
    recipients=("Như trên;", "Lưu: VT."),
    signatures=(Signature(("KT. Giám đốc", "Phó Giám đốc"), "Lãnh đạo Trung tâm"),),
)


def pdf_pages(paper, **options) -> list[str]:
    reader = pypdf.PdfReader(BytesIO(render_pdf(paper, **options)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_pdf_has_the_parts_of_the_decree():
    pages = pdf_pages(PAPER, seal="0123456789abcdef")
    first, last = pages[0], pages[-1]
    for words in (
        "SỞ CÔNG THƯƠNG",
        "TRUNG TÂM KHUYẾN CÔNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 07/BC-TTKC",
        "Thành phố Hồ Chí Minh, ngày 05 tháng 02 năm 2026",
        "BÁO CÁO",
        "Kết quả quý I/2026",
        "Kính gửi: Sở Công Thương",
        "Văn bản #strong[không phải] *mã* $x$ \\ <b>.",
    ):
        assert words in first, words
    for words in ("Nơi nhận:", "PHÓ GIÁM ĐỐC", "Lãnh đạo Trung tâm", "0123456789abcdef"):
        assert words in last, words
    # Page numbers from the second page on; the table's head again on each page.
    assert not first.startswith("1 ")
    assert pages[1].startswith("2 ")
    assert all("Chỉ tiêu Kỳ này" in page for page in pages[:2])


def test_pdf_is_a4_with_vietnamese_fonts_and_the_same_bytes_each_time():
    content = render_pdf(PAPER)
    assert content == render_pdf(PAPER)
    reader = pypdf.PdfReader(BytesIO(content))
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [210, 297]
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all("Tinos" in font for font in fonts)
    assert reader.metadata.title == "Báo cáo: Kết quả quý I/2026"


def test_a_draft_says_so_and_leaves_number_and_date_open():
    draft = Paper(
        Letterhead(issuer="Trung tâm", symbol="BC-TTKC", place="Nơi", kind_title="Báo cáo")
    )
    text = pdf_pages(draft, is_draft=True)[0]
    assert "DỰ THẢO" in text
    assert "Số: /BC-TTKC" in text
    assert "ngày tháng năm" in text


def test_minutes_have_no_agency_and_several_signatures():
    minutes = Paper(
        Letterhead(kind_title="Biên bản", abstract="Nghiệm thu"),
        signatures=tuple(Signature((f"Đại diện bên {n}",), "") for n in range(5)),
    )
    text = pdf_pages(minutes)[0]
    assert text.startswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert all(f"ĐẠI DIỆN BÊN {n}" in text for n in range(5))
    whole = docx.Document(BytesIO(render_docx(minutes)))
    cells = [cell.text for table in whole.tables for row in table.rows for cell in row.cells]
    assert sum("ĐẠI DIỆN BÊN" in cell for cell in cells) == 5


def test_docx_has_the_layout_of_the_decree():
    file = docx.Document(BytesIO(render_docx(PAPER, seal="0123456789abcdef")))
    section = file.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    assert 20 <= round(section.top_margin.mm) <= 25
    assert 20 <= round(section.bottom_margin.mm) <= 25
    assert 30 <= round(section.left_margin.mm) <= 35
    assert 15 <= round(section.right_margin.mm) <= 20
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert not section.first_page_header.paragraphs[0].text
    normal = file.styles["Normal"]
    assert (normal.font.name, normal.font.size.pt) == ("Times New Roman", 14)
    fonts = normal.element.rPr.rFonts
    assert {fonts.get(qn(f"w:{name}")) for name in ("ascii", "hAnsi", "eastAsia", "cs")} == {
        "Times New Roman"
    }
    head, data, end = file.tables
    assert "Số: 07/BC-TTKC" in head.cell(1, 0).text
    assert head.cell(1, 1).text == "Thành phố Hồ Chí Minh, ngày 05 tháng 02 năm 2026"
    assert len(data.rows) == 61
    assert "tblHeader" in data.rows[0]._tr.xml
    assert "Lưu: VT." in end.cell(0, 0).text
    assert "PHÓ GIÁM ĐỐC" in end.cell(0, 1).text
    body = next(p for p in file.paragraphs if p.text.startswith("Văn bản"))
    assert body.paragraph_format.first_line_indent.cm == 1.27
    assert file.core_properties.author == "Trung tâm Khuyến công"
    assert "docx" not in file.core_properties.comments


def test_an_official_letter_has_its_abstract_under_the_number():
    letter = Paper(Letterhead(issuer="Trung tâm", symbol="TTKC", abstract="kiến nghị về vốn"))
    assert "V/v kiến nghị về vốn" in pdf_pages(letter)[0]
    cell = docx.Document(BytesIO(render_docx(letter))).tables[0].cell(1, 0)
    assert "V/v kiến nghị về vốn" in cell.text


def test_data_goes_both_ways_and_its_hash_sees_every_change():
    data = to_data(PAPER)
    assert from_data(data) == PAPER
    assert data_hash(data) == data_hash(to_data(from_data(data)))
    data["blocks"][1]["text"] += " "
    assert data_hash(data) != data_hash(to_data(PAPER))


def test_amounts_stand_in_words_too():
    assert amount_with_words(1_250_000) == (
        "1.250.000 đồng (Bằng chữ: Một triệu hai trăm năm mươi nghìn đồng)"
    )
