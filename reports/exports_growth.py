"""Growth as a spreadsheet: what the page shows, every figure with a link to what is behind it."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from django.http import Http404

from khuyencong.exports.registry import (
    ExportColumn,
    ExportSource,
    Heading,
    Sheet,
    as_querydict,
    register,
    scaled,
)
from reports.forms_rollup import GrowthForm, RollupChoice
from reports.permissions_rollup import check_can_see_rollup
from reports.queries.growth import Growth, GrowthTable, growth_table
from reports.queries.rollup import Figure, FigureState, Line
from reports.rollup_words import against, source_url, total_word

KIND = "reports.rollup_growth"


def describe(user, params: dict) -> str:
    """The title; refuses who may not see the figures."""
    return f"Tăng trưởng {_choice(user, params).span}"


def sheets(user, params: dict) -> list[Sheet]:
    """One sheet: each indicator and each member of its dimension."""
    choice = _choice(user, params)
    table = growth_table(
        choice.span,
        choice.known,
        include_pending=choice.include_pending,
        map_date=choice.match_date,
        part=choice.part,
    )
    before = choice.span.before
    others = [(before, against(choice.span.kind, True))] if before else []
    others.append((choice.span.year_ago, against(choice.span.kind, False)))
    columns = [
        ExportColumn("Chỉ tiêu", width=46),
        ExportColumn("Đơn vị tính", width=13),
        ExportColumn(choice.span.title, kind="link", width=20),
        ExportColumn("Số báo cáo", width=13),
    ]
    for span, words in others:
        columns += [
            ExportColumn(span.title, kind="link", width=20),
            ExportColumn("Số báo cáo", width=13),
            ExportColumn(f"So {words} (%)", kind="number", width=16),
            ExportColumn("Cùng địa bàn (%)", kind="number", width=16),
            ExportColumn("Số địa bàn so được", kind="integer", width=12),
        ]
    counted = "; ".join(
        f"{span}: {table.reported[span.key][0]} trên {table.reported[span.key][1]} báo cáo"
        for span in (choice.span, *(span for span, _ in others))
    )
    return [
        Sheet(
            "Tăng trưởng",
            columns,
            _rows(choice, table),
            total=len(table.rows),
            header_rows=[
                [f"Tăng trưởng {choice.span}: {choice.part_label()}"],
                [" ".join(filter(None, (f"Tính vào số liệu: {counted}.", choice.span_note)))],
                [
                    f"{choice.counts_label} · địa bàn các kỳ đặt lên bản đồ ngày {choice.match_date:%d/%m/%Y}. "
                    "“Cùng địa bàn”: những địa bàn đủ báo cáo cả hai kỳ trên cùng phạm vi."
                ],
            ],
            frozen_columns=2,
        )
    ]


def _choice(user, params: dict) -> RollupChoice:
    check_can_see_rollup(user)
    choice = GrowthForm(as_querydict(params), user).choice
    if choice is None:
        raise Http404
    return choice


def _rows(choice: RollupChoice, table: GrowthTable) -> Iterator[tuple]:
    part, width = None, 9 if choice.span.before is None else 14
    for row in table.rows:
        line = row.line
        if line.part is not part:
            part = line.part
            yield Heading((part.heading, *[""] * (width - 1)))
        cells = [
            f"    {line.label}" if line.member else line.label,
            line.indicator.unit,
            *_figure(row.now, line, source_url(line, choice)),
        ]
        for side in (row.before, row.year_ago):
            if side is None:
                continue
            cells += [
                *_figure(side.figure, line, source_url(line, choice, ky=side.span.key)),
                _percent(side.growth),
                _percent(side.alike),
                side.alike_units,
            ]
        yield tuple(cells)


def _figure(figure: Figure, line: Line, url: str) -> tuple:
    counted = f"{figure.counted} trên {len(figure.entries)}"
    if figure.state == FigureState.VALUE:
        return (scaled(figure.value, line.indicator.decimals), url), counted
    return total_word(figure), counted


def _percent(growth: Growth | None) -> Decimal | None:
    if growth is None or growth.then <= 0:
        return None
    tenths = round(Fraction(growth.now - growth.then, growth.then) * 1000)
    return Decimal(tenths).scaleb(-1)


SOURCE = ExportSource(KIND, describe, sheets)


def register_source() -> None:
    """Called once the apps are loaded."""
    register(SOURCE)
