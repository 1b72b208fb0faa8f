"""Points of a year: rule, ties, denominator, who sees what."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from collaborators.models import Assignment
from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.quarters import Quarter
from reports import exports_league
from reports.actions.review import accept_report, return_report
from reports.calendar import ensure_period
from reports.league import LeagueRule, score_text
from reports.queries.league import league_of_year, league_years
from reports.tests.review_cast import make_cast, submit_version, submitted_report

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 25)


@pytest.fixture
def cast():
    cast = make_cast()
    Assignment.objects.all().delete()
    return cast


def on(period, days: int):
    """Noon, so many days after the due date."""
    day = period.due_on + timedelta(days=days)
    return datetime.combine(day, time(12), ZoneInfo("Asia/Ho_Chi_Minh"))


def person(title: str, **fields):
    return AssignmentFactory(collaborator__title=title, place__name=f"Xã {title}", **fields)


def filed(cast, assignment, *, days=0, period=None, returns=0, accept=True):
    period = period or cast.period
    user = assignment.collaborator.user
    report = submitted_report(
        cast, place=assignment.place, user=user, period=period, at=on(period, days)
    )
    for number in range(1, returns + 1):
        return_report(
            actor=cast.officer, report_id=report.pk, version_number=number, note="Sửa lại."
        )
        report.refresh_from_db()
        submit_version(report, user, at=on(period, days + number))
    if accept:
        accept_report(actor=cast.officer, report_id=report.pk, version_number=returns + 1)
    return report


def test_points_follow_the_rule_and_equal_scores_share_a_rank(cast):
    perfect, twin, late, returned, silent, waiting = (person(c) for c in "ABCDEF")
    filed(cast, perfect)
    filed(cast, twin)
    filed(cast, late, days=3)
    filed(cast, returned, returns=1)
    filed(cast, waiting, accept=False)
    league = league_of_year(2026, TODAY)
    assert [(line.rank, line.collaborator, line.score) for line in league.lines] == [
        (1, "A", 100),
        (1, "B", 100),
        (3, "D", 90),
        (4, "C", 85),
        (5, "F", 70),
        (6, "E", 0),
    ]
    assert league.average == Fraction(445, 6) and score_text(league.average) == "74,2"
    assert [line.is_provisional for line in league.lines] == [False] * 4 + [True, False]
    assert league.line_of(silent.collaborator.user).submitted == 0


@pytest.mark.parametrize(("days", "points"), [(0, 50), (1, 45), (10, 0), (99, 0)])
def test_lateness_costs_no_more_than_its_points(days, points):
    rule = LeagueRule()
    assert rule.points_in_time(days) == points
    assert rule.points_not_returned(99) == 0
    assert rule.in_time + rule.accepted + rule.not_returned == 100


def test_owed_is_what_was_assigned_on_the_due_date_and_is_due(cast):
    due = cast.period.due_on
    before, after = (
        person("Trước", valid_to=due - timedelta(days=1)),
        person("Sau", valid_from=due + timedelta(days=1)),
    )
    filed(cast, before)
    ensure_period(Quarter(2026, 4))  # not due on the day
    assert league_of_year(2026, TODAY).lines == []
    assert league_years(TODAY) == [2026]
    both = person("Hai xã")
    second = AssignmentFactory(collaborator=both.collaborator)
    filed(cast, both)
    (line,) = league_of_year(2026, TODAY).lines
    assert (line.owed, line.submitted, line.score) == (2, 1, 50)
    assert {second.place.name, both.place.name} == set(line.places)
    assert after.collaborator.title not in line.collaborator


def test_a_collaborator_sees_the_own_line_and_the_average(client, cast):
    own, other = person("CTV của tôi"), person("CTV khác")
    filed(cast, own)
    filed(cast, other, days=2)
    client.force_login(own.collaborator.user)
    text = client.get(reverse("reports:league")).content.decode()
    assert "CTV của tôi" in text and "CTV khác" not in text
    assert "2 cộng tác viên, điểm trung bình 95 trên 100" in text
    assert "reports.league" not in text
    with pytest.raises(NotAllowed):
        exports_league.describe(own.collaborator.user, {"nam": "2026"})
    client.force_login(cast.accountant)
    assert "CTV khác" in client.get(reverse("reports:league")).content.decode()
    assert client.get(reverse("reports:league"), {"nam": "1999"}).status_code == 404


def test_sheet_equals_the_league_and_sorting_keeps_ranks(client, cast):
    first, second = person("Bắc"), person("An")
    filed(cast, first)
    filed(cast, second, days=1)
    lines, reports = exports_league.sheets(cast.accountant, {"nam": "2026"})
    assert [(row[0], row[1], float(row[8])) for row in lines.rows] == [(1, "Bắc", 100.0), (2, "An", 95.0)]  # fmt: skip
    assert [row[-1] for row in reports.rows] == [100, 95]
    client.force_login(cast.officer)
    text = client.get(reverse("reports:league"), {"xep": "ten"}).content.decode()
    assert text.index(">An<") < text.index(">Bắc<")


def test_year_board_opens_what_is_behind_each_cell(client, cast):
    done, missing = person("Nộp"), person("Thiếu")
    report = filed(cast, done, days=2)
    client.force_login(cast.officer)
    text = client.get(reverse("reports:completeness_year"), {"nam": "2026"}).content.decode()
    assert reverse("reports:review", args=[report.pk]) in text
    assert "muộn 2 ngày" in text and "quá hạn" in text and missing.place.name in text
    assert "1 trên 2 đã nộp (50 %)" in text
    client.force_login(cast.viewer)
    viewer = client.get(reverse("reports:completeness_year")).content.decode()
    assert "muộn" not in viewer and "quá hạn" not in viewer and "1 trên 2 đã duyệt" in viewer


@pytest.mark.parametrize("count", [1, 3])
def test_league_queries_do_not_grow(cast, django_assert_num_queries, count):
    for number in range(count):
        filed(cast, person(str(number)), returns=1)
    with django_assert_num_queries(4):
        league_of_year(2026, TODAY)
