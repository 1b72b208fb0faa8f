"""What every writer of spreadsheets shares: counting, names of sheets, the sheet that proves the rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from khuyencong.core.exceptions import InvalidInput
from khuyencong.exports.registry import Heading, Sheet

INFO_SHEET = "Thông tin"
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
# A spreadsheet keeps numbers as doubles: what does not fit exactly is written as text instead.
MAX_EXACT = 2**53


@dataclass
class Written:
    """What a writer wrote: rows by sheet, headings not counted."""

    rows: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.rows)


def counted(sheet: Sheet, written: Written, on_row) -> Iterator[Sequence]:
    """The rows as they pass, counted where `written` can be read, and held to the limit of a sheet."""
    place = len(written.rows)
    written.rows.append(0)
    room = MAX_ROWS - len(sheet.header_rows) - 1
    for row in sheet.rows:
        if not isinstance(row, Heading):
            written.rows[place] += 1
            on_row()
        room -= 1
        if room < 0:
            raise InvalidInput(
                "Bảng có nhiều dòng hơn một trang tính chứa được (1.048.576 dòng). "
                "Anh/chị hãy lọc bớt, hoặc chọn định dạng CSV."
            )
        yield row


def titles_of(sheets: Sequence[Sheet]) -> list[str]:
    """Names that Excel takes: 31 characters, no []:*?/\\, no two alike."""
    titles: list[str] = []
    for sheet in sheets:
        base = "".join("-" if c in "[]:*?/\\" else c for c in sheet.title).strip("'")[:31]
        name, number = base or "Bảng", 2
        while name.lower() in {INFO_SHEET.lower(), *(t.lower() for t in titles)}:
            name, number = f"{base[:27]} ({number})", number + 1
        titles.append(name)
    return titles


def info_rows(
    sheets: Sequence[Sheet], about: Sequence[tuple[str, str]], written: Written
) -> Iterator[tuple[str, str | int]]:
    """The pairs of "Thông tin": what the table is about, and how many rows each sheet holds. To be read
    after the rows."""
    yield from about
    for row in sheets[0].header_rows if sheets else ():
        text = " · ".join(str(part) for part in row if part)
        if text:
            yield "Điều kiện, ghi chú", text
    for sheet, count in zip(sheets, written.rows, strict=True):
        yield f"Số dòng của bảng “{sheet.title}”", count


def shown_text(value) -> str:
    """A text no longer than a cell takes."""
    text = str(value)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def local(value: datetime) -> datetime:
    """The moment by the clock of Vietnam, as a spreadsheet has it."""
    return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value


def exact(value: int | Decimal) -> int | Decimal | None:
    """The number without needless decimals; None where a double cannot hold it exactly."""
    if isinstance(value, Decimal):
        value = value.normalize()
        if value == value.to_integral_value():
            value = int(value)
    digits = int(value.scaleb(-value.as_tuple().exponent)) if isinstance(value, Decimal) else value
    return value if abs(digits) < MAX_EXACT else None
