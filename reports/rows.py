"""Rows of parts III to V: from what was typed to what is kept.

A draft keeps text as typed, right or wrong. A version keeps `clean_row`'s answer: money and counts
as integers, dates as ISO text, a choice as its code and label, an establishment as its id and name,
so that a submitted row reads the same when catalogues change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from khuyencong.core.numbers import parse_scaled, whole_number
from khuyencong.core.text import clean
from khuyencong.forms_as_data.enums import ColumnKind
from khuyencong.forms_as_data.structure import ColumnInfo, PartInfo

TEXT_LIMIT = 500
LONG_TEXT_LIMIT = 4000


def clean_typed(column: ColumnInfo, typed) -> str:
    """What was typed, trimmed and NFC; an empty text for anything that is not text or a number."""
    text = str(typed) if isinstance(typed, str | int) else ""
    if column.kind == ColumnKind.LONG_TEXT:
        return "\n".join(clean(line) for line in text.splitlines()).strip()
    return clean(text)


@dataclass(frozen=True)
class Lookups:
    """What a row's cells are held against: `choices(column)` as code → label, `establishments` as id → name."""

    choices: Callable[[ColumnInfo], Mapping[str, str]]
    establishments: Mapping[int, str]


def clean_row(
    part: PartInfo, typed: Mapping[str, str], lookups: Lookups
) -> tuple[dict, int | None, dict[str, list[str]]]:
    """(values by column, id of the first establishment named, errors by column) of a typed row."""
    values: dict = {}
    errors: dict[str, list[str]] = {}
    establishment_id = None
    for column in part.columns:
        text = clean_typed(column, typed.get(column.code, ""))
        if not text:
            if column.is_required:
                errors[column.code] = [f"Cần ghi “{column.label}”."]
            continue
        try:
            value = _READERS[column.kind](column, text, lookups)
        except ValueError as error:
            errors[column.code] = [str(error)]
            continue
        values[column.code] = value
        if column.kind == ColumnKind.ESTABLISHMENT and establishment_id is None:
            establishment_id = value["id"]
    return values, establishment_id, errors


def _text(column, text, lookups):
    limit = LONG_TEXT_LIMIT if column.kind == ColumnKind.LONG_TEXT else TEXT_LIMIT
    if len(text) > limit:
        raise ValueError(f"“{column.label}” dài {len(text)} ký tự; nhiều nhất {limit} ký tự.")
    return text


def _whole(column, text, lookups):
    value = parse_scaled(text)
    if value < 0:
        raise ValueError(f"“{column.label}” không thể là số âm.")
    return value


def _choice(column, text, lookups):
    labels = lookups.choices(column)
    if text not in labels:
        raise ValueError(f"Hãy chọn “{column.label}” trong danh sách.")
    return {"code": text, "label": labels[text]}


def _establishment(column, text, lookups):
    number = whole_number(text)
    if number not in lookups.establishments:
        raise ValueError("Hãy chọn một cơ sở trong sổ cơ sở của địa bàn.")
    return {"id": number, "name": lookups.establishments[number]}


def _date(column, text, lookups):
    for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, pattern).date().isoformat()
        except ValueError:
            continue
    raise ValueError(f"“{text}” không phải là ngày; hãy nhập như {date(2026, 11, 24):%d/%m/%Y}.")


_READERS = {
    ColumnKind.TEXT: _text,
    ColumnKind.LONG_TEXT: _text,
    ColumnKind.INTEGER: _whole,
    ColumnKind.MONEY: _whole,
    ColumnKind.CHOICE: _choice,
    ColumnKind.ESTABLISHMENT: _establishment,
    ColumnKind.DATE: _date,
}
