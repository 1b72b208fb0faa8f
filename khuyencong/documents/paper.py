"""An administrative document as data: what stands on it, independent of DOCX and PDF.

The parts are those of Phụ lục I, Nghị định 30/2020/NĐ-CP. Reports, decisions, contracts and minutes
are all made of them; `docx.py` and `pdf.py` lay the same data out.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Literal

from khuyencong.core.numbers import format_vnd, vnd_in_words

Align = Literal["left", "center", "right"]
# heading: "I. …"; subheading: "1. …"; item: "- …"; note: small, italic; title: centred, bold;
# centre: centred; body: everything else.
ParagraphStyle = Literal["body", "heading", "subheading", "item", "note", "title", "centre"]


@dataclass(frozen=True)
class Letterhead:
    """The head. Without an `issuer` (a contract between parties) only quốc hiệu and tiêu ngữ stand there.

    `number` and `signed_on` are None as long as it is a draft: their places stay blank. `kind_title`
    is tên loại (BÁO CÁO, QUYẾT ĐỊNH …); a công văn has none, its `abstract` stands under the number.
    """

    superior: str = ""
    issuer: str = ""
    symbol: str = ""
    place: str = ""
    kind_title: str = ""
    abstract: str = ""
    number: int | None = None
    signed_on: date | None = None

    @property
    def number_line(self) -> str:
        """`Số: 07/BC-TTKC`; numbers below 10 with a leading 0."""
        number = "      " if self.number is None else f"{self.number:02}"
        return f"Số: {number}/{self.symbol}"

    @property
    def date_line(self) -> str:
        """`Thành phố Hồ Chí Minh, ngày 05 tháng 02 năm 2026`: days below 10, months 1 and 2 with a 0."""
        return f"{self.place}, {date_in_words(self.signed_on)}" if self.place else ""


@dataclass(frozen=True)
class Paragraph:
    """Running text in one of the styles."""

    text: str
    style: ParagraphStyle = "body"
    type: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Column:
    """A column of a table; `share` is its part of the width, against the other columns'."""

    header: str
    share: int = 1
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A table whose head repeats on each page. `bold_rows` are positions of rows to be stressed."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    bold_rows: tuple[int, ...] = ()
    type: Literal["table"] = "table"


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a new page, for instance an appendix."""

    type: Literal["page_break"] = "page_break"


Block = Paragraph | Table | PageBreak


@dataclass(frozen=True)
class Signature:
    """Who signs: the lines of authority and office (`KT. GIÁM ĐỐC`, `PHÓ GIÁM ĐỐC`), then the name."""

    office: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class Paper:
    """The whole document. One signature stands at the right with nơi nhận at the left; several stand
    side by side (minutes, contracts), without nơi nhận. The appendix follows on a new page."""

    letterhead: Letterhead
    blocks: tuple[Block, ...] = ()
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    appendix: tuple[Block, ...] = ()

    def numbered(self, number: int, signed_on: date) -> "Paper":
        """The same document with number and date."""
        return replace(
            self, letterhead=replace(self.letterhead, number=number, signed_on=signed_on)
        )

    @property
    def title(self) -> str:
        """One line that names the document: `BÁO CÁO: Kết quả …`."""
        return ": ".join(filter(None, [self.letterhead.kind_title, self.letterhead.abstract]))


def date_in_words(day: date | None) -> str:
    """`ngày 05 tháng 02 năm 2026`; blanks to be filled in by hand for None."""
    if day is None:
        return "ngày      tháng      năm        "
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def amount_with_words(amount_vnd: int) -> str:
    """`1.250.000 đồng (Bằng chữ: Một triệu hai trăm năm mươi nghìn đồng)`."""
    return f"{format_vnd(amount_vnd)} (Bằng chữ: {vnd_in_words(amount_vnd)})"


def to_data(paper: Paper) -> dict:
    """The document as JSON data, to be kept and hashed."""
    data = asdict(paper)
    signed_on = paper.letterhead.signed_on
    data["letterhead"]["signed_on"] = signed_on.isoformat() if signed_on else None
    return json.loads(json.dumps(data))


def from_data(data: dict) -> Paper:
    """The document that `to_data` gave."""
    head = dict(data["letterhead"])
    head["signed_on"] = date.fromisoformat(head["signed_on"]) if head["signed_on"] else None
    return Paper(
        letterhead=Letterhead(**head),
        blocks=tuple(_block(block) for block in data["blocks"]),
        addressees=tuple(data["addressees"]),
        recipients=tuple(data["recipients"]),
        signatures=tuple(
            Signature(tuple(one["office"]), one["name"]) for one in data["signatures"]
        ),
        appendix=tuple(_block(block) for block in data.get("appendix", ())),
    )


def _block(data: dict) -> Block:
    if data["type"] == "table":
        return Table(
            columns=tuple(Column(**column) for column in data["columns"]),
            rows=tuple(tuple(row) for row in data["rows"]),
            caption=data["caption"],
            bold_rows=tuple(data["bold_rows"]),
        )
    return Paragraph(**data) if data["type"] == "paragraph" else PageBreak()


def data_hash(data: dict) -> str:
    """SHA-256 over the canonical JSON of a document's data, in hexadecimal."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
