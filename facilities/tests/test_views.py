"""The registry's pages as its users meet them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from facilities.models import Establishment, Product
from facilities.queries import registry_list_params
from facilities.tests.factories import AwardFactory, EstablishmentFactory, ProductFactory

LIST = reverse("facilities:list")
ADD = reverse("facilities:add")


@pytest.fixture
def book(cast):
    return EstablishmentFactory(
        name="Cơ sở chả cá Mười",
        place=cast.loc_an,
        phone="0912345678",
        representative="Chủ cơ sở thử",
        tax_code="077085012345",
        note="Ghi chú nội bộ",
    )


def typed(cast, **changes):
    return {
        "name": "Bánh tráng Phước Hải",
        "legal_form": "household",
        "place": cast.phuoc_hai.pk,
        "status": "active",
    } | changes


def page(client, user, url, data=None, **kwargs):
    client.force_login(user)
    response = client.post(url, data, **kwargs) if data is not None else client.get(url, **kwargs)
    return response, response.content.decode()


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_costs_the_same_for_one_and_three(client, cast, item_count, django_assert_num_queries):
    for _ in range(item_count):
        AwardFactory(product__establishment__place=cast.loc_an)
    client.force_login(cast.collaborator)
    client.get(LIST)
    with django_assert_num_queries(18):
        client.get(LIST)


def test_list_shows_own_places_with_the_unit_of_today(client, cast, book):
    EstablishmentFactory(name="Hàu Long Sơn", place=cast.long_son)
    _, html = page(client, cast.collaborator, LIST)
    assert "Cơ sở chả cá Mười" in html
    assert "(nay là Xã Phước Hải)" in html
    assert "Hàu Long Sơn" not in html
    assert "Xã Long Sơn" not in html


def test_list_keeps_its_filters_for_paging_and_for_the_spreadsheet(client, cast):
    for number in range(52):
        EstablishmentFactory(name=f"Lò bún {number:02}", place=cast.phuoc_hai)
    EstablishmentFactory(name="Lò gạch", place=cast.phuoc_hai)
    response, html = page(client, cast.officer, LIST + "?q=lo+bun&tinh_trang=active")
    assert response.context["count_label"] == "52"
    chosen = "kind=facilities.establishments&amp;q=lo+bun&amp;tinh_trang=active"
    assert f'href="{reverse("exports:choose")}?{chosen}"' in html
    _, second = page(client, cast.officer, LIST + response.context["next_url"])
    assert "Lò bún 51" in second
    assert "Lò bún 00" not in second


def test_list_that_is_empty_says_what_to_do(client, cast):
    assert "Thêm cơ sở đầu tiên" in page(client, cast.collaborator, LIST)[1]
    assert "Không có cơ sở nào khớp" in page(client, cast.collaborator, LIST + "?q=zzz")[1]
    assert ADD not in page(client, cast.leader, LIST)[1]


def test_list_opens_the_rows_behind_a_count(client, cast, book):
    EstablishmentFactory(name="Công ty", legal_form="limited_company", place=cast.phuoc_hai)
    params = registry_list_params("registry.enterprises", place_id=cast.phuoc_hai.pk)
    client.force_login(cast.collaborator)
    response = client.get(LIST, params)
    assert [row.name for row in response.context["page"].rows] == ["Công ty"]
    assert "đứng sau một số liệu" in response.content.decode()


def test_detail_shows_facts_titles_source_and_the_illustration_mark(client, cast):
    award = AwardFactory(
        product__name="Cá Chai tẩm gia vị",
        product__establishment__place=cast.loc_an,
        product__establishment__is_illustration=True,
        product__establishment__source_url="https://nguon.example/trang",
        level="nation",
        year=2017,
    )
    _, html = page(client, cast.collaborator, award.product.establishment.get_absolute_url())
    for words in (
        "Cá Chai tẩm gia vị",
        "tiêu biểu cấp quốc gia năm 2017",
        "https://nguon.example/trang",
        "Dữ liệu minh họa",
        "nay là Xã Phước Hải",
        "Lịch sử",
    ):
        assert words in html, words


def test_detail_masks_what_a_viewer_may_not_read(client, cast, book):
    Establishment.objects.filter(pk=book.pk).update(status_reason="Chủ cơ sở thử bị ốm")
    secrets = ("0912345678", "0912 345 678", "Chủ cơ sở thử", "077085012345", "Ghi chú nội bộ")
    _, seen = page(client, cast.officer, book.get_absolute_url())
    assert "0912 345 678" in seen and "Chủ cơ sở thử" in seen
    for url in (book.get_absolute_url(), LIST, LIST + "?q=cha+ca"):
        _, html = page(client, cast.viewer, url)
        assert "chả cá Mười" in html
        assert not [secret for secret in secrets if secret in html]
    response, _ = page(client, cast.viewer, reverse("facilities:history", args=[book.pk]))
    assert response.status_code == 403


ROUTES = ["detail", "edit", "change_status", "history", "product_add"]


@pytest.mark.parametrize("route", ROUTES)
def test_another_communes_establishment_is_not_found(client, cast, book, route):
    url = reverse(f"facilities:{route}", args=[book.pk])
    assert page(client, cast.neighbour, url)[0].status_code == 404
    assert page(client, cast.collaborator, url)[0].status_code == 200


def test_another_communes_product_is_not_found(client, cast, book):
    product = ProductFactory(establishment=book)
    for route in ("product_edit", "product_remove"):
        url = reverse(f"facilities:{route}", args=[product.pk])
        assert page(client, cast.neighbour, url, {"name": "X"})[0].status_code == 404
    assert Product.objects.get().name == product.name


@pytest.mark.parametrize("who", ["leader", "accountant", "viewer"])
def test_readers_get_403_with_the_reason_when_they_write(client, cast, book, who):
    for url in (
        ADD,
        *(reverse(f"facilities:{r}", args=[book.pk]) for r in ("edit", "change_status")),
    ):
        assert page(client, getattr(cast, who), url)[0].status_code == 403
        assert page(client, getattr(cast, who), url, typed(cast))[0].status_code == 403
    assert Establishment.objects.count() == 1


def test_add_offers_the_one_commune_chosen_already(client, cast):
    _, html = page(client, cast.collaborator, ADD)
    assert f'<option value="{cast.phuoc_hai.pk}" selected>' in html
    assert "data-keep" in html
    assert cast.long_son.name not in html


def test_add_writes_what_was_typed(client, cast):
    response, _ = page(
        client,
        cast.collaborator,
        ADD,
        typed(
            cast,
            phone="+84 912 345 678",
            tax_code="0100109106",
            founded_year="1998",
            labour_total="1.200",
            labour_female="700",
            revenue_vnd="1.250,5",
        ),
    )
    added = Establishment.objects.get()
    assert response.url == added.get_absolute_url()
    assert (added.phone, added.tax_code, added.founded_year) == ("0912345678", "0100109106", 1998)
    assert (added.labour_total, added.labour_female) == (1200, 700)
    assert added.revenue_vnd == 1_250_500_000
    assert added.created_by == cast.collaborator


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "  "}, "Cần điền mục này"),
        ({"tax_code": "0100109107"}, "chữ số thứ mười là 7"),
        ({"phone": "12345"}, "“12345” không phải là số điện thoại"),
        ({"revenue_vnd": "1.5"}, "“1.5” không phải là số"),
        ({"labour_total": "-3"}, "không được nhỏ hơn 0"),
        ({"labour_total": "2", "labour_female": "3"}, "Lao động nữ (3) không thể nhiều hơn"),
        ({"labour_female": "3"}, "nhập cả tổng số lao động"),
        ({"founded_year": "98"}, "Năm gồm bốn chữ số"),
        ({"founded_year": "2999"}, "ngoài khoảng 1900"),
    ],
)
def test_add_says_what_is_wrong_and_keeps_what_was_typed(client, cast, changes, words):
    response, html = page(client, cast.collaborator, ADD, typed(cast, **changes))
    assert response.status_code == 200
    assert words in html
    assert not Establishment.objects.exists()


def test_add_refuses_a_commune_that_is_not_ones_own(client, cast):
    _, html = page(client, cast.collaborator, ADD, typed(cast, place=cast.long_son.pk))
    assert "kc-field-wrong" in html
    _, html = page(client, cast.officer, ADD, typed(cast, place=cast.loc_an.pk))
    assert "kc-field-wrong" in html
    assert not Establishment.objects.exists()


def test_add_shows_look_alikes_first_and_goes_on_when_told_so(client, cast, book):
    data = typed(cast, name="Chả cá Mười")
    _, html = page(client, cast.collaborator, ADD, data)
    assert "Có thể đã có trong sổ" in html
    assert book.get_absolute_url() in html
    assert Establishment.objects.count() == 1
    page(client, cast.collaborator, ADD, data | {"van_them": "1"})
    assert Establishment.objects.count() == 2


def test_add_does_not_give_away_who_holds_a_tax_code(client, cast):
    other = EstablishmentFactory(name="Hàu Long Sơn", place=cast.long_son, tax_code="0100109106")
    data = typed(cast, tax_code="0100109106")
    _, html = page(client, cast.collaborator, ADD, data)
    assert "đã có trong sổ ở địa bàn khác" in html
    assert "Hàu" not in html and "Long Sơn" not in html
    assert other.get_absolute_url() not in html
    _, html = page(client, cast.officer, ADD, data)
    assert other.get_absolute_url() in html


def test_edit_keeps_an_old_place_and_writes_history_with_the_name(client, cast, book):
    url = reverse("facilities:edit", args=[book.pk])
    response, html = page(client, cast.collaborator, url)
    assert "Xã Lộc An (nay là Xã Phước Hải)" in html
    form = response.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    response, _ = page(client, cast.collaborator, url, data | {"labour_total": "12"})
    assert response.status_code == 302, response.context["form"].errors
    book.refresh_from_db()
    assert (book.labour_total, book.phone, book.place) == (12, "0912345678", cast.loc_an)
    _, html = page(client, cast.officer, reverse("facilities:history", args=[book.pk]))
    assert str(cast.collaborator) in html
    assert "Tổng số lao động: <del>(trống)</del> → <ins>12</ins>" in html
    assert "Điện thoại:" not in html


def test_edit_tells_when_somebody_else_was_faster(client, cast, book):
    url = reverse("facilities:edit", args=[book.pk])
    form = page(client, cast.collaborator, url)[0].context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    Establishment.objects.filter(pk=book.pk).update(updated_at=timezone.now(), note="Mới")
    _, html = page(client, cast.collaborator, url, data | {"name": "Tên của tôi"})
    assert "vừa được người khác sửa" in html
    assert "Tên của tôi" in html
    book.refresh_from_db()
    assert book.name == "Cơ sở chả cá Mười"


def test_status_page_writes_the_change(client, cast, book):
    url = reverse("facilities:change_status", args=[book.pk])
    day = timezone.localdate() - timedelta(days=1)
    data = {"status": "paused", "on": f"{day:%d/%m/%Y}", "reason": ""}
    assert "Anh/chị ghi lý do" in page(client, cast.collaborator, url, data)[1]
    page(client, cast.collaborator, url, data | {"reason": "thiếu nguyên liệu"})
    book.refresh_from_db()
    assert (book.status, book.status_on, book.status_reason) == ("paused", day, "thiếu nguyên liệu")


def test_products_are_kept_on_pages(client, cast, book):
    page(
        client,
        cast.collaborator,
        reverse("facilities:product_add", args=[book.pk]),
        {"name": "Chả cá", "capacity": "2 tấn/tháng"},
    )
    product = Product.objects.get()
    page(
        client,
        cast.collaborator,
        reverse("facilities:product_edit", args=[product.pk]),
        {"name": "Chả cá thát lát", "capacity": ""},
    )
    product.refresh_from_db()
    assert product.name == "Chả cá thát lát"
    page(client, cast.collaborator, reverse("facilities:product_remove", args=[product.pk]), {})
    assert not Product.objects.exists()
    _, html = page(client, cast.collaborator, reverse("facilities:history", args=[book.pk]))
    assert "Xóa sản phẩm" in html
