from datetime import date

import pytest

from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.definition import install_form
from khuyencong.forms_as_data.enums import FormStatus
from khuyencong.forms_as_data.models import Indicator
from reports.calendar import ensure_period, is_working_day, period_dates
from reports.enums import PeriodScheme
from reports.form_v1 import FORM_V1


def test_report_quarter_runs_from_the_15th_to_the_14th():
    dates = period_dates(Quarter(2026, 1))
    assert (dates.starts_on, dates.ends_on) == (date(2025, 12, 15), date(2026, 3, 14))


def test_due_date_counts_working_days_only():
    # 14/3/2026 is a Saturday: three working days later is Wednesday 18/3.
    assert period_dates(Quarter(2026, 1)).due_on == date(2026, 3, 18)


@pytest.mark.parametrize(
    "day", [date(2026, 2, 17), date(2026, 4, 30), date(2026, 9, 2), date(2026, 11, 22)]
)
def test_tet_holidays_and_sundays_are_not_working_days(day):
    assert not is_working_day(day)


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
