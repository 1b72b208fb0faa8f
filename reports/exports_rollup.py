"""The province's table as a spreadsheet: what the page shows, and every figure with its origin."""

from collections.abc import Iterable, Iterator

from django.http import Http404
from django.utils import timezone

from khuyencong.exports.registry import (
    ExportColumn,
    ExportSource,
    Heading,
    Sheet,
    as_querydict,
    register,
    scaled,
)
from reports.forms_rollup import RollupChoice, RollupForm
from reports.permissions_rollup import check_can_see_rollup
from reports.queries.rollup import (
    Entry,
    Figure,
    FigureState,
    Line,
    Rollup,
    accepted_times,
    leaf_lines,
    rollup_periods,
)
from reports.rollup_words import (
    figure_url,
    legend,
    pages_of,
    reported_sentence,
    source_url,
    standing,
    total_word,
    version_url,
    words,
)

KIND = "reports.rollup"


def describe(user, params: dict) -> str:
    """The title; refuses who may not see the table."""
    choice = _choice(user, params)
    return f"Tổng hợp báo cáo {choice.span}"


def sheets(user, params: dict) -> list[Sheet]:
    """The table as on the page with all members open, and its figures one by one.

    Both sheets come from one computation, so they agree with each other whatever happens meanwhile."""
    choice = _choice(user, params)
    table = rollup_periods(
        choice.periods,
        include_pending=choice.include_pending,
        map_date=choice.map_date,
        grouping=choice.grouping,
        part=choice.part,
    )
    return [_matrix(user, choice, table), _long_form(user, choice, table)]


def heading_rows(user, choice: RollupChoice, table: Rollup) -> list[list[str]]:
    """What stands above the table: period, how many reported, what counts, the words."""
    moment = timezone.localtime()
    return [
        [f"Tổng hợp báo cáo {choice.span}: {choice.part_label()}"],
        [" ".join(filter(None, (reported_sentence(user, table), choice.span_note)))],
        [f"{choice.counts_label} · {choice.map_label} · lúc {moment:%H:%M ngày %d/%m/%Y}"],
        ["; ".join(f"“{short}”: {meaning}" for short, meaning in legend(user))],
    ]


def _choice(user, params: dict) -> RollupChoice:
    check_can_see_rollup(user)
    choice = RollupForm(as_querydict(params), user).choice
    if choice is None:
        raise Http404
    return choice


def _matrix(user, choice: RollupChoice, table: Rollup) -> Sheet:
    columns = [
        ExportColumn("Chỉ tiêu", width=46),
        ExportColumn("Đơn vị tính", width=13),
        ExportColumn("Tổng cộng", kind="link", width=20),
        *(ExportColumn(column.name, kind="link", width=16) for column in table.columns),
    ]
    return Sheet(
        "Tổng hợp",
        columns,
        _matrix_rows(user, choice, table),
        total=len(table.lines),
        header_rows=heading_rows(user, choice, table),
        frozen_columns=3,
    )


def _matrix_rows(user, choice: RollupChoice, table: Rollup) -> Iterator[tuple]:
    pages, short, part = pages_of(table.entries), words(user), None
    yield Heading(("Tình trạng", "", "", *(standing(column, user) for column in table.columns)))
    for line in table.lines:
        if line.part is not part:
            part = line.part
            yield Heading((part.heading, *[""] * (len(table.columns) + 2)))
        label = f"    {line.label}" if line.member else line.label
        yield (
            label,
            line.indicator.unit,
            _total(table.totals[line.key], line, source_url(line, choice)),
            *(
                _cell(figure, line, figure_url(figure, line, choice, pages, unit), short)
                for figure, unit in (
                    (table.figures[line.key, c.place_id], c.place_id) for c in table.columns
                )
            ),
        )


def _cell(figure: Figure, line: Line, url: str, short: dict):
    if figure.state == FigureState.VALUE:
        value = scaled(figure.value, line.indicator.decimals)
    else:
        value = short[figure.state]
    return (value, url) if url else value


def _total(figure: Figure, line: Line, url: str):
    if figure.state == FigureState.VALUE:
        return scaled(figure.value, line.indicator.decimals), url
    return total_word(figure)


def _long_form(user, choice: RollupChoice, table: Rollup) -> Sheet:
    columns = [
        ExportColumn("Mã chỉ tiêu", width=16),
        ExportColumn("Chỉ tiêu", width=40),
        ExportColumn("Mục", width=22),
        ExportColumn("Đơn vị tính", width=13),
        ExportColumn("Quý", width=12),
        ExportColumn("Địa bàn báo cáo", width=22),
        ExportColumn("Địa bàn của bảng", width=22),
        ExportColumn("Giá trị", kind="number", width=20),
        ExportColumn("Tình trạng", width=18),
        ExportColumn("Lần nộp", kind="link", width=10),
        ExportColumn("Nộp lúc", kind="datetime", width=17),
        ExportColumn("Người nộp", width=26),
        ExportColumn("Duyệt lúc", kind="datetime", width=17),
    ]
    lines = list(leaf_lines(table.lines))
    return Sheet(
        "Từng số liệu",
        columns,
        _long_rows(user, table, lines),
        total=sum(len(_counted(table, line, table.entries)) for line in lines),
        header_rows=heading_rows(user, choice, table)[:3],
        frozen_columns=2,
    )


def _long_rows(user, table: Rollup, lines: list[Line]) -> Iterator[tuple]:
    quarters = {period.pk: str(period.quarter) for period in table.periods}
    accepted = accepted_times(entry.version.id for entry in table.entries if entry.version)
    for line in lines:
        for column in table.columns:
            for entry in _counted(table, line, column.entries):
                figure = table.figure_of(entry, line)
                version = entry.version
                page = version_url(entry)
                yield (
                    line.indicator.code,
                    line.indicator.label,
                    line.member_label,
                    line.indicator.unit,
                    quarters[entry.period_id],
                    entry.place,
                    column.name,
                    scaled(figure.value, line.indicator.decimals),
                    _state_label(user, figure),
                    (version.number, f"{page}#o-{line.key}") if version else None,
                    version.submitted_at if version else None,
                    version.submitted_by if version else None,
                    accepted.get(version.id) if version else None,
                )


def _counted(table: Rollup, line: Line, entries: Iterable[Entry]) -> list[Entry]:
    """The entries that a line's total is made of: a figure of a moment is the last quarter's."""
    return [
        entry
        for entry in entries
        if not line.indicator.is_stock or entry.period_id == table.period.pk
    ]


def _state_label(user, figure: Figure) -> str:
    if figure.state in (FigureState.VALUE, FigureState.NOTHING, FigureState.EMPTY):
        label = FigureState(figure.state).label
        return f"{label} (chờ kiểm tra)" if figure.is_pending else label
    return FigureState(figure.state).label if user.is_centre else words(user)[figure.state]


SOURCE = ExportSource(KIND, describe, sheets)


def register_source() -> None:
    """Called once the apps are loaded."""
    register(SOURCE)
