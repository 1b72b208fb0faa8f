"""The record as of a day, and its history by field with the source of each value."""

from datetime import timedelta

import pgtrigger
import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from facilities.actions import EstablishmentFacts, add_establishment, update_establishment
from facilities.models import Machine
from facilities.record.actions import (
    ProductionDetails,
    add_particular,
    remove_particular,
    update_details,
    update_particular,
)
from facilities.record.history import changes_of, record_at
from facilities.tests.factories import AwardFactory, EstablishmentFactory, ProductFactory

TRACKED = ("Establishment", "Product", "Award", "Machine")


def event_models():
    return [apps.get_model("facilities", f"{name}Event") for name in TRACKED]


def put_back(days: int) -> None:
    """Move all that history holds so far some days into the past, as if written then."""
    for model in event_models():
        with pgtrigger.ignore(f"facilities.{model.__name__}:append_only"):
            for event in model.objects.all():
                moment = event.pgh_created_at - timedelta(days=days)
                model.objects.filter(pk=event.pk).update(pgh_created_at=moment)


@pytest.fixture
def book(cast):
    return EstablishmentFactory(name="Chả cá Mười", place=cast.phuoc_hai, labour_total=5)


def ago(days: int):
    return timezone.localdate() - timedelta(days=days)


def test_the_record_is_what_it_was_with_all_its_rows(cast, book):
    product = ProductFactory(establishment=book, name="Chả cá thu")
    AwardFactory(product=product)
    machine = Machine(establishment=book, name="Máy xay", quantity=1)
    add_particular(actor=cast.officer, row=machine)
    put_back(10)
    update_details(
        actor=cast.officer, establishment_id=book.pk, details=ProductionDetails(capital_vnd=7)
    )
    update_particular(actor=cast.officer, model=Machine, row_id=machine.pk, values={"quantity": 3})
    put_back(10)
    remove_particular(actor=cast.officer, model=Machine, row_id=machine.pk)

    assert record_at(book, ago(21)) is None
    first = record_at(book, ago(20))
    assert (first.establishment.capital_vnd, first.machines[0].quantity) == (None, 1)
    assert [title.year for title in first.products[0].titles] == [2022]
    second = record_at(book, ago(10))
    assert (second.establishment.capital_vnd, second.machines[0].quantity) == (7, 3)
    assert record_at(book, ago(1)).machines[0].quantity == 3
    assert record_at(book, ago(0)).machines == []


def test_a_row_that_went_to_another_record_is_no_longer_in_this_one(cast, book):
    other = EstablishmentFactory(place=cast.phuoc_hai)
    product = ProductFactory(establishment=book)
    put_back(5)
    product.establishment = other
    product.save()
    assert record_at(book, ago(5)).products == [product]
    assert record_at(book, ago(0)).products == []
    assert record_at(other, ago(0)).products == [product]


def test_the_page_of_a_past_day_is_for_reading_only(client, cast, book):
    put_back(10)
    update_establishment(
        actor=cast.officer,
        establishment_id=book.pk,
        facts=EstablishmentFacts(name="Chả cá Mười Một", place=cast.phuoc_hai, labour_total=8),
    )
    client.force_login(cast.collaborator)
    html = client.get(f"{book.get_absolute_url()}?ngay={ago(3):%d/%m/%Y}").content.decode()
    assert "chỉ để xem" in html
    assert "<h1>Chả cá Mười</h1>" in html
    assert "5 người" in html
    assert "Sửa" not in html
    client.force_login(cast.neighbour)
    assert client.get(f"{book.get_absolute_url()}?ngay={ago(3):%d/%m/%Y}").status_code == 404


def test_a_viewer_reads_a_past_day_masked(client, cast):
    book = EstablishmentFactory(
        place=cast.phuoc_hai,
        representative="Chủ cơ sở thử",
        phone="0912345678",
        tax_code="077085012345",
    )
    client.force_login(cast.viewer)
    html = client.get(f"{book.get_absolute_url()}?ngay={ago(0):%d/%m/%Y}").content.decode()
    for secret in ("Chủ cơ sở thử", "0912345678", "0912 345 678", "077085012345"):
        assert secret not in html
    assert "••••••••2345" in html


def test_each_change_names_its_source_and_the_next_one_its_own(cast):
    book = add_establishment(
        actor=cast.officer,
        facts=EstablishmentFacts(name="Lò bún", place=cast.phuoc_hai),
        source="import",
    )
    for labour, source in ((5, "survey"), (6, "report"), (7, "correction")):
        update_establishment(
            actor=cast.officer,
            establishment_id=book.pk,
            facts=EstablishmentFacts(name="Lò bún", place=cast.phuoc_hai, labour_total=labour),
            source=source,
        )
    assert [change.source for change in changes_of(book)] == [
        "Đính chính",
        "Báo cáo quý",
        "Phiếu khảo sát",
        "Nhập từ bảng tính",
    ]


def test_history_of_one_field_leaves_out_the_others(client, cast, book):
    update_details(
        actor=cast.officer,
        establishment_id=book.pk,
        details=ProductionDetails(capital_vnd=7, fuel_use="Củi"),
    )
    update_details(
        actor=cast.officer, establishment_id=book.pk, details=ProductionDetails(capital_vnd=7)
    )
    client.force_login(cast.officer)
    url = reverse("facilities:history", args=[book.pk])
    html = client.get(url).content.decode()
    assert '<option value="capital_vnd">' in html
    html = client.get(url + "?truong=capital_vnd").content.decode()
    assert "Tổng nguồn vốn (đồng): <del>(trống)</del> → <ins>7 đồng</ins>" in html
    assert "Củi" not in html
    assert "Củi" in client.get(url + "?truong=khac").content.decode()
