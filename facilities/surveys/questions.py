"""Questions of a questionnaire, and answers to them: from what a phone sends to what is kept.

Values kept are JSON: text; a whole number (also đồng); a number with decimals as "12.5"; the code of a
choice; a list of codes; true or false; a day as "2026-11-25"; a position as {"lat", "lon", "accuracy",
"taken_at"}. None is no answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from facilities.enums import LegalForm, Market
from facilities.models import (
    VIETNAM_LATITUDES,
    VIETNAM_LONGITUDES,
    NeedKind,
    NetworkGroup,
)
from facilities.surveys import fields
from khuyencong.core.numbers import format_scaled, format_vnd, parse_scaled
from khuyencong.core.text import clean
from khuyencong.forms_as_data.enums import ColumnKind as Kind
from khuyencong.forms_as_data.enums import PartKind
from khuyencong.forms_as_data.structure import ColumnInfo, FormStructure

MAX_TEXT, MAX_LONG_TEXT = 300, 2000
MAX_STORED_INTEGER = 2**31 - 1
MAX_MONEY = 10**17
# Two: “12.345” that a person types is twelve thousand, and no kept number may look like that.
DECIMALS = 2

# Catalogues that the choices of a question may be taken from.
CATALOGUES = {
    "facilities.legal_forms": lambda: list(LegalForm.choices),
    "facilities.markets": lambda: list(Market.choices),
    "facilities.network_groups": lambda: list(
        NetworkGroup.objects.order_by("order").values_list("code", "label")
    ),
    "facilities.need_kinds": lambda: list(
        NeedKind.objects.order_by("order", "code").values_list("code", "label")
    ),
    "facilities.statuses": lambda: list(fields.FIELDS["status"].choices),
}
CATALOGUE_LABELS = {
    "facilities.legal_forms": "Loại hình của cơ sở",
    "facilities.markets": "Thị trường",
    "facilities.network_groups": "Nhóm ngành của mạng lưới",
    "facilities.need_kinds": "Loại nhu cầu hỗ trợ",
    "facilities.statuses": "Tình trạng hoạt động",
}


def questions_of(structure: FormStructure) -> dict[str, ColumnInfo]:
    """The questions of a questionnaire by code, in order."""
    return {
        question.code: question
        for part in structure.parts
        if part.kind == PartKind.QUESTIONS
        for question in part.columns
    }


def choices_of(question: ColumnInfo) -> list[tuple[str, str]]:
    """(code, label) pairs that a question of choice offers today."""
    if question.source:
        return CATALOGUES[question.source]()
    return list(question.choices)


def problems_of_questionnaire(structure: FormStructure) -> list[str]:
    """What keeps a version from being asked, one sentence each: beyond what any form must have,
    what its questions propose to the record must fit the record."""
    questions = questions_of(structure)
    if not questions:
        return ["Biểu mẫu này không phải là phiếu khảo sát."]
    problems, taken = [], {}
    for question in questions.values():
        if question.source and question.source not in CATALOGUES:
            problems.append(f"Câu “{question.label}” lấy danh mục không có: {question.source}.")
        if not question.proposes:
            continue
        if not fields.proposable(question.proposes, question.kind):
            problems.append(
                f"Câu “{question.label}” không cập nhật được vào mục đã chọn của hồ sơ; "
                "anh/chị xem lại loại câu hỏi hoặc mục của hồ sơ."
            )
        if question.proposes in taken:
            problems.append(
                f"Hai câu “{taken[question.proposes]}” và “{question.label}” cùng cập nhật một mục."
            )
        taken[question.proposes] = question.label
    for question in questions.values():
        row = fields.row_of(question.proposes)
        if row is None:
            continue
        for name, column in fields.ROWS[row[0][:-1]].items():
            if column.is_needed and f"{row[0]}.{name}" not in taken:
                problems.append(
                    f"Câu “{question.label}” cần đi cùng một câu hỏi về {column.label}."
                )
    return problems


def is_asked(question: ColumnInfo, questions: Mapping[str, ColumnInfo], values: Mapping) -> bool:
    """Whether a question is asked, given the other answers; what hangs on an unasked one is not."""
    if not question.asked_if:
        return True
    before = questions.get(question.asked_if)
    if before is None or not is_asked(before, questions, values):
        return False
    value = values.get(before.code)
    if before.kind == Kind.YES_NO:
        return value is True
    return value not in (None, "", [])


@dataclass
class Reader:
    """Reads what phones send; keeps the choices of a questionnaire's questions for one save."""

    questions: Mapping[str, ColumnInfo]

    def __post_init__(self):
        self._choices: dict[str, dict[str, str]] = {}

    def choices(self, question: ColumnInfo) -> dict[str, str]:
        """The choices of a question by code."""
        if question.code not in self._choices:
            self._choices[question.code] = dict(choices_of(question))
        return self._choices[question.code]

    def read(self, question: ColumnInfo, raw):
        """The value kept for what was sent; ValueError with the sentence that says what is wrong."""
        if raw is None or raw == "" or raw == []:
            return None
        value = _READERS[question.kind](self, question, raw)
        field = fields.FIELDS.get(question.proposes)
        if field is not None and value is not None:
            value = field.checked(value)
        return value

    def text(self, question: ColumnInfo, value) -> str:
        """A kept value in words; empty for no answer."""
        if value is None or value == []:
            return ""
        match question.kind:
            case Kind.CHOICE:
                return self.choices(question).get(value, str(value))
            case Kind.MULTIPLE:
                words = self.choices(question)
                return ", ".join(words.get(code, code) for code in value)
            case Kind.YES_NO:
                return "Có" if value else "Không"
            case Kind.MONEY:
                return format_vnd(value)
            case Kind.INTEGER:
                number = str(value) if question.proposes == "founded_year" else _plain(value)
                return f"{number} {question.unit}".strip()
            case Kind.NUMBER:
                whole, _, part = str(value).partition(".")
                number = format_scaled(int(whole)) + (f",{part}" if part else "")
                return f"{number} {question.unit}".strip()
            case Kind.DATE:
                return f"{date.fromisoformat(value):%d/%m/%Y}"
            case Kind.POSITION:
                return fields.FIELDS["position"].text(value)
            case _:
                field = fields.FIELDS.get(question.proposes)
                return field.text(value) if field else str(value)


def _plain(value: int) -> str:
    # Years are read without a point: 2027, not 2.027.
    return str(value) if 1900 <= value <= 2100 else format_scaled(value)


def _text(limit: int):
    def read(reader, question, raw):
        if not isinstance(raw, str):
            raise ValueError("Anh/chị nhập chữ vào câu này.")
        lines = [clean(line) for line in raw.splitlines()]
        value = "\n".join(lines).strip() if limit > MAX_TEXT else clean(raw)
        if len(value) > limit:
            raise ValueError(f"Câu trả lời dài {len(value)} chữ; nhiều nhất {limit} chữ.")
        return value or None

    return read


def _integer(limit: int):
    def read(reader, question, raw):
        if isinstance(raw, bool) or not isinstance(raw, int | str):
            raise ValueError("Anh/chị nhập số, ví dụ 12.")
        value = raw if isinstance(raw, int) else parse_scaled(raw)
        if value < 0:
            raise ValueError("Số này không thể nhỏ hơn 0.")
        if value > limit:
            raise ValueError("Số này lớn quá mức có thể; anh/chị kiểm tra lại.")
        return value

    return read


def _number(reader, question, raw):
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError("Anh/chị nhập số, ví dụ 12 hoặc 12,5.")
    text = str(raw)
    if re.fullmatch(r"\d{1,12}\.\d{1,2}", text):
        value = Decimal(text)
    else:
        try:
            value = Decimal(parse_scaled(text, DECIMALS)).scaleb(-DECIMALS)
        except InvalidOperation:
            raise ValueError("Anh/chị nhập số, ví dụ 12 hoặc 12,5.") from None
    if not 0 <= value < 10**12:
        raise ValueError("Số này nhỏ hơn 0 hoặc lớn quá mức có thể; anh/chị kiểm tra lại.")
    return f"{value.normalize():f}"


def _choice(reader: Reader, question, raw):
    if not isinstance(raw, str) or raw not in reader.choices(question):
        raise ValueError("Mục đã chọn không còn trong danh sách; anh/chị chọn lại.")
    return raw


def _multiple(reader: Reader, question, raw):
    known = reader.choices(question)
    if not isinstance(raw, list) or any(not isinstance(c, str) or c not in known for c in raw):
        raise ValueError("Có mục đã chọn không còn trong danh sách; anh/chị chọn lại.")
    return [code for code in known if code in raw]


def _yes_no(reader, question, raw):
    if not isinstance(raw, bool):
        raise ValueError("Anh/chị chọn Có hoặc Không.")
    return raw


def _date(reader, question, raw):
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise ValueError("Anh/chị nhập ngày, ví dụ 25/11/2026.") from None


def read_position(raw) -> dict:
    """A position as kept, of what a phone sends; ValueError outside Vietnam or without numbers."""
    problem = ValueError("Vị trí chưa đúng; anh/chị lấy lại vị trí tại cơ sở.")
    if not isinstance(raw, Mapping):
        raise problem
    try:
        lat, lon = (Decimal(str(raw[name])) for name in ("lat", "lon"))
        if not lat.is_finite() or not lon.is_finite():
            raise problem
        accuracy = raw.get("accuracy")
        if isinstance(accuracy, bool):
            raise problem
        accuracy = None if accuracy is None else min(int(float(accuracy)), 100_000)
    except (KeyError, TypeError, ValueError, InvalidOperation, OverflowError):
        raise problem from None
    in_vietnam = (
        VIETNAM_LATITUDES[0] <= lat <= VIETNAM_LATITUDES[1]
        and VIETNAM_LONGITUDES[0] <= lon <= VIETNAM_LONGITUDES[1]
    )
    if not in_vietnam:
        raise ValueError("Vị trí này nằm ngoài Việt Nam; anh/chị lấy lại vị trí tại cơ sở.")
    taken_at = moment_of(raw.get("taken_at"))
    return {
        "lat": round(float(lat), 6),
        "lon": round(float(lon), 6),
        "accuracy": accuracy,
        "taken_at": taken_at.isoformat() if taken_at else None,
    }


def moment_of(raw) -> datetime | None:
    """A moment that a phone wrote as ISO, with its zone; None for all else."""
    try:
        moment = datetime.fromisoformat(str(raw))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _photo(reader, question, raw):
    raise ValueError("Ảnh được gửi riêng, không gửi như câu trả lời.")


_READERS = {
    Kind.TEXT: _text(MAX_TEXT),
    Kind.LONG_TEXT: _text(MAX_LONG_TEXT),
    Kind.INTEGER: _integer(MAX_STORED_INTEGER),
    Kind.MONEY: _integer(MAX_MONEY),
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
    Kind.MULTIPLE: _multiple,
    Kind.YES_NO: _yes_no,
    Kind.DATE: _date,
    Kind.POSITION: lambda reader, question, raw: read_position(raw),
    Kind.PHOTO: _photo,
}
