"""An edition as a document in the layout of NĐ 30/2020/NĐ-CP."""

from django.conf import settings
from django.utils import timezone

from khuyencong.documents.paper import (
    Column,
    Letterhead,
    Paper,
    Paragraph,
    Signature,
    Table,
)
from reports.editions.enums import EditionKind, SignatureOffice
from reports.editions.models import Edition, EditionSection
from reports.models import ReportVersion
from reports.queries.rollup import Entry, FigureState, accepted_times

STATES = {
    FigureState.NOT_REPORTED: "Chưa nộp",
    FigureState.PENDING: "Chờ kiểm tra, chưa tính",
    FigureState.RETURNED: "Đã trả lại, chưa tính",
}
COMPARED = "Tăng, giảm tính trên các địa bàn có số liệu ở cả hai kỳ, theo địa giới hành chính của kỳ báo cáo."


def edition_paper(edition: Edition, sections: list[EditionSection], entries: list[Entry]) -> Paper:
    """The document of an edition that is being written, without number and date."""
    blocks: list = []
    for section in sections:
        if section.title:
            blocks.append(Paragraph(section.title, "heading"))
        blocks += [_paragraph(line) for line in section.text.split("\n") if line.strip()]
        tables = [_table(data) for data in section.tables]
        blocks += tables
        if any("Cùng kỳ năm trước" in (c.header for c in table.columns) for table in tables):
            blocks.append(Paragraph(COMPARED, "note"))
    return Paper(
        letterhead=Letterhead(
            superior=settings.DOCUMENT_SUPERIOR,
            issuer=settings.PORTAL_ORGANISATION,
            symbol=f"BC-{settings.DOCUMENT_SYMBOL}",
            place=settings.DOCUMENT_PLACE,
            kind_title="Báo cáo",
            abstract=abstract_of(edition),
        ),
        blocks=tuple(blocks),
        addressees=(edition.addressee,) if edition.addressee else (),
        recipients=tuple(line.strip() for line in edition.recipients.splitlines() if line.strip()),
        signatures=(
            Signature(
                SignatureOffice(edition.office).lines,
                edition.signed_by.display_name if edition.signed_by else "",
            ),
        ),
        appendix=_appendix(entries),
    )


def abstract_of(edition: Edition) -> str:
    """Trích yếu."""
    text = (
        "Tình hình công nghiệp – tiểu thủ công nghiệp và hoạt động của mạng lưới "
        f"cộng tác viên khuyến công {edition.period.quarter}"
    )
    if edition.kind == EditionKind.ORIGINAL:
        return text
    verb = "thay thế" if edition.kind == EditionKind.REPLACEMENT else "bổ sung"
    return f"{text} ({verb} Báo cáo số {edition.corrects.document.full_number})"


def _paragraph(line: str) -> Paragraph:
    text = line.strip()
    if text.startswith("- "):
        return Paragraph(text[2:], "item")
    return Paragraph(text)


def _table(data: dict) -> Table:
    return Table(
        tuple(Column(**column) for column in data["columns"]),
        tuple(tuple(row) for row in data["rows"]),
        data["caption"],
        tuple(data["bold_rows"]),
    )


def _appendix(entries: list[Entry]) -> tuple:
    """The versions it rests on, and the places without one."""
    ids = [entry.version.id for entry in entries if entry.version]
    accepted = accepted_times(ids)
    hashes = dict(ReportVersion.objects.filter(pk__in=ids).values_list("pk", "content_hash"))
    rows = []
    for number, entry in enumerate(entries, start=1):
        version = entry.version
        if version is None:
            rows.append((str(number), entry.place, "", "", STATES.get(entry.state, ""), ""))
            continue
        moment = accepted.get(version.id)
        rows.append(
            (
                str(number),
                entry.place,
                str(version.number),
                _day(version.submitted_at),
                f"Đã duyệt {_day(moment)}" if moment else "Đã duyệt",
                hashes[version.id][:12],
            )
        )
    return (
        Paragraph("PHỤ LỤC", "title"),
        Paragraph("CÁC BÁO CÁO ĐỊA BÀN LÀM CĂN CỨ TỔNG HỢP", "title"),
        Table(
            (
                Column("STT", 2, "center"),
                Column("Địa bàn", 5),
                Column("Lần nộp", 2, "center"),
                Column("Ngày nộp", 3, "center"),
                Column("Tình trạng", 5),
                Column("Mã băm", 4),
            ),
            tuple(rows),
        ),
    )


def _day(moment) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y}"
