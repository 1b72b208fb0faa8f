"""Two records of one workshop, in a real browser: found, compared, merged, and made two again."""

import pytest
from django.urls import reverse

from facilities import duplicates
from facilities.enums import EstablishmentStatus
from facilities.tests.factories import EstablishmentFactory, ProductFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import PlaceFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer(transactional_db, client, live_server, page):
    user = UserFactory(roles=[Role.OFFICER])
    client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
    page.context.add_cookies(
        [{"name": "phien", "value": client.cookies["phien"].value, "url": live_server.url}]
    )
    return user


def test_an_officer_merges_two_records_and_undoes_it(officer, page, live_server):
    place = PlaceFactory(name="Xã Long Sơn")
    kept = EstablishmentFactory(name="Cơ sở bánh tráng A", place=place, phone="0912345678")
    other = EstablishmentFactory(
        name="HKD Bánh tráng A", place=place, phone="0912345678", address="Ấp 1", founded_year=1998
    )
    ProductFactory(establishment=kept, name="Bún khô")
    duplicates.search_duplicates()

    page.goto(live_server.url + reverse("facilities:duplicates"))
    assert "Cùng tên khi bỏ loại hình, viết tắt; Cùng số điện thoại" in page.inner_text("main")
    page.get_by_role("link", name="So sánh và hợp nhất").click()
    # The fuller one is proposed to stay.
    assert page.url.endswith(reverse("facilities:merge", args=[other.pk, kept.pk]))
    assert page.locator("input[name=chon-address][value=a]").is_checked()
    page.get_by_label("Tên cơ sở: Cơ sở bánh tráng A").check()
    page.get_by_role("button", name="Hợp nhất").click()
    page.wait_for_url("**" + other.get_absolute_url())
    assert page.inner_text("h1") == "Cơ sở bánh tráng A"
    assert "Bún khô" in page.inner_text("main")

    page.goto(live_server.url + kept.get_absolute_url())
    assert page.url.endswith(other.get_absolute_url())
    assert "đã được hợp nhất vào hồ sơ này" in page.inner_text("body")

    page.get_by_role("button", name="Hoàn tác").click()
    page.wait_for_url("**" + kept.get_absolute_url())
    assert "lại là một hồ sơ riêng" in page.inner_text("body")
    kept.refresh_from_db(), other.refresh_from_db()
    assert (kept.status, other.name) == (EstablishmentStatus.ACTIVE, "HKD Bánh tráng A")
    assert [product.name for product in kept.products.all()] == ["Bún khô"]
