"""In a real browser: what is typed is never lost, and the grid works like a spreadsheet."""

import time

import pytest
from playwright.sync_api import expect

from conftest import PHONE
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.middleware import SEEN
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from reports.actions.draft import save_cells, start_report
from reports.actions.review import CommentInput, return_report
from reports.enums import ReportStatus
from reports.models import Report
from reports.queries import cells_of_version, draft_of
from reports.tests.factories import (
    FIGURES,
    ReportPeriodFactory,
    accepted_report,
    author_of,
    filled_report,
    past_period,
    submitted_report,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PASSWORD = "mat-khau-thu-1"


@pytest.fixture
def report():
    place = PlaceFactory()
    author = author_of(place)
    report = start_report(actor=author, place_id=place.pk, period_id=ReportPeriodFactory().pk)
    report.author = author
    return report


def log_in(page, base, user):
    page.goto(f"{base}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc cần làm")


def open_draft(page, server, report):
    log_in(page, server.url, report.author)
    page.goto(f"{server.url}/bao-cao/{report.pk}/soan/")


def cell(page, key):
    return page.locator(f"[id='o-{key}']")


def saving(page):
    return page.locator("#tinh-trang-luu")


def kept(report, key):
    return draft_of(Report.objects.get(pk=report.pk)).figure(key).text


def end_session(page):
    """Make the server believe that the session was idle for hours."""
    from django.contrib.sessions.backends.db import SessionStore

    cookie = next(c for c in page.context.cookies() if c["name"] == "phien")
    session = SessionStore(cookie["value"])
    session[SEEN] = int(time.time()) - 6 * 3600
    session.save()


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_typing_is_saved_and_found_again_after_the_page_is_gone(
    live_server, open_page, report, size
):
    page = open_page(**(size or {"viewport": {"width": 1366, "height": 768}}))
    open_draft(page, live_server, report)
    cell(page, "lao_dong").fill("1234")
    expect(saving(page)).to_contain_text("Đã lưu lúc")
    page.close()
    again = page.context.new_page()
    again.goto(f"{live_server.url}/bao-cao/{report.pk}/soan/")
    expect(cell(again, "lao_dong")).to_have_value("1234")
    assert kept(report, "lao_dong") == "1234"
    assert again.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_page_killed_before_autosave_finds_its_work_on_this_device(live_server, page, report):
    open_draft(page, live_server, report)
    page.context.set_offline(True)
    cell(page, "lao_dong").fill("77")
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(f"{live_server.url}/bao-cao/{report.pk}/soan/")
    expect(cell(again, "lao_dong")).to_have_value("77")
    expect(saving(again)).to_contain_text("Đã lưu lúc")
    assert kept(report, "lao_dong") == "77"


def test_work_typed_offline_is_sent_when_the_connection_is_back(live_server, page, report):
    open_draft(page, live_server, report)
    page.context.set_offline(True)
    cell(page, "lao_dong").fill("55")
    expect(saving(page)).to_contain_text("Chưa lưu được, vẫn giữ trên máy này")
    assert kept(report, "lao_dong") == ""
    page.context.set_offline(False)
    expect(saving(page)).to_contain_text("Đã lưu lúc")
    assert kept(report, "lao_dong") == "55"
    page.watch.complaints.clear()  # the refused requests are the point


def test_an_ended_session_loses_nothing(live_server, page, report):
    open_draft(page, live_server, report)
    end_session(page)
    cell(page, "lao_dong").fill("66")
    banner = page.locator("#bao-loi-phien")
    expect(banner).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    banner.get_by_role("link", name="Đăng nhập lại").click()
    page.get_by_label("Tên đăng nhập").fill(report.author.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(cell(page, "lao_dong")).to_have_value("66")
    expect(saving(page)).to_contain_text("Đã lưu lúc")
    assert kept(report, "lao_dong") == "66"
    page.watch.complaints.clear()


def test_a_cell_changed_elsewhere_shows_both_values(live_server, page, report):
    open_draft(page, live_server, report)
    save_cells(actor=report.author, report_id=report.pk, cells=[{"key": "lao_dong", "text": "20"}])
    cell(page, "lao_dong").fill("11")
    page.get_by_role("button", name="Dùng số trên máy này (11)").click()
    expect(saving(page)).to_contain_text("Đã lưu lúc")
    expect(page.locator("[data-conflict=lao_dong]")).to_be_hidden()
    assert kept(report, "lao_dong") == "11"


def active(page):
    return page.evaluate(
        "document.activeElement.dataset.cell ?? document.activeElement.dataset.note"
    )


def test_keys_move_between_cells_and_a_block_is_pasted(live_server, page, report):
    open_draft(page, live_server, report)
    cell(page, "doanh_thu").focus()
    for key, reached in (
        ("ArrowDown", "dt_trong_nuoc"),
        ("Enter", "dt_xuat_khau"),
        ("ArrowUp", "dt_trong_nuoc"),
        ("Home", "gtsx-co_khi"),
        ("End", "nt_de_an"),
        ("ArrowUp", "td_de_an"),
    ):
        page.keyboard.press(key)
        assert active(page) == reached
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.note") == "td_de_an"
    cell(page, "doanh_thu").focus()
    page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "4000\\tước tính\\r\\n3500,5\\r\\n499,5\\r\\n");
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    expect(cell(page, "doanh_thu")).to_have_value("4.000")
    expect(cell(page, "dt_trong_nuoc")).to_have_value("3.500,5")
    expect(cell(page, "dt_xuat_khau")).to_have_value("499,5")
    expect(page.locator("[data-note=doanh_thu]")).to_have_value("ước tính")
    expect(saving(page)).to_contain_text("Đã lưu lúc")
    assert kept(report, "dt_xuat_khau") == "499,5"


def test_submit_with_an_error_jumps_to_the_cell(live_server, page):
    report = filled_report(lao_dong="")
    open_draft(page, live_server, report)
    page.get_by_role("button", name="Nộp báo cáo").click()
    expect(page.get_by_text("Chưa nộp được: còn 1 chỗ cần sửa")).to_be_visible()
    expect(cell(page, "lao_dong")).to_be_focused()
    page.keyboard.type("120")
    page.get_by_role("button", name="Nộp báo cáo").click()
    expect(page.get_by_text("Đã nộp báo cáo")).to_be_visible()
    report = Report.objects.get(pk=report.pk)
    assert cells_of_version(report.latest_version)["lao_dong"].value == 120


# Every click and key of the person, kept over the pages of one sitting.
COUNT_INTERACTIONS = """
for (const kind of ["click", "keydown"]) {
  addEventListener(kind, (event) => {
    if (!event.isTrusted) return;
    sessionStorage.setItem("presses", Number(sessionStorage.getItem("presses") ?? 0) + 1);
  }, true);
}
"""


def test_a_quarter_without_change_takes_few_clicks(live_server, page):
    """From the list of what is owed to the report submitted; `make bench` prints the number."""
    period = ReportPeriodFactory()
    before = accepted_report(period=past_period(1, locks_on=period.locks_on))
    log_in(page, live_server.url, before.author)
    page.add_init_script(COUNT_INTERACTIONS)
    page.goto(f"{live_server.url}/bao-cao/")
    owed = page.locator(f"#can-nop-{before.place_id}-{period.pk}")
    owed.get_by_role("button", name="Bắt đầu").click()
    page.get_by_role("button", name="Lấy số quý trước và khai không phát sinh").click()
    expect(page.get_by_text("khai không phát sinh ở phần III, IV")).to_be_focused()
    # What the author did is not taken from the last quarter.
    expect(cell(page, "lao_dong")).to_have_value(FIGURES["lao_dong"])
    expect(cell(page, "tt_buoi")).to_have_value("")
    page.locator("input[name=khong_phat_sinh][value=hoat_dong]").check()
    page.get_by_role("button", name="Nộp báo cáo").click()
    expect(page.get_by_text("Đã nộp báo cáo")).to_be_visible()
    interactions = int(page.evaluate("sessionStorage.getItem('presses')"))
    print(f"interactions: {interactions}")
    assert interactions == 4
    report = Report.objects.get(place=before.place_id, period=period)
    assert report.status == ReportStatus.SUBMITTED
    assert len(cells_of_version(report.latest_version)) > len(FIGURES)


def test_all_who_wait_for_a_save_do_not_send_at_once(live_server, page, report):
    """The tick, its timer and the submission all wait for the running save; one of them sends."""
    held, sent = [], []
    open_draft(page, live_server, report)
    page.route("**/luu/", lambda route: held.append(route))
    page.route("**/khong-phat-sinh/", lambda route: (sent.append(route), route.continue_()))
    with page.expect_request("**/luu/"):
        cell(page, "lao_dong").fill("12")
    box = page.locator("input[name=khong_phat_sinh][value=hoat_dong]")
    box.check()
    page.evaluate("() => new Promise((done) => setTimeout(done, 5))")  # its timer comes to wait too
    page.get_by_role("button", name="Nộp báo cáo").click()
    page.unroute("**/luu/")
    held[0].continue_()
    expect(page.get_by_text("Chưa nộp được")).to_be_visible()
    assert len(sent) == 1


def test_a_returned_report_opens_on_the_first_request(live_server, page):
    report = submitted_report()
    return_report(
        actor=UserFactory(),
        report_id=report.pk,
        version_number=1,
        comments=[
            CommentInput("Số lượt có đúng không?", indicator="tt_luot"),
            CommentInput("Xem lại lao động", indicator="lao_dong"),
        ],
    )
    open_draft(page, live_server, report)
    expect(cell(page, "lao_dong")).to_be_focused()
    expect(page.locator("tr[data-row=lao_dong]")).to_contain_text("Xem lại lao động")


def test_the_page_works_without_scripts(live_server, browser):
    report = filled_report(lao_dong="")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server.url, report.author)
    page.goto(f"{live_server.url}/bao-cao/{report.pk}/soan/")
    cell(page, "von_may_moc").fill("12")
    page.get_by_role("button", name="Nộp báo cáo").click()
    expect(page.get_by_text("Chưa nộp được: còn 1 chỗ cần sửa")).to_be_visible()
    assert kept(report, "von_may_moc") == "12"
    cell(page, "lao_dong").fill("121")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text("Đã lưu bản nháp.")).to_be_visible()
    page.get_by_role("button", name="Nộp báo cáo").click()
    expect(page.get_by_text("Đã nộp báo cáo")).to_be_visible()
    context.close()


def test_a_pasted_block_is_undone_at_once_and_done_again(live_server, page, report):
    open_draft(page, live_server, report)
    cell(page, "tt_buoi").fill("9")
    cell(page, "tt_luot").focus()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "60\\n5\\n1");
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(cell(page, "hd_ho_so")).to_have_value("1")
    page.keyboard.press("Control+z")
    for key in ("tt_luot", "ks_co_so", "hd_ho_so"):
        expect(cell(page, key)).to_have_value("")
    page.keyboard.press("Control+y")
    expect(cell(page, "ks_co_so")).to_have_value("5")
    # Without a pointer: what counts is what a press does, each awaited before the next.
    undo = page.get_by_role("button", name="Hoàn tác")
    undo.dispatch_event("click")
    for key in ("tt_luot", "ks_co_so", "hd_ho_so"):
        expect(cell(page, key)).to_have_value("")
    undo.dispatch_event("click")
    expect(cell(page, "tt_buoi")).to_have_value("")
    expect(undo).to_be_hidden()
    expect(saving(page)).to_contain_text("Đã lưu")
    assert draft_of(report).figure("ks_co_so").text == ""


def test_what_the_records_say_is_filled_in_and_another_figure_needs_a_reason(live_server, page):
    place = PlaceFactory()
    EstablishmentFactory.create_batch(2, place=place, labour_total=7, labour_female=3)
    author = author_of(place)
    report = start_report(actor=author, place_id=place.pk, period_id=ReportPeriodFactory().pk)
    report.author = author
    open_draft(page, live_server, report)
    expect(cell(page, "lao_dong")).to_have_value("14")
    reason = page.locator("tr[data-row=lao_dong] [data-differs]")
    expect(reason).to_be_hidden()
    cell(page, "lao_dong").fill("20")
    expect(reason).to_contain_text("Khác số từ sổ cơ sở (14)")
    expect(reason).to_be_visible()
    page.get_by_label("Ghi chú: Lao động bình quân trong quý").fill("Thuê thêm thợ mùa vụ")
    expect(reason).to_be_hidden()
    page.get_by_role("button", name="Lấy số từ sổ cơ sở cho Lao động bình quân").click()
    expect(cell(page, "lao_dong")).to_have_value("14")
