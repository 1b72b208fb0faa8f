"""Reminders: before, on and after the due date, to whom it concerns, each once.

A run looks at where things stand today and writes what has come due; the ledger of notices refuses
what was written before. So a run that was missed is made good by the next, which tells the last
reminder that has come, with today's words, and a second run at the same time changes nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.enums import Role
from khuyencong.core.models import User
from khuyencong.notifications.notify import NoticeInput, notify_many
from reports.calendar import rule_for
from reports.enums import PeriodScheme, ReopeningState, ReportStatus
from reports.models import CalendarRule, PeriodExtension, Reopening, Report, ReportPeriod
from reports.people import people_of_places
from reports.queries.completeness import BoardRow, completeness_rows
from reports.queries.extensions import extensions_in_force

# Days after a return on which a report that was not submitted again is remembered.
AFTER_RETURN = (3, 7)
# Names in the text of an escalation; the page behind it has them all.
NAMES_SHOWN = 20


@dataclass(frozen=True)
class Owing:
    """A place that has not submitted, with the dates that count for it."""

    row: BoardRow
    period: ReportPeriod
    rule: CalendarRule
    locks_on: date

    @property
    def name(self) -> str:
        return f"{self.period.quarter} – {self.row.place}"


@transaction.atomic
def send_reminders(today: date | None = None) -> int:
    """Write all reminders that have come due by a day (default today); returns how many are new."""
    today = today or timezone.localdate()
    owing = list(_owing(today))
    returned = list(_returned(today))
    reopened = list(_about_to_end(today))
    places = {
        *(one.row.place_id for one in owing),
        *(report.place_id for report, _ in returned),
        *(reopening.report.place_id for reopening in reopened),
    }
    people = people_of_places(places, today)
    items = [
        *_due_reminders(owing, people, today),
        *_returned_reminders(returned, people, today),
        *_reopening_reminders(reopened, people),
        *_escalations(owing, today),
    ]
    return len(notify_many(items))


def stage_reached(due_on: date, today: date, rule: CalendarRule) -> int | None:
    """The last reminder that has come, as days from the due date (negative: before); None before any."""
    stages = {*(-days for days in rule.remind_before), 0, *rule.remind_after}
    return max((n for n in stages if due_on + timedelta(days=n) <= today), default=None)


def _owing(today: date) -> Iterator[Owing]:
    """Places that have not submitted, of periods open to them today; extensions respected."""
    extensions: dict[tuple[int, int], PeriodExtension] = {
        (extension.period_id, extension.place_id): extension
        for extension in extensions_in_force().filter(locks_on__gte=today)
    }
    open_now = ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT, opens_on__lte=today)
    periods = {
        period.pk: period
        for period in open_now.filter(locks_on__gte=today)
        | open_now.filter(pk__in={period_id for period_id, _ in extensions})
    }
    rules = {pk: rule_for(period.scheme, period.ends_on) for pk, period in periods.items()}
    for row in completeness_rows(periods.values()):
        period = periods[row.period_id]
        extension = extensions.get((row.period_id, row.place_id))
        locks_on = extension.locks_on if extension else period.locks_on
        if row.is_expected and not row.is_reported and today <= locks_on:
            yield Owing(row, period, rules[row.period_id], locks_on)


def _due_reminders(owing: Iterable[Owing], people: dict, today: date) -> Iterator[NoticeInput]:
    for one in owing:
        stage = stage_reached(one.row.due_on, today, one.rule)
        if stage is None:
            continue
        left = (one.row.due_on - today).days
        subject, text = _due_words(one, left)
        link = (
            reverse("reports:edit", args=[one.row.report_id])
            if one.row.report_id
            else reverse("reports:list")
        )
        for user in people.get(one.row.place_id, []):
            yield NoticeInput(
                user.pk,
                f"period:{one.period.pk}:place:{one.row.place_id}",
                f"due:{one.row.due_on:%Y-%m-%d}:{stage:+d}",
                subject,
                text,
                link,
            )


def _due_words(one: Owing, left: int) -> tuple[str, str]:
    """Subject and text by the days left today, whatever day the reminder was meant for."""
    state = "Báo cáo đang soạn, chưa nộp." if one.row.report_id else "Báo cáo chưa bắt đầu."
    due = f"{one.row.due_on:%d/%m/%Y}"
    if left > 0:
        subject = f"Còn {left} ngày đến hạn nộp báo cáo {one.name}"
        text = f"{state} Hạn nộp: hết ngày {due}. Xin anh/chị hoàn thành và nộp trong hạn."
    elif left == 0:
        subject = f"Hôm nay là hạn nộp báo cáo {one.name}"
        text = f"{state} Xin anh/chị nộp trong hôm nay, {due}."
    else:
        subject = f"Báo cáo {one.name} đã quá hạn nộp {-left} ngày"
        text = (
            f"{state} Hạn nộp là ngày {due}. Cổng còn nhận báo cáo đến hết ngày "
            f"{one.locks_on:%d/%m/%Y}; xin anh/chị nộp sớm. Nếu có khó khăn, anh/chị liên hệ "
            "Trung tâm để được gia hạn."
        )
    if one.row.is_extended:
        text += f" (Địa bàn được gia hạn: {one.row.extension_reason})"
    return subject, text


def _returned(today: date) -> Iterator[tuple[Report, int]]:
    """Returned reports not submitted again, with the last of AFTER_RETURN that has come."""
    reports = Report.objects.filter(status=ReportStatus.RETURNED).select_related("place", "period")
    for report in reports:
        days = (today - timezone.localdate(report.status_at)).days
        if reached := [n for n in AFTER_RETURN if n <= days]:
            yield report, reached[-1]


def _returned_reminders(
    returned: Iterable[tuple[Report, int]], people: dict, today: date
) -> Iterator[NoticeInput]:
    for report, stage in returned:
        since = timezone.localdate(report.status_at)
        for user in people.get(report.place_id, []):
            yield NoticeInput(
                user.pk,
                f"report:{report.pk}",
                f"returned-waiting:{report.status_at:%Y-%m-%dT%H:%M:%S}:{stage}",
                f"Báo cáo {report.period.quarter} – {report.place} còn chờ anh/chị sửa",
                f"Trung tâm trả lại để sửa ngày {since:%d/%m/%Y}, đã {(today - since).days} ngày. "
                "Xin anh/chị sửa các chỗ được ghi rồi nộp lại.",
                reverse("reports:edit", args=[report.pk]),
            )


def _about_to_end(today: date) -> Iterator[Reopening]:
    """Reopenings that end today or tomorrow without a submission so far."""
    for reopening in Reopening.objects.filter(
        state=ReopeningState.OPEN, report__status=ReportStatus.REOPENED
    ).select_related("report__place", "report__period"):
        if today <= reopening.last_day <= today + timedelta(days=1):
            yield reopening


def _reopening_reminders(reopened: Iterable[Reopening], people: dict) -> Iterator[NoticeInput]:
    for reopening in reopened:
        report = reopening.report
        for user in people.get(report.place_id, []):
            yield NoticeInput(
                user.pk,
                f"report:{report.pk}",
                f"reopening-ends:{reopening.pk}:{reopening.last_day:%Y-%m-%d}",
                f"Mở lại báo cáo {report.period.quarter} – {report.place} chỉ đến hết ngày "
                f"{reopening.last_day:%d/%m/%Y}",
                "Xin anh/chị sửa rồi nộp lại; quá thời gian này thì bản đã duyệt giữ nguyên.",
                reverse("reports:edit", args=[report.pk]),
            )


def _escalations(owing: Iterable[Owing], today: date) -> Iterator[NoticeInput]:
    """To the officers, once per period and due date: which places are late by the rule's days."""
    late: dict[tuple[ReportPeriod, date], list[Owing]] = {}
    for one in owing:
        if (today - one.row.due_on).days >= one.rule.escalate_after:
            late.setdefault((one.period, one.row.due_on), []).append(one)
    if not late:
        return
    officers = list(User.objects.filter(is_active=True, roles__contains=[Role.OFFICER]))
    for (period, due_on), places in late.items():
        names = "; ".join(_with_contact(one.row) for one in places[:NAMES_SHOWN])
        more = f"; và {len(places) - NAMES_SHOWN} địa bàn khác" if len(places) > NAMES_SHOWN else ""
        for officer in officers:
            yield NoticeInput(
                officer.pk,
                f"period:{period.pk}",
                f"escalate:{due_on:%Y-%m-%d}",
                f"{len(places)} địa bàn quá hạn nộp báo cáo {period.quarter} từ "
                f"{(today - due_on).days} ngày",
                f"Hạn nộp {due_on:%d/%m/%Y}: {names}{more}.",
                f"{reverse('reports:completeness')}?ky={period.pk}&trang-thai=overdue",
            )


def _with_contact(row: BoardRow) -> str:
    if row.collaborator is None:
        return f"{row.place} (không có người phụ trách)"
    return f"{row.place} ({row.collaborator}{', ' + row.phone if row.phone else ''})"
