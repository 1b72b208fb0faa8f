"""The two calendars (NĐ 09/2019/NĐ-CP: 15th to 14th; statistics: calendar quarters)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khuyencong.core.quarters import Quarter

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(DAYS)
def test_each_day_lies_in_its_quarters(day):
    calendar, reporting = Quarter.containing(day), Quarter.reporting(day)
    assert calendar.start <= day <= calendar.end
    assert reporting.report_start <= day <= reporting.report_end


@given(DAYS)
def test_quarters_leave_no_day_out(day):
    quarter = Quarter.containing(day)
    assert quarter.next().start == quarter.end + timedelta(days=1)
    assert quarter.next().report_start == quarter.report_end + timedelta(days=1)
    assert quarter.next().previous() == quarter


@pytest.mark.parametrize(
    ("number", "start", "end"),
    [
        (1, date(2025, 12, 15), date(2026, 3, 14)),
        (2, date(2026, 3, 15), date(2026, 6, 14)),
        (3, date(2026, 6, 15), date(2026, 9, 14)),
        (4, date(2026, 9, 15), date(2026, 12, 14)),
    ],
)
def test_report_quarters_of_a_year(number, start, end):
    quarter = Quarter(2026, number)
    assert (quarter.report_start, quarter.report_end) == (start, end)


def test_a_quarter_is_called_by_its_roman_number():
    assert str(Quarter(2026, 4)) == "quý IV/2026"
