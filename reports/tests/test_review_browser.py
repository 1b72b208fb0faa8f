"""The checker at work in a real browser: return one cell with a comment, accept by keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from reports.tests.review_cast import make_cast, more_reports, submit_version, submitted_report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def log_in(client, live_server):
    """Log an account in to a browser page."""

    def log_in(page, account):
        client.force_login(account)
        page.context.add_cookies(
            [{"name": "phien", "value": client.cookies["phien"].value, "url": live_server.url}]
        )

    return log_in


def test_an_officer_returns_one_cell_with_a_comment(page, live_server, log_in, cast):
    (report,) = more_reports(cast, 1, figures={"lao_dong": 120, "lao_dong_nu": 40})
    log_in(page, cast.officer)
    page.goto(live_server.url + reverse("reports:queue"))
    page.get_by_role("link", name=str(report.place)).click()
    page.locator("#o-lao_dong summary").click()
    expect(page.locator("#o-lao_dong textarea")).to_be_focused()
    page.keyboard.type("Quý trước 90 người, tăng do đâu?")
    assert page.get_by_role("status").inner_text() == "Đã ghi 1 yêu cầu sửa."
    page.get_by_role("button", name="Trả lại để sửa").click()
    page.wait_for_url("**" + reverse("reports:queue"))
    assert "Đã trả lại để sửa" in page.inner_text("main")

    report.refresh_from_db()
    assert report.status == "returned"
    (comment,) = report.events.last().comments.all()
    assert (comment.indicator.code, comment.text) == (
        "lao_dong",
        "Quý trước 90 người, tăng do đâu?",
    )

    submit_version(report, cast.ctv, figures={"lao_dong": 135, "lao_dong_nu": 40})
    page.goto(live_server.url + reverse("reports:review", args=[report.pk]))
    text = page.inner_text("main")
    assert "đã sửa: 120 → 135" in text
    assert "Lần trước yêu cầu: Quý trước 90 người, tăng do đâu?" in text


def test_a_report_is_accepted_by_keyboard_alone(page, live_server, log_in, cast):
    report = submitted_report(cast, figures={"lao_dong": 120})
    log_in(page, cast.leader)
    page.goto(live_server.url + reverse("reports:review", args=[report.pk]))

    def tab_to(name: str):
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.innerText || ''")
            if focused.strip() == name:
                return
        raise AssertionError(f"Tab does not reach {name}")

    tab_to("Tới phần quyết định")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Số liệu rõ ràng.")
    tab_to("Duyệt")
    page.keyboard.press("Enter")
    page.wait_for_url("**" + reverse("reports:queue"))
    report.refresh_from_db()
    assert report.status == "accepted"
    assert report.events.last().note == "Số liệu rõ ràng."


def test_the_review_page_works_without_javascript(open_page, live_server, log_in, cast):
    report = submitted_report(cast, figures={"lao_dong": 120})
    page = open_page(java_script_enabled=False)
    log_in(page, cast.officer)
    page.goto(live_server.url + reverse("reports:review", args=[report.pk]))
    page.locator("#o-lao_dong summary").click()
    page.locator("#o-lao_dong textarea").fill("Kiểm tra lại")
    page.get_by_role("button", name="Trả lại để sửa").click()
    assert "Đã trả lại để sửa" in page.inner_text("main")
    report.refresh_from_db()
    assert report.status == "returned"


@pytest.mark.parametrize("name", ["queue", "completeness", "periods", "review"])
def test_pages_are_accessible_and_fit_the_phone(phone_page, live_server, log_in, cast, name):
    from axe_playwright_python.sync_playwright import Axe

    warning = {"cell": "lao_dong", "sentence": "Tăng quá 30 %.", "reason": "Đơn hàng lớn"}
    report = submitted_report(
        cast,
        figures={"lao_dong": 120},
        warnings=[warning],
        rows={"kho_khan": [{"noi_dung": "Thiếu vốn"}]},
    )
    submit_version(report, cast.ctv, figures={"lao_dong": 130}, warnings=[warning])
    log_in(phone_page, cast.officer)
    args = [report.pk] if name == "review" else []
    phone_page.goto(live_server.url + reverse(f"reports:{name}", args=args))
    found = Axe().run(
        phone_page,
        options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    )
    assert found.response["violations"] == []
    width = phone_page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
