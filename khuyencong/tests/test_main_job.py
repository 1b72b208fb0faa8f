"""The main job, end to end, in a real browser against real server processes.

A collaborator fills the quarter, loses the page and finds the work again, submits; an officer returns
one thing; the collaborator corrects it; the officer accepts; the province's total changes by exactly
that; an administrator takes it home as a spreadsheet, compared cell by cell with the database.
"""

import re
import signal
from urllib.parse import urljoin

import openpyxl
import psycopg2
import pytest
from playwright.sync_api import expect

from conftest import DESKTOP, PHONE, start_portal

pytestmark = pytest.mark.xdist_group("portal")

FIGURES = {
    "gtsx-co_khi": "1.250,5",
    "gtsx-che_bien": "3.400",
    "gtsx-go": "0",
    "gtsx-thu_cong": "210",
    "gtsx-khac": "0",
    "doanh_thu": "4.000",
    "dt_trong_nuoc": "3.500",
    "dt_xuat_khau": "500",
    "von_may_moc": "120",
    "cs_san_xuat": "6",
    "lao_dong": "120",
    "lao_dong_nu": "45",
    "tt_buoi": "2",
    "tt_luot": "60",
    "ks_co_so": "5",
    "hd_ho_so": "1",
    "bc_san_pham": "0",
    "td_de_an": "0",
    "nt_de_an": "0",
}


def log_in(page, portal, role):
    username, password = portal.accounts[role]
    page.goto(f"{portal.url}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc cần làm")


def cell(page, key):
    return page.locator(f"[id='o-{key}']")


def province_total(page, portal, label, key) -> tuple[str, str]:
    """The province's total of an indicator as the screen shows it, and the line of who has reported."""
    page.goto(f"{portal.url}/tong-hop/?ky={key}")
    row = page.locator("table tbody tr").filter(
        has=page.get_by_role("rowheader", name=re.compile(f"^{label}"))
    )
    return row.first.locator("td").first.inner_text().strip(), page.locator("main").inner_text()


def query(portal, sql, *values):
    with psycopg2.connect(portal.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    connection.close()
    return rows


def accepted_total(portal, code, period) -> int:
    """The total from the rows themselves: cells of the accepted versions of a period."""
    return query(
        portal,
        """
        SELECT COALESCE(SUM(c.value), 0)::bigint
        FROM reports_report r
        JOIN reports_versioncell c ON c.version_id = r.accepted_version_id
        JOIN forms_as_data_indicator i ON i.id = c.indicator_id
        WHERE i.code = %s AND r.period_id = %s
        """,
        code,
        period,
    )[0][0]


def open_report(page) -> int:
    """From "Việc cần làm" to the form of the quarter that is owed; the report's number."""
    page.get_by_role("link", name=re.compile("báo cáo", re.I)).first.click()
    page.wait_for_load_state()
    if "/soan/" not in page.url:
        begin = page.get_by_role("button", name=re.compile("Bắt đầu|Soạn"))
        begin.or_(page.locator("main a[href$='/soan/']")).first.click()
        page.wait_for_url("**/soan/")
    return int(re.search(r"/bao-cao/(\d+)/", page.url).group(1))


def test_a_killed_server_loses_nothing_that_was_typed(portal, open_page):
    """The servers die without a word in the middle of typing and come back: all is there."""
    page = open_page(**PHONE)
    page.watch.forgive_lost_connections()
    log_in(page, portal, "collaborator")
    report = open_report(page)
    saving = page.locator("#tinh-trang-luu")
    cell(page, "von_may_moc").fill("77")
    expect(saving).to_contain_text("Đã lưu lúc")
    portal.stop(signal.SIGKILL)
    cell(page, "dt_xuat_khau").fill("33,5")
    expect(saving).to_contain_text("vẫn giữ trên máy này")
    cell(page, "dt_trong_nuoc").fill("12")
    portal.process = start_portal(portal.state.path.parent, PORT=str(portal.port)).wait().process
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(saving).to_contain_text("Đã lưu lúc", timeout=15_000)
    kept = dict(
        query(
            portal,
            "SELECT i.code, d.text FROM reports_draftcell d"
            " JOIN forms_as_data_indicator i ON i.id = d.indicator_id WHERE d.report_id = %s",
            report,
        )
    )
    typed = {"von_may_moc": "77", "dt_xuat_khau": "33,5", "dt_trong_nuoc": "12"}
    assert {key: kept.get(key) for key in typed} == typed


def test_a_quarter_from_the_commune_to_the_spreadsheet(portal, open_page, tmp_path):
    collaborator = open_page(**DESKTOP)
    log_in(collaborator, portal, "collaborator")

    # From the list of what is owed to the form.
    report = open_report(collaborator)
    ((period, key),) = query(
        portal,
        "SELECT p.id, p.year || '-' || p.number FROM reports_report r"
        " JOIN reports_reportperiod p ON p.id = r.period_id WHERE r.id = %s",
        report,
    )

    # Fills a part of it; the page is lost; the work is found again, on the phone.
    first_half = dict(list(FIGURES.items())[:8])
    for key, text in first_half.items():
        cell(collaborator, key).fill(text)
    cell(collaborator, "von_may_moc").focus()
    expect(collaborator.locator("#tinh-trang-luu")).to_contain_text("Đã lưu lúc")
    form_address = collaborator.url
    collaborator.context.close()

    phone = open_page(**PHONE)
    log_in(phone, portal, "collaborator")
    phone.goto(form_address)
    for key, text in first_half.items():
        expect(cell(phone, key)).to_have_value(text)
    for key, text in FIGURES.items():
        if key not in first_half:
            cell(phone, key).fill(text)
    for key in ("cs_san_xuat", "lao_dong", "lao_dong_nu", "ks_co_so"):
        phone.locator(f"[data-note={key}]").fill("Có thêm thợ mùa vụ.")
    for part in ("de_xuat", "kho_khan"):
        phone.locator(f"input[name=khong_phat_sinh][value={part}]").check()
    expect(phone.locator("#tinh-trang-luu")).to_contain_text("Đã lưu lúc")
    for reason in phone.locator(".rp-warning.rp-on input").all():
        reason.fill("Số liệu thật của quý này.")
    phone.get_by_role("button", name="Nộp báo cáo").click()
    phone.wait_for_url(re.compile(rf"/bao-cao/{report}/(\?|$)"))
    expect(phone.locator("main")).to_contain_text("Chờ kiểm tra")

    # The officer returns one thing.
    officer = open_page(**DESKTOP)
    log_in(officer, portal, "officer")
    before = accepted_total(portal, "lao_dong", period)
    officer.goto(f"{portal.url}/bao-cao/{report}/kiem-tra/")
    officer.locator("#o-lao_dong summary").click()
    expect(officer.locator("#o-lao_dong textarea")).to_be_focused()
    officer.keyboard.type("Kiểm tra lại số lao động.")
    officer.get_by_role("button", name="Trả lại để sửa").click()
    officer.wait_for_load_state()
    assert accepted_total(portal, "lao_dong", period) == before

    # The collaborator lands on it, corrects, submits again.
    phone.goto(f"{portal.url}/")
    phone.get_by_role("link", name=re.compile("trả lại|Sửa", re.I)).first.click()
    phone.wait_for_load_state()
    if "/soan/" not in phone.url:
        phone.goto(form_address)
    expect(phone.locator("main")).to_contain_text("Kiểm tra lại số lao động.")
    cell(phone, "lao_dong").fill("135")
    cell(phone, "lao_dong_nu").focus()
    expect(phone.locator("#tinh-trang-luu")).to_contain_text("Đã lưu lúc")
    for reason in phone.locator(".rp-warning.rp-on input").all():
        reason.fill("Số liệu thật của quý này.")
    phone.get_by_role("button", name="Nộp lại báo cáo").click()
    phone.wait_for_url(re.compile(rf"/bao-cao/{report}/(\?|$)"))

    # The officer accepts; the total changes by exactly that.
    officer.goto(f"{portal.url}/bao-cao/{report}/kiem-tra/")
    expect(officer.locator("main")).to_contain_text("120 → 135")
    officer.get_by_role("button", name="Duyệt").click()
    officer.wait_for_load_state()
    assert accepted_total(portal, "lao_dong", period) == before + 135
    shown, page_text = province_total(officer, portal, "Lao động bình quân trong quý", key)
    assert shown == f"{before + 135:,}".replace(",", ".")
    assert re.search(r"Đã nộp \d+ trên 25", page_text)

    # The administrator takes it home.
    administrator = open_page(**DESKTOP)
    log_in(administrator, portal, "administrator")
    administrator.goto(f"{portal.url}/tong-hop/?ky={key}")
    administrator.get_by_role("button", name=re.compile("Excel")).click()
    link = administrator.get_by_role("link", name=re.compile("Tải"))
    expect(link).to_be_visible(timeout=30_000)
    with administrator.expect_download() as download:
        link.click()
    target = tmp_path / "tong-hop.xlsx"
    download.value.save_as(target)
    compare_with_database(portal, period, openpyxl.load_workbook(target), form_address)


def compare_with_database(portal, period, workbook, form_address):
    """Every figure of the long sheet is a cell of an accepted version, and none is missing."""
    rows = query(
        portal,
        """
        SELECT i.code, p.name, c.value, i.decimals, v.number
        FROM reports_report r
        JOIN reports_versioncell c ON c.version_id = r.accepted_version_id
        JOIN reports_reportversion v ON v.id = c.version_id
        JOIN forms_as_data_indicator i ON i.id = c.indicator_id
        JOIN core_place p ON p.id = r.place_id
        WHERE r.period_id = %s AND c.state = 'value'
        """,
        period,
    )
    assert rows
    matrix, long_form = workbook.worksheets[0], workbook.worksheets[1]
    header = next(
        row
        for row in long_form.iter_rows()
        if row[0].value and "chỉ tiêu" in str(row[0].value).lower()
    )
    titles = [str(c.value) for c in header]
    values = [
        row
        for row in long_form.iter_rows(min_row=header[0].row + 1)
        if isinstance(row[column_of(titles, "Giá trị")].value, int | float)
    ]
    assert len(values) == len(rows)
    from_sheet = sorted(
        (
            row[column_of(titles, "Mã chỉ tiêu")].value,
            row[column_of(titles, "Địa bàn báo cáo")].value,
            round(row[column_of(titles, "Giá trị")].value, 6),
            int(row[column_of(titles, "Lần nộp")].value),
        )
        for row in values
    )
    from_database = sorted(
        (code, place, round(value / 10**decimals, 6), number)
        for code, place, value, decimals, number in rows
    )
    assert from_sheet == from_database
    # A figure of the table opens the version behind it.
    links = [
        f"{c.hyperlink.target}#{c.hyperlink.location or ''}"
        for row in matrix.iter_rows()
        for c in row
        if c.hyperlink
    ]
    assert any(re.search(r"/bao-cao/\d+/lan-nop/2/#o-lao_dong", link) for link in links)
    assert all(link.startswith(urljoin(form_address, "/")) for link in links)


def column_of(titles, word) -> int:
    return next(i for i, title in enumerate(titles) if word.lower() in title.lower())
