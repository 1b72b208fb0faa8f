"""The board: who has reported for a period, who has not, and whom to call."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.enums import Role
from reports import permissions_review as permissions
from reports.enums import BoardState
from reports.forms_review import BoardFilter
from reports.queries.completeness import BoardRow, completeness_counts, completeness_rows
from reports.queries.periods import begun_periods

PERIODS_SHOWN = 8
PER_PAGE = 100
CENTRE_CHOICES = [
    ("unreported", "Chưa nộp"),
    ("overdue", "Quá hạn, chưa nộp"),
    (BoardState.MISSING.value, BoardState.MISSING.label),
    (BoardState.DRAFT.value, BoardState.DRAFT.label),
    (BoardState.SUBMITTED.value, BoardState.SUBMITTED.label),
    (BoardState.RETURNED.value, BoardState.RETURNED.label),
    (BoardState.ACCEPTED.value, BoardState.ACCEPTED.label),
    (BoardState.REOPENED.value, BoardState.REOPENED.label),
    ("late", "Nộp muộn"),
    ("outside", "Ngoài danh sách phải nộp"),
]
VIEWER_CHOICES = [
    (BoardState.ACCEPTED.value, BoardState.ACCEPTED.label),
    (BoardState.PENDING.value, BoardState.PENDING.label),
]


def board(request):
    """Periods with their counts, and the places of one period; a viewer sees what is accepted."""
    permissions.check_can_see_completeness(request.user)
    is_centre, today = request.user.is_centre, timezone.localdate()
    begun = begun_periods(today)
    form = BoardFilter(
        request.GET,
        periods=begun,
        choices=CENTRE_CHOICES if is_centre else VIEWER_CHOICES,
    )
    valid = form.is_valid()
    recent = list(begun[:PERIODS_SHOWN])
    period = (form.cleaned_data.get("ky") if valid else None) or (recent[0] if recent else None)
    wanted = form.cleaned_data.get("trang_thai", "") if valid else ""
    if period is not None and period not in recent:
        recent.append(period)
    form.initial = {"ky": period, "trang_thai": wanted}
    form.is_bound = False
    counts = completeness_counts(recent) if recent else {}
    rows = completeness_rows([period]) if period else []
    if not is_centre:
        # That somebody who owed nothing submitted is not for a viewer until it is accepted.
        rows = [row for row in rows if row.is_expected or row.stands_accepted]
    extends = permissions.can_review(request.user)
    lines = [
        _line(row, today, is_centre, extends)
        for row in rows
        if not wanted or _is(row, wanted, today)
    ]
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("trang"))
    return render(
        request,
        "reports/completeness.html",
        {
            "form": form,
            "filtered": bool(wanted),
            "clear_url": f"{reverse('reports:completeness')}?ky={period.pk}" if period else "",
            "periods": [(item, counts[item.pk]) for item in recent],
            "period": period,
            "counts": counts.get(period.pk) if period else None,
            "page": page,
            "is_centre": is_centre,
            "show_parent": len({row.parent for row in rows}) > 1,
            "outside_text": f"Có {counts[period.pk].outside} địa bàn không phải nộp tại hạn nhưng đã nộp; "
            "không tính vào tỷ lệ."
            if period
            else "",
            "can_see_league": permissions.can_see_league(request.user),
            "can_see_contact": request.user.has_role(Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR),
        },
    )


def _is(row: BoardRow, wanted: str, today) -> bool:
    """Whether a place answers the filter."""
    if wanted == "outside":
        return not row.is_expected
    if wanted == "late":
        return row.is_expected and row.days_late > 0
    if wanted == "overdue":
        return row.is_expected and row.days_overdue(today) > 0
    if wanted == "unreported":
        return row.is_expected and not row.is_reported
    if wanted == BoardState.PENDING:
        return row.is_expected and not row.stands_accepted
    if wanted == BoardState.ACCEPTED:
        return row.is_expected and row.stands_accepted
    return row.is_expected and row.state == wanted


def _line(row: BoardRow, today, is_centre: bool, extends: bool) -> dict:
    state = row.state
    if not is_centre:
        state = BoardState.ACCEPTED if row.stands_accepted else BoardState.PENDING
    days_overdue = row.days_overdue(today)
    return {
        "row": row,
        "state": state,
        "late_text": f"Muộn {row.days_late} ngày"
        if row.days_late
        else f"Quá hạn {days_overdue} ngày"
        if days_overdue
        else "",
        "content": _content(row),
        "can_extend": extends and row.is_expected and not row.is_reported,
        "url": page_behind(row, is_centre),
    }


def page_behind(row: BoardRow, is_centre: bool) -> str:
    """The page behind a place's line; empty where there is no report, or none the person may read."""
    if is_centre and row.is_reported:
        return reverse("reports:review", args=[row.report_id])
    if row.stands_accepted:
        return reverse("reports:version", args=[row.report_id, row.version_number])
    return reverse("reports:detail", args=[row.report_id]) if is_centre and row.report_id else ""


def _content(row: BoardRow) -> str:
    """What the report holds, so that nothing to report and not reported stay apart."""
    words = (
        [f"{row.nothing_parts} phần khai không phát sinh"]
        if row.nothing_parts
        else ["Có số liệu ở mọi phần"]
    )
    if row.warnings:
        words.append(f"{row.warnings} cảnh báo được giữ lại")
    return "; ".join(words)
