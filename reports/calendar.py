"""Period calendar: the dates of a quarter's reporting, with working days and Tết counted.

Quarters of reports run from the 15th of the month before to the 14th of the last month; the due
date is at least one working day after the cut-off (NĐ 09/2019/NĐ-CP, Điều 8). How many working
days later, and when the period locks, is the Centre's own rule (settings).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.conf import settings

from khuyencong.core.models import in_force_on
from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.enums import FormStatus
from khuyencong.forms_as_data.models import FormVersion
from reports.enums import PeriodScheme
from reports.form_v1 import FORM_CODE
from reports.models import ReportPeriod


@dataclass(frozen=True)
class PeriodDates:
    """Dates of a period, all inclusive."""

    starts_on: date
    ends_on: date
    opens_on: date
    due_on: date
    locks_on: date


@lru_cache(maxsize=64)
def _holidays(year: int):
    return holidays.country_holidays("VN", years=year)


def is_working_day(day: date) -> bool:
    """Monday to Friday and no public holiday of Vietnam (Tết and substitute days included)."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The count-th working day after a day."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def period_dates(quarter: Quarter, scheme: str = PeriodScheme.REPORT) -> PeriodDates:
    """Dates by rule. Writing is open from the first day: figures may be noted as they come."""
    if scheme == PeriodScheme.REPORT:
        starts_on, ends_on = quarter.report_start, quarter.report_end
    else:
        starts_on, ends_on = quarter.start, quarter.end
    due_on = add_working_days(ends_on, max(1, settings.REPORT_DUE_WORKING_DAYS))
    return PeriodDates(
        starts_on=starts_on,
        ends_on=ends_on,
        opens_on=starts_on,
        due_on=due_on,
        locks_on=add_working_days(due_on, settings.REPORT_LOCK_WORKING_DAYS),
    )


def form_version_for(day: date) -> FormVersion:
    """The version of the quarterly report's form in force on a day; raises FormVersion.DoesNotExist."""
    return (
        FormVersion.objects.filter(in_force_on(day), form__code=FORM_CODE, status=FormStatus.IN_USE)
        .order_by("-number")[:1]
        .get()
    )


def ensure_period(quarter: Quarter, scheme: str = PeriodScheme.REPORT) -> ReportPeriod:
    """The period of a quarter, created by rule where it is missing (dates changed by hand are kept)."""
    existing = ReportPeriod.objects.filter(
        scheme=scheme, year=quarter.year, number=quarter.number
    ).first()
    if existing:
        return existing
    dates = period_dates(quarter, scheme)
    period, _ = ReportPeriod.objects.get_or_create(
        scheme=scheme,
        year=quarter.year,
        number=quarter.number,
        defaults={**vars(dates), "form_version": form_version_for(dates.ends_on)},
    )
    return period
