"""The administrator's site in a browser, at both widths: no complaint of the policy, nothing to trip over."""

import pytest

pytestmark = pytest.mark.xdist_group("portal")
WIDE = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


def log_in(page, portal):
    username, password = portal.accounts["administrator"]
    page.goto(f"{portal.url}/quan-tri/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/quan-tri/")


def walk(page, portal):
    log_in(page, portal)
    assert page.inner_text("h1") == "Quản trị"
    page.click("#nhom-facilities + ul a.kc-model >> nth=0")
    page.fill("#searchbar", "banh trang")
    page.press("#searchbar", "Enter")
    page.wait_for_url("**q=banh+trang")
    addresses = [page.url]
    page.goto(f"{portal.url}/quan-tri/facilities/establishment/?status__exact=active")
    addresses.append(page.url)
    page.click("#result_list tbody th a >> nth=0")
    addresses.append(page.url)
    # The search box of a field with many choices answers without inline code.
    page.click("#id_place + .select2-container .select2-selection")
    page.fill(".select2-search__field", "long son")
    page.wait_for_selector(".select2-results__option >> text=Long Sơn")
    page.keyboard.press("Escape")
    page.click("a.historylink")
    assert "Lịch sử thay đổi" in page.inner_text("h1")
    addresses.append(page.url)
    for path in (
        "facilities/establishment/export/",
        "facilities/establishment/import/",
        "forms_as_data/formversion/1/xem-truoc/",
        "core/user/add/",
        "nhat-ky/?loai=core.user",
    ):
        addresses.append(f"{portal.url}/quan-tri/{path}")
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(WIDE) <= 1, address


def test_the_administrator_walks_the_site_on_a_desktop(portal, page):
    walk(page, portal)


def test_the_administrator_walks_the_site_on_a_phone(portal, phone_page):
    walk(phone_page, portal)


def test_the_administrator_takes_a_list_home(portal, page, tmp_path):
    log_in(page, portal)
    page.goto(f"{portal.url}/quan-tri/facilities/networkgroup/export/")
    with page.expect_download() as download:
        page.click("input[type=submit]")
    assert download.value.suggested_filename.startswith("nhom-nganh-")
    assert download.value.suggested_filename.endswith(".xlsx")
