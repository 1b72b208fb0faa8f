"""What the Centre and the viewers find under "Việc cần làm"."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from collaborators.models import Assignment
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.quarters import Quarter
from reports.actions.review import accept_report
from reports.calendar import ensure_period
from reports.models import ReportPeriod
from reports.tests.review_cast import make_cast, more_reports, submitted_report
from reports.todo_review import officer_todo_items


@pytest.fixture
def cast(db):
    """The cast, in a period whose due date was yesterday."""
    made = make_cast(Quarter.reporting(timezone.localdate()).previous())
    today = timezone.localdate()
    ReportPeriod.objects.filter(pk=made.period.pk).update(
        starts_on=today - timedelta(days=95),
        opens_on=today - timedelta(days=95),
        ends_on=today - timedelta(days=5),
        due_on=today - timedelta(days=1),
        locks_on=today + timedelta(days=9),
    )
    made.period.refresh_from_db()
    for quarter in (made.period.quarter.next(), made.period.quarter.next().next()):
        ensure_period(quarter)
    ReportPeriod.objects.exclude(pk=made.period.pk).update(
        opens_on=today + timedelta(days=1), starts_on=today, ends_on=today + timedelta(days=2),
        due_on=today + timedelta(days=3), locks_on=today + timedelta(days=4),
    )  # fmt: skip
    rebuild_lineage()
    return made


def titles(account) -> list[str]:
    return [item.title for item in officer_todo_items(account)]


def test_few_checks_are_listed_one_by_one_without_own_ones(cast):
    report = submitted_report(cast, at=timezone.now() - timedelta(days=6))
    submitted_report(cast, place=cast.other_place, user=cast.officer)
    (item,) = officer_todo_items(cast.officer)
    assert item.title == f"Kiểm tra báo cáo {report.period.quarter} – {report.place}"
    assert item.url == reverse("reports:review", args=[report.pk])
    assert item.days_waiting == 6
    assert len(titles(cast.leader)) == 2


def test_many_checks_are_one_line_with_the_longest_wait(cast):
    more_reports(cast, 3)
    submitted_report(cast, at=timezone.now() - timedelta(days=6))
    submitted_report(cast, place=cast.other_place, user=cast.other_ctv)
    (item,) = officer_todo_items(cast.officer)
    assert item.title == "5 báo cáo chờ kiểm tra, lâu nhất 6 ngày"
    assert item.url == reverse("reports:queue")


def test_missing_places_are_told_until_the_period_locks(cast, client):
    report = submitted_report(cast)
    accept_report(actor=cast.leader, report_id=report.pk, version_number=1)
    (item,) = officer_todo_items(cast.officer)
    assert item.title == f"1 địa bàn quá hạn nộp báo cáo {cast.period.quarter}"
    assert item.urgency == "late"
    client.force_login(cast.officer)
    page = client.get(item.url)
    assert [line["row"].place_id for line in page.context["page"]] == [cast.other_place.pk]
    ReportPeriod.objects.filter(pk=cast.period.pk).update(
        locks_on=timezone.localdate() - timedelta(days=1)
    )
    assert titles(cast.officer) == []


def test_administrators_are_told_of_gaps_in_the_network_and_the_calendar(cast):
    assert titles(cast.administrator) == []
    Assignment.objects.filter(place=cast.place).update(
        valid_to=timezone.localdate() - timedelta(days=1)
    )
    ReportPeriod.objects.exclude(pk=cast.period.pk).delete()
    coming = Quarter.reporting(timezone.localdate() + timedelta(days=30))
    assert titles(cast.administrator) == [
        "1 địa bàn chưa có cộng tác viên phụ trách chính",
        f"Tạo kỳ báo cáo {coming}",
    ]


def test_viewers_read_the_latest_accepted_totals(cast):
    report = submitted_report(cast)
    assert titles(cast.viewer) == []
    accept_report(actor=cast.officer, report_id=report.pk, version_number=1)
    (item,) = officer_todo_items(cast.viewer)
    assert (item.title, item.detail) == (
        f"Đọc số liệu tổng hợp {cast.period.quarter}",
        "Đã duyệt 1 trên 2 địa bàn",
    )


def test_others_owe_nothing_here(cast):
    submitted_report(cast)
    for account in (cast.ctv, cast.accountant):
        assert titles(account) == []
