"""Personal data: masked, logged when read, corrected and erased on request (Luật 91/2025/QH15)."""

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from facilities.models import (
    Establishment,
    PersonalDataRequest,
    StatusChange,
    mask_phone,
    mask_tax_code,
)
from facilities.record.free_texts import free_texts
from facilities.record.personal import (
    answer_data_request,
    erase_personal_data,
    record_data_request,
)
from facilities.tests.factories import EstablishmentFactory, SupportNeedFactory
from khuyencong.audit.models import PersonalDataAccess
from khuyencong.audit.readers import field_history
from khuyencong.core.exceptions import InvalidInput, NotAllowed, WrongStatus

SECRETS = ("Chủ cơ sở thử", "0912345678", "077085012345", "chu@coso.example", "Tổ trưởng")


@pytest.fixture
def book(cast):
    return EstablishmentFactory(
        name="Chả cá Mười",
        place=cast.phuoc_hai,
        representative="Chủ cơ sở thử",
        representative_position="Tổ trưởng",
        phone="0912345678",
        email="chu@coso.example",
        tax_code="077085012345",
        labour_total=5,
    )


def events():
    return apps.get_model("facilities", "EstablishmentEvent").objects


def erase(actor, book, reason="Yêu cầu", rewrite=None):
    """Erase; every free text stays unless `rewrite` gives another for it."""
    decisions = {one.key: (rewrite or {}).get(one.text) for one in free_texts(book)}
    return erase_personal_data(
        actor=actor, establishment_id=book.pk, reason=reason, decisions=decisions
    )


def held_in_history(book) -> str:
    rows = events().filter(pgh_obj_id=book.pk)
    return str(
        list(
            rows.values_list(
                "representative", "representative_position", "phone", "email", "tax_code"
            )
        )
    )


def test_masks():
    assert mask_tax_code("077085012345") == "••••••••2345"
    assert mask_tax_code("0100109106") == "0100109106"
    assert (mask_phone("0912345678"), mask_phone("")) == ("•••••••678", "")


def test_a_viewers_page_is_masked_and_not_logged(client, cast, book):
    client.force_login(cast.viewer)
    html = client.get(book.get_absolute_url()).content.decode()
    assert not any(secret in html for secret in SECRETS)
    assert "•••••••678" in html
    assert not PersonalDataAccess.objects.exists()


def test_reading_contacts_is_logged_each_time(client, cast, book):
    client.force_login(cast.officer)
    for url in (book.get_absolute_url(), reverse("facilities:edit", args=[book.pk])):
        client.get(url)
    client.get(EstablishmentFactory(place=cast.phuoc_hai).get_absolute_url())
    assert [
        (access.user, access.means, access.subject, access.records)
        for access in PersonalDataAccess.objects.all()
    ] == [(cast.officer, "page", f"facilities.establishment {book.pk}", 1)] * 2


def test_the_log_cannot_be_rewritten(client, cast, book):
    client.force_login(cast.officer)
    client.get(book.get_absolute_url())
    for write in (
        lambda: PersonalDataAccess.objects.all().delete(),
        lambda: PersonalDataAccess.objects.update(records=0),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_the_administrator_reads_who_read(client, cast, book):
    client.force_login(cast.officer)
    client.get(book.get_absolute_url())
    client.force_login(cast.administrator)
    html = client.get(reverse("facilities:personal_accesses")).content.decode()
    assert str(cast.officer) in html
    assert "Chả cá Mười" in html


def test_forms_say_what_the_data_is_for(client, cast, book):
    client.force_login(cast.collaborator)
    for url in (
        reverse("facilities:add"),
        reverse("facilities:edit", args=[book.pk]),
        reverse("facilities:section_edit", args=[book.pk, "lien-he"]),
    ):
        assert "91/2025/QH15" in client.get(url).content.decode()


def test_a_request_is_written_down_and_answered_once(cast, book):
    asked = record_data_request(
        actor=cast.collaborator,
        establishment_id=book.pk,
        kind="correction",
        what="Sửa tên người đại diện",
        received_on=timezone.localdate(),
    )
    with pytest.raises(NotAllowed):
        answer_data_request(actor=cast.officer, request_id=asked.pk, state="done", answer="Đã sửa")
    with pytest.raises(InvalidInput):
        answer_data_request(actor=cast.administrator, request_id=asked.pk, state="done", answer=" ")
    answer_data_request(
        actor=cast.administrator, request_id=asked.pk, state="done", answer="Đã sửa"
    )
    with pytest.raises(WrongStatus, match="giải quyết lúc"):
        answer_data_request(
            actor=cast.administrator, request_id=asked.pk, state="refused", answer="Không"
        )


def test_erasure_blanks_the_record_and_its_history_and_says_so(cast, book):
    book.labour_total = 6
    book.save()
    other = EstablishmentFactory(place=cast.phuoc_hai, representative="Người khác")
    done = erase(cast.administrator, book, "Chủ cơ sở yêu cầu")
    book.refresh_from_db()
    assert (book.representative, book.phone, book.email, book.tax_code) == ("", "", "", "")
    assert not any(secret in held_in_history(book) for secret in SECRETS)
    assert (done.kind, done.state, done.redacted_rows) == ("erasure", "done", 2)
    # What is no personal data stays, and so do other records.
    assert [
        c.after for entry in field_history(book) for c in entry.changes if c.name == "labour_total"
    ] == ["6"]
    assert "Người khác" in held_in_history(other)


def test_a_company_keeps_its_tax_code(cast):
    book = EstablishmentFactory(
        place=cast.phuoc_hai, representative="Chủ cơ sở thử", tax_code="0100109106"
    )
    erase(cast.administrator, book, "Yêu cầu")
    book.refresh_from_db()
    assert book.tax_code == "0100109106"


def test_history_is_protected_again_after_an_erasure(cast, book):
    erase(cast.administrator, book, "Yêu cầu")
    with pytest.raises(DatabaseError), transaction.atomic():
        events().update(name="Khác")
    with pytest.raises(WrongStatus, match="không còn dữ liệu cá nhân"):
        erase(cast.administrator, book, "Yêu cầu")


@pytest.mark.parametrize("who", ["collaborator", "officer", "leader", "viewer"])
def test_only_an_administrator_erases(cast, book, who):
    with pytest.raises(NotAllowed):
        erase(getattr(cast, who), book)
    assert Establishment.objects.get(pk=book.pk).phone == "0912345678"
    assert not PersonalDataRequest.objects.exists()


def test_an_erasure_needs_a_reason_and_a_yes(client, cast, book):
    url = reverse("facilities:personal_data_erase", args=[book.pk])
    client.force_login(cast.administrator)
    assert client.post(url, {"reason": "Yêu cầu"}).status_code == 422
    assert client.post(url, {"reason": "", "sure": "on"}).status_code == 422
    assert Establishment.objects.get(pk=book.pk).phone == "0912345678"


def test_the_way_of_a_request_for_erasure(client, cast, book):
    """A collaborator passes it on, the administrator finds it, erases, and the page says so."""
    client.force_login(cast.collaborator)
    page = reverse("facilities:personal_data", args=[book.pk])
    data = {
        "kind": "erasure",
        "what": "Chủ cơ sở gọi điện yêu cầu xóa",
        "received_on": f"{timezone.localdate():%d/%m/%Y}",
    }
    assert client.post(page, data).status_code == 302
    client.force_login(cast.officer)
    assert page not in client.get(reverse("core:todo")).content.decode()
    client.force_login(cast.administrator)
    assert page in client.get(reverse("facilities:personal_accesses")).content.decode()
    assert page in client.get(reverse("core:todo")).content.decode()
    erase = reverse("facilities:personal_data_erase", args=[book.pk])
    assert "gọi điện yêu cầu xóa" in client.get(erase).content.decode()
    # Every free text must be decided on: the name of the establishment and the words of the request.
    assert client.post(erase, {"reason": "Theo yêu cầu", "sure": "on"}).status_code == 422
    kept = {f"chon-{one.key}": "giu" for one in free_texts(book)}
    assert len(kept) == 2
    client.post(erase, {"reason": "Theo yêu cầu", "sure": "on", **kept})
    asked = PersonalDataRequest.objects.get()
    assert (asked.state, asked.handled_by) == ("done", cast.administrator)
    html = client.get(book.get_absolute_url()).content.decode()
    assert "đã được xóa theo yêu cầu" in html
    assert not any(secret in html for secret in SECRETS)


def test_the_administrators_site_is_logged_too(client, cast, book):
    client.force_login(cast.administrator)
    client.get(reverse("admin:facilities_establishment_change", args=[book.pk]))
    assert PersonalDataAccess.objects.get().means == "page"
    response = client.post(
        reverse("admin:facilities_establishment_export"), {"format": "0", "resource": "0"}
    )
    assert "attachment" in response["Content-Disposition"]
    assert PersonalDataAccess.objects.filter(means="export", records=1).exists()


def test_free_texts_are_marked_decided_and_rewritten_with_their_history(client, cast, book):
    old = "Gặp ông chủ cơ sở thử, số 0912 345 678, trước khi đến"
    book.note, book.name = old, "Hộ Chủ Cơ Sở Thử"
    book.save()
    book.note = "Gọi trước khi đến"
    book.save()
    need = SupportNeedFactory(establishment=book, what="Ông Chủ cơ sở thử cần máy sấy")
    change = StatusChange.objects.create(
        establishment=book,
        from_status="active",
        to_status="paused",
        effective_on=timezone.localdate(),
        reason="Chủ cơ sở thử ốm",
        actor=cast.officer,
    )
    marked = {one.text: one for one in free_texts(book)}
    assert marked[old].proposal == "Gặp ông (đã xóa), số (đã xóa), trước khi đến"
    assert not marked["Gọi trước khi đến"].names_somebody
    rewrite = {one.text: one.proposal for one in marked.values() if one.names_somebody}
    assert set(rewrite) == {old, "Hộ Chủ Cơ Sở Thử", need.what, change.reason}
    erase(cast.administrator, book, rewrite=rewrite)
    book.refresh_from_db()
    need.refresh_from_db()
    change.refresh_from_db()
    assert (book.name, book.note) == ("Hộ (đã xóa)", "Gọi trước khi đến")
    assert need.what == "Ông (đã xóa) cần máy sấy" and change.reason == "(đã xóa) ốm"
    tables = ("EstablishmentEvent", "SupportNeedEvent")
    held = str([list(apps.get_model("facilities", t).objects.values_list()) for t in tables])
    assert "hủ cơ sở thử" not in held.lower() and "0912" not in held
    with pytest.raises(DatabaseError), transaction.atomic():
        StatusChange.objects.update(reason="Khác")


def test_a_new_text_must_not_name_the_person_and_an_unseen_one_stops_the_erasure(cast, book):
    book.note = "Chủ cơ sở thử hẹn"
    book.save()
    with pytest.raises(InvalidInput) as refused:
        erase(cast.administrator, book, rewrite={book.note: "Ông chu co so THU hẹn"})
    assert "vẫn còn" in str(refused.value.errors)
    decisions = {one.key: None for one in free_texts(book)}
    book.note = "Viết thêm sau khi mở trang"
    book.save()
    with pytest.raises(InvalidInput):
        erase_personal_data(
            actor=cast.administrator, establishment_id=book.pk, reason="x", decisions=decisions
        )
    assert Establishment.objects.get(pk=book.pk).phone == "0912345678"
