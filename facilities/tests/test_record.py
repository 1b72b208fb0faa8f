"""A record's details and rows: what the actions write and refuse, and the pages as people meet them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facilities.models import Establishment, Machine, SupportNeed, YearFigure
from facilities.record.actions import (
    ContactDetails,
    LocationDetails,
    ProductionDetails,
    add_particular,
    change_need_state,
    remove_particular,
    update_details,
    update_particular,
)
from facilities.tests.factories import (
    CertificateFactory,
    EstablishmentFactory,
    MachineFactory,
    NeedKindFactory,
    ProductFactory,
    SupportNeedFactory,
    YearFigureFactory,
)
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus

TODAY = timezone.localdate


@pytest.fixture
def book(cast):
    return EstablishmentFactory(name="Cơ sở chả cá Mười", place=cast.loc_an, phone="0912345678")


def page(client, user, url, data=None):
    client.force_login(user)
    response = client.get(url) if data is None else client.post(url, data)
    return response, response.content.decode()


def section(book, name):
    return reverse("facilities:section_edit", args=[book.pk, name])


def test_details_are_written_by_section_and_leave_the_rest_alone(cast, book):
    update_details(
        actor=cast.collaborator,
        establishment_id=book.pk,
        details=ProductionDetails(capital_vnd=5_000_000_000, markets=("country", "export")),
    )
    update_details(
        actor=cast.collaborator,
        establishment_id=book.pk,
        details=LocationDetails(
            latitude=Decimal("10.411379"), longitude=Decimal("107.136223"), craft_village=" Làng A "
        ),
    )
    book.refresh_from_db()
    assert (book.capital_vnd, book.markets) == (5_000_000_000, ["country", "export"])
    assert (book.craft_village, book.phone) == ("Làng A", "0912345678")


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (LocationDetails(latitude=Decimal(48), longitude=Decimal(2)), "trong Việt Nam"),
        (LocationDetails(latitude=Decimal(10)), "cả vĩ độ, kinh độ"),
        (ProductionDetails(export_countries="Nhật Bản"), "chọn thị trường"),
        (ContactDetails(contact_consent_on=date(2026, 1, 1)), "cả ngày và hình thức"),
        (
            ContactDetails(
                contact_consent_on=date(2026, 2, 1),
                contact_consent_means="written",
                contact_consent_withdrawn_on=date(2026, 1, 1),
            ),
            "từ ngày đồng ý trở đi",
        ),
    ],
)
def test_details_that_cannot_be_are_refused(cast, book, details, words):
    with pytest.raises(InvalidInput, match=words):
        update_details(actor=cast.officer, establishment_id=book.pk, details=details)
    book.refresh_from_db()
    assert (book.latitude, book.export_countries, book.contact_consent_on) == (None, "", None)


def test_consent_of_a_day_to_come_is_refused(cast, book):
    details = ContactDetails(
        contact_consent_on=TODAY() + timedelta(days=1), contact_consent_means="written"
    )
    with pytest.raises(InvalidInput) as refusal:
        update_details(actor=cast.officer, establishment_id=book.pk, details=details)
    assert list(refusal.value.errors) == ["contact_consent_on"]


def test_a_neighbour_writes_nothing(cast, book):
    with pytest.raises(NotAllowed):
        update_details(
            actor=cast.neighbour, establishment_id=book.pk, details=ProductionDetails(capital_vnd=1)
        )
    with pytest.raises(NotAllowed):
        add_particular(actor=cast.neighbour, row=Machine(establishment=book, name="Máy"))
    need = SupportNeedFactory(establishment=book)
    with pytest.raises(NotAllowed):
        change_need_state(actor=cast.neighbour, need_id=need.pk, state="met")
    assert not book.machines.exists()
    assert SupportNeed.objects.get().state == "open"


def test_what_changed_since_it_was_seen_is_not_overwritten(cast, book):
    seen = book.updated_at
    update_details(
        actor=cast.officer,
        establishment_id=book.pk,
        details=ProductionDetails(capital_vnd=1),
        seen_at=seen,
    )
    with pytest.raises(Conflict):
        update_details(
            actor=cast.collaborator,
            establishment_id=book.pk,
            details=ProductionDetails(capital_vnd=2),
            seen_at=seen,
        )


@pytest.mark.parametrize(
    "columns",
    [
        {"latitude": 48, "longitude": 2},
        {"latitude": 10, "longitude": None},
        {"capital_vnd": -1},
        {"markets": ["moon"]},
        {"export_countries": "Lào"},
        {"contact_consent_means": "written"},
    ],
)
def test_the_database_refuses_what_a_form_would(book, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        Establishment.objects.filter(pk=book.pk).update(**columns)


def test_a_year_has_one_row_of_figures(cast, book):
    YearFigureFactory(establishment=book, year=2025)
    with pytest.raises(InvalidInput, match="đã có số liệu"):
        add_particular(actor=cast.officer, row=YearFigure(establishment=book, year=2025))


def test_a_certificate_is_for_a_product_of_the_same_establishment(cast, book):
    elsewhere = ProductFactory(establishment__place=cast.loc_an)
    row = CertificateFactory.build(establishment=book, product=elsewhere)
    with pytest.raises(InvalidInput, match="không phải của cơ sở"):
        add_particular(actor=cast.officer, row=row)


def test_a_row_is_corrected_and_taken_out_while_history_keeps_it(cast, book):
    machine = MachineFactory(establishment=book, name="Máy xay", quantity=1)
    update_particular(
        actor=cast.collaborator, model=Machine, row_id=machine.pk, values={"quantity": 2}
    )
    remove_particular(actor=cast.collaborator, model=Machine, row_id=machine.pk)
    assert not Machine.objects.exists()
    events = apps.get_model("facilities", "MachineEvent").objects.order_by("pgh_id")
    assert [(e.pgh_label, e.quantity) for e in events] == [
        ("insert", 1),
        ("update", 2),
        ("delete", 2),
    ]


def test_a_need_is_met_once_and_may_stand_again(cast, book):
    need = SupportNeedFactory(establishment=book)
    change_need_state(actor=cast.collaborator, need_id=need.pk, state="met")
    with pytest.raises(WrongStatus, match="đã được đáp ứng"):
        change_need_state(actor=cast.officer, need_id=need.pk, state="withdrawn")
    again = change_need_state(actor=cast.officer, need_id=need.pk, state="open")
    assert (again.state, again.state_on) == ("open", TODAY())


def test_a_section_is_filled_in_as_people_write(client, cast, book):
    response, _ = page(
        client,
        cast.collaborator,
        section(book, "san-xuat"),
        {
            "capital_vnd": "1.250,5",
            "labour_seasonal": "12",
            "markets": ["commune", "export"],
            "export_countries": "Nhật Bản, Lào",
            "source": "survey",
        },
    )
    assert response.status_code == 302
    book.refresh_from_db()
    assert (book.capital_vnd, book.labour_seasonal) == (1_250_500_000, 12)
    _, html = page(client, cast.collaborator, book.get_absolute_url())
    assert "Trong xã, phường; xuất khẩu (Nhật Bản, Lào)" in html
    assert "nguồn: phiếu khảo sát" in html


def test_a_point_may_be_typed_with_dot_or_comma(client, cast, book):
    data = {"latitude": "10.411379", "longitude": "107,136223"}
    assert page(client, cast.officer, section(book, "vi-tri"), data)[0].status_code == 302
    book.refresh_from_db()
    assert (book.latitude, book.longitude) == (Decimal("10.411379"), Decimal("107.136223"))
    assert 'value="10,411379"' in page(client, cast.officer, section(book, "vi-tri"))[1]
    response, html = page(client, cast.officer, section(book, "vi-tri"), {"latitude": "mười"})
    assert response.status_code == 422
    assert "“mười” không phải là số độ" in html


def test_nothing_but_name_form_and_place_is_asked_for(client, cast, book):
    for name in ("lien-he", "giay-phep", "vi-tri", "san-xuat"):
        assert (
            page(client, cast.officer, section(book, name), {"source": "entry"})[0].status_code
            == 302
        )


@pytest.mark.parametrize(
    ("kind", "data", "shown"),
    [
        ("may-moc", {"name": "Máy sấy", "quantity": "2", "year_made": "2019"}, "Máy sấy"),
        ("chung-nhan", {"kind": "ocop", "stars": "4"}, "OCOP 4 sao"),
        ("so-lieu-nam", {"year": "2025", "output_value": "1,5", "output_unit": "tấn"}, "1,5 tấn"),
        ("nhu-cau", {"kind": "", "what": "Máy hút chân không"}, "Máy hút chân không"),
    ],
)
def test_rows_are_added_and_corrected_on_their_pages(client, cast, book, kind, data, shown):
    if kind == "nhu-cau":
        data = data | {"kind": NeedKindFactory().pk}
    add = reverse("facilities:row_add", args=[book.pk, kind])
    assert page(client, cast.collaborator, add)[0].status_code == 200
    response, html = page(client, cast.collaborator, add, data)
    assert response.status_code == 302, html
    _, html = page(client, cast.collaborator, book.get_absolute_url())
    assert shown in html
    edit = html[html.index(f"/co-so/{kind}/") :].split('"')[0]
    edit = f"{edit.rsplit('/', 2)[0]}/sua/"
    response, html = page(client, cast.collaborator, edit)
    assert response.status_code == 200
    assert page(client, cast.collaborator, edit, data)[0].status_code == 302
    remove = edit.replace("/sua/", "/go/")
    assert page(client, cast.collaborator, remove, {})[0].status_code == 302
    page(client, cast.collaborator, book.get_absolute_url())  # tells that it was taken out
    html = page(client, cast.collaborator, book.get_absolute_url())[1]
    assert shown not in html.split("<h2>Lịch sử")[0]


def test_a_row_with_faults_says_where(client, cast, book):
    add = reverse("facilities:row_add", args=[book.pk, "chung-nhan"])
    response, html = page(client, cast.officer, add, {"kind": "ocop"})
    assert response.status_code == 422
    assert "3, 4 hoặc 5 sao" in html


def test_an_unknown_section_or_kind_is_no_page(client, cast, book):
    assert page(client, cast.officer, section(book, "khac"))[0].status_code == 404
    url = reverse("facilities:row_add", args=[book.pk, "khac"])
    assert page(client, cast.officer, url)[0].status_code == 404


def test_a_viewer_reads_the_rows_and_has_no_buttons(client, cast, book):
    MachineFactory(establishment=book, name="Máy xay")
    _, html = page(client, cast.viewer, book.get_absolute_url())
    assert "Máy xay" in html
    assert "Thêm máy" not in html


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_page_of_a_record_costs_the_same(
    client, cast, book, item_count, django_assert_num_queries
):
    for year in range(item_count):
        MachineFactory(establishment=book)
        CertificateFactory(establishment=book, product=ProductFactory(establishment=book))
        SupportNeedFactory(establishment=book)
        YearFigureFactory(establishment=book, year=2020 + year)
    client.force_login(cast.viewer)
    client.get(book.get_absolute_url())
    with django_assert_num_queries(15):
        client.get(book.get_absolute_url())
