"""An edition in a real browser: drafted, edited, presented on the desktop, signed on the phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from reports.editions.models import Edition
from reports.editions.tests.cast import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log_in(client, live_server):
    """Log an account in to a browser page."""

    def log_in(page, account):
        client.force_login(account, backend="khuyencong.core.auth.PortalBackend")
        page.context.add_cookies(
            [{"name": "phien", "value": client.cookies["phien"].value, "url": live_server.url}]
        )

    return log_in


def check_accessible(page) -> None:
    violations = Axe().run(page).response["violations"]
    assert not violations, [(v["id"], v["nodes"][0]["html"]) for v in violations]


def test_from_the_draft_to_the_signature(page, phone_page, live_server, log_in, transactional_db):
    world = make_world()
    log_in(page, world.cast.officer)
    page.goto(live_server.url + reverse("editions:list"))
    page.get_by_role("button", name="Soạn dự thảo").click()
    page.get_by_role("link", name="Sửa phần VI.").click()
    page.get_by_label("Lời văn").fill("Nhận định của Trung tâm.\n- Ý thứ nhất.")
    check_accessible(page)
    page.get_by_role("button", name="Lưu phần này").click()
    page.get_by_text("Nhận định của Trung tâm.").wait_for()
    check_accessible(page)
    page.get_by_role("button", name="Trình lãnh đạo ký").click()
    page.get_by_text("Đang chờ lãnh đạo Trung tâm ký.").wait_for()

    log_in(phone_page, world.cast.leader)
    phone_page.goto(live_server.url + "/")
    phone_page.get_by_role("link", name="Ký báo cáo hợp nhất quý III/2026").first.click()
    phone_page.get_by_role("link", name="Ký ban hành").click()
    phone_page.get_by_label("KT. Giám đốc, Phó Giám đốc").check()
    check_accessible(phone_page)
    phone_page.get_by_role("button", name="Ký ban hành").click()
    phone_page.get_by_text("Báo cáo mang số 01/BC-TTKC").wait_for()
    check_accessible(phone_page)
    width = phone_page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    assert Edition.objects.get().document.paper.signatures[0].office[1] == "Phó Giám đốc"
