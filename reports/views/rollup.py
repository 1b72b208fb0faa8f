"""The province's table, and one indicator over the quarters."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.structure import PartInfo
from reports.enums import PeriodScheme
from reports.forms_rollup import IndicatorForm, RollupChoice, RollupForm, period_key
from reports.models import ReportPeriod
from reports.permissions_rollup import check_can_see_rollup
from reports.queries.rollup import (
    Column,
    Figure,
    FigureState,
    Line,
    Rollup,
    rollup,
    rollup_indicator,
)
from reports.rollup_words import (
    figure_url,
    indicator_url,
    legend,
    pages_of,
    reported_sentence,
    standing,
    total_word,
    version_url,
    words,
)

QUARTERS_SHOWN = 8
ALL = "tat-ca"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as shown: its words, the page behind it, what it is."""

    text: str
    url: str
    is_value: bool
    is_pending: bool


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
    rows: list[Row]


@require_GET
def rollup_table(request):
    """Indicators × communes of a quarter."""
    check_can_see_rollup(request.user)
    form = RollupForm(request.GET, request.user)
    choice = form.choice
    if choice is None:
        return render(request, "reports/rollup.html", {"form": form})
    table = rollup(
        choice.period,
        include_pending=choice.include_pending,
        map_date=choice.map_date,
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
            "split_names": ", ".join(c.name for c in table.columns if c.was_split),
            "legend": legend(request.user),
            "export_params": form.cleaned_data,
        },
    )


@require_GET
def rollup_one(request, code: str):
    """One indicator: communes × the last quarters."""
    check_can_see_rollup(request.user)
    form = IndicatorForm(request.GET, request.user)
    choice = form.choice
    if choice is None or "muc" not in form.cleaned_data:
        raise Http404
    periods = list(
        ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT, ends_on__lte=choice.period.ends_on)[
            :QUARTERS_SHOWN
        ]
    )
    try:
        line, columns, figures, totals = rollup_indicator(
            code,
            periods,
            member=form.cleaned_data["muc"],
            include_pending=choice.include_pending,
            map_date=choice.map_date,
        )
    except StopIteration:
        raise Http404 from None
    pages = pages_of([entry for column in columns for entry in column.entries])
    short = words(request.user)
    rows = []
    for column in columns:
        cells = []
        for period in periods:
            figure = figures.get((period.pk, column.place_id))
            if figure is None:
                cells.append(Cell("–", "", False, False))
                continue
            url = figure_url(figure, line, choice, pages) if figure.version else ""
            cells.append(_cell(figure, line, url, short))
        rows.append((column, cells))
    return render(
        request,
        "reports/rollup_indicator.html",
        {
            "form": form,
            "choice": choice,
            "line": line,
            "periods": periods,
            "rows": rows,
            "totals": [_total(totals[p.pk], line, "") for p in periods],
            "members": line.indicator.members,
            "back_url": f"{reverse('reports:rollup')}?ky={period_key(choice.period)}",
            "legend": legend(request.user),
        },
    )


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
        total = table.totals[line.key]
        page = indicator_url(line, choice)
        cells = []
        for column in table.columns:
            figure = table.figures[line.key, column.place_id]
            cells.append(_cell(figure, line, figure_url(figure, line, choice, pages), short))
        toggle = ""
        if line.indicator.members and not line.member:
            toggle = _toggle(request, line.indicator.code, opened, is_open)
        groups[-1].rows.append(Row(line, cells, _total(total, line, page), page, toggle, is_open))
    return groups


def _cell(figure: Figure, line: Line, url: str, short: dict) -> Cell:
    if figure.state == FigureState.VALUE:
        text = format_scaled(figure.value, line.indicator.decimals)
        return Cell(text, url, True, figure.is_pending)
    return Cell(short[figure.state], url, False, figure.is_pending)


def _total(figure: Figure, line: Line, url: str) -> Cell:
    if figure.state == FigureState.VALUE:
        return Cell(format_scaled(figure.value, line.indicator.decimals), url, True, False)
    return Cell(total_word(figure), url, False, False)


def _toggle(request, code: str, opened: set[str], is_open: bool) -> str:
    query = request.GET.copy()
    kept = opened - {ALL}
    query.setlist("mo", sorted(kept - {code} if is_open else kept | {code}))
    return f"?{query.urlencode()}#dong-{code}"


def _column_url(column: Column) -> str:
    return version_url(column.entries[0]) if len(column.entries) == 1 else ""
