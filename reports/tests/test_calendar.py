from datetime import date

import pytest
from django.utils import timezone

from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.definition import install_form
from khuyencong.forms_as_data.enums import FormStatus
from khuyencong.forms_as_data.models import Indicator
from reports.calendar import (
    WorkCalendar,
    drifted_periods,
    ensure_period,
    period_dates,
    plan_year,
)
from reports.enums import DayUnit, PeriodScheme, SpecialDayKind
from reports.form_v1 import FORM_V1
from reports.models import CalendarRule, ReportPeriod, SpecialDay


@pytest.mark.django_db
def test_report_quarter_runs_from_the_15th_to_the_14th():
    dates = period_dates(Quarter(2026, 1))
    assert (dates.starts_on, dates.ends_on) == (date(2025, 12, 15), date(2026, 3, 14))


@pytest.mark.django_db
def test_due_date_counts_working_days_only():
    # 14/3/2026 is a Saturday: three working days later is Wednesday 18/3.
    assert period_dates(Quarter(2026, 1)).due_on == date(2026, 3, 18)


@pytest.mark.parametrize(
    "day", [date(2026, 2, 17), date(2026, 4, 30), date(2026, 9, 2), date(2026, 11, 22)]
)
def test_tet_holidays_and_sundays_are_not_working_days(day):
    assert not WorkCalendar().is_working_day(day)


@pytest.mark.django_db
def test_calendar_quarter_ends_with_the_month():
    dates = period_dates(Quarter(2026, 4), PeriodScheme.CALENDAR)
    assert (dates.starts_on, dates.ends_on) == (date(2026, 10, 1), date(2026, 12, 31))
    assert dates.due_on > dates.ends_on


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 11, 24), Quarter(2026, 4)),
        (date(2026, 12, 14), Quarter(2026, 4)),
        (date(2026, 12, 15), Quarter(2027, 1)),
        (date(2026, 3, 15), Quarter(2026, 2)),
    ],
)
def test_reporting_quarter_of_a_day(day, quarter):
    assert Quarter.reporting(day) == quarter


@pytest.mark.django_db
def test_form_v1_installs_once_and_is_frozen():
    version = install_form(FORM_V1)
    assert install_form(FORM_V1) == version
    assert version.status == FormStatus.IN_USE
    assert [part.numeral for part in version.parts.all()] == ["I", "II", "III", "IV", "V"]
    codes = set(version.indicators.values_list("code", flat=True))
    for rule in version.rules.all():
        assert {rule.target, *rule.operands} <= codes
    indicator = Indicator.objects.first()
    indicator.label = "Khác"
    with pytest.raises(Exception, match="frozen"):
        indicator.save()


@pytest.mark.django_db
def test_period_is_created_once_and_keeps_dates_changed_by_hand():
    install_form(FORM_V1)
    period = ensure_period(Quarter(2026, 4))
    period.locks_on = date(2027, 2, 1)
    period.save()
    assert ensure_period(Quarter(2026, 4)).locks_on == date(2027, 2, 1)
    assert str(period) == "Quý IV/2026"


def test_a_saturday_worked_for_a_day_off_is_a_working_day():
    # 22/8/2026 is worked, so that 31/8/2026 is off.
    work = WorkCalendar()
    assert work.is_working_day(date(2026, 8, 22))
    assert not work.is_working_day(date(2026, 8, 31))
    assert "22/08/2026" in work.name_of(date(2026, 8, 31))


@pytest.mark.django_db
def test_the_administrators_table_stands_over_week_and_holidays():
    SpecialDay.objects.create(day=date(2026, 3, 16), kind=SpecialDayKind.OFF, name="Nghỉ hoán đổi")
    SpecialDay.objects.create(day=date(2026, 3, 21), kind=SpecialDayKind.WORKING, name="Làm bù")
    # Tuesday 17, Wednesday 18, Thursday 19: Monday is off now.
    assert period_dates(Quarter(2026, 1)).due_on == date(2026, 3, 19)
    work = WorkCalendar.load()
    assert work.add(date(2026, 3, 19), 2) == date(2026, 3, 21)
    assert (date(2026, 3, 16), "Nghỉ hoán đổi") in work.days_off(
        date(2026, 3, 1), date(2026, 3, 31)
    )


@pytest.mark.django_db
def test_a_rule_is_data_with_a_day_from_which_it_counts():
    CalendarRule.objects.create(
        scheme=PeriodScheme.REPORT, valid_from=date(2026, 6, 1), due_after=5,
        due_unit=DayUnit.CALENDAR, opens_after=30, centre_due_after=6, centre_due_unit=DayUnit.CALENDAR,
        department_due_after=1, lock_after=0,
    )  # fmt: skip
    assert period_dates(Quarter(2026, 1)).due_on == date(2026, 3, 18)
    dates = period_dates(Quarter(2026, 2))
    assert dates.opens_on == date(2026, 4, 14)
    assert dates.due_on == dates.locks_on == date(2026, 6, 19)
    # A level above is never due before the one below.
    assert dates.centre_due_on == dates.department_due_on == date(2026, 6, 20)


@pytest.mark.django_db
def test_a_due_date_is_a_working_day_after_the_cut_off_at_least():
    CalendarRule.objects.create(
        scheme=PeriodScheme.REPORT, valid_from=date(2026, 1, 1), due_after=1, due_unit=DayUnit.CALENDAR
    )  # fmt: skip
    # 14/3/2026 is a Saturday: not Sunday, but Monday.
    assert period_dates(Quarter(2026, 1)).due_on == date(2026, 3, 16)


@pytest.mark.django_db
def test_a_changed_rule_moves_no_period_but_is_shown():
    install_form(FORM_V1)
    quarter = Quarter.reporting(timezone.localdate()).next()
    period = ensure_period(quarter)
    before = (period.due_on, period.locks_on)
    assert drifted_periods() == []
    CalendarRule.objects.create(
        scheme=PeriodScheme.REPORT, valid_from=date(2020, 1, 1), due_after=6, lock_after=10
    )  # fmt: skip
    kept = ReportPeriod.objects.get()
    assert (kept.due_on, kept.locks_on) == before
    ((drifted, differing),) = drifted_periods()
    assert drifted == period
    assert "Hạn nộp" in {name for name, _, _ in differing}
    (planned,) = [item for item in plan_year(quarter.year) if item.period]
    assert planned.differing == differing
