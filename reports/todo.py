"""What the author of reports owes (Việc cần làm)."""

from django.urls import reverse
from django.utils import timezone

from khuyencong.core.enums import Role
from khuyencong.core.todo import TodoItem
from reports.enums import ReportStatus
from reports.queries.owed import OwedReport, owed_reports
from reports.queries.requests import requests_of


def author_todo_items(user) -> list[TodoItem]:
    """Reports to write, to correct and to submit: one per principal place and open period."""
    if not user.has_role(Role.COLLABORATOR):
        return []
    return [_item(owed) for owed in owed_reports(user, timezone.localdate()) if owed.is_owed]


def _item(owed: OwedReport) -> TodoItem:
    name = f"{owed.period.quarter} – {owed.place}"
    if owed.report is None:
        return TodoItem(
            title=f"Nộp báo cáo {name}",
            url=f"{reverse('reports:list')}#can-nop-{owed.place.pk}-{owed.period.pk}",
            detail=f"Chưa bắt đầu.{_more_time(owed)}",
            due_on=owed.due_on,
            since=owed.period.opens_on,
            action="Bắt đầu",
            icon="report",
        )
    url = reverse("reports:edit", args=[owed.report.pk])
    if owed.report.status == ReportStatus.RETURNED:
        requests = requests_of(owed.report)
        return TodoItem(
            title=f"Sửa báo cáo bị trả lại {name}",
            url=f"{url}#{requests[0].anchor}" if requests else url,
            detail=f"{len(requests)} chỗ cần sửa."
            if requests
            else "Xem yêu cầu của người kiểm tra.",
            due_on=owed.due_on,
            since=timezone.localdate(owed.report.status_at),
            action="Sửa",
            icon="arrow-back-up",
        )
    if owed.report.status == ReportStatus.REOPENED:
        reopening = owed.report.reopening
        return TodoItem(
            title=f"Sửa báo cáo được mở lại {name}",
            url=url,
            detail=f"Lý do mở lại: {reopening.reason}",
            due_on=reopening.last_day,
            since=timezone.localdate(owed.report.status_at),
            action="Sửa",
            icon="lock-open",
        )
    return TodoItem(
        title=f"Nộp báo cáo {name}",
        url=url,
        detail=f"Đang soạn, chưa nộp.{_more_time(owed)}",
        due_on=owed.due_on,
        since=timezone.localdate(owed.report.created_at),
        action="Soạn tiếp",
        icon="report",
    )


def _more_time(owed: OwedReport) -> str:
    """That the due date is the place's own, and why."""
    if owed.extension is None:
        return ""
    return f" Được gia hạn đến {owed.due_on:%d/%m/%Y}: {owed.extension.reason}"
