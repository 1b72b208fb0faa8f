"""The year's reporting: places by period, and the league of collaborators."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from khuyencong.core.enums import Role
from khuyencong.core.numbers import whole_number
from khuyencong.core.text import sort_key
from reports import permissions_review as permissions
from reports.enums import BoardState, PeriodScheme
from reports.league import RULE, score_text
from reports.models import ReportPeriod
from reports.queries.completeness import BoardRow, completeness_counts, completeness_rows
from reports.queries.league import LeagueLine, ScoredReport, league_of_year, league_years
from reports.views.completeness import page_behind

SORTS = {
    "hang": ("Hạng", lambda line: (line.rank, sort_key(line.collaborator))),
    "ten": ("Cộng tác viên", lambda line: sort_key(line.collaborator)),
    "diem": ("Điểm", lambda line: (-line.score, sort_key(line.collaborator))),
    "dung-han": ("Đúng hạn", lambda line: (-line.in_time, sort_key(line.collaborator))),
    "da-duyet": ("Được duyệt", lambda line: (-line.accepted, sort_key(line.collaborator))),
    "tra-lai": ("Bị trả lại", lambda line: (-line.returns, sort_key(line.collaborator))),
}


@require_GET
def year_board(request):
    """Places × the quarters of a year: where each report stands, in time or not."""
    permissions.check_can_see_completeness(request.user)
    is_centre, today = request.user.is_centre, timezone.localdate()
    begun = ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT, opens_on__lte=today)
    years = sorted(set(begun.order_by().values_list("year", flat=True)), reverse=True)
    year = _year(request, years)
    periods = list(begun.filter(year=year).order_by("number")) if year else []
    counts = completeness_counts(periods) if periods else {}
    places: dict[int, dict] = {}
    for row in completeness_rows(periods) if periods else []:
        if not is_centre and not (row.is_expected or row.stands_accepted):
            continue
        line = places.setdefault(
            row.place_id, {"place": row.place, "parent": row.parent, "cells": {}}
        )
        line["cells"][row.period_id] = _cell(row, today, is_centre)
    lines = [
        line | {"cells": [(period, line["cells"].get(period.pk)) for period in periods]}
        for line in sorted(places.values(), key=lambda line: sort_key(line["place"]))
    ]
    return render(
        request,
        "reports/completeness_year.html",
        {
            "year": year,
            "years": years,
            "periods": [(period, counts[period.pk]) for period in periods],
            "lines": lines,
            "is_centre": is_centre,
            "show_parent": len({line["parent"] for line in lines}) > 1,
            "can_see_league": permissions.can_see_league(request.user),
        },
    )


def _cell(row: BoardRow, today, is_centre: bool) -> dict:
    state = row.state
    if not is_centre:
        state = BoardState.ACCEPTED if row.stands_accepted else BoardState.PENDING
    note = ""
    if is_centre and row.is_expected:
        overdue = row.days_overdue(today)
        if row.is_reported:
            note = f"muộn {row.days_late} ngày" if row.days_late else "đúng hạn"
        elif overdue:
            note = f"quá hạn {overdue} ngày"
        elif row.is_extended:
            note = f"gia hạn đến {row.due_on:%d/%m/%Y}"
    elif is_centre:
        note = "ngoài danh sách"
    return {"state": state, "note": note, "url": page_behind(row, is_centre)}


@require_GET
def league(request):
    """Collaborators by points; a collaborator sees the own line and the average."""
    permissions.check_can_see_league(request.user)
    today = timezone.localdate()
    years = league_years(today)
    year = _year(request, years)
    found = league_of_year(year, today) if year else None
    sees_all = permissions.can_see_whole_league(request.user)
    lines = found.lines if found else []
    if not sees_all:
        lines = [line for line in lines if line.user_id == request.user.pk]
    sort = request.GET.get("xep", "hang")
    if sort not in SORTS:
        sort = "hang"
    opens = request.user.is_centre or request.user.has_role(Role.COLLABORATOR)
    return render(
        request,
        "reports/league.html",
        {
            "year": year,
            "years": years,
            "league": found,
            "lines": [_line(line, opens) for line in sorted(lines, key=SORTS[sort][1])],
            "count": len(found.lines) if found else 0,
            "average": score_text(found.average) if found else "",
            "sees_all": sees_all,
            "sort": sort,
            "sorts": [(key, label) for key, (label, _) in SORTS.items()],
            "rule": RULE.sentences,
            "is_provisional": any(line.is_provisional for line in lines),
        },
    )


def _line(line: LeagueLine, opens: bool) -> dict:
    return {
        "line": line,
        "score": score_text(line.score),
        "reports": [_report(report, opens) for report in line.reports],
    }


def _report(report: ScoredReport, opens: bool) -> dict:
    row = report.row
    if not row.is_reported:
        sentence = "không nộp: 0 điểm"
    else:
        sentence = (
            f"hạn {report.points_in_time} + duyệt {report.points_accepted} + "
            f"không trả lại {report.points_not_returned} = {report.points} điểm"
        )
        if report.is_provisional:
            sentence += " (tạm tính)"
    url = reverse("reports:detail", args=[row.report_id]) if opens and row.report_id else ""
    return {"report": report, "sentence": sentence, "url": url}


def _year(request, years: list[int]) -> int | None:
    """The year asked for, the latest when none is; 404 for one without periods."""
    if "nam" not in request.GET:
        return years[0] if years else None
    year = whole_number(request.GET["nam"])
    if year not in years:
        raise Http404
    return year
