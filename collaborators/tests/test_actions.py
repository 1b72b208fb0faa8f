import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from collaborators.actions import appoint, assign_place, end_assignment, record_decision
from collaborators.models import AppointmentDecision, Assignment, Collaborator
from collaborators.tests.factories import AssignmentFactory, CollaboratorFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.tests.factories import PlaceFactory, UserFactory

START = date(2026, 1, 1)


@pytest.fixture
def admin(db):
    return UserFactory(roles=[Role.ADMINISTRATOR])


def test_appoint_takes_a_collaborator_in(admin):
    user = UserFactory(roles=[Role.COLLABORATOR])
    found = appoint(actor=admin, title=" CTV  xã Thử ", user=user)
    assert (found.title, found.user) == ("CTV xã Thử", user)
    assert found.history.count() == 1


def test_appoint_refuses_an_account_without_the_role(admin):
    with pytest.raises(InvalidInput, match="chưa có vai trò"):
        appoint(actor=admin, title="CTV xã Thử", user=UserFactory(roles=[Role.OFFICER]))


def test_appoint_refuses_an_account_that_belongs_to_another(admin):
    held = CollaboratorFactory(title="CTV xã Một")
    with pytest.raises(InvalidInput, match="CTV xã Một"):
        appoint(actor=admin, title="CTV xã Hai", user=held.user)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_the_administrator_changes_the_network(db, role):
    actor, assignment = UserFactory(roles=[role]), AssignmentFactory()
    place, collaborator = PlaceFactory(), CollaboratorFactory()
    attempts = (
        lambda: appoint(actor=actor, title="CTV xã Thử"),
        lambda: record_decision(
            actor=actor, number="1", signed_on=START, issued_by="Sở", subject="Thử"
        ),
        lambda: assign_place(actor=actor, collaborator=collaborator, place=place, valid_from=START),
        lambda: end_assignment(actor=actor, assignment_id=assignment.pk, valid_to=START),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    assert (Collaborator.objects.count(), Assignment.objects.count()) == (2, 1)
    assert not AppointmentDecision.objects.exists()
    assignment.refresh_from_db()
    assert assignment.valid_to is None


def test_decision_is_recorded_once(admin):
    fields = {"signed_on": START, "issued_by": "Sở Công Thương", "subject": "Thử"}
    record_decision(actor=admin, number="1/QĐ", **fields)
    with pytest.raises(InvalidInput, match="đã được ghi"):
        record_decision(actor=admin, number=" 1/QĐ ", **fields)


def test_assign_place_names_who_holds_it(admin):
    held = AssignmentFactory(collaborator__title="CTV xã Một", valid_to=date(2026, 6, 30))
    with pytest.raises(InvalidInput, match=r"CTV xã Một đang phụ trách chính .* 30/06/2026"):
        assign_place(
            actor=admin,
            collaborator=CollaboratorFactory(),
            place=held.place,
            valid_from=date(2026, 6, 30),
        )
    assert Assignment.objects.count() == 1


def test_assign_place_may_start_the_day_after_another_ends(admin):
    held = AssignmentFactory(valid_to=date(2026, 6, 30))
    new = assign_place(
        actor=admin,
        collaborator=CollaboratorFactory(),
        place=held.place,
        valid_from=date(2026, 7, 1),
    )
    assert new.is_principal


def test_a_second_collaborator_may_help_in_a_place(admin):
    held = AssignmentFactory()
    new = assign_place(
        actor=admin,
        collaborator=CollaboratorFactory(),
        place=held.place,
        valid_from=START,
        is_principal=False,
    )
    assert new.pk
    with pytest.raises(InvalidInput, match="được phân công"):
        assign_place(
            actor=admin,
            collaborator=new.collaborator,
            place=held.place,
            valid_from=date(2026, 5, 1),
            is_principal=False,
        )


def test_assign_place_keeps_within_the_places_own_dates(admin):
    place = PlaceFactory(valid_from=date(2025, 1, 1), valid_to=date(2025, 6, 30))
    who = CollaboratorFactory()
    cases = (
        (date(2024, 12, 31), date(2025, 6, 30), "có từ ngày 01/01/2025"),
        (date(2025, 1, 1), None, "chỉ tồn tại đến hết ngày 30/06/2025"),
        (date(2025, 1, 1), date(2025, 7, 1), "chỉ tồn tại"),
        (date(2025, 2, 1), date(2025, 1, 1), "trước ngày bắt đầu"),
    )
    for start, end, message in cases:
        with pytest.raises(InvalidInput) as refusal:
            assign_place(actor=admin, collaborator=who, place=place, valid_from=start, valid_to=end)
        assert any(message in text for texts in refusal.value.errors.values() for text in texts)
    assert not Assignment.objects.exists()


def test_end_assignment_sets_the_last_day(admin):
    held = AssignmentFactory()
    end_assignment(actor=admin, assignment_id=held.pk, valid_to=date(2026, 3, 31))
    held.refresh_from_db()
    assert held.valid_to == date(2026, 3, 31)
    with pytest.raises(WrongStatus, match="31/03/2026"):
        end_assignment(actor=admin, assignment_id=held.pk, valid_to=date(2026, 3, 31))


def test_end_assignment_refuses_a_day_before_its_start(admin):
    held = AssignmentFactory(valid_from=START)
    with pytest.raises(InvalidInput):
        end_assignment(actor=admin, assignment_id=held.pk, valid_to=date(2025, 12, 31))


def race(calls):
    """Run the calls at once, each in its own thread and connection; returns what each gave."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        barrier.wait()
        try:
            results[number] = call()
        except (InvalidInput, IntegrityError) as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_many_simultaneous_assignments_one_wins_and_the_others_are_told():
    admin = UserFactory(roles=[Role.ADMINISTRATOR])
    place = PlaceFactory()
    rivals = [CollaboratorFactory() for _ in range(8)]
    results = race(
        [
            lambda rival=rival: assign_place(
                actor=admin, collaborator=rival, place=place, valid_from=START
            )
            for rival in rivals
        ]
    )
    won = [result for result in results if isinstance(result, Assignment)]
    assert len(won) == Assignment.objects.count() == 1
    refused = [result for result in results if result not in won]
    assert all(str(won[0].collaborator) in str(refusal) for refusal in refused)
    assert len(refused) == 7


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_a_second_principal():
    place = PlaceFactory()
    rivals = [CollaboratorFactory(), CollaboratorFactory()]

    def insert(rival):
        with transaction.atomic():
            return Assignment.objects.create(collaborator=rival, place=place, valid_from=START)

    insert(rivals[0])
    results = race([lambda: insert(rivals[1]), lambda: insert(rivals[1])])
    assert all(isinstance(result, IntegrityError) for result in results)
    assert Assignment.objects.count() == 1
