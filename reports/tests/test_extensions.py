"""More time for one place: who may, what it opens, where it shows, and races with a submission."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.notifications.models import Notice
from reports.actions import draft
from reports.actions.extensions import grant_extension, withdraw_extension
from reports.actions.periods import DATE_FIELDS, change_period_dates
from reports.actions.submit import submit_report
from reports.enums import ReportStatus
from reports.models import PeriodExtension, Report, ReportPeriod
from reports.queries.completeness import completeness_counts, completeness_rows
from reports.queries.owed import owed_reports
from reports.tests.factories import author_of, filled_report, past_period
from reports.todo import author_todo_items


@pytest.fixture
def officer(db):
    return UserFactory(roles=[Role.OFFICER])


def locked_report():
    """A report that was being written when its period locked yesterday."""
    today = timezone.localdate()
    period = past_period(1, locks_on=today)
    report = filled_report(period=period)
    ReportPeriod.objects.filter(pk=period.pk).update(
        due_on=today - timedelta(days=9), locks_on=today - timedelta(days=1),
        ends_on=today - timedelta(days=12),
    )  # fmt: skip
    author = report.author
    report = Report.objects.select_related("period", "place").get(pk=report.pk)
    report.author = author
    return report


def extend(actor, report, days: int = 5, **fields) -> PeriodExtension:
    return grant_extension(
        actor=actor,
        place_id=report.place_id,
        period_id=report.period_id,
        **{"due_on": timezone.localdate() + timedelta(days=days), "reason": "Bão số 5", **fields},
    )


def test_an_extension_opens_a_locked_period_for_one_place(officer):
    report = locked_report()
    with pytest.raises(WrongStatus, match="đã khóa"):
        submit_report(actor=report.author, report_id=report.pk)
    assert owed_reports(report.author, timezone.localdate()) == []
    extension = extend(officer, report)
    (owed,) = owed_reports(report.author, timezone.localdate())
    assert owed.due_on == extension.due_on
    (item,) = author_todo_items(report.author)
    assert item.due_on == extension.due_on and "Bão số 5" in item.detail
    event = report.events.last()
    assert event.is_note and "Bão số 5" in event.note
    notice = Notice.objects.get(person=report.author)
    assert "gia hạn" in notice.subject
    (row,) = completeness_rows([report.period])
    assert (row.due_on, row.is_extended) == (extension.due_on, True)
    assert completeness_counts([report.period])[report.period_id].overdue == 0
    submit_report(actor=report.author, report_id=report.pk)
    counts = completeness_counts([report.period])[report.period_id]
    assert (counts.late, counts.submitted, counts.extended) == (0, 1, 0)
    with pytest.raises(WrongStatus, match="đã được nộp"):
        extend(officer, report)
    with pytest.raises(WrongStatus, match="không bỏ gia hạn"):
        withdraw_extension(actor=officer, extension_id=extension.pk)


def test_other_places_stay_locked(officer):
    report = locked_report()
    other = AssignmentFactory()
    extend(officer, report)
    with pytest.raises(WrongStatus, match="đã khóa"):
        draft.start_report(
            actor=other.collaborator.user, place_id=other.place_id, period_id=report.period_id
        )
    assert owed_reports(other.collaborator.user, timezone.localdate()) == []


def test_a_place_that_has_not_begun_may_begin_in_its_time(officer):
    period = locked_report().period
    place = PlaceFactory()
    author = author_of(place)
    grant_extension(
        actor=officer, place_id=place.pk, period_id=period.pk, reason="Mới nhận địa bàn",
        due_on=timezone.localdate() + timedelta(days=2),
    )  # fmt: skip
    report = draft.start_report(actor=author, place_id=place.pk, period_id=period.pk)
    assert report.status == ReportStatus.DRAFT


def test_taken_back_the_common_dates_count_again(officer):
    report = locked_report()
    extension = extend(officer, report)
    with pytest.raises(Conflict):
        extend(officer, report)
    second = extend(officer, report, days=9, replaces=extension.pk)
    assert PeriodExtension.objects.filter(withdrawn_at=None).get() == second
    withdraw_extension(actor=officer, extension_id=second.pk)
    with pytest.raises(WrongStatus):
        withdraw_extension(actor=officer, extension_id=second.pk)
    with pytest.raises(WrongStatus, match="đã khóa"):
        submit_report(actor=report.author, report_id=report.pk)
    assert PeriodExtension.objects.count() == 2


def test_wrong_days_and_no_reason_are_refused(officer):
    report = locked_report()
    today = timezone.localdate()
    for fields, field in (
        ({"due_on": today - timedelta(days=1)}, "due_on"),
        ({"due_on": report.period.due_on}, "due_on"),
        ({"locks_on": today}, "locks_on"),
        ({"reason": "  "}, "reason"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            extend(officer, report, **fields)
        assert field in refusal.value.errors
    assert not PeriodExtension.objects.exists()


def test_others_and_those_of_the_place_itself_may_not(officer):
    report = locked_report()
    own = AssignmentFactory(place=report.place, is_principal=False).collaborator.user
    own.roles = [Role.COLLABORATOR, Role.OFFICER]
    own.save()
    for actor in (own, report.author, UserFactory(roles=[Role.ADMINISTRATOR])):
        with pytest.raises(NotAllowed):
            extend(actor, report)
    extension = extend(officer, report)
    with pytest.raises(NotAllowed):
        withdraw_extension(actor=own, extension_id=extension.pk)


def test_the_form_grants_and_the_extension_shows_everywhere(officer, client):
    report = locked_report()
    client.force_login(officer, backend="khuyencong.core.auth.PortalBackend")
    url = reverse("reports:extension", args=[report.period_id, report.place_id])
    assert client.get(url).status_code == 200
    due = timezone.localdate() + timedelta(days=4)
    assert client.post(url, {"due_on": "", "reason": ""}).status_code == 422
    answer = client.post(url, {"due_on": f"{due:%d/%m/%Y}", "reason": "Bão số 5", "replaces": ""})
    assert answer.status_code == 302
    for page in (answer["Location"], reverse("reports:detail", args=[report.pk]), url):
        assert "Bão số 5" in client.get(page).content.decode()
    client.force_login(report.author, backend="khuyencong.core.auth.PortalBackend")
    for page in (reverse("reports:list"), reverse("reports:edit", args=[report.pk]), "/"):
        assert "Bão số 5" in client.get(page).content.decode()


def _run(target):
    thread = Thread(target=target)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("holds_period", [True, False])
def test_a_submission_waits_for_dates_being_changed(monkeypatch, holds_period):
    """The period locks while a submission is under way: it is refused. Without the lock it slips past."""
    report = filled_report()
    period = report.period
    administrator = UserFactory(roles=[Role.ADMINISTRATOR])
    today = timezone.localdate()
    dates = {name: getattr(period, name) for name in DATE_FIELDS}
    earlier = {**dates, "ends_on": today - timedelta(days=3), "due_on": today - timedelta(days=2),
               "locks_on": today - timedelta(days=1)}  # fmt: skip
    if not holds_period:
        real = draft.lock_report
        monkeypatch.setattr(
            "reports.actions.submit.lock_report", lambda pk, with_period=False: real(pk)
        )
    changed, outcome = Event(), []

    def change():
        try:
            with transaction.atomic():
                change_period_dates(
                    actor=administrator, period_id=period.pk, shown=dates, dates=earlier
                )
                changed.set()
                # Commits only once the submission is through, or has been seen waiting.
                submission.join(1.5)
        finally:
            connection.close()

    def submit():
        try:
            changed.wait(5)
            submit_report(actor=report.author, report_id=report.pk)
            outcome.append("submitted")
        except WrongStatus as refusal:
            outcome.append(str(refusal))
        finally:
            connection.close()

    submission = Thread(target=submit)
    changing = _run(change)
    submission.start()
    submission.join()
    changing.join()
    if holds_period:
        assert "đã khóa" in outcome[0]
    else:
        assert outcome == ["submitted"]
