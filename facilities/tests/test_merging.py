"""Two records made one and two again: facts, products, papers, rows of the apps above, history."""

import threading
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from facilities import actions, merging, movers
from facilities.enums import DuplicateState, EstablishmentStatus
from facilities.models import (
    DuplicateCandidate,
    Establishment,
    MergeRecord,
    StatusChange,
)
from facilities.queries import ListFilters, count_of, list_rows, registry_figures, tax_code_owner
from facilities.record.free_texts import free_texts
from facilities.record.personal import erase_personal_data
from facilities.tests.factories import (
    AwardFactory,
    EstablishmentFactory,
    MachineFactory,
    ProductFactory,
    YearFigureFactory,
)
from khuyencong.audit.models import PersonalDataAccess
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.files.actions import attach_file
from khuyencong.files.models import Attachment


@pytest.fixture
def two(cast):
    kept = EstablishmentFactory(
        name="Cơ sở bánh tráng A", place=cast.phuoc_hai, labour_total=5, labour_female=2
    )
    other = EstablishmentFactory(
        name="HKD bánh tráng A",
        place=cast.loc_an,
        phone="0912345678",
        tax_code="0100109106",
        labour_total=9,
        status="paused",
        status_reason="thiếu nguyên liệu",
    )
    return kept, other


def merge(cast, two, take=("phone", "tax_code")):
    return merging.merge_establishments(
        actor=cast.officer, survivor_id=two[0].pk, merged_id=two[1].pk, take=set(take)
    )


def facts(record):
    return {
        f.name: getattr(record, f.attname)
        for f in Establishment._meta.concrete_fields
        if f.name not in ("updated_at", "folded", "sort_key")
    }


def test_a_merge_takes_what_was_chosen_and_moves_what_points_to_it(cast, two):
    kept, other = two
    ProductFactory(establishment=kept, name="Bánh tráng")
    twin = ProductFactory(establishment=other, name="bánh  tráng")
    alone = ProductFactory(establishment=other, name="Bún khô")
    title = AwardFactory(product=twin)
    paper = attach_file(
        actor=cast.officer,
        record=other,
        upload=SimpleUploadedFile("giay.pdf", b"%PDF-1.4\n%%EOF\n"),
    )
    pair = DuplicateCandidate.objects.create(first=kept, second=other, score=70, reasons=[])
    merge(cast, two)
    kept.refresh_from_db(), other.refresh_from_db()
    assert (kept.phone, kept.tax_code, kept.labour_total) == ("0912345678", "0100109106", 5)
    assert (other.status, other.merged_into) == (EstablishmentStatus.MERGED, kept)
    assert {p.name for p in kept.products.all()} == {"Bánh tráng", "Bún khô"}
    title.refresh_from_db(), alone.refresh_from_db(), pair.refresh_from_db()
    assert title.product.establishment == kept
    assert Attachment.objects.get(pk=paper.pk).owner == kept
    assert (pair.state, pair.decided_by) == (DuplicateState.MERGED, cast.officer)
    assert tax_code_owner("0100109106") == kept
    change = StatusChange.objects.get(establishment=other)
    assert (change.from_status, change.to_status) == ("paused", "merged")
    assert count_of(list_rows(cast.officer, ListFilters())) == (1, True)


def test_an_undone_merge_leaves_everything_as_it_was(cast, two):
    kept, other = two
    before = facts(kept), facts(other)
    product = ProductFactory(establishment=other, name="Bún khô")
    twin = ProductFactory(establishment=other, name="Bánh")
    ProductFactory(establishment=kept, name="Bánh")
    title = AwardFactory(product=twin)
    record = merge(cast, two, take=("phone", "tax_code", "name", "place", "labour_total"))
    merging.undo_merge(actor=cast.administrator, merge_id=record.pk)
    kept.refresh_from_db(), other.refresh_from_db()
    assert (facts(kept), facts(other)) == before
    product.refresh_from_db(), title.refresh_from_db()
    assert product.establishment == other
    assert title.product == twin
    with pytest.raises(WrongStatus, match=str(cast.administrator)):
        merging.undo_merge(actor=cast.officer, merge_id=record.pk)


def test_later_changes_stand_in_the_way_and_are_named(cast, two):
    kept, other = two
    product = ProductFactory(establishment=other, name="Bún khô")
    record = merge(cast, two)
    Establishment.objects.filter(pk=kept.pk).update(phone="0987654321")
    product.delete()
    with pytest.raises(WrongStatus) as refusal:
        merging.undo_merge(actor=cast.officer, merge_id=record.pk)
    assert "“Điện thoại” đã được sửa" in str(refusal.value)
    assert "1 sản phẩm đã được chuyển hoặc gỡ" in str(refusal.value)
    other.refresh_from_db()
    assert other.status == EstablishmentStatus.MERGED


def test_merges_in_a_row_are_undone_from_the_last(cast, two):
    kept = two[0]
    last = EstablishmentFactory(name="Bánh tráng A", place=cast.phuoc_hai)
    first = merge(cast, two)
    second = merging.merge_establishments(
        actor=cast.officer, survivor_id=last.pk, merged_id=kept.pk
    )
    with pytest.raises(WrongStatus, match="hợp nhất tiếp"):
        merging.undo_merge(actor=cast.officer, merge_id=first.pk)
    merging.undo_merge(actor=cast.officer, merge_id=second.pk)
    merging.undo_merge(actor=cast.officer, merge_id=first.pk)
    assert not Establishment.objects.filter(status=EstablishmentStatus.MERGED).exists()


def test_a_merge_is_refused_to_others_and_twice_and_unseen(cast, two):
    kept, other = two
    ids = {"survivor_id": kept.pk, "merged_id": other.pk}
    for person in (cast.collaborator, cast.leader, cast.viewer, cast.accountant):
        with pytest.raises(NotAllowed):
            merging.merge_establishments(actor=person, **ids)
    with pytest.raises(Conflict):
        merging.merge_establishments(
            actor=cast.officer, **ids, seen_at={kept.pk: "x", other.pk: "y"}
        )
    with pytest.raises(InvalidInput):
        merging.merge_establishments(actor=cast.officer, survivor_id=kept.pk, merged_id=kept.pk)
    assert not MergeRecord.objects.exists()
    merge(cast, two)
    with pytest.raises(WrongStatus, match=str(cast.officer)):
        merge(cast, two)
    other.refresh_from_db()
    with pytest.raises(NotAllowed, match="hợp nhất"):
        actions.add_product(actor=cast.officer, establishment_id=other.pk, name="A")


def test_a_report_counts_the_two_as_one(cast, two):
    Establishment.objects.update(registered_on=date(2025, 8, 1))
    today = timezone.localdate()

    def total(day):
        return registry_figures([cast.phuoc_hai.pk], day, day)["registry.total", ""]

    assert total(today) == 2
    merge(cast, two)
    # Today one; yesterday's count is as it was.
    assert (total(today), total(today - timedelta(days=1))) == (1, 2)


def test_what_is_proposed_is_fuller_then_newer(cast, two):
    kept, other = two
    proposed = {c.field.name: c.take_other for c in merging.choices_between(kept, other)}
    assert proposed["phone"] and proposed["labour_total"]
    assert not proposed["labour_female"]
    assert "address" not in proposed
    assert merging.fuller_first(kept, other) == (other, kept)


def test_every_reference_to_an_establishment_moves_or_says_why_it_stays():
    """A new app that points to establishments must say what a merge does with its rows."""
    pointing = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if not hasattr(model, "pgh_tracked_model")
        for field in model._meta.concrete_fields
        if field.related_model is Establishment
    }
    assert pointing
    assert pointing <= movers.classified()


@pytest.mark.django_db(transaction=True)
def test_two_merges_crosswise_leave_one_survivor():
    place = PlaceFactory()
    one, two = (EstablishmentFactory(place=place) for _ in range(2))
    officers = [UserFactory(roles=["officer"]) for _ in range(2)]
    barrier, results = threading.Barrier(2), []

    def run(officer, survivor, merged):
        try:
            barrier.wait(timeout=10)
            merging.merge_establishments(
                actor=officer, survivor_id=survivor.pk, merged_id=merged.pk
            )
            results.append("done")
        except WrongStatus:
            results.append("refused")
        except Exception as error:  # a deadlock would land here
            results.append(repr(error))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(officers[0], one, two)),
        threading.Thread(target=run, args=(officers[1], two, one)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(results) == ["done", "refused"]
    assert Establishment.objects.filter(merged_into__isnull=False).count() == 1


def test_the_pages_from_choosing_to_undoing(cast, two, client):
    kept, other = two
    client.force_login(cast.officer, backend="khuyencong.core.auth.PortalBackend")
    html = client.get(reverse("facilities:merge_pick", args=[kept.pk]), {"q": "hkd"}).content
    assert reverse("facilities:merge", args=[kept.pk, other.pk]) in html.decode()
    url = reverse("facilities:merge", args=[kept.pk, other.pk])
    page = client.get(url)
    assert "0912345678" in page.content.decode()
    assert PersonalDataAccess.objects.filter(user=cast.officer).exists()
    data = {
        "chon-phone": "b",
        "chon-name": "a",
        "seen_a": page.context["survivor"].updated_at.isoformat(),
        "seen_b": page.context["merged"].updated_at.isoformat(),
    }
    assert client.post(url, data)["Location"] == kept.get_absolute_url()
    kept.refresh_from_db()
    assert (kept.phone, kept.tax_code) == ("0912345678", "")
    moved = client.get(other.get_absolute_url(), follow=True)
    assert moved.redirect_chain[0][0] == kept.get_absolute_url()
    assert "đã được hợp nhất vào hồ sơ này" in moved.content.decode()
    old = client.get(other.get_absolute_url(), {"ho_so_cu": "1"}).content.decode()
    assert "chỉ còn để xem" in old
    assert "Hoàn tác" in client.get(kept.get_absolute_url()).content.decode()
    client.post(reverse("facilities:merge_undo", args=[MergeRecord.objects.get().pk]))
    assert client.get(other.get_absolute_url()).status_code == 200


def test_who_may_not_see_the_survivor_still_reads_where_it_went(cast, client):
    near = EstablishmentFactory(place=cast.phuoc_hai, name="Mộc A")
    far = EstablishmentFactory(place=cast.long_son, name="Mộc B")
    merging.merge_establishments(actor=cast.officer, survivor_id=far.pk, merged_id=near.pk)
    client.force_login(cast.collaborator, backend="khuyencong.core.auth.PortalBackend")
    html = client.get(near.get_absolute_url()).content.decode()
    assert "hồ sơ ở địa bàn khác" in html
    assert far.get_absolute_url() not in html


def test_an_erasure_reaches_what_was_merged_and_the_undo_brings_nothing_back(cast, two):
    kept, other = two
    record = merge(cast, two)
    erase_personal_data(
        actor=cast.administrator,
        establishment_id=kept.pk,
        reason="Theo yêu cầu",
        decisions={one.key: None for one in free_texts(kept)},
    )
    kept.refresh_from_db(), other.refresh_from_db(), record.refresh_from_db()
    assert (kept.phone, other.phone) == ("", "")
    assert "phone" not in {*record.former, *record.written}
    merging.undo_merge(actor=cast.officer, merge_id=record.pk)
    other.refresh_from_db()
    assert (other.phone, other.tax_code) == ("", "0100109106")


def test_rows_of_the_record_move_and_a_year_stands_once(cast, two):
    kept, other = two
    machine = MachineFactory(establishment=other)
    YearFigureFactory(establishment=kept, year=2025)
    same, alone = (YearFigureFactory(establishment=other, year=year) for year in (2025, 2024))
    record = merge(cast, two)
    for row, owner in ((machine, kept), (alone, kept), (same, other)):
        row.refresh_from_db()
        assert row.establishment == owner
    merging.undo_merge(actor=cast.officer, merge_id=record.pk)
    machine.refresh_from_db(), alone.refresh_from_db()
    assert machine.establishment == alone.establishment == other
