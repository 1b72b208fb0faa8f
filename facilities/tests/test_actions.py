"""Each action: does it, refuses the outsider, writes nothing when refused, leaves its history."""

from datetime import date, timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.utils import timezone

from facilities import actions
from facilities.actions import EstablishmentFacts
from facilities.enums import EstablishmentStatus, LegalForm
from facilities.models import Establishment, Product, StatusChange
from facilities.tests.factories import AwardFactory, EstablishmentFactory, ProductFactory
from khuyencong.audit.readers import field_history
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus

OUTSIDERS = ["neighbour", "leader", "accountant", "viewer"]


def facts_of(establishment, **changes) -> EstablishmentFacts:
    names = EstablishmentFacts.__dataclass_fields__
    return EstablishmentFacts(**{n: getattr(establishment, n) for n in names} | changes)


@pytest.fixture
def establishment(cast):
    return EstablishmentFactory(name="Chả cá Mười", place=cast.loc_an, phone="0912345678")


def test_add_enters_it_in_the_book_with_clean_text(cast):
    added = actions.add_establishment(
        actor=cast.collaborator,
        facts=EstablishmentFacts(
            name="  Cơ sở   bánh tráng Ho\u0300a Hội ", legal_form="household", place=cast.phuoc_hai
        ),
    )
    added.refresh_from_db()
    assert added.name == "Cơ sở bánh tráng Hòa Hội"
    assert (added.status, added.source, added.created_by) == ("active", "entry", cast.collaborator)
    assert added.registered_on == timezone.localdate()
    assert [entry.label for entry in field_history(added)] == ["Thêm"]


@pytest.mark.parametrize("who", OUTSIDERS)
def test_add_refuses_the_outsider_and_writes_nothing(cast, who):
    with pytest.raises(NotAllowed):
        actions.add_establishment(
            actor=getattr(cast, who), facts=EstablishmentFacts(name="X", place=cast.phuoc_hai)
        )
    assert not Establishment.objects.exists()


def test_add_refuses_a_tax_code_that_is_in_the_book(cast):
    EstablishmentFactory(place=cast.long_son, tax_code="0100109106")
    with pytest.raises(InvalidInput, match="Mã số thuế này đã có trong sổ"):
        actions.add_establishment(
            actor=cast.collaborator,
            facts=EstablishmentFacts(name="X", place=cast.phuoc_hai, tax_code="0100109106"),
        )
    assert Establishment.objects.count() == 1


def test_add_refuses_a_tax_code_entered_by_another_at_the_same_moment(cast, monkeypatch):
    EstablishmentFactory(place=cast.long_son, tax_code="0100109106")
    # The other one commits after the check and before the save.
    monkeypatch.setattr(actions, "check_record", lambda record: None)
    with pytest.raises(InvalidInput, match="Mã số thuế này đã có trong sổ"):
        actions.add_establishment(
            actor=cast.collaborator,
            facts=EstablishmentFacts(name="X", place=cast.phuoc_hai, tax_code="0100109106"),
        )
    assert Establishment.objects.count() == 1


def test_add_refuses_more_women_than_people(cast):
    with pytest.raises(InvalidInput, match="Lao động nữ"):
        actions.add_establishment(
            actor=cast.officer,
            facts=EstablishmentFacts(
                name="X", place=cast.phuoc_hai, labour_total=2, labour_female=3
            ),
        )


def test_update_writes_only_what_differs_and_keeps_history(cast, establishment):
    actions.update_establishment(
        actor=cast.collaborator,
        establishment_id=establishment.pk,
        facts=facts_of(establishment, legal_form=LegalForm.COOPERATIVE, labour_total=12),
    )
    establishment.refresh_from_db()
    assert (establishment.legal_form, establishment.labour_total) == ("cooperative", 12)
    changes = field_history(establishment)[0].changes
    assert {(c.label, c.before, c.after) for c in changes} == {
        ("Loại hình", "Hộ kinh doanh", "Hợp tác xã"),
        ("Tổng số lao động", "(trống)", "12"),
    }


def test_update_without_a_difference_writes_nothing(cast, establishment):
    before = establishment.updated_at
    actions.update_establishment(
        actor=cast.officer, establishment_id=establishment.pk, facts=facts_of(establishment)
    )
    establishment.refresh_from_db()
    assert establishment.updated_at == before
    assert len(field_history(establishment)) == 1


@pytest.mark.parametrize("who", OUTSIDERS)
def test_update_refuses_the_outsider_and_writes_nothing(cast, establishment, who):
    with pytest.raises(NotAllowed):
        actions.update_establishment(
            actor=getattr(cast, who),
            establishment_id=establishment.pk,
            facts=facts_of(establishment, name="Tên khác"),
        )
    establishment.refresh_from_db()
    assert establishment.name == "Chả cá Mười"


def test_update_does_not_move_it_to_another_collaborators_commune(cast, establishment):
    with pytest.raises(NotAllowed, match="Xã Long Sơn không thuộc địa bàn"):
        actions.update_establishment(
            actor=cast.collaborator,
            establishment_id=establishment.pk,
            facts=facts_of(establishment, place=cast.long_son),
        )


def test_update_refuses_when_it_changed_since_it_was_seen(cast, establishment):
    seen = establishment.updated_at
    actions.update_establishment(
        actor=cast.officer,
        establishment_id=establishment.pk,
        facts=facts_of(establishment, note="Đã gọi điện"),
    )
    with pytest.raises(Conflict, match="vừa được người khác sửa"):
        actions.update_establishment(
            actor=cast.collaborator,
            establishment_id=establishment.pk,
            facts=facts_of(establishment, note="Của tôi"),
            seen_at=seen,
        )
    establishment.refresh_from_db()
    assert establishment.note == "Đã gọi điện"


def test_status_changes_with_its_day_reason_and_event(cast, establishment):
    day = timezone.localdate() - timedelta(days=3)
    actions.change_status(
        actor=cast.collaborator,
        establishment_id=establishment.pk,
        status="paused",
        on=day,
        reason="thiếu nguyên liệu",
    )
    establishment.refresh_from_db()
    assert (establishment.status, establishment.status_on) == ("paused", day)
    change = StatusChange.objects.get()
    assert (change.from_status, change.to_status, change.actor) == (
        "active",
        "paused",
        cast.collaborator,
    )


def test_status_second_click_is_told_who_and_when(cast, establishment):
    ask = {"establishment_id": establishment.pk, "status": "stopped", "on": timezone.localdate()}
    actions.change_status(actor=cast.collaborator, reason="nghỉ", **ask)
    with pytest.raises(WrongStatus, match=str(cast.collaborator)):
        actions.change_status(actor=cast.officer, reason="nghỉ", **ask)
    assert StatusChange.objects.count() == 1


def test_status_of_a_stopped_one_goes_through_active(cast, establishment):
    Establishment.objects.update(status="stopped")
    with pytest.raises(WrongStatus, match="hoạt động trở lại trước"):
        actions.change_status(
            actor=cast.officer,
            establishment_id=establishment.pk,
            status="paused",
            on=timezone.localdate(),
            reason="x",
        )


@pytest.mark.parametrize(
    ("on", "reason", "field"),
    [
        (timezone.localdate() + timedelta(days=1), "nghỉ", "on"),
        (date(2019, 12, 31), "nghỉ", "on"),
        (date(2020, 1, 2), "", "reason"),
    ],
)
def test_status_needs_a_possible_day_and_a_reason(cast, establishment, on, reason, field):
    Establishment.objects.update(status_on=date(2020, 1, 1))
    with pytest.raises(InvalidInput) as refusal:
        actions.change_status(
            actor=cast.officer,
            establishment_id=establishment.pk,
            status="stopped",
            on=on,
            reason=reason,
        )
    assert list(refusal.value.errors) == [field]
    assert not StatusChange.objects.exists()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_status_refuses_the_outsider(cast, establishment, who):
    with pytest.raises(NotAllowed):
        actions.change_status(
            actor=getattr(cast, who),
            establishment_id=establishment.pk,
            status="stopped",
            on=timezone.localdate(),
            reason="x",
        )
    assert not StatusChange.objects.exists()


def test_status_changes_are_never_edited_even_by_sql(cast, establishment):
    actions.change_status(
        actor=cast.officer,
        establishment_id=establishment.pk,
        status="paused",
        on=timezone.localdate(),
        reason="x",
    )
    with (
        pytest.raises(InternalError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE facilities_statuschange SET reason = 'khác'")


def test_product_is_added_changed_and_removed(cast, establishment):
    product = actions.add_product(
        actor=cast.collaborator, establishment_id=establishment.pk, name=" Chả cá  thát lát "
    )
    assert product.name == "Chả cá thát lát"
    actions.update_product(
        actor=cast.collaborator, product_id=product.pk, name="Chả cá", capacity="2 tấn/tháng"
    )
    assert Product.objects.get().capacity == "2 tấn/tháng"
    actions.remove_product(actor=cast.collaborator, product_id=product.pk)
    assert not Product.objects.exists()


def test_product_of_the_same_name_is_refused(cast):
    product = ProductFactory(name="Chả cá")
    with pytest.raises(InvalidInput, match="đã có trong danh sách của cơ sở"):
        actions.add_product(
            actor=cast.officer, establishment_id=product.establishment_id, name="Chả cá"
        )


@pytest.mark.parametrize("who", OUTSIDERS)
def test_product_refuses_the_outsider(cast, establishment, who):
    product = ProductFactory(establishment=establishment, name="Chả cá")
    actor = getattr(cast, who)
    with pytest.raises(NotAllowed):
        actions.add_product(actor=actor, establishment_id=establishment.pk, name="Khác")
    with pytest.raises(NotAllowed):
        actions.update_product(actor=actor, product_id=product.pk, name="Khác")
    with pytest.raises(NotAllowed):
        actions.remove_product(actor=actor, product_id=product.pk)
    assert [p.name for p in Product.objects.all()] == ["Chả cá"]


def test_product_with_a_title_stays(cast):
    award = AwardFactory()
    with pytest.raises(WrongStatus, match="danh hiệu"):
        actions.remove_product(actor=cast.officer, product_id=award.product_id)


def test_every_status_has_its_way_out():
    from facilities.enums import STATUS_TRANSITIONS

    assert set(STATUS_TRANSITIONS) == set(EstablishmentStatus)
    # A merged record is undone by undoing the merge, not by hand.
    dead_ends = {status for status, onward in STATUS_TRANSITIONS.items() if not onward}
    assert dead_ends == {EstablishmentStatus.MERGED}
