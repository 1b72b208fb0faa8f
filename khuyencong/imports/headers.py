"""Finding the table in a sheet as offices keep it: titles above, one to three header rows, merged
cells, units, a row of column numbers, and totals below."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from khuyencong.core.text import clean, fold
from khuyencong.imports import legacy_text
from khuyencong.imports.values import as_text, unit_scale

MAX_HEADER_ROWS = 4
_ORDINAL = {"stt", "tt", "so tt", "so thu tu"}
_TOTALS = re.compile(r"^(tong cong|tong so|tong|cong|cong chung|toan xa|toan tinh)\b")
_NUMBERS = re.compile(r"^[(\[]?\s*([0-9]{1,2}|[A-Za-z])\s*[)\]]?([=+].*)?$")


@dataclass
class SheetColumn:
    """A column of the sheet: its header in one line, the unit's scale, what it is typed in."""

    index: int
    label: str
    scale: int | None = None
    scheme: str = ""
    samples: list[str] = field(default_factory=list)

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass
class Found:
    """The table: numbers (from 0) of the first and last header row and of the first row of data."""

    first: int
    last: int
    data: int
    columns: list[SheetColumn]
    scheme: str = ""
    titles: list[str] = field(default_factory=list)


class Synonyms:
    """The words of a kind's columns: field → folded ways to name it."""

    def __init__(self, words: Mapping[str, Sequence[str]]):
        self.exact = {fold(word): name for name, several in words.items() for word in several}

    def score(self, label: str) -> tuple[str, float]:
        """The field that a header names, and how surely (0 to 1)."""
        bare = fold(re.sub(r"[(\[][^()\[\]]*[)\]]", " ", label))
        if not bare:
            bare = fold(label)
        # "Lỗi ở …" is a column of our own workbook of faulty rows.
        if bare in _ORDINAL or bare.startswith("loi "):
            return "", 0.0
        if bare in self.exact:
            return self.exact[bare], 1.0
        last = fold(label.rsplit(" – ", 1)[-1])
        best, score = "", 0.0
        for words, name in self.exact.items():
            if last == words:
                value = 0.9
            elif f" {words} " in f" {bare} ":
                value = 0.4 + 0.4 * len(words) / len(bare)
            else:
                continue
            if value > score:
                best, score = name, value
        return best, score


def is_total(texts: Sequence[str]) -> bool:
    """Whether a row is a total: its first words are "Tổng cộng", "Cộng" …; only a number may stand
    before them."""
    for text in texts[:4]:
        if text:
            if _TOTALS.match(fold(text)):
                return len(fold(text).split()) <= 6
            if not _NUMBERS.match(text):
                return False
    return False


def is_numbering(texts: Sequence[str]) -> bool:
    """Whether a row only numbers the columns: 1 2 3 …, (1) (2) (3), A B 1 2."""
    texts = [text for text in texts if text]
    if len(texts) < 3 or not all(_NUMBERS.match(text) for text in texts):
        return False
    numbers = [int(m.group(1)) for t in texts if (m := _NUMBERS.match(t)) and m.group(1).isdigit()]
    return not numbers or numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def find_header(head: Sequence, merged: Sequence, synonyms: Synonyms) -> Found | None:
    """The table in the first rows of a sheet; None where no row looks like a header.

    `head` is (row number, cells) of the rows in use; `merged` the merged ranges.
    """
    rows = {number: list(cells) for number, cells in head}
    scheme = legacy_text.detect(
        as_text(cell) for cells in rows.values() for cell in cells if isinstance(cell, str)
    )
    texts = {
        number: [legacy_text.decode(as_text(cell), scheme) for cell in cells]
        for number, cells in rows.items()
    }
    hits = {number: _hits(cells, synonyms) for number, cells in texts.items()}
    best = max(hits, key=lambda number: (hits[number], -number), default=None)
    if best is None or not hits[best]:
        return None
    spread = _spread(texts, merged)
    first = last = best
    while first - 1 in texts and last - first < MAX_HEADER_ROWS - 1:
        if not _belongs(first - 1, first, texts, merged, hits):
            break
        first -= 1
    while last + 1 in texts and last - first < MAX_HEADER_ROWS - 1:
        if not _continues(last, texts, merged, hits):
            break
        last += 1
    data = last + 1
    while data in texts and is_numbering(texts[data]):
        data += 1
    titles = [" ".join(filter(None, texts[number])) for number in sorted(texts) if number < first]
    width = max(len(cells) for number, cells in texts.items() if number >= first)
    body = [cells for number, cells in sorted(rows.items()) if number >= data][:30]
    general = next((s for t in titles if (s := unit_scale(t))), None)
    columns = []
    for index in range(width):
        parts = []
        for number in range(first, last + 1):
            cells = spread.get(number, [])
            part = cells[index] if index < len(cells) else ""
            if part and part not in parts:
                parts.append(part)
        label = clean(" – ".join(parts))
        values = [as_text(cells[index]) for cells in body if index < len(cells)]
        values = [value for value in values if value]
        if not label and not values:
            continue
        columns.append(
            SheetColumn(
                index,
                label[:200],
                unit_scale(label) or general,
                legacy_text.detect(values, scheme),
                values[:3],
            )
        )
    return Found(first, last, data, columns, scheme, titles)


def _hits(cells: Sequence[str], synonyms: Synonyms) -> int:
    """How many different columns a row names; long texts are titles or data, not headers."""
    named = set()
    for text in cells:
        if text and len(text) <= 80:
            name, score = synonyms.score(text)
            if fold(text) in _ORDINAL:
                named.add("stt")
            elif name and score >= 0.6:
                named.add(name)
    return len(named) if len(named) >= 2 else 0


def _belongs(above: int, first: int, texts, merged, hits) -> bool:
    """Whether the row above belongs to the header: a cell of it spans columns or reaches down."""
    filled = [text for text in texts[above] if text]
    if len(filled) < 2:
        return False
    return bool(hits[above]) or any(
        top <= above <= bottom and (bottom >= first or right > left)
        for (top, left), (bottom, right) in merged
    )


def _continues(last: int, texts, merged, hits) -> bool:
    """Whether the row below belongs to the header: merged cells reach into it, or it only names what
    stands under the row above."""
    below = last + 1
    if any(top <= last and bottom >= below for (top, _), (bottom, _) in merged):
        return True
    cells = texts[below]
    if is_numbering(cells) or not any(cells):
        return False
    has_number = any(re.fullmatch(r"[\d.,\s/-]+", text) for text in cells if text)
    blank_first = not (cells[0] if cells else "")
    return bool(hits[below]) and not has_number and blank_first


def _spread(texts, merged) -> dict[int, list[str]]:
    """The rows with the text of a merged range in all its cells."""
    full = {number: list(cells) for number, cells in texts.items()}
    for (top, left), (bottom, right) in merged:
        cells = full.get(top, [])
        text = cells[left] if left < len(cells) else ""
        if not text or right - left > 60 or bottom - top > MAX_HEADER_ROWS:
            continue
        for number in range(top, bottom + 1):
            row = full.setdefault(number, [])
            row.extend([""] * (right + 1 - len(row)))
            for index in range(left, right + 1):
                row[index] = row[index] or text
    return full


def propose(columns: Sequence[SheetColumn], synonyms: Synonyms) -> dict[int, str]:
    """Column index → field: the surest first, each field once."""
    scored = sorted(
        ((synonyms.score(c.label), c.index) for c in columns if c.label),
        key=lambda item: (-item[0][1], item[1]),
    )
    matched: dict[int, str] = {}
    for (name, score), index in scored:
        if name and score >= 0.5 and name not in matched.values():
            matched[index] = name
    return matched


def header_key(columns: Sequence[SheetColumn]) -> str:
    """What a set of headers is remembered under."""
    return "|".join(fold(column.label) for column in columns if column.label)[:2000]
