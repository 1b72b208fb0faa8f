"""In a real browser: the workbook goes home, comes back filled in, and lands in the draft."""

import openpyxl
import pytest
from playwright.sync_api import expect

from reports.queries.drafts import draft_of
from reports.tests.factories import filled_report
from reports.workbook.layout import FIGURES_SHEET, VALUE_COLUMN

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.parametrize("size", ["page", "phone_page"])
def test_a_workbook_goes_home_and_comes_back(live_server, request, tmp_path, size):
    page = request.getfixturevalue(size)
    report = filled_report()
    page.goto(f"{live_server.url}/dang-nhap/?next=/bao-cao/{report.pk}/soan/")
    page.get_by_label("Tên đăng nhập").fill(report.author.username)
    page.get_by_label("Mật khẩu").fill("mat-khau-thu-1")
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("link", name="Làm trên Excel").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải bảng tính (.xlsx)").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book[FIGURES_SHEET]
    line = {row[0].value: row[0].row for row in sheet.iter_rows() if row[0].value}
    sheet.cell(line["lao_dong"], VALUE_COLUMN + 1).value = 150
    sheet.cell(line["tt_buoi"], VALUE_COLUMN + 1).value = 3
    sheet.cell(line["tt_luot"], VALUE_COLUMN + 1).value = "nhiều"
    book.save(path)
    page.get_by_label("Bảng tính", exact=True).set_input_files(path)
    page.get_by_role("button", name="Nạp bảng tính").click()
    expect(page.get_by_text("“nhiều” không phải là số")).to_be_visible()
    page.get_by_label("Số buổi, đợt tuyên truyền chính sách").uncheck()
    page.get_by_role("button", name="Ghi các chỗ đã chọn").click()
    expect(page.get_by_text("Đã ghi 1 chỗ từ bảng tính vào bản nháp")).to_be_visible()
    expect(page.locator("[id='o-lao_dong']")).to_have_value("150")
    draft = draft_of(report)
    assert [draft.figure(key).text for key in ("lao_dong", "tt_buoi", "tt_luot")] == [
        "150",
        "2",
        "60",
    ]
