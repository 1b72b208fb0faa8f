"""The workbook of a report: its figures beside the past ones, lists to choose from, live checks."""

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import xlsxwriter
from django.utils import timezone
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from facilities.models import Establishment
from khuyencong.core.numbers import parse_scaled
from khuyencong.forms_as_data.enums import ColumnKind, PartKind, RuleKind
from khuyencong.forms_as_data.structure import CellInfo, ColumnInfo, IndicatorInfo, PartInfo
from reports.actions.draft import read_figure
from reports.fill import row_lookups
from reports.models import Report
from reports.prefill import sourced_figures
from reports.queries.comparison import PastFigures, comparison_figures
from reports.queries.drafts import Draft, draft_of
from reports.workbook.layout import (
    BEFORE_COLUMN,
    BLANK_ROWS,
    CHECK_COLUMN,
    FAULT_COLUMN,
    FIGURES_HEAD,
    FIGURES_SHEET,
    FIRST_ROW_COLUMN,
    GUIDE_SHEET,
    LABEL_COLUMN,
    NAME_COLUMN,
    NO,
    NOTE_COLUMN,
    NOTHING,
    NUMBER_COLUMN,
    SOURCE_COLUMN,
    UNIT_COLUMN,
    VALUE_COLUMN,
    YEAR_AGO_COLUMN,
    YES,
    Identity,
    row_parts,
    rows_sheet,
)

LISTS_SHEET = "Danh mục"
# A text inside a formula has at most 255 characters.
MAX_LITERAL = 240
GUIDE = (
    "Anh/chị điền ô nền vàng ở trang “Số liệu” và các trang phần có danh sách; ô khác đã khóa.",
    "Số tính bằng triệu đồng được ghi đến đồng, ví dụ 1.250,5. Không có thì nhập 0, không để trống.",
    "Phần không có gì trong quý: chọn “Có” ở dòng “Không phát sinh” của phần đó.",
    "Cột “Kiểm tra” báo ngay chỗ chưa đúng; khi nạp lên cổng, các phép kiểm tra được làm lại.",
    "Điền xong, lưu tệp dạng .xlsx rồi vào báo cáo này trên cổng, chọn “Làm trên Excel” và nạp tệp.",
    "Cổng cho xem từng ô khác với bản nháp trước khi ghi. Nộp báo cáo thì làm trên cổng.",
)


@dataclass
class Filled:
    """What came up in a workbook, to give it back with the faults beside the cells.

    `faults` maps a line's name (cell key or uid) to sentences.
    """

    cells: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    nothing: Mapping[str, bool] = field(default_factory=dict)
    rows: Mapping[str, list[tuple[str, Mapping[str, str]]]] = field(default_factory=dict)
    faults: Mapping[str, list[str]] = field(default_factory=dict)


def report_workbook(report: Report, identity: Identity | None = None, filled: Filled | None = None):
    """The workbook's bytes: of the draft as it is, or (`filled`) of what came up, faults marked.

    A marked workbook keeps the identity it came with, so that it is compared with the same draft.
    """
    draft = draft_of(report)
    lists = _Lists(report, draft)
    identity = identity or _identity(report, draft, lists)
    return _Book(report, draft, identity, lists, filled).written()


class _Lists:
    """The lists to choose from, as label → code by part and column."""

    def __init__(self, report: Report, draft: Draft):
        lookups = row_lookups(report)
        names = _unlike(lookups.establishments)
        self.by_part: dict[str, dict[str, dict[str, str]]] = {}
        for part in row_parts(draft.structure.parts):
            columns = self.by_part.setdefault(part.code, {})
            for column in part.columns:
                if column.kind == ColumnKind.CHOICE:
                    columns[column.code] = {
                        label: code for code, label in lookups.choices(column).items()
                    }
                elif column.kind == ColumnKind.ESTABLISHMENT:
                    columns[column.code] = names


def _unlike(establishments: Mapping[int, str]) -> dict[str, str]:
    """Name → id; where a place has two of a name, the id stands behind it."""
    seen: dict[str, int] = {}
    for name in establishments.values():
        seen[name] = seen.get(name, 0) + 1
    return {
        name if seen[name] == 1 else f"{name} (mã {number})": str(number)
        for number, name in establishments.items()
    }


def _identity(report: Report, draft: Draft, lists: _Lists) -> Identity:
    return Identity(
        report=report.pk,
        place=str(report.place),
        period=str(report.period),
        form=report.period.form_version_id,
        form_number=draft.structure.number,
        made_at=timezone.now().isoformat(),
        cells={
            key: [figure.revision, figure.text, figure.note]
            for key in draft.structure.cells
            if draft.structure.part_of(key).is_typed
            for figure in [draft.figure(key)]
        },
        rows={
            str(row.uid): [code, row.revision, row.data]
            for code, rows in draft.rows.items()
            for row in rows
        },
        blank={
            part.code: [str(uuid.uuid4()) for _ in range(BLANK_ROWS)]
            for part in row_parts(draft.structure.parts)
        },
        choices=lists.by_part,
        nothing=sorted(draft.statements),
    )


class _Book:
    """Writes one workbook."""

    def __init__(self, report, draft: Draft, identity: Identity, lists: _Lists, filled):
        self.report, self.draft, self.identity, self.filled = report, draft, identity, filled
        self.structure = draft.structure
        self.lists = lists.by_part
        self.stream = io.BytesIO()
        # Text stays text: what a person typed is never a formula or a link.
        self.book = xlsxwriter.Workbook(
            self.stream,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self.formats: dict[tuple, object] = {}
        self.before, self.year_ago = comparison_figures(report, self.structure)
        sourced = sourced_figures(report.period, report.place_id, self.structure)
        self.counts, self.suggested = sourced.counted, sourced.suggested
        self.list_count = 0
        self.row_of: dict[str, int] = {}
        self.nothing_row: dict[str, int] = {}

    def written(self) -> bytes:
        guide = self.book.add_worksheet(GUIDE_SHEET)
        figures = self.book.add_worksheet(FIGURES_SHEET)
        sheets = {
            part.code: self.book.add_worksheet(rows_sheet(part))
            for part in row_parts(self.structure.parts)
        }
        self.names = self.book.add_worksheet(LISTS_SHEET)
        self.names.hide()
        self._guide(guide)
        self._figures(figures)
        for part in row_parts(self.structure.parts):
            self._rows(sheets[part.code], part)
        figures.activate()
        self.book.close()
        return self.stream.getvalue()

    def style(self, **what):
        """One format object for each look."""
        key = tuple(sorted(what.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter", **what}
            )
        return self.formats[key]

    # -- the guide, with the identity in its hidden column

    def _guide(self, sheet) -> None:
        sheet.set_column(0, 0, 4, None, {"hidden": True})
        sheet.set_column(1, 1, 110)
        sheet.write_string(
            0, 1, f"Báo cáo {self.report.period.quarter}", self.style(bold=True, font_size=14)
        )
        sheet.write_string(1, 1, str(self.report.place), self.style(bold=True))
        wrap = self.style(text_wrap=True)
        for line, text in enumerate(GUIDE, start=3):
            sheet.write_string(line, 1, f"{line - 2}. {text}", wrap)
        locked = self.style(font_color="#FFFFFF")
        for line, piece in enumerate(self.identity.pieces()):
            sheet.write_string(line, 0, piece, locked)
        _protect(sheet)

    # -- figures

    def _figures(self, sheet) -> None:
        for column, width in enumerate((4, 6, 46, 13, 16, 16, 14, 18, 30, 46, 40)):
            hidden = column == NAME_COLUMN or (column == FAULT_COLUMN and not self._has_faults)
            sheet.set_column(column, column, width, None, {"hidden": hidden})
        title = f"{self.structure.title} – {self.report.period.quarter} – {self.report.place}"
        sheet.write_string(0, NUMBER_COLUMN, title, self.style(bold=True, font_size=14))
        head = self.style(bold=True, bg_color="#0B5563", font_color="#FFFFFF", border=1,
                          text_wrap=True, align="center")  # fmt: skip
        for column, text in enumerate(FIGURES_HEAD):
            sheet.write_string(2, column, text, head)
        sheet.set_row(2, 34)
        sheet.freeze_panes(3, LABEL_COLUMN + 1)
        line, lines = 3, []
        for part in self.structure.parts:
            if part.kind == PartKind.ROWS and not part.nothing_label:
                continue
            sheet.merge_range(
                line, NUMBER_COLUMN, line, CHECK_COLUMN, part.heading,
                self.style(bold=True, bg_color="#E4F0F2", border=1),
            )  # fmt: skip
            line += 1
            if part.nothing_label:
                self.nothing_row[part.code] = line
                self._nothing(sheet, line, part)
                line += 1
            if part.kind == PartKind.ROWS:
                continue
            for number, indicator in enumerate(part.indicators, start=1):
                if indicator.members:
                    sheet.write_string(line, NUMBER_COLUMN, str(number), self.style(border=1))
                    label = self.style(border=1, text_wrap=True, bold=True)
                    sheet.write_string(line, LABEL_COLUMN, indicator.label, label)
                    sheet.write_string(
                        line, UNIT_COLUMN, indicator.unit, self.style(border=1, text_wrap=True)
                    )
                    line += 1
                for cell in (c for c in part.cells if c.indicator is indicator):
                    self.row_of[cell.key] = line
                    lines.append((line, part, cell, "" if indicator.members else str(number)))
                    line += 1
        for line, part, cell, number in lines:
            self._figure(sheet, line, part, cell, number)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        _protect(sheet)

    @property
    def _has_faults(self) -> bool:
        return self.filled is not None and bool(self.filled.faults)

    def _nothing(self, sheet, line: int, part: PartInfo) -> None:
        is_stated = part.code in self.draft.statements
        if self.filled is not None:
            is_stated = self.filled.nothing.get(part.code, is_stated)
        sheet.write_string(line, NAME_COLUMN, NOTHING + part.code)
        sheet.write_blank(line, NUMBER_COLUMN, None, self.style(border=1))
        sheet.merge_range(
            line, LABEL_COLUMN, line, SOURCE_COLUMN,
            f"Không phát sinh. Tôi xác nhận: {part.nothing_label}",
            self.style(border=1, text_wrap=True, italic=True),
        )  # fmt: skip
        sheet.set_row(line, 34)
        sheet.write_string(
            line, VALUE_COLUMN, YES if is_stated else NO,
            self.style(border=1, bg_color="#FFF8E1", locked=False, align="center"),
        )  # fmt: skip
        sheet.data_validation(
            line, VALUE_COLUMN, line, VALUE_COLUMN,
            {"validate": "list", "source": [YES, NO], "error_title": "Chọn Có hoặc Không",
             "error_message": f"Chọn “{YES}” nếu phần này không phát sinh, “{NO}” nếu có."},
        )  # fmt: skip
        self._faults(sheet, line, FAULT_COLUMN, NOTHING + part.code)

    def _faults(self, sheet, line: int, column: int, name: str) -> list[str]:
        sentences = self.filled.faults.get(name, []) if self.filled is not None else []
        if sentences:
            text = " ".join(sentences)
            style = self.style(border=1, text_wrap=True, font_color="#B42318", bold=True)
            sheet.write_string(line, column, text, style)
        return sentences

    def _figure(self, sheet, line: int, part: PartInfo, cell: CellInfo, number: str) -> None:
        indicator = cell.indicator
        plain = self.style(border=1, text_wrap=True)
        label = f"– {cell.member_label}" if cell.member_label else indicator.label
        sheet.write_string(line, NAME_COLUMN, cell.key)
        sheet.write_string(line, NUMBER_COLUMN, number, plain)
        sheet.write_string(line, LABEL_COLUMN, label, plain)
        sheet.write_string(line, UNIT_COLUMN, indicator.unit, plain)
        self._past(sheet, line, BEFORE_COLUMN, self.before, cell)
        self._past(sheet, line, YEAR_AGO_COLUMN, self.year_ago, cell)
        counted = self.style(border=1, font_color="#495565", num_format=_pattern(indicator))
        if cell.key in self.suggested:
            sheet.write_number(
                line, SOURCE_COLUMN, _number(self.suggested[cell.key], indicator), counted
            )
        else:
            sheet.write_blank(line, SOURCE_COLUMN, None, counted)
        if not part.is_typed:
            style = self.style(border=1, bg_color="#F1F3F5", num_format="#,##0")
            sheet.write_number(line, VALUE_COLUMN, self.counts[cell.key], style)
            sheet.write_string(line, NOTE_COLUMN, "Đếm từ sổ cơ sở", plain)
            sheet.write_blank(line, CHECK_COLUMN, None, plain)
            return
        kept = self.draft.figure(cell.key)
        text, note = kept.text, kept.note
        if self.filled is not None:
            text, note = self.filled.cells.get(cell.key, (text, note))
        faults = self._faults(sheet, line, FAULT_COLUMN, cell.key)
        colour = "#FDE3E1" if faults else "#FFF8E1"
        style = self.style(border=1, bg_color=colour, locked=False, num_format=_pattern(indicator))
        self._typed(sheet, line, indicator, text, style)
        style = self.style(
            border=1, text_wrap=True, locked=False, num_format="@", bg_color="#FFF8E1"
        )
        _write_text(sheet, line, NOTE_COLUMN, note, style)
        sheet.data_validation(line, VALUE_COLUMN, line, VALUE_COLUMN, _validation(indicator))
        if indicator.decimals:
            # Whole numbers without the comma that the pattern would leave behind them.
            sheet.conditional_format(
                line, VALUE_COLUMN, line, VALUE_COLUMN,
                {"type": "formula", "criteria": f"=AND(ISNUMBER({_at(line)}),{_at(line)}=INT({_at(line)}))",
                 "format": self.book.add_format({"num_format": "#,##0"})},
            )  # fmt: skip
        sheet.write_formula(
            line, CHECK_COLUMN, self._check(part, cell),
            self.style(border=1, text_wrap=True, font_color="#B42318"), "",
        )  # fmt: skip

    def _past(self, sheet, line: int, column: int, past: PastFigures, cell: CellInfo) -> None:
        style = self.style(border=1, font_color="#495565", align="right",
                           num_format=_pattern(cell.indicator))  # fmt: skip
        if cell.key not in past.values:
            sheet.write_blank(line, column, None, style)
        elif past.values[cell.key] is None:
            sheet.write_string(line, column, "không phát sinh", style)
        else:
            sheet.write_number(line, column, _number(past.values[cell.key], cell.indicator), style)

    def _typed(self, sheet, line: int, indicator: IndicatorInfo, text: str, style) -> None:
        value, _ = read_figure(indicator, text)
        if value is not None and abs(value) < 2**53:
            sheet.write_number(line, VALUE_COLUMN, _number(value, indicator), style)
        else:
            _write_text(sheet, line, VALUE_COLUMN, text, style)

    # -- the form's rules as formulas

    def _check(self, part: PartInfo, cell: CellInfo) -> str:
        """The sentence that applies to a line, by the rules whose target it is."""
        at = _at(self.row_of[cell.key])
        parts = []
        if part.code in self.nothing_row:
            stated = f'{_at(self.nothing_row[part.code])}="{YES}"'
        else:
            stated = "FALSE"
        if cell.indicator.is_required:
            parts.append(f'IF(ISBLANK({at}),"Chưa có số; không có thì nhập 0. ","")')
        parts.append(f'IF(OR(ISBLANK({at}),ISNUMBER({at})),"","Không phải là số. ")')
        if cell.key in self.suggested:
            line = self.row_of[cell.key]
            parts.append(
                f"IF(AND(ISNUMBER({at}),{at}<>{_at(line, SOURCE_COLUMN)},"
                f'ISBLANK({_at(line, NOTE_COLUMN)})),"Khác số từ sổ; ghi lý do vào ghi chú. ","")'
            )
        if cell.key == cell.indicator.keys[0]:
            parts += [
                test
                for rule in self.structure.rules
                if rule.target == cell.indicator.code and (test := self._rule(rule))
            ]
        return f'=IF({stated},"",{"&".join(parts)})'

    def _rule(self, rule) -> str:
        target = self.structure.indicators[rule.target]
        operands = [self.structure.indicators.get(code) for code in rule.operands]
        if None in operands:
            return ""
        say = '"' + rule.message[:MAX_LITERAL].replace('"', '""') + ' "'
        figure, has = self._sum(target), self._has(target)
        if rule.kind == RuleKind.SUM_OF:
            total = "+".join(self._sum(operand) for operand in operands)
            known = ",".join([has, *(self._has(operand) for operand in operands)])
            return f'IF(AND({known}),IF(ROUND({figure}-({total}),6)=0,"",{say}),"")'
        if rule.kind in (RuleKind.AT_LEAST, RuleKind.AT_MOST):
            sign = "<" if rule.kind == RuleKind.AT_LEAST else ">"
            wrong = ",".join(
                f"AND({has},{self._has(operand)},{figure}{sign}{self._sum(operand)})"
                for operand in operands
            )
            return f'IF(OR({wrong}),{say},"")'
        if rule.kind == RuleKind.REQUIRED_IF:
            wanted = ",".join(
                f"AND({self._has(operand)},{self._sum(operand)}>0)" for operand in operands
            )
            return f'IF(AND(OR({wanted}),NOT(AND({has},{figure}>0))),{say},"")'
        before = self._sum(target, BEFORE_COLUMN)
        return (
            f"IF(AND({has},{self._has(target, BEFORE_COLUMN)}),"
            f'IF(ABS({figure}-{before})*100>{rule.percent or 0}*ABS({before}),{say},""),"")'
        )

    def _sum(self, indicator: IndicatorInfo, column: int = VALUE_COLUMN) -> str:
        return f"SUM({','.join(_at(self.row_of[key], column) for key in indicator.keys)})"

    def _has(self, indicator: IndicatorInfo, column: int = VALUE_COLUMN) -> str:
        cells = ",".join(_at(self.row_of[key], column) for key in indicator.keys)
        return f"COUNT({cells})={len(indicator.keys)}"

    # -- parts with rows

    def _rows(self, sheet, part: PartInfo) -> None:
        fault_column = FIRST_ROW_COLUMN + len(part.columns)
        sheet.set_column(0, 0, 4, None, {"hidden": True})
        sheet.set_column(1, 1, 6)
        sheet.write_string(0, 1, part.heading, self.style(bold=True, font_size=14))
        head = self.style(bold=True, bg_color="#0B5563", font_color="#FFFFFF", border=1,
                          text_wrap=True, align="center")  # fmt: skip
        sheet.write_string(2, 1, "STT", head)
        rows = self._lines(part)
        first, last = 3, 3 + len(rows) - 1
        for column, info in enumerate(part.columns, start=FIRST_ROW_COLUMN):
            wide = info.kind in (ColumnKind.LONG_TEXT, ColumnKind.ESTABLISHMENT)
            sheet.set_column(column, column, 42 if wide else 22)
            label = f"{info.label} *" if info.is_required else info.label
            if info.kind == ColumnKind.MONEY:
                label += " (đồng)"
            sheet.write_string(2, column, label, head)
            self._row_validation(sheet, part, info, column, first, last)
        if self._has_faults:
            sheet.set_column(fault_column, fault_column, 50)
            sheet.write_string(2, fault_column, FIGURES_HEAD[FAULT_COLUMN], head)
        sheet.freeze_panes(3, FIRST_ROW_COLUMN)
        for position, (uid, data) in enumerate(rows):
            line = first + position
            sheet.write_string(line, 0, uid)
            sheet.write_number(line, 1, position + 1, self.style(border=1))
            faults = self._faults(sheet, line, fault_column, uid)
            for column, info in enumerate(part.columns, start=FIRST_ROW_COLUMN):
                self._row_cell(sheet, line, column, part, info, data.get(info.code, ""), faults)
        sheet.write_string(last + 1, 1, "Cột có dấu * phải điền. Bỏ một dòng: xóa trắng cả dòng.",
                           self.style(italic=True, font_color="#495565"))  # fmt: skip
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        _protect(sheet)

    def _lines(self, part: PartInfo) -> list[tuple[str, Mapping[str, str]]]:
        blank = [(uid, {}) for uid in self.identity.blank.get(part.code, [])]
        if self.filled is not None:
            there = list(self.filled.rows.get(part.code, []))
            known = {uid for uid, _ in there}
            return there + [line for line in blank if line[0] not in known]
        return [(str(row.uid), row.data) for row in self.draft.rows.get(part.code, [])] + blank

    def _row_cell(self, sheet, line, column, part, info: ColumnInfo, text: str, faults) -> None:
        what = {
            "border": 1,
            "locked": False,
            "text_wrap": True,
            "bg_color": "#FDE3E1" if faults else "#FFF8E1",
        }
        if info.kind in (ColumnKind.MONEY, ColumnKind.INTEGER):
            style = self.style(**what, num_format="#,##0" if info.kind == ColumnKind.MONEY else "0")
            try:
                sheet.write_number(line, column, parse_scaled(text), style)
                return
            except ValueError:
                pass
        elif info.kind == ColumnKind.DATE:
            style = self.style(**what, num_format="dd/mm/yyyy")
            try:
                day, month, year = (int(piece) for piece in text.split("/"))
                sheet.write_datetime(line, column, date(year, month, day), style)
                return
            except ValueError:
                pass
        else:
            style = self.style(**what, num_format="@")
        labels = self.lists.get(part.code, {}).get(info.code)
        if labels is not None:
            text = next((label for label, code in labels.items() if code == text), text)
            if text.isdigit() and info.kind == ColumnKind.ESTABLISHMENT:
                text = _establishment_name(text)
        _write_text(sheet, line, column, text, style)

    def _row_validation(self, sheet, part, info: ColumnInfo, column, first, last) -> None:
        labels = self.lists.get(part.code, {}).get(info.code)
        if labels is not None:
            if not labels:
                return
            place, self.list_count = self.list_count, self.list_count + 1
            self.names.write_string(0, place, info.label)
            for line, label in enumerate(labels, start=1):
                self.names.write_string(line, place, label)
            letter = xl_col_to_name(place)
            check = {
                "validate": "list",
                "source": f"='{LISTS_SHEET}'!${letter}$2:${letter}${len(labels) + 1}",
                "error_title": "Chọn trong danh sách",
                "error_message": f"Chọn “{info.label}” trong danh sách."[:255],
            }
        elif info.kind in (ColumnKind.MONEY, ColumnKind.INTEGER):
            check = {
                "validate": "integer",
                "criteria": "between",
                "minimum": 0,
                "maximum": 10**15,
                "error_title": "Cần số nguyên",
                "error_message": f"“{info.label}” là số nguyên, không âm."[:255],
            }
        elif info.kind == ColumnKind.DATE:
            check = {
                "validate": "date",
                "criteria": "between",
                "minimum": date(1990, 1, 1),
                "maximum": date(2100, 1, 1),
                "error_title": "Cần ngày",
                "error_message": f"“{info.label}” là ngày, như 24/11/2026."[:255],
            }
        else:
            return
        sheet.data_validation(first, column, last, column, check)


def _write_text(sheet, line: int, column: int, text: str, style) -> None:
    """Text, never a formula; an empty one leaves the cell blank for ISBLANK."""
    if text:
        sheet.write_string(line, column, text, style)
    else:
        sheet.write_blank(line, column, None, style)


def _establishment_name(number: str) -> str:
    """The name of a row's establishment that is no longer of the place's list."""
    return (
        Establishment.objects.filter(pk=int(number[:18])).values_list("name", flat=True).first()
        or number
    )


def _protect(sheet) -> None:
    """Labels cannot be written over; no password, this is against slips, not against people."""
    sheet.protect("", {"format_columns": True, "format_rows": True, "format_cells": False})


def _at(line: int, column: int = VALUE_COLUMN) -> str:
    return xl_rowcol_to_cell(line, column, row_abs=True, col_abs=True)


def _number(value: int, indicator: IndicatorInfo) -> float:
    """An inner integer as the number a spreadsheet shows."""
    return value / 10**indicator.decimals if indicator.decimals else value


def _pattern(indicator: IndicatorInfo) -> str:
    return "#,##0." + "#" * indicator.decimals if indicator.decimals else "#,##0"


def _validation(indicator: IndicatorInfo) -> dict:
    kind = "decimal" if indicator.decimals else "integer"
    lowest = -(10**12) if indicator.can_be_negative else 0
    words = "số" if indicator.decimals else "số nguyên"
    sign = "" if indicator.can_be_negative else ", không âm"
    return {
        "validate": kind,
        "criteria": "between",
        "minimum": lowest,
        "maximum": 10**12,
        "error_title": "Cần một số",
        "error_message": f"“{indicator.label}” ({indicator.unit}) là {words}{sign}."[:255],
    }
