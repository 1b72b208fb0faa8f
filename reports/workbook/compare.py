"""A workbook held against the draft: three sides, as it was taken, as it came back, as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass

from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.structure import FormStructure, PartInfo
from reports.actions.draft import read_figure
from reports.fill import shown_value
from reports.queries.drafts import Draft
from reports.rows import Lookups, clean_row
from reports.workbook.layout import NO, NOTHING, YES, Identity, row_parts
from reports.workbook.read import Content

EMPTY = "(trống)"


@dataclass(frozen=True)
class Difference:
    """A cell, statement or row that the workbook has otherwise than the draft.

    `revision` is the draft's now, `is_both` says that the draft changed too since the workbook was
    taken; `taken` is what stood there then.
    """

    name: str
    part: str
    label: str
    now: str
    book: str
    taken: str
    revision: int
    is_both: bool

    @property
    def value(self) -> str:
        """What the page sends back: the name, and the revision that was looked at."""
        return f"{self.name}|{self.revision}"


def differences(
    draft: Draft, identity: Identity, content: Content, lookups: Lookups
) -> list[Difference]:
    """What taking the workbook over would change, in the order of the form. Faulty lines are left out."""
    faulty = {fault.name for fault in content.faults}
    structure = draft.structure
    found = []
    for part in structure.parts:
        heading = f"Phần {part.numeral}" if part.numeral else part.title
        if part.code in content.nothing and NOTHING + part.code not in faulty:
            found += _statement(part, heading, draft, identity, content)
        for key in (cell.key for cell in part.cells if part.is_typed):
            if key in content.cells and key not in faulty:
                found += _cell(structure, heading, key, draft, identity, content)
    for part in row_parts(structure.parts):
        found += _rows(part, draft, identity, content, lookups, faulty)
    return found


def _statement(part: PartInfo, heading, draft, identity, content):
    book, now = content.nothing[part.code], part.code in draft.statements
    taken = part.code in identity.nothing
    if book in (taken, now):
        return
    yield Difference(
        name=NOTHING + part.code,
        part=heading,
        label=f"Không phát sinh. Tôi xác nhận: {part.nothing_label}",
        now=YES if now else NO,
        book=YES if book else NO,
        taken=YES if taken else NO,
        revision=int(now),
        is_both=False,
    )


def _cell(structure: FormStructure, heading, key, draft, identity, content):
    info = structure.cells[key]

    def sense(text: str, note: str):
        """Texts of the same figure are alike: 1.250,5 and 1250,5."""
        value, error = read_figure(info.indicator, text)
        return (text if error else value), note

    def shown(text: str, note: str) -> str:
        value, _ = read_figure(info.indicator, text)
        figure = text if value is None else format_scaled(value, info.indicator.decimals)
        return (figure or EMPTY) + (f" – {note}" if note else "")

    text, note = content.cells[key]
    revision, *taken = identity.cells.get(key, [0, "", ""])
    now = draft.figure(key)
    book_sense, now_sense = sense(text, note), sense(now.text, now.note)
    if book_sense in (sense(*taken), now_sense):
        return
    yield Difference(
        name=key,
        part=heading,
        label=info.label,
        now=shown(now.text, now.note),
        book=shown(text, note),
        taken=shown(*taken),
        revision=now.revision,
        is_both=now.revision != revision and now_sense != sense(*taken),
    )


def _rows(part: PartInfo, draft: Draft, identity: Identity, content: Content, lookups, faulty):
    heading = f"Phần {part.numeral}" if part.numeral else part.title
    now = {str(row.uid): row for row in draft.rows.get(part.code, [])}
    taken = {uid: row for uid, row in identity.rows.items() if row[0] == part.code}

    def sense(data: Mapping) -> dict:
        values, _, errors = clean_row(part, data, lookups)
        return {**values, **{f"!{code}": data.get(code, "") for code in errors}}

    def shown(data: Mapping) -> str:
        values, _, _ = clean_row(part, data, lookups)
        texts = [
            shown_value(column, values.get(column.code)) or data.get(column.code, "")
            for column in part.columns
        ]
        return " · ".join(text for text in texts if text) or EMPTY

    def difference(uid, label, book: str) -> Difference:
        row, before = now.get(uid), taken.get(uid)
        revision = row.revision if row is not None else 0
        changed = before is not None and (
            row is None or (row.revision != before[1] and sense(row.data) != sense(before[2]))
        )
        return Difference(
            name=f"dong:{part.code}:{uid}",
            part=heading,
            label=label,
            now=shown(row.data) if row is not None else "(không có dòng này)",
            book=book,
            taken=shown(before[2]) if before is not None else "(không có dòng này)",
            revision=revision,
            is_both=changed,
        )

    came = dict(content.rows.get(part.code, []))
    for position, (uid, data) in enumerate(content.rows.get(part.code, []), start=1):
        if uid in faulty:
            continue
        book = sense(data)
        if uid in taken and book == sense(taken[uid][2]):
            continue
        if uid in now and book == sense(now[uid].data):
            continue
        label = f"Dòng {position}" if uid in now or uid in taken else f"Dòng {position} (mới)"
        yield difference(uid, label, shown(data))
    for uid in taken:
        if uid not in came and uid in now:
            yield difference(uid, "Bỏ một dòng", "(đã xóa trắng)")
