"""A commune's messy workbook in a real browser: sent, matched, looked at, written, taken back."""

import openpyxl
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from facilities.models import Establishment
from facilities.tests.factories import EstablishmentFactory
from khuyencong.celery import app
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.imports.tests.workbooks import messy_workbook

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [
    ("Cơ sở bánh tráng Hoa Sen", "HKD", None, "Nguyễn Thị A", "0912345678", "Phước Hải", "Ấp 1", "12", 7, "1.250,5"),
    ("Công ty TNHH Cơ khí Biển Xanh", "Cty TNHH MTV", "0100109107", "", 912345679, "xã Phước Hải", "Ấp 2", 30, 5, 4000),
    ("HKD Rèn Tân Tiến", "HKD", "", "", "", "Phước Hải", "Ấp 9", 5, 1, ""),
]  # fmt: skip


@pytest.fixture
def officer(transactional_db, client, live_server, page, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    app.conf.task_always_eager = True
    user = UserFactory(roles=[Role.OFFICER])
    client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
    page.context.add_cookies(
        [{"name": "phien", "value": client.cookies["phien"].value, "url": live_server.url}]
    )
    yield user
    app.conf.task_always_eager = False


def test_a_messy_workbook_is_written_and_taken_back(officer, page, live_server, tmp_path):
    place = PlaceFactory(name="Xã Phước Hải")
    known = EstablishmentFactory(name="Cơ sở Rèn Tân Tiến", place=place, address="Ấp cũ")
    path = tmp_path / "danh-sach.xlsx"
    path.write_bytes(messy_workbook(ROWS))

    page.goto(live_server.url + reverse("facilities:list"))
    page.get_by_role("link", name="Nhập từ bảng tính").click()
    page.get_by_label("Tệp bảng tính").set_input_files(path)
    page.get_by_role("button", name="Gửi tệp").click()
    expect(page.get_by_role("heading", name="Cột nào là gì?")).to_be_visible()
    expect(page.get_by_label("Cột “Chủ cơ sở” là")).to_have_value("representative")
    expect(page.get_by_label("Cột “Lao động (người) – Nữ” là")).to_have_value("labour_female")
    page.get_by_role("button", name="Kiểm tra các dòng").click()

    main = page.locator("main")
    expect(main).to_contain_text("dòng tổng cộng (dòng 10)")
    expect(page.get_by_role("row", name="Công ty TNHH Cơ khí Biển Xanh")).to_contain_text(
        "chữ số thứ mười là 7"
    )
    twin = page.get_by_role("row", name="HKD Rèn Tân Tiến")
    expect(twin).to_contain_text("Có thể đã có trong sổ.")
    twin.get_by_label("Là Cơ sở Rèn Tân Tiến").check()
    twin.get_by_role("button", name="Chọn").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải các dòng cần sửa").click()
    faulty = tmp_path / "sua.xlsx"
    download.value.save_as(faulty)
    heads, line = openpyxl.load_workbook(faulty).active.iter_rows(values_only=True)
    at = heads.index("MST")
    assert line[at] == "0100109107" and "chữ số thứ mười" in line[at + 1]

    page.get_by_role("button", name="Chỉ ghi 2 dòng đúng").click()
    expect(main).to_contain_text("thêm 1, sửa 1, không đổi 0, bỏ qua 0, chưa ghi 1 dòng")
    of_import = page.url
    page.goto(live_server.url + reverse("facilities:list") + "?q=hoa+sen")
    expect(page.get_by_role("link", name="Cơ sở bánh tráng Hoa Sen")).to_be_visible()
    page.goto(live_server.url + known.get_absolute_url())
    expect(main).to_contain_text("Ấp 9")

    page.goto(of_import)
    page.get_by_text("Hoàn tác lần nhập này").click()
    page.get_by_role("button", name="Hoàn tác tất cả").click()
    expect(main).to_contain_text("2 cơ sở. Lịch sử vẫn giữ cả hai lần.")
    assert list(Establishment.objects.values_list("name", "address")) == [(known.name, "Ấp cũ")]
