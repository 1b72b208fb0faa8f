"""Who owed a report and where each stands, with exact numbers."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.quarters import Quarter
from khuyencong.core.tests.factories import PlaceFactory
from reports.actions.review import accept_report, return_report
from reports.calendar import ensure_period
from reports.enums import BoardState
from reports.models import Report
from reports.queries.completeness import (
    PeriodCounts,
    completeness_counts,
    completeness_rows,
)
from reports.tests.review_cast import make_cast, more_reports, submit_version, submitted_report

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def cast(db):
    return make_cast()


def test_a_board_with_one_of_each(cast):
    due = cast.period.due_on
    in_time = datetime(due.year, due.month, due.day, 23, 59, tzinfo=VIETNAM)
    late = in_time + timedelta(minutes=1)
    waiting, returned, accepted = more_reports(cast, 3, at=in_time)
    return_report(actor=cast.officer, report_id=returned.pk, version_number=1, note="Sửa.")
    accept_report(actor=cast.officer, report_id=accepted.pk, version_number=1)
    Report.objects.create(place=cast.place, period=cast.period)
    (tardy,) = more_reports(cast, 1, at=late)

    assert completeness_counts([cast.period]) == {
        cast.period.pk: PeriodCounts(
            expected=6, missing=1, draft=1, submitted=2, returned=1, accepted=1, late=1, outside=0
        )
    }
    counts = completeness_counts([cast.period])[cast.period.pk]
    assert (counts.reported, counts.unreported, counts.reported_share) == (4, 2, "67 %")
    rows = {row.place_id: row for row in completeness_rows([cast.period])}
    assert {place: row.state for place, row in rows.items()} == {
        cast.place.pk: BoardState.DRAFT,
        cast.other_place.pk: BoardState.MISSING,
        waiting.place_id: BoardState.SUBMITTED,
        returned.place_id: BoardState.RETURNED,
        accepted.place_id: BoardState.ACCEPTED,
        tardy.place_id: BoardState.SUBMITTED,
    }
    assert {place for place, row in rows.items() if row.days_late} == {tardy.place_id}
    assert rows[tardy.place_id].days_late == 1
    after = due + timedelta(days=2)
    assert {
        place: row.days_overdue(after) for place, row in rows.items() if not row.is_reported
    } == {
        cast.place.pk: 2,
        cast.other_place.pk: 2,
    }


def test_a_resubmission_after_the_due_date_is_not_late(cast):
    due = cast.period.due_on
    report = submitted_report(cast, at=datetime(due.year, due.month, due.day, 8, tzinfo=VIETNAM))
    return_report(actor=cast.officer, report_id=report.pk, version_number=1, note="Sửa.")
    report.refresh_from_db()
    submit_version(report, cast.ctv, at=timezone.now() + timedelta(days=30))
    assert completeness_counts([cast.period])[cast.period.pk].late == 0


def test_three_kinds_of_nothing_stay_apart(cast):
    everything = ("san_xuat", "de_xuat", "kho_khan", "hoat_dong")
    zeros, nothing = (
        more_reports(cast, 1, figures={"lao_dong": 0}, nothing=())[0],
        more_reports(cast, 1, figures={"lao_dong": None}, nothing=everything)[0],
    )
    rows = {row.place_id: row for row in completeness_rows([cast.period])}
    found = {
        place: (rows[place].is_reported, rows[place].nothing_parts)
        for place in (zeros.place_id, nothing.place_id, cast.place.pk)
    }
    assert found == {
        zeros.place_id: (True, 0),
        nothing.place_id: (True, 4),
        cast.place.pk: (False, 0),
    }


def test_the_denominator_is_the_assignments_of_the_due_date(cast):
    due = cast.period.due_on
    AssignmentFactory(valid_from=due + timedelta(days=1))
    AssignmentFactory(valid_from=date(2025, 7, 1), valid_to=due - timedelta(days=1))
    AssignmentFactory(valid_from=due, valid_to=due)
    AssignmentFactory(place=cast.place, is_principal=False)
    assert completeness_counts([cast.period])[cast.period.pk].expected == 3


def test_reports_of_places_outside_never_raise_the_rate_above_all(cast):
    for place in (cast.place, cast.other_place, PlaceFactory(), PlaceFactory()):
        submitted_report(cast, place=place)
    Report.objects.create(place=PlaceFactory(), period=cast.period)
    counts = completeness_counts([cast.period])[cast.period.pk]
    assert (counts.expected, counts.reported, counts.outside) == (2, 2, 2)
    assert counts.reported_share == "100 %"
    rows = completeness_rows([cast.period])
    assert [row.is_expected for row in rows] == [True, True, False, False]


def test_periods_do_not_mix(cast):
    earlier = ensure_period(Quarter(2026, 2))
    empty = ensure_period(Quarter(2022, 1))
    submitted_report(cast, period=earlier)
    counts = completeness_counts([cast.period, earlier, empty])
    assert {period: (c.reported, c.expected) for period, c in counts.items()} == {
        cast.period.pk: (0, 2),
        earlier.pk: (1, 2),
        empty.pk: (0, 0),
    }
    assert counts[empty.pk].reported_share == ""
    assert len(completeness_rows([cast.period, earlier, empty])) == 4


def test_constant_queries(cast, django_assert_num_queries):
    for count in (1, 2):
        more_reports(cast, count)
        with django_assert_num_queries(2):
            completeness_counts([cast.period])
        with django_assert_num_queries(1):
            completeness_rows([cast.period])
