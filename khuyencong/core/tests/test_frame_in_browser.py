"""In a real browser: typed work is kept and offered back, the end of the session is announced."""

import re
import time

import pytest
from playwright.sync_api import expect

from khuyencong.core.middleware import SEEN
from khuyencong.core.models import User
from khuyencong.core.tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PASSWORD = "mat-khau-thu-1"
OFFER = re.compile(r"Khôi phục nội dung đã nhập lúc \d\d:\d\d\?")


@pytest.fixture
def person():
    return UserFactory(username="ctv.longson", display_name="CTV xã Long Sơn")


def log_in(page, base):
    page.goto(f"{base}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill("ctv.longson")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc cần làm")


def phone(page):
    return page.get_by_label("Điện thoại")


def end_session(page):
    """Make the server believe that the session was idle for hours."""
    from django.contrib.sessions.backends.db import SessionStore

    cookie = next(c for c in page.context.cookies() if c["name"] == "phien")
    session = SessionStore(cookie["value"])
    session[SEEN] = int(time.time()) - 6 * 3600
    session.save()


def test_work_typed_before_the_session_ended_is_offered_back(live_server, page, person):
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/tai-khoan/")
    phone(page).fill("0254 385 1111")
    end_session(page)
    page.get_by_role("button", name="Lưu thông tin liên hệ").click()
    expect(page.get_by_text("Phiên làm việc đã hết vì lâu không thao tác")).to_be_visible()
    page.get_by_label("Tên đăng nhập").fill("ctv.longson")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tài khoản của tôi")
    expect(page.get_by_text(OFFER)).to_be_visible()
    expect(phone(page)).to_have_value("")
    page.get_by_role("button", name="Khôi phục").click()
    expect(phone(page)).to_have_value("0254 385 1111")
    page.get_by_role("button", name="Lưu thông tin liên hệ").click()
    expect(page.get_by_text("Đã lưu thông tin liên hệ.")).to_be_visible()
    assert User.objects.get().phone == "0254 385 1111"
    page.goto(f"{live_server.url}/tai-khoan/")
    expect(page.get_by_text(OFFER)).to_have_count(0)


def test_a_crash_loses_nothing_and_the_offer_can_be_declined(live_server, page, person):
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/tai-khoan/")
    phone(page).fill("0254 385 2222")
    expect(page.locator("form[data-kept]")).to_have_count(1)
    again = page.context.new_page()
    page.close()
    again.goto(f"{live_server.url}/tai-khoan/")
    expect(again.get_by_text(OFFER)).to_be_visible()
    again.get_by_role("button", name="Bỏ").click()
    again.reload()
    expect(again.get_by_text(OFFER)).to_have_count(0)


def test_a_form_with_errors_keeps_the_copy_until_the_server_confirms(live_server, page, person):
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/tai-khoan/")
    phone(page).fill("sai")
    page.get_by_role("button", name="Lưu thông tin liên hệ").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    page.watch.complaints.clear()  # the 422 of a form with errors
    page.goto(f"{live_server.url}/tai-khoan/")
    expect(page.get_by_text(OFFER)).to_be_visible()


def test_a_lost_connection_keeps_the_copy(live_server, page, person):
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/tai-khoan/")
    phone(page).fill("0254 385 3333")
    page.context.set_offline(True)
    page.get_by_role("button", name="Lưu thông tin liên hệ").click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.watch.complaints.clear()
    page.goto(f"{live_server.url}/tai-khoan/")
    expect(page.get_by_text(OFFER)).to_be_visible()
    assert User.objects.get().phone == ""


def test_another_person_at_the_same_machine_sees_nothing(live_server, page, person):
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/tai-khoan/")
    phone(page).fill("0254 385 4444")
    expect(page.locator("form[data-kept]")).to_have_count(1)
    page.get_by_role("button", name="Đăng xuất").click()
    person.username = "ctv.phuochai"
    person.save(update_fields=["username"])
    page.get_by_label("Tên đăng nhập").fill("ctv.phuochai")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.goto(f"{live_server.url}/tai-khoan/")
    expect(phone(page)).to_be_visible()
    expect(page.get_by_text(OFFER)).to_have_count(0)


def test_the_end_of_the_session_is_announced_and_can_be_put_off(live_server, page, person):
    page.clock.install()
    log_in(page, live_server.url)
    notice = page.get_by_text("Phiên làm việc sẽ hết sau khoảng")
    page.clock.fast_forward("27:00")
    expect(notice).to_have_count(0)
    page.clock.fast_forward("01:30")
    expect(notice).to_be_visible()
    page.get_by_role("button", name="Tiếp tục làm việc").click()
    expect(notice).to_have_count(0)
    page.clock.fast_forward("31:00")
    expect(page.get_by_text("Phiên làm việc đã hết. Nội dung đã nhập")).to_be_visible()
    login = page.get_by_role("link", name="Đăng nhập lại")
    expect(login).to_have_attribute("href", "/dang-nhap/?next=%2F")


def test_typing_keeps_the_session(live_server, page, person):
    page.clock.install()
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/tai-khoan/")
    page.clock.fast_forward("20:00")
    with page.expect_response("**/phien/") as kept:
        phone(page).press_sequentially("0254")
    assert kept.value.status == 200


def test_the_menu_of_the_phone_opens_by_keyboard_and_closes_by_escape(
    live_server, phone_page, person
):
    log_in(phone_page, live_server.url)
    menu = phone_page.locator("details[data-menu]")
    summary = menu.locator("summary")
    expect(menu.get_by_role("link", name="Việc cần làm")).to_be_hidden()
    summary.focus()
    phone_page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Việc cần làm")).to_be_visible()
    phone_page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Việc cần làm")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_first_key_leads_past_the_menu(live_server, page, person):
    log_in(page, live_server.url)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Tới nội dung chính")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_sheet_of_paper_is_not_a_phone(live_server, page, person):
    """A4 is as narrow as a small tablet, yet tables stay tables, and menu and buttons stay away."""
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/co-so/them/")
    page.set_viewport_size({"width": 690, "height": 980})
    page.emulate_media(media="print")
    expect(page.locator(".kc-print-head")).to_be_visible()
    for hidden in (".kc-header", ".kc-side", ".kc-footer", "main .btn"):
        expect(page.locator(hidden).first).to_be_hidden()
    page.evaluate(
        """document.querySelector("main").insertAdjacentHTML("beforeend",
        '<table class="kc-table kc-cards" id="bang"><tbody><tr><td>1</td></tr></tbody></table>')"""
    )
    assert page.locator("#bang tr").evaluate("e => getComputedStyle(e).display") == "table-row"
