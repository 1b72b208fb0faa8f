"""The map in a real browser: from the whole province to the card of one establishment."""

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.models import Place
from khuyencong.core.tests.factories import PlaceFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def log_in(client, live_server, page, *roles):
    client.force_login(UserFactory(roles=roles), backend="khuyencong.core.auth.PortalBackend")
    page.context.add_cookies(
        [{"name": "phien", "value": client.cookies["phien"].value, "url": live_server.url}]
    )


def test_pressing_clusters_leads_to_the_card_of_an_establishment(client, live_server, open_page):
    place = PlaceFactory(name="Xã Long Sơn")
    Place.objects.filter(pk=place.pk).update(latitude=Decimal("10.45"), longitude=Decimal("107.08"))
    for number in range(8):
        EstablishmentFactory(
            name=f"Cơ sở {number}",
            place=place,
            latitude=Decimal("10.45") + Decimal(number % 4) / 10,
            longitude=Decimal("107.08") + Decimal(number // 4) / 200,
        )
    page = open_page(viewport={"width": 1366, "height": 768})
    log_in(client, live_server, page, Role.OFFICER)
    page.goto(live_server.url + reverse("facilities:map"))
    panel = page.locator("[data-map-panel]")
    expect(panel).to_contain_text("(8 cơ sở)")
    cluster, point = page.locator(".kc-map-cluster"), page.locator(".kc-map-pin")
    for _ in range(6):
        if point.count():
            break
        # By keyboard, as by a press.
        cluster.first.focus()
        with page.expect_response("**/ban-do/khung/**"):
            page.keyboard.press("Enter")
        page.wait_for_timeout(300)
    point.first.click()
    card = page.locator("[data-map-card]")
    expect(card).to_be_focused()
    expect(card).to_contain_text("Xã Long Sơn")
    card.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cơ sở")


def test_a_commune_is_searched_and_the_point_set_on_the_map(
    client, live_server, open_page, monkeypatch
):
    monkeypatch.setattr("khuyencong.core.place_search.LISTED_UP_TO", 0)
    place = PlaceFactory(name="Xã Long Sơn")
    PlaceFactory(name="Xã Long Điền")
    Place.objects.filter(pk=place.pk).update(latitude=Decimal("10.45"), longitude=Decimal("107.08"))
    page = open_page(viewport={"width": 360, "height": 740}, has_touch=True)
    log_in(client, live_server, page, Role.OFFICER)
    page.goto(live_server.url + reverse("facilities:add"))
    page.get_by_label("Tên cơ sở").fill("Cơ sở mới")
    page.get_by_label("Loại hình").select_option("household")
    field = page.get_by_role("combobox", name="Xã, phường")
    field.press_sequentially("long")
    expect(page.locator(".kc-suggestions [role=option]")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Xã Long Sơn")

    latitude = page.get_by_label("Vĩ độ")
    page.locator("[data-point-picker] [data-map]").tap()
    pressed = latitude.input_value()
    assert pressed.startswith("10,4")
    # Moved by keyboard: the map, then the point to its middle.
    page.locator("[data-point-picker] [data-map]").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(400)
    page.get_by_role("button", name="Đặt ở giữa bản đồ").click()
    assert latitude.input_value() > pressed
    page.get_by_role("button", name="Thêm vào sổ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cơ sở mới")
    assert place.establishments.get().latitude > Decimal("10.44")
