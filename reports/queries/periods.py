"""Questions about the calendar of periods."""

from datetime import date

from django.utils import timezone

from khuyencong.core.quarters import Quarter
from reports.enums import PeriodScheme
from reports.models import ReportPeriod


def next_quarter(scheme: str = PeriodScheme.REPORT) -> Quarter:
    """The quarter after the last period of a calendar; the running one where there is none."""
    last = ReportPeriod.objects.filter(scheme=scheme).order_by("-year", "-number").first()
    if last is not None:
        return last.quarter.next()
    today = timezone.localdate()
    return Quarter.reporting(today) if scheme == PeriodScheme.REPORT else Quarter.containing(today)


def begun_periods(today: date, scheme: str = PeriodScheme.REPORT):
    """Periods that have opened, latest first."""
    return ReportPeriod.objects.filter(scheme=scheme, opens_on__lte=today).order_by(
        "-year", "-number"
    )


def latest_due_period(today: date, scheme: str = PeriodScheme.REPORT) -> ReportPeriod | None:
    """The last period whose due date has passed."""
    return begun_periods(today, scheme).filter(due_on__lt=today).first()


def period_state(period: ReportPeriod, today: date) -> tuple[str, str]:
    """(code, Vietnamese label) of where a period stands on a day."""
    if today < period.opens_on:
        return "upcoming", "Chưa mở"
    if today <= period.ends_on:
        return "open", "Đang trong kỳ"
    if today <= period.due_on:
        return "open", "Đang nhận báo cáo"
    if today <= period.locks_on:
        return "late", "Quá hạn, còn nhận"
    return "locked", "Đã khóa"
