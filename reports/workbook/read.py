"""A filled workbook taken apart: what each line says, and what cannot be read, with its address."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from xlsxwriter.utility import xl_rowcol_to_cell

from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.text import clean
from khuyencong.forms_as_data.enums import ColumnKind
from khuyencong.forms_as_data.structure import ColumnInfo, FormStructure, PartInfo
from khuyencong.imports import safety, sheets
from khuyencong.imports.values import as_text
from reports.actions.draft import MAX_NOTE, MAX_ROWS_PER_PART, clean_figure, read_figure
from reports.rows import Lookups, clean_row, clean_typed
from reports.workbook.layout import (
    FIGURES_SHEET,
    FIRST_ROW_COLUMN,
    GUIDE_SHEET,
    NAME_COLUMN,
    NO,
    NOTE_COLUMN,
    NOTHING,
    VALUE_COLUMN,
    YES,
    Identity,
    row_parts,
    rows_sheet,
    spare_uid,
)

MAX_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """A place in the workbook that cannot be taken as it is: sheet, address, line's name, sentence."""

    sheet: str
    address: str
    name: str
    sentence: str


@dataclass
class Content:
    """What a workbook says. `cells` are (text, note) by key, `rows` (uid, typed) by part, in order."""

    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    nothing: dict[str, bool] = field(default_factory=dict)
    rows: dict[str, list[tuple[str, dict[str, str]]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def faults_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for fault in self.faults:
            found.setdefault(fault.name, []).append(fault.sentence)
        return found


class OpenWorkbook:
    """An uploaded file in a folder of its own, examined before anything opens it.

    Raises InvalidInput with the reason for a file that is no workbook of ours.
    """

    def __init__(self, upload):
        self.filename = clean(Path(upload.name or "").name)[-200:] or "bang-tinh.xlsx"
        if upload.size > MAX_BYTES:
            raise InvalidInput(
                f"“{self.filename}” nặng hơn {MAX_BYTES // 1024**2} MB, không phải bảng tính báo cáo "
                "tải từ cổng. Anh/chị chọn lại tệp."
            )
        self.folder = tempfile.TemporaryDirectory(prefix="report-")
        self.path = Path(self.folder.name) / "book"
        try:
            with self.path.open("wb") as file:
                for piece in upload.chunks():
                    file.write(piece)
            self.kind = safety.examine(self.path, self.filename)
            if self.kind.name == "csv":
                raise InvalidInput(
                    f"“{self.filename}” không phải là bảng tính. Anh/chị nạp tệp .xlsx tải từ cổng."
                )
            self.names = {name for name, *_ in sheets.inspect(self.path, self.kind, self.filename)}
        except BaseException:
            self.folder.cleanup()
            raise

    def __enter__(self) -> "OpenWorkbook":
        return self

    def __exit__(self, *error) -> None:
        self.folder.cleanup()

    def rows(self, sheet: str) -> Iterable[tuple[int, list]]:
        """The rows in use of a sheet; none when it is not there."""
        if sheet not in self.names:
            return []
        return sheets.rows(self.path, self.kind, self.filename, sheet)

    def identity(self) -> Identity:
        """Whose workbook this is."""
        pieces = [
            cells[0] for _, cells in self.rows(GUIDE_SHEET) if cells and isinstance(cells[0], str)
        ]
        return Identity.from_pieces(pieces, self.filename)


def read_workbook(
    book: OpenWorkbook, identity: Identity, structure: FormStructure, lookups: Lookups
) -> Content:
    """What the workbook says of the form's cells, statements and rows."""
    content = Content()
    for required in (FIGURES_SHEET, *(rows_sheet(part) for part in row_parts(structure.parts))):
        if required not in book.names:
            raise InvalidInput(
                f"“{book.filename}” thiếu trang “{required}”. Anh/chị tải lại bảng tính của báo cáo "
                "rồi chép số liệu sang."
            )
    _read_figures(book, structure, content)
    for part in row_parts(structure.parts):
        _read_rows(book, identity, part, lookups, content)
    return content


def _at(cells: list, column: int):
    return cells[column] if column < len(cells) else None


def _read_figures(book: OpenWorkbook, structure: FormStructure, content: Content) -> None:
    where: dict[str, int] = {}
    for line, cells in book.rows(FIGURES_SHEET):
        name = _at(cells, NAME_COLUMN)
        if not isinstance(name, str):
            continue
        address = xl_rowcol_to_cell(line, VALUE_COLUMN)

        def fault(sentence: str, name=name, address=address) -> None:
            content.faults.append(Fault(FIGURES_SHEET, address, name, sentence))

        value = _at(cells, VALUE_COLUMN)
        if name.startswith(NOTHING):
            code = name.removeprefix(NOTHING)
            part = structure.parts_by_code.get(code)
            if part is None or not part.nothing_label:
                continue
            text = as_text(value)
            if text.casefold() not in (YES.casefold(), NO.casefold(), ""):
                fault(f"“{text}” không hiểu được; chọn “{YES}” hoặc “{NO}”.")
                continue
            content.nothing[code] = text.casefold() == YES.casefold()
            continue
        info = structure.cells.get(name)
        if info is None or not structure.part_of(name).is_typed:
            continue
        if name in where:
            fault(f"Chỉ tiêu “{info.label}” có hai dòng; dòng trên được dùng.")
            continue
        where[name] = line
        text = clean_figure(number_text(value))
        note = clean_figure(as_text(_at(cells, NOTE_COLUMN)), MAX_NOTE)
        content.cells[name] = (text, note)
        if error := read_figure(info.indicator, text)[1]:
            fault(f"{info.label}: {error}")
    for part in structure.parts:
        for info in part.cells if part.is_typed else ():
            if info.key not in where:
                sentence = f"{info.label}: bảng tính không còn dòng của chỉ tiêu này."
                content.faults.append(Fault(FIGURES_SHEET, "", info.key, sentence))


def number_text(value) -> str:
    """A cell as a person would have typed it: 1250.5 is `1250,5`; what is text stays as it is.

    Fifteen digits are what a spreadsheet keeps: 0.1+0.2 comes as 0.30000000000000004 otherwise.
    """
    if isinstance(value, float):
        text = f"{value:.15g}"
        return f"{value:.0f}" if "e" in text and abs(value) >= 1 else text.replace(".", ",")
    return as_text(value)


def _read_rows(book, identity: Identity, part: PartInfo, lookups: Lookups, content: Content):
    sheet, seen = rows_sheet(part), set()
    rows = content.rows.setdefault(part.code, [])
    labels = identity.choices.get(part.code, {})
    for line, cells in book.rows(sheet):
        if line < 3:
            continue
        typed = {}
        for column, info in enumerate(part.columns, start=FIRST_ROW_COLUMN):
            text = _typed(info, _at(cells, column), labels.get(info.code, {}))
            if text:
                typed[info.code] = text
        if not typed:
            continue
        uid = _at(cells, NAME_COLUMN)
        own = {*identity.blank.get(part.code, []), *identity.rows}
        if uid not in own or uid in seen:
            uid = str(spare_uid(identity.report, f"{part.code}:{line}:{identity.made_at}"))
        seen.add(uid)
        if len(rows) >= MAX_ROWS_PER_PART:
            sentence = (
                f"Mỗi phần có nhiều nhất {MAX_ROWS_PER_PART} dòng; các dòng sau không được nạp."
            )
            content.faults.append(Fault(sheet, f"A{line + 1}", uid, sentence))
            break
        rows.append((uid, typed))
        _, _, errors = clean_row(part, typed, lookups)
        for code, sentences in errors.items():
            column = next(i for i, info in enumerate(part.columns) if info.code == code)
            address = xl_rowcol_to_cell(line, FIRST_ROW_COLUMN + column)
            label = part.columns[column].label
            given = typed.get(code, "")
            for sentence in sentences:
                if given and part.columns[column].kind in (
                    ColumnKind.CHOICE,
                    ColumnKind.ESTABLISHMENT,
                ):
                    sentence = (
                        f"“{given}” không có trong danh sách “{label}”; chọn trong danh sách."
                    )
                content.faults.append(Fault(sheet, address, uid, sentence))


def _typed(info: ColumnInfo, value, labels: dict[str, str]) -> str:
    if value is None:
        return ""
    if info.kind in (ColumnKind.CHOICE, ColumnKind.ESTABLISHMENT):
        text = as_text(value)
        return labels.get(text, text)
    if info.kind == ColumnKind.LONG_TEXT and isinstance(value, str):
        return clean_typed(info, value)
    return clean_typed(info, number_text(value))
