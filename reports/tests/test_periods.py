"""The calendar of periods: the next by rule, dates by hand, and where a period stands."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from khuyencong.audit.readers import field_history
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed
from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.models import FormVersion
from reports.actions.periods import (
    DATE_FIELDS,
    change_period_dates,
    create_next_period,
    create_year,
)
from reports.calendar import plan_year
from reports.enums import PeriodScheme, SpecialDayKind
from reports.models import ReportPeriod, SpecialDay
from reports.queries.periods import next_quarter, period_state
from reports.tests.review_cast import make_cast, submitted_report


@pytest.fixture
def cast(db):
    return make_cast()


def dates_of(period, **changed) -> dict:
    return {**{name: getattr(period, name) for name in DATE_FIELDS}, **changed}


def test_the_next_period_has_the_dates_of_the_rule(cast):
    assert next_quarter() == Quarter(2026, 4)
    period = create_next_period(actor=cast.administrator, quarter=Quarter(2026, 4))
    assert (period.starts_on, period.ends_on) == (date(2026, 9, 15), date(2026, 12, 14))
    assert period.due_on > period.ends_on
    assert next_quarter() == Quarter(2027, 1)


def test_a_second_click_creates_no_other_period(cast):
    create_next_period(actor=cast.administrator, quarter=Quarter(2026, 4))
    with pytest.raises(Conflict, match="đã có"):
        create_next_period(actor=cast.administrator, quarter=Quarter(2026, 4))
    with pytest.raises(Conflict, match="quý I/2027"):
        create_next_period(actor=cast.administrator, quarter=Quarter(2027, 2))
    assert ReportPeriod.objects.count() == 2


def test_no_period_without_a_form(cast):
    FormVersion.objects.update(valid_to=date(2026, 9, 30))
    with pytest.raises(InvalidInput, match="biểu mẫu"):
        create_next_period(actor=cast.administrator, quarter=Quarter(2026, 4))


@pytest.mark.parametrize("who", ["ctv", "officer", "leader", "viewer", "accountant"])
def test_others_change_nothing(cast, who):
    actor, period = getattr(cast, who), cast.period
    with pytest.raises(NotAllowed):
        create_next_period(actor=actor, quarter=Quarter(2026, 4))
    with pytest.raises(NotAllowed):
        change_period_dates(
            actor=actor,
            period_id=period.pk,
            shown=dates_of(period),
            dates=dates_of(period, due_on=period.due_on + timedelta(days=1)),
        )
    assert ReportPeriod.objects.get() == period
    assert ReportPeriod.objects.get().due_on == period.due_on


def test_a_changed_date_stands_in_the_history(cast):
    period = cast.period
    later = period.due_on + timedelta(days=1)
    change_period_dates(
        actor=cast.administrator,
        period_id=period.pk,
        shown=dates_of(period),
        dates=dates_of(period, due_on=later),
    )
    assert ReportPeriod.objects.get().due_on == later
    (change,) = field_history(period)[0].changes
    assert (change.label, change.after) == ("Hạn nộp", f"{later:%d/%m/%Y}")


@pytest.mark.parametrize(
    "moved",
    [
        {"due_on": date(2026, 9, 14)},
        {"locks_on": date(2026, 9, 15)},
        {"opens_on": date(2026, 6, 1)},
        {"ends_on": date(2026, 6, 1)},
    ],
)
def test_dates_out_of_order_are_refused(cast, moved):
    period = cast.period
    with pytest.raises(InvalidInput, match="thứ tự"):
        change_period_dates(
            actor=cast.administrator,
            period_id=period.pk,
            shown=dates_of(period),
            dates=dates_of(period, **moved),
        )
    assert dates_of(ReportPeriod.objects.get()) == dates_of(period)


def test_what_another_changed_meanwhile_is_not_overwritten(cast):
    period = cast.period
    old = dates_of(period)
    later = period.due_on + timedelta(days=1)
    change_period_dates(
        actor=cast.administrator, period_id=period.pk, shown=old, dates={**old, "due_on": later}
    )
    with pytest.raises(Conflict):
        change_period_dates(
            actor=cast.administrator,
            period_id=period.pk,
            shown=old,
            dates={**old, "locks_on": old["locks_on"] + timedelta(days=1)},
        )
    assert ReportPeriod.objects.get().due_on == later


def test_the_days_of_the_figures_stay_once_something_was_submitted(cast):
    period = cast.period
    submitted_report(cast)
    with pytest.raises(InvalidInput) as refusal:
        change_period_dates(
            actor=cast.administrator,
            period_id=period.pk,
            shown=dates_of(period),
            dates=dates_of(period, ends_on=period.ends_on - timedelta(days=1)),
        )
    assert set(refusal.value.errors) == {"ends_on"}


def test_where_a_period_stands_day_by_day(cast):
    period = cast.period
    day = timedelta(days=1)
    expected = [
        (period.opens_on - day, "Chưa mở"),
        (period.opens_on, "Đang trong kỳ"),
        (period.ends_on, "Đang trong kỳ"),
        (period.ends_on + day, "Đang nhận báo cáo"),
        (period.due_on, "Đang nhận báo cáo"),
        (period.due_on + day, "Quá hạn, còn nhận"),
        (period.locks_on, "Quá hạn, còn nhận"),
        (period.locks_on + day, "Đã khóa"),
    ]
    assert [(moment, period_state(period, moment)[1]) for moment, _ in expected] == expected


def shown_dates(year: int, scheme: str = PeriodScheme.REPORT) -> dict:
    return {item.quarter.number: vars(item.dates) for item in plan_year(year, scheme)}


@pytest.mark.parametrize("scheme", PeriodScheme.values)
def test_a_year_is_created_as_it_was_previewed(cast, scheme):
    shown = shown_dates(2027, scheme)
    SpecialDay.objects.create(day=shown[2]["due_on"], kind=SpecialDayKind.OFF, name="Nghỉ hoán đổi")
    with pytest.raises(Conflict, match="quý II/2027"):
        create_year(actor=cast.administrator, year=2027, scheme=scheme, shown=shown)
    with pytest.raises(NotAllowed):
        create_year(actor=cast.leader, year=2027, scheme=scheme, shown=shown_dates(2027, scheme))
    assert not ReportPeriod.objects.filter(year=2027).exists()
    created = create_year(
        actor=cast.administrator, year=2027, scheme=scheme, shown=shown_dates(2027, scheme)
    )
    assert [period.number for period in created] == [1, 2, 3, 4]
    assert {period.scheme for period in created} == {scheme}
    assert create_year(actor=cast.administrator, year=2027, scheme=scheme, shown={}) == []
    assert ReportPeriod.objects.filter(year=2027).count() == 4


def test_the_levels_report_one_after_another(cast):
    period = cast.period
    with pytest.raises(InvalidInput, match="cấp xã, Trung tâm"):
        change_period_dates(
            actor=cast.administrator,
            period_id=period.pk,
            shown=dates_of(period),
            dates=dates_of(period, centre_due_on=period.due_on - timedelta(days=1)),
        )


def test_pages_of_the_calendar_in_both_schemes(cast, client):
    client.force_login(cast.administrator, backend="khuyencong.core.auth.PortalBackend")
    for scheme in PeriodScheme.values:
        assert client.get(reverse("reports:periods"), {"lich": scheme}).status_code == 200
    page = client.get(reverse("reports:period_year"), {"nam": "2027", "lich": "calendar"})
    assert "Tạo 4 kỳ chưa có" in page.content.decode()
    answer = client.post(
        reverse("reports:period_year_create"),
        {"nam": "2027", "lich": "calendar", "ngay": page.context["shown"]},
    )
    assert answer["Location"].endswith("?lich=calendar")
    assert ReportPeriod.objects.filter(scheme="calendar", year=2027).count() == 4
    assert client.get(reverse("reports:period_year"), {"nam": "1"}).status_code == 404
    client.post(reverse("reports:period_year_create"), {"nam": "2028", "ngay": "[1]"})
    assert not ReportPeriod.objects.filter(year=2028).exists()
    suggested = client.get(reverse("reports:period_edit", args=[cast.period.pk]) + "?theo=quy-tac")
    assert suggested.status_code == 200
