"""The league as a spreadsheet: the lines, and the reports that the points come from."""

from collections.abc import Iterator
from decimal import Decimal

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.numbers import whole_number
from khuyencong.exports.registry import ExportColumn, ExportSource, Sheet, register
from reports.league import RULE, score_text
from reports.permissions_review import check_can_take_league
from reports.queries.league import League, league_of_year, league_years

KIND = "reports.league"


def describe(user, params: dict) -> str:
    """The title; refuses who may not see all lines."""
    return f"Xếp hạng báo cáo năm {_league(user, params).year}"


def sheets(user, params: dict) -> list[Sheet]:
    """The lines by rank, and each report with its points."""
    league = _league(user, params)
    head = [
        [f"Xếp hạng báo cáo năm {league.year}"],
        [f"{len(league.lines)} cộng tác viên, điểm trung bình {score_text(league.average)}."],
        [" ".join(RULE.sentences)],
    ]
    lines = Sheet(
        "Xếp hạng",
        [
            ExportColumn("Hạng", kind="integer", width=8),
            ExportColumn("Cộng tác viên", width=30),
            ExportColumn("Địa bàn", width=30),
            ExportColumn("Phải nộp", kind="integer", width=10),
            ExportColumn("Đã nộp", kind="integer", width=10),
            ExportColumn("Đúng hạn", kind="integer", width=10),
            ExportColumn("Được duyệt", kind="integer", width=10),
            ExportColumn("Bị trả lại", kind="integer", width=10),
            ExportColumn("Điểm", kind="number", width=10),
            ExportColumn("Ghi chú", width=14),
        ],
        _lines(league),
        total=len(league.lines),
        header_rows=head,
        frozen_columns=2,
    )
    reports = Sheet(
        "Từng báo cáo",
        [
            ExportColumn("Cộng tác viên", width=30),
            ExportColumn("Địa bàn", width=24),
            ExportColumn("Quý", kind="link", width=14),
            ExportColumn("Hạn nộp", kind="date", width=12),
            ExportColumn("Nộp lần đầu", kind="datetime", width=17),
            ExportColumn("Số ngày muộn", kind="integer", width=12),
            ExportColumn("Số lần trả lại", kind="integer", width=12),
            ExportColumn("Điểm đúng hạn", kind="integer", width=12),
            ExportColumn("Điểm được duyệt", kind="integer", width=12),
            ExportColumn("Điểm không trả lại", kind="integer", width=12),
            ExportColumn("Cộng", kind="integer", width=8),
        ],
        _reports(league),
        total=sum(line.owed for line in league.lines),
        header_rows=head[:1],
    )
    return [lines, reports]


def _league(user, params: dict) -> League:
    check_can_take_league(user)
    today = timezone.localdate()
    years = league_years(today)
    year = whole_number(str(params.get("nam", ""))) or (years[0] if years else None)
    if year not in years:
        raise Http404
    return league_of_year(year, today)


def _lines(league: League) -> Iterator[tuple]:
    for line in league.lines:
        yield (
            line.rank,
            line.collaborator,
            ", ".join(line.places),
            line.owed,
            line.submitted,
            line.in_time,
            line.accepted,
            line.returns,
            Decimal(round(line.score * 10)).scaleb(-1),
            "tạm tính" if line.is_provisional else "",
        )


def _reports(league: League) -> Iterator[tuple]:
    for line in league.lines:
        for report in line.reports:
            row, quarter = report.row, str(report.period.quarter)
            page = reverse("reports:detail", args=[row.report_id]) if row.report_id else ""
            yield (
                line.collaborator,
                row.place,
                (quarter, page) if page else quarter,
                row.due_on,
                row.first_submitted_at,
                row.days_late if row.is_reported else None,
                report.returns,
                report.points_in_time,
                report.points_accepted,
                report.points_not_returned,
                report.points,
            )


SOURCE = ExportSource(KIND, describe, sheets)


def register_source() -> None:
    """Called once the apps are loaded."""
    register(SOURCE)
