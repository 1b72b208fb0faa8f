"""What the Centre and the viewers owe or may read, for "Việc cần làm"."""

from datetime import timedelta

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from collaborators.models import Assignment
from khuyencong.core.enums import PlaceLevel, Role
from khuyencong.core.models import Place, PlaceLineage
from khuyencong.core.quarters import Quarter
from khuyencong.core.todo import TodoItem
from reports.enums import PeriodScheme
from reports.models import Report, ReportPeriod
from reports.permissions_review import REVIEWER_ROLES, can_decide_reopening
from reports.queries.completeness import completeness_counts
from reports.queries.periods import begun_periods, latest_due_period
from reports.queries.queue import not_authored_by, waiting_reports
from reports.queries.reopenings import reopenings_to_decide

ONE_BY_ONE = 3
PREPARE_DAYS = 30


def officer_todo_items(user) -> list[TodoItem]:
    """Checks and missing reports for officers and leaders, gaps for administrators, totals for viewers."""
    today = timezone.localdate()
    items: list[TodoItem] = []
    if user.has_role(*REVIEWER_ROLES):
        items += _checks(user) + _missing(today)
    if user.has_role(Role.LEADER):
        items += _reopenings(user)
    if user.has_role(Role.ADMINISTRATOR):
        items += _places_without_collaborator(today) + _periods_to_prepare(today)
    if user.has_role(Role.VIEWER):
        items += _totals(today)
    return items


def _link(*names: str) -> str:
    """The first of the pages that this installation has."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return reverse("core:todo")


def _checks(user) -> list[TodoItem]:
    queue = not_authored_by(waiting_reports(Report.objects.all()), user)
    first = list(queue[: ONE_BY_ONE + 1])
    if len(first) <= ONE_BY_ONE:
        return [
            TodoItem(
                title=f"Kiểm tra báo cáo {report.period.quarter} – {report.place}",
                url=reverse("reports:review", args=[report.pk]),
                detail=f"Nộp lần {report.latest_version.number}",
                since=timezone.localdate(report.status_at),
                action="Kiểm tra",
                icon="clipboard-check",
            )
            for report in first
        ]
    since = timezone.localdate(first[0].status_at)
    days = (timezone.localdate() - since).days
    return [
        TodoItem(
            title=f"{queue.count()} báo cáo chờ kiểm tra"
            + (f", lâu nhất {days} ngày" if days else ""),
            url=reverse("reports:queue"),
            since=since,
            action="Kiểm tra",
            icon="clipboard-check",
        )
    ]


def _reopenings(user) -> list[TodoItem]:
    """Requests to open an accepted report again that this leader may decide."""
    return [
        TodoItem(
            title=f"Quyết định mở lại báo cáo {one.report.period.quarter} – {one.report.place}",
            url=reverse("reports:reopening", args=[one.pk]),
            detail=f"{one.asked_by}: {one.reason}",
            since=timezone.localdate(one.asked_at),
            action="Quyết định",
            icon="lock-open",
        )
        for one in reopenings_to_decide()
        if can_decide_reopening(user, one)
    ]


def _missing(today) -> list[TodoItem]:
    """Places late for the last due date, while the period still takes their reports."""
    period = latest_due_period(today)
    if period is None or today > period.locks_on:
        return []
    missing = completeness_counts([period])[period.pk].overdue
    if not missing:
        return []
    return [
        TodoItem(
            title=f"{missing} địa bàn quá hạn nộp báo cáo {period.quarter}",
            url=reverse("reports:completeness") + f"?ky={period.pk}&trang-thai=overdue",
            detail=f"Khóa nhập sau ngày {period.locks_on:%d/%m/%Y}",
            due_on=period.due_on,
            action="Xem địa bàn",
            icon="clock-exclamation",
        )
    ]


def _places_without_collaborator(today) -> list[TodoItem]:
    """Communes of today that the network had, themselves or as the units they came from, and has lost."""
    network = PlaceLineage.objects.filter(
        place__in=Assignment.objects.principal().values("place"), is_whole=True
    ).values("successor")
    count = (
        Place.objects.filter(level=PlaceLevel.COMMUNE, pk__in=network)
        .in_force_on(today)
        .exclude(pk__in=Assignment.objects.principal().in_force_on(today).values("place"))
        .count()
    )
    if not count:
        return []
    return [
        TodoItem(
            title=f"{count} địa bàn chưa có cộng tác viên phụ trách chính",
            url=_link("collaborators:network", "reports:completeness"),
            detail="Địa bàn từng thuộc mạng lưới, hôm nay không có ai phụ trách",
            action="Xem mạng lưới",
            icon="users",
        )
    ]


def _periods_to_prepare(today) -> list[TodoItem]:
    coming = Quarter.reporting(today + timedelta(days=PREPARE_DAYS))
    if ReportPeriod.objects.filter(
        scheme=PeriodScheme.REPORT, year=coming.year, number=coming.number
    ).exists():
        return []
    return [
        TodoItem(
            title=f"Tạo kỳ báo cáo {coming}",
            url=reverse("reports:periods"),
            detail="Chưa có kỳ thì cộng tác viên chưa nhập được",
            due_on=coming.report_start,
            action="Tạo kỳ",
            icon="calendar",
        )
    ]


def _totals(today) -> list[TodoItem]:
    """The latest period of which something is accepted."""
    period = begun_periods(today).filter(reports__accepted_version__isnull=False).first()
    if period is None:
        return []
    counts = completeness_counts([period])[period.pk]
    return [
        TodoItem(
            title=f"Đọc số liệu tổng hợp {period.quarter}",
            url=_link("reports:rollup", "reports:completeness"),
            detail=f"Đã duyệt {counts.accepted} trên {counts.expected} địa bàn",
            action="Xem",
            icon="table",
        )
    ]
