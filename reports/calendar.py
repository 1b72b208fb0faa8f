"""Period calendar: the dates of a quarter's reporting, with working days and Tết counted.

Quarters of reports run from the 15th of the month before to the 14th of the last month; the due
date is at least one working day after the cut-off (NĐ 09/2019/NĐ-CP, Điều 8). How many days later,
for whom, and when the period locks, is a rule kept as data (`CalendarRule`). Public holidays come
from the package `holidays`; days swapped or added are the administrators' table (`SpecialDay`).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.conf import settings
from django.utils import timezone

from khuyencong.core.models import in_force_on
from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.enums import FormStatus
from khuyencong.forms_as_data.models import FormVersion
from reports.enums import DayUnit, PeriodScheme, SpecialDayKind
from reports.form_v1 import FORM_CODE
from reports.models import CalendarRule, ReportPeriod, SpecialDay


@dataclass(frozen=True)
class PeriodDates:
    """Dates of a period, all inclusive. `due_on` is the communes', the others those of the levels above."""

    starts_on: date
    ends_on: date
    opens_on: date
    due_on: date
    locks_on: date
    centre_due_on: date | None = None
    department_due_on: date | None = None


@lru_cache(maxsize=64)
def _holidays(year: int):
    return holidays.country_holidays("VN", years=year, language="vi")


@dataclass
class WorkCalendar:
    """Which days are worked: the week, the public holidays, and over both the special days."""

    special: dict[date, SpecialDay] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "WorkCalendar":
        """With the special days of the administrators' table: one query."""
        return cls({special.day: special for special in SpecialDay.objects.all()})

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked (Tết, holidays, substitute days and days made up for included)."""
        if day in self.special:
            return self.special[day].kind == SpecialDayKind.WORKING
        known = _holidays(day.year)
        return day not in known and (day.weekday() < 5 or day in known.weekend_workdays)

    def name_of(self, day: date) -> str:
        """Why a day is not like others of its week; empty for an ordinary day or weekend."""
        if day in self.special:
            return self.special[day].name
        return _holidays(day.year).get(day, "")

    def add(self, day: date, count: int, unit: str = DayUnit.WORKING) -> date:
        """The count-th working day after a day, or simply so many days later."""
        if unit == DayUnit.CALENDAR:
            return day + timedelta(days=count)
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def days_off(self, first: date, last: date) -> list[tuple[date, str]]:
        """Named days off between two days, both inclusive."""
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [(day, self.name_of(day)) for day in span if self._is_named_day_off(day)]

    def _is_named_day_off(self, day: date) -> bool:
        return bool(self.name_of(day)) and not self.is_working_day(day)


def default_rule(scheme: str) -> CalendarRule:
    """The rule where none was entered: the numbers of the settings, nothing in the database."""
    return CalendarRule(
        scheme=scheme,
        valid_from=date.min,
        due_after=max(1, settings.REPORT_DUE_WORKING_DAYS),
        lock_after=settings.REPORT_LOCK_WORKING_DAYS,
        centre_due_after=max(1, settings.REPORT_DUE_WORKING_DAYS) + 4,
        department_due_after=max(1, settings.REPORT_DUE_WORKING_DAYS) + 7,
    )


def rule_for(scheme: str, ends_on: date) -> CalendarRule:
    """The rule for a quarter that ends on a day."""
    rule = CalendarRule.objects.filter(scheme=scheme, valid_from__lte=ends_on).first()
    return rule or default_rule(scheme)


def period_dates(
    quarter: Quarter,
    scheme: str = PeriodScheme.REPORT,
    *,
    rule: CalendarRule | None = None,
    work: WorkCalendar | None = None,
) -> PeriodDates:
    """Dates by rule. `rule` and `work` may be given to look at many quarters at once."""
    if scheme == PeriodScheme.REPORT:
        starts_on, ends_on = quarter.report_start, quarter.report_end
    else:
        starts_on, ends_on = quarter.start, quarter.end
    rule = rule or rule_for(scheme, ends_on)
    work = work or WorkCalendar.load()
    # One working day after the cut-off at least, in whatever days the rule counts.
    due_on = max(work.add(ends_on, rule.due_after, rule.due_unit), work.add(ends_on, 1))
    centre = max(work.add(ends_on, rule.centre_due_after, rule.centre_due_unit), due_on)
    department = work.add(ends_on, rule.department_due_after, rule.department_due_unit)
    return PeriodDates(
        starts_on=starts_on,
        ends_on=ends_on,
        opens_on=starts_on + timedelta(days=rule.opens_after),
        due_on=due_on,
        locks_on=work.add(due_on, rule.lock_after, rule.lock_unit),
        centre_due_on=centre,
        department_due_on=max(department, centre),
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


@dataclass(frozen=True)
class PlannedQuarter:
    """A quarter of a year's preview: dates by rule, the rule, the period where it exists, and why the
    due date fell where it did."""

    quarter: Quarter
    dates: PeriodDates
    rule: CalendarRule
    period: ReportPeriod | None
    days_off: list[tuple[date, str]]

    @property
    def differing(self) -> list[tuple[str, date, date]]:
        """(name, kept, by rule) of each date of the existing period that the rule would set otherwise."""
        return differing_dates(self.period, self.dates) if self.period else []


def differing_dates(period: ReportPeriod, dates: PeriodDates) -> list[tuple[str, date, date]]:
    """(Vietnamese name, kept, by rule) of the dates that differ; a date that is not set does not."""
    return [
        (str(period._meta.get_field(name).verbose_name), kept, value)
        for name, value in vars(dates).items()
        if (kept := getattr(period, name)) is not None and kept != value
    ]


def plan_year(year: int, scheme: str = PeriodScheme.REPORT) -> list[PlannedQuarter]:
    """The four quarters of a year as the rules of today would make them, in a few queries."""
    work = WorkCalendar.load()
    periods = {
        period.number: period
        for period in ReportPeriod.objects.filter(scheme=scheme, year=year).select_related(
            "form_version"
        )
    }
    planned = []
    for number in range(1, 5):
        quarter = Quarter(year, number)
        ends_on = quarter.report_end if scheme == PeriodScheme.REPORT else quarter.end
        rule = rule_for(scheme, ends_on)
        dates = period_dates(quarter, scheme, rule=rule, work=work)
        days_off = work.days_off(ends_on + timedelta(days=1), dates.locks_on)
        planned.append(PlannedQuarter(quarter, dates, rule, periods.get(number), days_off))
    return planned


def drifted_periods(scheme: str = PeriodScheme.REPORT) -> list[tuple[ReportPeriod, list]]:
    """Periods not locked yet whose dates differ from what the rules and days off say today.

    They are shown to the administrator, never moved: people have planned by the dates they saw.
    """
    periods = ReportPeriod.objects.filter(
        scheme=scheme, locks_on__gte=timezone.localdate()
    ).order_by("year", "number")
    work = WorkCalendar.load()
    found = []
    for period in periods:
        dates = period_dates(period.quarter, scheme, work=work)
        if differing := differing_dates(period, dates):
            found.append((period, differing))
    return found
