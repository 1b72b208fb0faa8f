"""Reminders: to the right people, once, stopping on submission, made good after a missed run."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from collaborators.models import Assignment
from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory
from khuyencong.notifications.models import Notice
from reports.actions.extensions import grant_extension
from reports.actions.reminders import send_reminders
from reports.actions.review import return_report
from reports.actions.submit import submit_report
from reports.models import Report
from reports.tests.factories import ReportPeriodFactory, filled_report, submitted_report

DAY = timedelta(days=1)


@pytest.fixture
def officer(db):
    return UserFactory(roles=[Role.OFFICER])


@pytest.fixture
def owing(officer):
    """A place with its principal collaborator, in a period due in ten days that locks 14 days later."""
    assignment = AssignmentFactory()
    assignment.period = ReportPeriodFactory()
    return assignment


def subjects(user) -> list[str]:
    return list(Notice.objects.filter(person=user).order_by("id").values_list("subject", flat=True))


def test_before_on_and_after_the_due_date_each_once(owing, officer):
    user, due = owing.collaborator.user, owing.period.due_on
    for day in range(-10, 15):
        send_reminders(due + day * DAY)
        send_reminders(due + day * DAY)
    name = f"{owing.period.quarter} – {owing.place}"
    assert subjects(user) == [
        f"Còn 7 ngày đến hạn nộp báo cáo {name}",
        f"Còn 2 ngày đến hạn nộp báo cáo {name}",
        f"Hôm nay là hạn nộp báo cáo {name}",
        f"Báo cáo {name} đã quá hạn nộp 1 ngày",
        f"Báo cáo {name} đã quá hạn nộp 3 ngày",
    ]
    (escalated,) = subjects(officer)
    assert escalated == f"1 địa bàn quá hạn nộp báo cáo {owing.period.quarter} từ 3 ngày"


def test_a_missed_run_is_made_good_with_todays_words(owing):
    user, due = owing.collaborator.user, owing.period.due_on
    send_reminders(due - DAY)
    send_reminders(due - DAY)
    assert [s.split(" đến")[0] for s in subjects(user)] == ["Còn 1 ngày"]
    send_reminders(due)
    assert len(subjects(user)) == 2


def test_it_stops_on_submission_and_after_the_lock(officer):
    report = filled_report()
    due = report.period.due_on
    send_reminders(due - 7 * DAY)
    submit_report(actor=report.author, report_id=report.pk)
    send_reminders(due)
    assert len(subjects(report.author)) == 1
    other = AssignmentFactory()
    send_reminders(report.period.locks_on + DAY)
    assert subjects(other.collaborator.user) == []
    assert subjects(officer) == []


def test_only_whom_it_concerns(owing, officer):
    due = owing.period.due_on
    deputy = AssignmentFactory(place=owing.place, is_principal=False)
    former = AssignmentFactory(
        place=owing.place, is_principal=False, valid_to=timezone.localdate() - DAY,
        valid_from=timezone.localdate() - 9 * DAY,
    )  # fmt: skip
    shut = AssignmentFactory(place=owing.place, is_principal=False).collaborator.user
    shut.is_active = False
    shut.save()
    elsewhere = submitted_report().author
    send_reminders(due)
    told = set(Notice.objects.filter(occasion__startswith="due").values_list("person", flat=True))
    assert told == {owing.collaborator.user_id, deputy.collaborator.user_id}
    assert not {former.collaborator.user_id, shut.pk, elsewhere.pk, officer.pk} & told


def test_who_took_over_before_the_day_is_told_and_not_who_left(owing):
    due = owing.period.due_on
    Assignment.objects.filter(pk=owing.pk).update(valid_to=due - 3 * DAY)
    successor = AssignmentFactory(place=owing.place, valid_from=due - 2 * DAY)
    send_reminders(due - 2 * DAY)
    assert subjects(owing.collaborator.user) == []
    assert len(subjects(successor.collaborator.user)) == 1


def test_an_extension_counts_from_its_own_day(owing, officer):
    user, due = owing.collaborator.user, owing.period.due_on
    extended = owing.period.locks_on + 5 * DAY
    grant_extension(
        actor=officer, place_id=owing.place_id, period_id=owing.period.pk, due_on=extended,
        reason="Bão số 5",
    )  # fmt: skip
    Notice.objects.all().delete()
    send_reminders(due + 3 * DAY)
    assert subjects(user) == subjects(officer) == []
    send_reminders(extended - 2 * DAY)
    assert subjects(user)[0].startswith("Còn 2 ngày")
    send_reminders(extended + DAY)  # locked on that very day
    assert len(subjects(user)) == 1


def test_a_returned_report_is_remembered_until_it_is_submitted_again(officer):
    report = submitted_report()
    return_report(actor=officer, report_id=report.pk, version_number=1, note="Sai")
    Report.objects.filter(pk=report.pk).update(status_at=timezone.now() - 4 * DAY)
    send_reminders()
    send_reminders()
    assert [s for s in subjects(report.author) if "còn chờ anh/chị sửa" in s] != []
    assert len(subjects(report.author)) == 2
    submit_report(
        actor=report.author,
        report_id=report.pk,
        warnings_reasons=dict.fromkeys(["doanh_thu_bien_dong"], "Đúng"),
    )
    send_reminders(timezone.localdate() + 9 * DAY)
    assert len(subjects(report.author)) == 2


def test_the_run_asks_the_same_number_of_times_for_one_place_and_for_many(
    owing, django_assert_num_queries
):
    send_reminders(owing.period.due_on)
    for _ in range(3):
        AssignmentFactory()
    with django_assert_num_queries(11):
        assert send_reminders(owing.period.due_on) == 3


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once():
    assignments = [AssignmentFactory() for _ in range(5)]
    officer = UserFactory(roles=[Role.OFFICER])
    due = ReportPeriodFactory().due_on
    barrier, counts = Barrier(2), []

    def run():
        try:
            barrier.wait()
            counts.append(send_reminders(due + 3 * DAY))
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == Notice.objects.count() == 6
    for assignment in assignments:
        assert len(subjects(assignment.collaborator.user)) == 1
    assert len(subjects(officer)) == 1
