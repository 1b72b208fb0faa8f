"""The province's figures: the table, growth, one indicator over time, what is behind a figure."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.structure import PartInfo
from reports.charts import bars_of
from reports.enums import Grouping, SpanKind
from reports.forms_rollup import (
    FigureForm,
    GrowthForm,
    IndicatorForm,
    RollupChoice,
    RollupForm,
)
from reports.permissions_rollup import check_can_see_rollup
from reports.queries.growth import Growth, IndicatorTable, Side, growth_table, indicator_table
from reports.queries.lineage import lineage_of
from reports.queries.rollup import Column, Figure, FigureState, Line, Rollup, rollup_periods
from reports.rollup_words import (
    against,
    figure_url,
    indicator_url,
    legend,
    pages_of,
    reported_sentence,
    source_url,
    standing,
    total_word,
    undivided_sentence,
    version_url,
    words,
)

# How many spans the page of an indicator shows: two years of quarters, five years of the others.
SPANS_SHOWN = {SpanKind.QUARTER: 8, SpanKind.HALF: 6, SpanKind.NINE_MONTHS: 5, SpanKind.YEAR: 5}
ALL = "tat-ca"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as shown: its words, the page behind it, what it is. `coverage` is `2/3` where the
    value is a sum in which some report is missing."""

    text: str
    url: str
    is_value: bool
    is_pending: bool = False
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line as shown. `toggle_url` opens or closes the members of its dimension."""

    line: Line
    cells: list[Cell]
    total: Cell
    url: str
    toggle_url: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the table with its rows."""

    part: PartInfo
    rows: list


@require_GET
def rollup_table(request):
    """Indicators × units of the map, over a quarter or several."""
    check_can_see_rollup(request.user)
    form = RollupForm(request.GET, request.user)
    choice = form.choice
    if choice is None:
        return render(request, "reports/rollup.html", {"form": form})
    table = rollup_periods(
        choice.periods,
        include_pending=choice.include_pending,
        map_date=choice.map_date,
        grouping=choice.grouping,
        part=choice.part,
    )
    return render(
        request,
        "reports/rollup.html",
        {
            "form": form,
            "choice": choice,
            "table": table,
            "groups": _groups(request, table, choice),
            "all_open": ALL in request.GET.getlist("mo"),
            "columns": [
                {"column": c, "word": standing(c, request.user), "url": _column_url(c)}
                for c in table.columns
            ],
            "reported": reported_sentence(request.user, table),
            "undivided": undivided_sentence(table.columns),
            "legend": legend(request.user),
            "export_params": form.cleaned_data,
            "growth_url": f"{reverse('reports:rollup_growth')}?{choice.query(theo='')}",
        },
    )


@require_GET
def rollup_growth(request):
    """Every indicator against the span before and the same span of last year."""
    check_can_see_rollup(request.user)
    form = GrowthForm(request.GET, request.user)
    choice = form.choice
    if choice is None:
        return render(request, "reports/rollup_growth.html", {"form": form})
    table = growth_table(
        choice.span,
        choice.known,
        include_pending=choice.include_pending,
        map_date=choice.match_date,
        part=choice.part,
    )
    groups: list[Group] = []
    for row in table.rows:
        line = row.line
        if line.member and ALL not in request.GET.getlist("mo"):
            continue
        if not groups or groups[-1].part is not line.part:
            groups.append(Group(line.part, []))
        sides = [side for side in (row.before, row.year_ago) if side]
        groups[-1].rows.append(
            {
                "line": line,
                "url": indicator_url(line, choice),
                "now": _total(row.now, line, source_url(line, choice)),
                "counted": _of((row.now.counted, len(row.now.entries))),
                "sides": [_side(side, line, choice) for side in sides],
            }
        )
    before = choice.span.before
    others = [(before, against(choice.span.kind, True))] if before else []
    others.append((choice.span.year_ago, against(choice.span.kind, False)))
    return render(
        request,
        "reports/rollup_growth.html",
        {
            "form": form,
            "choice": choice,
            "groups": groups,
            "heads": [
                {"span": span, "words": word, "reported": _of(table.reported[span.key])}
                for span, word in others
            ],
            "reported": _of(table.reported[choice.span.key]),
            "all_open": ALL in request.GET.getlist("mo"),
            "table_url": f"{reverse('reports:rollup')}?{choice.query()}",
            "export_params": form.cleaned_data,
        },
    )


@require_GET
def rollup_one(request, code: str):
    """One indicator: units of the map, or branches × the last spans, with growth and a chart."""
    check_can_see_rollup(request.user)
    form = IndicatorForm(request.GET, request.user)
    choice = form.choice
    if choice is None or "muc" not in form.cleaned_data:
        raise Http404
    try:
        table = indicator_table(
            code,
            choice.span.earlier(SPANS_SHOWN[choice.span.kind]),
            choice.known,
            member=form.cleaned_data["muc"],
            include_pending=choice.include_pending,
            map_date=choice.map_date,
            grouping=choice.grouping,
        )
    except KeyError:
        raise Http404 from None
    line = table.line
    before, year_ago = choice.span.before, choice.span.year_ago
    heads = [against(choice.span.kind, True)] if before else []
    heads.append(against(choice.span.kind, False))
    then = [span for span in (before, year_ago) if span]
    return render(
        request,
        "reports/rollup_indicator.html",
        {
            "form": form,
            "choice": choice,
            "line": line,
            "spans": table.spans,
            "rows": _indicator_rows(request, table, choice, then),
            "totals": [
                _total(
                    table.totals[span.key],
                    line,
                    source_url(line, choice, ky=span.key),
                    with_coverage=True,
                )
                for span in table.spans
            ],
            "total_growth": [_growth(table.growth("", choice.span, other)) for other in then],
            "growth_heads": heads,
            "bars": bars_of(
                [
                    (span.title, table.totals[span.key].value, _coverage(table.totals[span.key]))
                    for span in reversed(table.spans)
                ],
                line.indicator.decimals,
            ),
            "members": line.indicator.members,
            "undivided": undivided_sentence(table.columns),
            "is_by_branch": choice.grouping == Grouping.BRANCH,
            "no_branch": choice.grouping == Grouping.BRANCH and not line.indicator.members,
            "back_url": f"{reverse('reports:rollup')}?{choice.query(theo=_without_branch(choice))}",
            "growth_url": f"{reverse('reports:rollup_growth')}?{choice.query(theo='')}",
            "legend": legend(request.user),
        },
    )


@require_GET
def rollup_figure(request, code: str):
    """What one figure is made of: each place and quarter with its version, cell and authors."""
    check_can_see_rollup(request.user)
    form = FigureForm(request.GET, request.user)
    choice = form.choice
    if choice is None or not {"muc", "don_vi"} <= form.cleaned_data.keys():
        raise Http404
    try:
        lineage = lineage_of(
            code,
            choice.periods,
            member=form.cleaned_data["muc"],
            unit=form.cleaned_data["don_vi"],
            include_pending=choice.include_pending,
            map_date=choice.map_date,
            grouping=choice.grouping,
        )
    except KeyError:
        raise Http404 from None
    line, short = lineage.line, words(request.user)
    rows = []
    for item in lineage.items:
        url = figure_url(item.figure, line, choice, pages_of([item.entry]))
        rows.append((item, _cell(item.figure, line, url, short)))
    return render(
        request,
        "reports/rollup_figure.html",
        {
            "form": form,
            "choice": choice,
            "line": line,
            "lineage": lineage,
            "rows": rows,
            "total": _total(lineage.total, line, ""),
            "coverage": _of((lineage.total.counted, len(lineage.total.entries))),
            "indicator_url": indicator_url(line, choice),
            "table_url": f"{reverse('reports:rollup')}?{choice.query(theo=_without_branch(choice))}",
            "legend": legend(request.user),
        },
    )


def _without_branch(choice: RollupChoice) -> str:
    return "" if choice.grouping in (Grouping.BRANCH, Grouping.COMMUNE) else choice.grouping


def _indicator_rows(request, table: IndicatorTable, choice: RollupChoice, then) -> list[dict]:
    pages = pages_of([entry for column in table.columns for entry in column.entries])
    short, rows = words(request.user), []
    for key, label, of in table.rows:
        line = of if isinstance(of, Line) else table.line
        unit = "" if isinstance(of, Line) else of.place_id
        cells = []
        for span in table.spans:
            figure = table.figures.get((span.key, key))
            if figure is None:
                cells.append(Cell("–", "", False))
                continue
            url = figure_url(figure, line, choice, pages, unit)
            if len(figure.entries) > 1:
                url = source_url(line, choice, unit, ky=span.key, theo=_without_branch(choice))
            cells.append(_cell(figure, line, url, short))
        growth = [_growth(table.growth(key, choice.span, other)) for other in then]
        rows.append({"label": label, "cells": cells, "growth": growth})
    return rows


def _groups(request, table: Rollup, choice: RollupChoice) -> list[Group]:
    opened = set(request.GET.getlist("mo"))
    pages, short = pages_of(table.entries), words(request.user)
    groups: list[Group] = []
    for line in table.lines:
        is_open = line.indicator.code in opened or ALL in opened
        if line.member and not is_open:
            continue
        if not groups or groups[-1].part is not line.part:
            groups.append(Group(line.part, []))
        cells = []
        for column in table.columns:
            figure = table.figures[line.key, column.place_id]
            url = figure_url(figure, line, choice, pages, column.place_id)
            cells.append(_cell(figure, line, url, short))
        toggle = ""
        if line.indicator.members and not line.member:
            toggle = _toggle(request, line.indicator.code, opened, is_open)
        total = _total(table.totals[line.key], line, source_url(line, choice))
        page = indicator_url(line, choice)
        groups[-1].rows.append(Row(line, cells, total, page, toggle, is_open))
    return groups


def _cell(figure: Figure, line: Line, url: str, short: dict) -> Cell:
    if figure.state == FigureState.VALUE:
        text = format_scaled(figure.value, line.indicator.decimals)
        return Cell(text, url, True, figure.is_pending, _coverage(figure))
    return Cell(short[figure.state], url, False, figure.is_pending)


def _coverage(figure: Figure) -> str:
    return f"{figure.counted}/{len(figure.entries)}" if figure.is_partial else ""


def _total(figure: Figure, line: Line, url: str, *, with_coverage: bool = False) -> Cell:
    if figure.state == FigureState.VALUE:
        text = format_scaled(figure.value, line.indicator.decimals)
        return Cell(text, url, True, coverage=_coverage(figure) if with_coverage else "")
    return Cell(total_word(figure), url if figure.entries else "", False)


def _of(pair: tuple[int, int]) -> str:
    return f"{pair[0]} trên {pair[1]}"


def _growth(growth: Growth | None) -> dict:
    """A growth as shown: its sentence and its direction."""
    if growth is None:
        return {"text": "không so được", "direction": "none"}
    if not growth.percent:
        return {"text": "kỳ so sánh bằng 0", "direction": "none"}
    return {"text": growth.percent, "direction": growth.direction}


def _side(side: Side, line: Line, choice: RollupChoice) -> dict:
    url = source_url(line, choice, ky=side.span.key) if side.figure.entries else ""
    return {
        "cell": _total(side.figure, line, url),
        "growth": _growth(side.growth),
        "alike": _growth(side.alike),
        "alike_units": side.alike_units,
        "counted": _of((side.figure.counted, len(side.figure.entries))),
    }


def _toggle(request, code: str, opened: set[str], is_open: bool) -> str:
    query = request.GET.copy()
    kept = opened - {ALL}
    query.setlist("mo", sorted(kept - {code} if is_open else kept | {code}))
    return f"?{query.urlencode()}#dong-{code}"


def _column_url(column: Column) -> str:
    return version_url(column.entries[0]) if len(column.entries) == 1 else ""
