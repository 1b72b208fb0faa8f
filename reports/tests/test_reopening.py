"""An accepted report opened again: who decides, what may be changed, until when, and the races."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, NotAllowed, Refusal, WrongStatus
from khuyencong.core.tests.factories import UserFactory
from khuyencong.forms_as_data.structure import structure_of
from khuyencong.notifications.models import Notice
from reports.actions.draft import save_cells, save_row, state_nothing
from reports.actions.reopen import (
    approve_reopening,
    ask_reopening,
    close_reopening,
    expire_reopenings,
    refuse_reopening,
    withdraw_reopening,
)
from reports.actions.review import accept_many, accept_report, return_report
from reports.actions.submit import submit_report
from reports.content import is_intact
from reports.enums import ReopeningState, ReportStatus
from reports.models import Reopening, Report, ReportEvent, VersionCell
from reports.prefill import sourced_figures
from reports.queries.completeness import completeness_counts
from reports.tests.factories import FIGURES, accepted_report, past_period
from reports.todo import author_todo_items
from reports.todo_review import officer_todo_items

TODAY = timezone.localdate


@pytest.fixture
def officer(db):
    return UserFactory(roles=[Role.OFFICER], display_name="Chuyên viên")


@pytest.fixture
def leader(db):
    return UserFactory(roles=[Role.LEADER], display_name="Lãnh đạo")


def accepted(officer):
    """An accepted report of a period that is locked now."""
    period = past_period(1, locks_on=TODAY())
    report = accepted_report(period=period, officer=officer)
    type(period).objects.filter(pk=period.pk).update(
        ends_on=TODAY() - timedelta(days=30), due_on=TODAY() - timedelta(days=20),
        locks_on=TODAY() - timedelta(days=10),
    )  # fmt: skip
    return report


def fresh(report) -> Report:
    return Report.objects.select_related("period", "place", "latest_version").get(pk=report.pk)


def reopened(officer, leader, parts, report, days: int = 3) -> Reopening:
    asked = ask_reopening(actor=officer, report_id=report.pk, parts=parts, reason="Nhầm số")
    opened = approve_reopening(
        actor=leader, reopening_id=asked.pk, parts=parts, expires_on=TODAY() + timedelta(days=days)
    )
    opened.author = report.author
    return opened


def figures_part(report) -> str:
    """The code of the part of figures that has `lao_dong`."""
    indicators = report.period.form_version.indicators
    return indicators.select_related("part").get(code="lao_dong").part.code


@pytest.fixture
def opened(officer, leader):
    report = accepted(officer)
    return reopened(officer, leader, [figures_part(report)], report)


def cell(report, key: str, text: str) -> None:
    result = save_cells(
        actor=report.author, report_id=report.pk,
        cells=[{"key": key, "text": text, "revision": report.latest_version.number * 10_000}],
    )  # fmt: skip
    assert not result.conflicts


def author_report(opened) -> Report:
    report = fresh(opened.report)
    report.author = opened.author
    return report


def value_of(version, code: str):
    return VersionCell.objects.get(version=version, indicator__code=code, member="").value


def test_only_the_named_part_is_corrected_and_the_rest_is_kept_word_for_word(opened, officer):
    report = author_report(opened)
    first = report.accepted_version
    # The registry has grown since: the counted part must not, since nobody opened it.
    structure = structure_of(report.period.form_version_id)
    counts = sourced_figures(report.period, report.place_id, structure).counted
    EstablishmentFactory(place=report.place, registered_on=report.period.starts_on)
    assert sourced_figures(report.period, report.place_id, structure).counted != counts
    cell(report, "lao_dong", "130")
    with pytest.raises(WrongStatus, match="không được mở lại"):
        state_nothing(actor=report.author, report_id=report.pk, part_code="kho_khan")
    with pytest.raises(WrongStatus, match="không được mở lại"):
        save_row(
            actor=report.author, report_id=report.pk, part_code="kho_khan", data={"noi_dung": "A"}
        )
    with pytest.raises(WrongStatus, match="không được mở lại"):
        cell(report, "tt_buoi", "9")
    # Statements of closed parts that a page without scripts did not send stay as they are, and a
    # forged figure of one is not taken. Open figures that the book does not bear out say why.
    suggested = sourced_figures(report.period, report.place_id, structure).suggested
    typed = {
        key: {"text": FIGURES[key], "note": "Theo khảo sát."} for key in suggested if key in FIGURES
    }
    typed |= {"lao_dong": {"text": "130", "note": "Theo khảo sát."}, "tt_buoi": {"text": "99"}}
    second = submit_report(actor=report.author, report_id=report.pk, nothing=[], typed=typed)
    assert value_of(second, "lao_dong") == 130
    before, after = (
        set(
            version.cells.exclude(indicator__code="lao_dong").values_list(
                "indicator", "member", "value", "state"
            )
        )
        for version in (first, second)
    )
    assert before == after
    assert set(first.statements.values_list("part", "stated_at")) == set(second.statements.values_list("part", "stated_at"))  # fmt: skip
    assert is_intact(second)
    assert fresh(report).accepted_version == first
    accept_report(actor=officer, report_id=report.pk, version_number=2)
    assert fresh(report).accepted_version == second
    assert Reopening.objects.get().state == ReopeningState.DONE
    events = list(report.events.values_list("to_status", flat=True))
    assert events[-3:] == ["reopened", "submitted", "accepted"]


def test_the_request_the_decision_and_the_end_are_told_and_stay_visible(officer, leader, client):
    report = accepted(officer)
    part = figures_part(report)
    asked = ask_reopening(actor=report.author, report_id=report.pk, parts=[part], reason="Nhầm số")
    with pytest.raises(WrongStatus, match="đang chờ lãnh đạo"):
        ask_reopening(actor=officer, report_id=report.pk, parts=[part], reason="Cũng vậy")
    assert Notice.objects.get(person=leader).link == reverse("reports:reopening", args=[asked.pk])
    (item,) = [i for i in officer_todo_items(leader) if "mở lại" in i.title]
    assert item.url == reverse("reports:reopening", args=[asked.pk])
    client.force_login(leader, backend="khuyencong.core.auth.PortalBackend")
    assert "Không mở lại" in client.get(item.url).content.decode()
    data = {"parts": [part], "expires_on": f"{TODAY() + timedelta(days=40):%d/%m/%Y}"}
    url = reverse("reports:reopening_approve", args=[asked.pk])
    assert client.post(url, data).status_code == 422
    data["expires_on"] = f"{TODAY():%d/%m/%Y}"
    assert client.post(url, data).status_code == 302
    assert Notice.objects.filter(person=report.author, occasion__startswith="reopened").exists()
    (todo,) = author_todo_items(report.author)
    assert todo.due_on == TODAY() and "mở lại" in todo.title
    client.force_login(report.author, backend="khuyencong.core.auth.PortalBackend")
    page = client.get(reverse("reports:edit", args=[report.pk])).content.decode()
    assert "giữ như bản đã duyệt" in page and "Nhầm số" in page
    assert 'data-cell="lao_dong"' in page and 'data-cell="tt_buoi"' not in page
    close_reopening(actor=leader, reopening_id=asked.pk)
    page = client.get(reverse("reports:detail", args=[report.pk])).content.decode()
    assert "Kết thúc sớm" in page and "Đề nghị mở lại" in page


def test_whoever_asked_or_wrote_or_is_not_a_leader_decides_nothing(officer, leader):
    report = accepted(officer)
    part = figures_part(report)
    asked = ask_reopening(actor=leader, report_id=report.pk, parts=[part], reason="Nhầm số")
    own = AssignmentFactory(place=report.place, is_principal=False).collaborator.user
    own.roles = [Role.COLLABORATOR, Role.LEADER]
    own.save()
    report.author.roles = [Role.COLLABORATOR, Role.LEADER]
    report.author.save()
    expires = TODAY() + timedelta(days=1)
    for actor in (leader, own, report.author, officer, UserFactory(roles=[Role.ADMINISTRATOR])):
        with pytest.raises(NotAllowed):
            approve_reopening(
                actor=actor, reopening_id=asked.pk, parts=[part], expires_on=expires
            )  # fmt: skip
        with pytest.raises(NotAllowed):
            refuse_reopening(actor=actor, reopening_id=asked.pk, note="Không")
    with pytest.raises(NotAllowed):
        withdraw_reopening(actor=officer, reopening_id=asked.pk)
    for actor in (UserFactory(roles=[Role.VIEWER]), AssignmentFactory().collaborator.user):
        with pytest.raises(NotAllowed):
            ask_reopening(actor=actor, report_id=report.pk, parts=[part], reason="A")
    assert fresh(report).status == ReportStatus.ACCEPTED
    with pytest.raises(IntegrityError), transaction.atomic():
        Reopening.objects.update(decided_by=leader)


def test_a_refused_or_withdrawn_request_changes_nothing_and_another_may_follow(officer, leader):
    report = accepted(officer)
    part = figures_part(report)
    with pytest.raises(InvalidInput):
        ask_reopening(actor=officer, report_id=report.pk, parts=[], reason="A")
    with pytest.raises(InvalidInput):
        ask_reopening(actor=officer, report_id=report.pk, parts=[part], reason=" ")
    first = ask_reopening(actor=officer, report_id=report.pk, parts=[part], reason="A")
    refuse_reopening(actor=leader, reopening_id=first.pk, note="Số đúng")
    with pytest.raises(WrongStatus, match="Không chấp nhận”, Lãnh đạo"):
        refuse_reopening(actor=leader, reopening_id=first.pk, note="Số đúng")
    second = ask_reopening(actor=officer, report_id=report.pk, parts=[part], reason="A")
    withdraw_reopening(actor=officer, reopening_id=second.pk)
    with pytest.raises(InvalidInput, match="đã được đề nghị"):
        third = ask_reopening(actor=officer, report_id=report.pk, parts=[part], reason="A")
        approve_reopening(
            actor=leader, reopening_id=third.pk, parts=[part, "kho_khan"], expires_on=TODAY()
        )
    assert fresh(report).status == ReportStatus.ACCEPTED
    assert report.events.exclude(from_status="accepted").count() == 3


def test_over_time_the_accepted_version_stands_by_itself(opened, officer):
    report = author_report(opened)
    cell(report, "lao_dong", "130")
    Reopening.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    # Nothing can be written or submitted after the time, even before the job has run.
    with pytest.raises(WrongStatus, match="đã hết"):
        cell(report, "lao_dong", "131")
    with pytest.raises(WrongStatus, match="đã hết"):
        submit_report(actor=report.author, report_id=report.pk)
    assert expire_reopenings() == 1
    assert expire_reopenings() == 0
    report = fresh(report)
    assert (report.status, report.accepted_version.number) == (ReportStatus.ACCEPTED, 1)
    assert Reopening.objects.get().state == ReopeningState.EXPIRED
    last = report.events.last()
    assert last.system_job and last.from_status == ReportStatus.REOPENED
    assert Notice.objects.filter(
        person=opened.author, occasion__startswith="reopening-ended"
    ).exists()


def test_returned_after_reopening_it_has_days_more_and_then_the_accepted_version_stands(
    opened, officer, leader
):
    report = author_report(opened)
    part = figures_part(report)
    cell(report, "lao_dong", "130")
    submit_report(actor=report.author, report_id=report.pk)
    Reopening.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert expire_reopenings() == 0  # it waits for the check
    with pytest.raises(WrongStatus, match="chờ kiểm tra"):
        close_reopening(actor=leader, reopening_id=opened.pk)
    return_report(actor=officer, report_id=report.pk, version_number=2, note="Vẫn sai")
    assert Reopening.objects.get().expires_at > timezone.now() + timedelta(days=4)
    with pytest.raises(WrongStatus):
        accept_report(actor=officer, report_id=report.pk, version_number=2)
    with pytest.raises(WrongStatus, match="không được mở lại"):
        state_nothing(actor=report.author, report_id=report.pk, part_code="kho_khan")
    Reopening.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert expire_reopenings() == 1
    after = fresh(report)
    assert (after.status, after.latest_version.number) == (ReportStatus.ACCEPTED, 1)
    again = reopened(officer, leader, [part], after_author(after, opened))
    report = author_report(again)
    cell(report, "lao_dong", "125")
    third = submit_report(actor=report.author, report_id=report.pk)
    assert (third.number, value_of(third, "lao_dong")) == (3, 125)


def after_author(report, opened):
    report.author = opened.author
    return report


def test_the_board_counts_a_reopened_report_as_accepted(opened):
    report = author_report(opened)
    counts = completeness_counts([report.period])[report.period_id]
    assert (counts.expected, counts.reported, counts.accepted, counts.reopened) == (1, 1, 1, 1)


def test_a_batch_accepts_nothing_that_is_being_corrected(opened, officer):
    result = accept_many(actor=officer, items=[(opened.report_id, 1)])
    assert not result.accepted and "mở lại" in result.held[0][1]


# Races: two connections, real rows.


def race(*actions) -> list[str]:
    """Run the actions at once; "done" or the refusal of each."""
    barrier, outcome = Barrier(len(actions)), [""] * len(actions)

    def run(place, action):
        try:
            barrier.wait()
            action()
            outcome[place] = "done"
        except Refusal as refusal:
            outcome[place] = str(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def whole(report) -> Report:
    """The report, whose events make one unbroken chain that ends where it stands."""
    report = fresh(report)
    status = ""
    for event in ReportEvent.objects.filter(report=report).order_by("id"):
        assert event.from_status == status
        status = event.to_status
    assert status == report.status
    return report


@pytest.mark.django_db(transaction=True)
def test_submission_against_the_end_of_the_time(opened):
    report = author_report(opened)
    cell(report, "lao_dong", "130")
    soon = timezone.now() + timedelta(hours=1)
    Reopening.objects.update(expires_at=soon)
    later = soon + timedelta(seconds=1)
    outcome = race(
        lambda: submit_report(actor=report.author, report_id=report.pk),
        lambda: expire_reopenings(later),
    )
    after = whole(report)
    if outcome[0] == "done":
        assert (after.status, after.latest_version.number) == (ReportStatus.SUBMITTED, 2)
    else:
        assert (after.status, after.latest_version.number) == (ReportStatus.ACCEPTED, 1)
    assert outcome[1] == "done" and after.accepted_version.number == 1


@pytest.mark.django_db(transaction=True)
def test_two_leaders_decide_once(officer, leader):
    report = accepted(officer)
    part = figures_part(report)
    second = UserFactory(roles=[Role.LEADER])
    asked = ask_reopening(actor=officer, report_id=report.pk, parts=[part], reason="Nhầm số")
    outcome = race(
        lambda: approve_reopening(
            actor=leader, reopening_id=asked.pk, parts=[part], expires_on=TODAY()
        ),
        lambda: refuse_reopening(actor=second, reopening_id=asked.pk, note="Số đúng"),
    )
    assert sorted(one == "done" for one in outcome) == [False, True]
    assert whole(report).status == (
        ReportStatus.REOPENED if outcome[0] == "done" else ReportStatus.ACCEPTED
    )


@pytest.mark.django_db(transaction=True)
def test_two_ask_at_once_and_one_request_stands(officer):
    report = accepted(officer)
    part = figures_part(report)
    outcome = race(
        *(
            lambda actor=actor: ask_reopening(
                actor=actor, report_id=report.pk, parts=[part], reason="Nhầm số"
            )
            for actor in (officer, report.author)
        )
    )
    assert sorted(one == "done" for one in outcome) == [False, True]
    assert Reopening.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_accept_against_return_of_what_was_corrected(opened, officer):
    report = author_report(opened)
    cell(report, "lao_dong", "130")
    submit_report(actor=report.author, report_id=report.pk)
    second = UserFactory(roles=[Role.OFFICER])
    outcome = race(
        lambda: accept_report(actor=officer, report_id=report.pk, version_number=2),
        lambda: return_report(actor=second, report_id=report.pk, version_number=2, note="Sai"),
        lambda: submit_report(actor=report.author, report_id=report.pk),
    )
    after = whole(report)
    if outcome[0] == "done":
        assert after.status == ReportStatus.ACCEPTED and after.accepted_version.number == 2
        assert Reopening.objects.get().state == ReopeningState.DONE
    else:
        assert after.status in (ReportStatus.RETURNED, ReportStatus.SUBMITTED)
        assert after.accepted_version.number == 1
    assert outcome[:2].count("done") == 1


def test_a_report_of_an_edition_goes_back_where_it_stood(officer, leader):
    report = accepted(officer)
    Report.objects.filter(pk=report.pk).update(status=ReportStatus.IN_EDITION)
    opened = reopened(officer, leader, [figures_part(report)], report)
    assert fresh(report).status == ReportStatus.REOPENED
    close_reopening(actor=leader, reopening_id=opened.pk)
    assert fresh(report).status == ReportStatus.IN_EDITION
