"""Pairs that may be one: what speaks for it, the nightly search, decisions that are remembered."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from facilities import duplicates
from facilities.enums import DuplicateState
from facilities.models import DuplicateCandidate, DuplicateSearch, Establishment
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.exceptions import NotAllowed, WrongStatus


def found():
    return {
        (pair.first.name, pair.second.name): pair
        for pair in DuplicateCandidate.objects.select_related("first", "second")
    }


def test_the_reasons_say_what_is_alike(cast):
    one = EstablishmentFactory(
        name="Cơ sở Bánh tráng An Ngãi", place=cast.phuoc_hai, phone="0912345678"
    )
    two = EstablishmentFactory(
        name="HKD bánh tráng An Ngãi", place=cast.loc_an, phone="0912345678", tax_code="0100109106"
    )
    score, reasons = duplicates.likeness(one, two, same_line=True)
    assert score == 100
    assert reasons == [
        "Cùng tên khi bỏ loại hình, viết tắt",
        "Cùng số điện thoại",
        "Cùng địa bàn sau khi sáp nhập xã",
    ]
    one.tax_code, one.phone = "3500101107", ""
    score, reasons = duplicates.likeness(one, two, same_line=True)
    assert score < duplicates.WORTH_ASKING
    assert "Nhưng hai mã số thuế khác nhau" in reasons


def test_the_nightly_search_finds_each_kind_once(cast):
    same_name = dict(place=cast.phuoc_hai)
    EstablishmentFactory(name="Cơ sở mộc Hòa Bình", **same_name)
    EstablishmentFactory(name="DNTN Mộc Hoà Bình", place=cast.loc_an)
    EstablishmentFactory(name="Mắm Ông Kỳ", place=cast.long_son, phone="0912345678")
    EstablishmentFactory(name="Nước mắm ông Kỳ", place=cast.long_son, phone="0912345678")
    EstablishmentFactory(name="Cơ sở rèn Quyết Thắng", place=cast.long_son)
    EstablishmentFactory(name="Cơ sở rèn Quyết Thăngs", place=cast.long_son)
    EstablishmentFactory(name="Cơ sở mộc Hòa Bình", place=cast.long_son)  # elsewhere, nothing else
    assert duplicates.search_duplicates() == 3
    assert set(found()) == {
        ("Cơ sở mộc Hòa Bình", "DNTN Mộc Hoà Bình"),
        ("Mắm Ông Kỳ", "Nước mắm ông Kỳ"),
        ("Cơ sở rèn Quyết Thắng", "Cơ sở rèn Quyết Thăngs"),
    }
    assert duplicates.search_duplicates() == 0
    assert DuplicateCandidate.objects.count() == 3


def test_only_what_changed_is_looked_at_and_decisions_stand(cast):
    long_ago = timezone.now() - timedelta(days=9)
    one = EstablishmentFactory(name="Mộc A", place=cast.long_son)
    two = EstablishmentFactory(name="Cơ sở mộc A", place=cast.long_son)
    duplicates.search_duplicates()
    pair = DuplicateCandidate.objects.get()
    duplicates.decide_not_duplicate(actor=cast.officer, pair_id=pair.pk)
    Establishment.objects.filter(pk=one.pk).update(updated_at=timezone.now())
    assert duplicates.search_duplicates() == 0
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == (DuplicateState.NOT_DUPLICATE, cast.officer)
    # Two that nobody touched since the last run are not compared again.
    DuplicateCandidate.objects.all().delete()
    Establishment.objects.update(updated_at=long_ago)
    assert duplicates.search_duplicates() == 0
    Establishment.objects.filter(pk=two.pk).update(updated_at=timezone.now())
    assert duplicates.search_duplicates() == 1
    assert DuplicateSearch.objects.count() == 4


def test_an_open_pair_that_is_alike_no_more_goes(cast):
    EstablishmentFactory(name="Mộc A", place=cast.long_son)
    two = EstablishmentFactory(name="Cơ sở mộc A", place=cast.long_son)
    duplicates.search_duplicates()
    two.name, two.updated_at = "Gốm sứ Bát Tràng", timezone.now()
    two.save()
    duplicates.search_duplicates()
    assert not DuplicateCandidate.objects.exists()


def test_a_decision_is_taken_once_by_those_who_may(cast):
    one, two = (EstablishmentFactory(place=cast.long_son) for _ in range(2))
    pair = DuplicateCandidate.objects.create(first=one, second=two, score=60, reasons=["a"])
    with pytest.raises(NotAllowed):
        duplicates.decide_not_duplicate(actor=cast.collaborator, pair_id=pair.pk)
    duplicates.decide_not_duplicate(actor=cast.officer, pair_id=pair.pk)
    with pytest.raises(WrongStatus, match=str(cast.officer)):
        duplicates.decide_not_duplicate(actor=cast.administrator, pair_id=pair.pk)
    duplicates.reopen_pair(actor=cast.administrator, pair_id=pair.pk)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == (DuplicateState.OPEN, None)


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_page_lists_open_pairs(cast, client, item_count, django_assert_num_queries):
    for number in range(item_count):
        one, two = (EstablishmentFactory(place=cast.long_son) for _ in range(2))
        DuplicateCandidate.objects.create(
            first=one, second=two, score=60 + number, reasons=["Cùng số điện thoại"]
        )
    client.force_login(cast.officer, backend="khuyencong.core.auth.PortalBackend")
    url = reverse("facilities:duplicates")
    client.get(url)
    with django_assert_num_queries(5):
        html = client.get(url).content.decode()
    assert html.count("Cùng số điện thoại") == item_count
    pair = DuplicateCandidate.objects.first()
    client.post(reverse("facilities:duplicate_dismiss", args=[pair.pk]))
    assert client.get(url).content.decode().count("Cùng số điện thoại") == item_count - 1
    assert "Xét lại" in client.get(url, {"trang_thai": "not_duplicate"}).content.decode()
    assert client.get(url, {"xa": cast.phuoc_hai.pk}).content.decode().count("Vì sao") == 0


def test_entering_one_says_why_another_may_be_it(cast, client):
    EstablishmentFactory(name="Cơ sở sản xuất Bánh tráng A", place=cast.phuoc_hai)
    client.force_login(cast.officer, backend="khuyencong.core.auth.PortalBackend")
    html = client.post(
        reverse("facilities:add"),
        {
            "name": "CSSX bánh tráng A",
            "legal_form": "household",
            "place": cast.phuoc_hai.pk,
            "status": "active",
        },
    ).content.decode()
    assert "Có thể đã có trong sổ" in html
    assert "cùng tên khi bỏ loại hình, viết tắt" in html
