"""In a real browser: the point of an establishment is taken from the device one stands with."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_the_point_is_taken_from_the_device_and_saved(live_server, page):
    UserFactory(username="chuyenvien", roles=[Role.OFFICER])
    book = EstablishmentFactory(name="Chả cá Mười")
    page.context.grant_permissions(["geolocation"], origin=live_server.url)
    page.context.set_geolocation({"latitude": 10.411379, "longitude": 107.136223, "accuracy": 12})
    page.goto(f"{live_server.url}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill("chuyenvien")
    page.get_by_label("Mật khẩu").fill("mat-khau-thu-1")
    page.get_by_role("button", name="Đăng nhập").click()
    page.goto(f"{live_server.url}{book.get_absolute_url()}phan/vi-tri/")
    page.get_by_role("button", name="Lấy vị trí đang đứng").click()
    expect(page.get_by_text("sai số khoảng 12 m")).to_be_visible()
    expect(page.get_by_label("Vĩ độ")).to_have_value("10,411379")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chả cá Mười")
    book.refresh_from_db()
    assert (book.latitude, book.longitude) == (Decimal("10.411379"), Decimal("107.136223"))
