"""In a real browser, on a telephone: in front of the workshop, with and without a connection."""

import time

import pytest
from playwright.sync_api import expect

from conftest import PHONE
from facilities.surveys import actions
from facilities.surveys.fill import raw_of, typed_value
from facilities.surveys.models import SurveyAnswer, SurveyTarget
from facilities.surveys.questions import Reader
from facilities.surveys.tests.factories import a_target, answer
from facilities.surveys.tests.network import Network
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.middleware import SEEN
from khuyencong.core.tests.factories import PlaceFactory
from khuyencong.files.models import Attachment
from khuyencong.forms_as_data.structure import ColumnInfo

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PASSWORD = "mat-khau-thu-1"
AT_THE_WORKSHOP = {
    "geolocation": {"latitude": 10.45, "longitude": 107.09, "accuracy": 14},
    "permissions": ["geolocation"],
}


@pytest.fixture
def network(live_server):
    network = Network(live_server.url)
    yield network
    network.close()


@pytest.fixture
def targets():
    """Two establishments of one collaborator to ask, the first with 9 people in the register."""
    place = PlaceFactory(name="Xã Long Sơn")
    EstablishmentFactory(place=place, name="Cơ sở bún")
    target = a_target(place=place, name="Cơ sở nước mắm", labour_total=9)
    return target, target.campaign.targets.exclude(pk=target.pk).get()


@pytest.fixture
def phone(open_page, network, targets):
    page = open_page(**PHONE, **AT_THE_WORKSHOP)
    log_in(page, network, targets[0].collaborator.user)
    return page


def log_in(page, network, user):
    if "/dang-nhap/" not in page.url:
        page.goto(f"{network.url}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def open_sheet(page, network, target, code="bat-dau"):
    page.goto(f"{network.url}/khao-sat/phieu/{target.pk}/#{code}")


def question(page, code):
    return page.locator(f"#cau-{code}")


def go_to(page, code):
    page.get_by_text("Các câu hỏi").click()
    page.locator(f"[data-jump={code}]").click()
    expect(question(page, code)).to_be_visible()


def saving(page):
    return page.locator("#tinh-trang-luu")


def picture(page, path):
    page.screenshot(path=path, type="jpeg", full_page=True)
    return path


def answers_of(target):
    return {a.question.code: a for a in SurveyAnswer.objects.filter(target_id=target.pk)}


def arrives(page, target, code, value=...):
    """Wait until the server has an answer (with that value)."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        kept = answers_of(target).get(code)
        if kept is not None and value in (..., kept.value):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{code} is {answers_of(target).get(code)!r}, not {value!r}")


def test_a_survey_goes_through_a_cut_network(phone, network, targets, tmp_path):
    target, _ = targets
    page = phone
    page.watch.forgive_lost_connections()
    # In the office: the day's sheets are loaded.
    page.goto(f"{network.url}/khao-sat/cua-toi/")
    page.get_by_role("button", name="Tải sẵn để đi khảo sát").click()
    expect(page.get_by_text("Cả 2 phiếu đã tải sẵn về máy này")).to_be_visible()

    # At the workshop, at first with a connection.
    page.get_by_role("link", name="Bắt đầu phiếu của Cơ sở nước mắm").click()
    page.get_by_role("button", name="Bắt đầu hỏi").click()
    expect(page.locator("[data-where]")).to_have_text("Câu 1 trên 15")
    question(page, "tinh_trang").get_by_label("Đang hoạt động").check()
    expect(saving(page)).to_contain_text("Đã lưu lúc")

    # What the server kept and could not say so is sent again, and counts once.
    network.swallows = True
    go_to(page, "lao_dong")
    question(page, "lao_dong").get_by_role("textbox").fill("12")
    expect(saving(page)).to_contain_text("Đang gửi")
    arrives(page, target, "lao_dong", 12)
    network.cut()
    expect(saving(page)).to_contain_text("Mất mạng, đã giữ trên máy này")
    question(page, "lao_dong").get_by_role("textbox").fill("14")
    go_to(page, "vi_tri")
    page.get_by_role("button", name="Lấy vị trí đang đứng").click()
    expect(page.get_by_text("sai số khoảng 14 m")).to_be_visible()
    page.get_by_role("button", name="Tiếp").click()
    photos = question(page, "anh_co_so")
    photos.locator("input[capture]").set_input_files(picture(page, tmp_path / "anh.jpg"))
    expect(photos.get_by_text("Chờ gửi")).to_be_visible()

    # The page is closed and opened again without a connection.
    page.reload()
    expect(photos.get_by_text("Chờ gửi")).to_be_visible()
    go_to(page, "lao_dong")
    expect(question(page, "lao_dong").get_by_role("textbox")).to_have_value("14")
    page.goto(f"{network.url}/khao-sat/cua-toi/")
    expect(page.get_by_text("2 câu, 1 ảnh").or_(page.get_by_text("3 câu, 1 ảnh"))).to_be_visible()
    page.get_by_role("link", name="phiếu của Cơ sở bún").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cơ sở bún")
    open_sheet(page, network, target, "cau-san_pham")
    question(page, "san_pham").get_by_role("textbox").fill("Nước mắm")
    go_to(page, "doanh_thu")
    question(page, "doanh_thu").get_by_text("Không trả lời được câu này").click()
    question(page, "doanh_thu").get_by_label("Cơ sở không muốn trả lời").check()
    go_to(page, "co_nhu_cau")
    question(page, "co_nhu_cau").get_by_label("Không", exact=True).check()
    page.get_by_role("button", name="Tiếp").click()
    page.get_by_role("button", name="Tiếp").click()
    summary = page.locator("[data-summary]")
    expect(summary).to_contain_text("14 người")
    expect(summary).to_contain_text("Không trả lời: Cơ sở không muốn trả lời")
    page.get_by_role("button", name="Gửi phiếu").click()
    expect(page.get_by_text("sẽ tự gửi khi có mạng")).to_be_visible()
    assert set(answers_of(target)) == {"tinh_trang", "lao_dong"}

    # Back in reach: everything goes by itself, each once.
    network.restore()
    expect(page.get_by_text("Đã gửi phiếu của “Cơ sở nước mắm”")).to_be_visible(timeout=20_000)
    kept = answers_of(target)
    assert {code: one.value for code, one in kept.items() if code != "vi_tri"} == {
        "tinh_trang": "active",
        "lao_dong": 14,
        "san_pham": "Nước mắm",
        "doanh_thu": None,
        "co_nhu_cau": False,
    }
    assert kept["doanh_thu"].declined == "refused"
    assert kept["vi_tri"].value["accuracy"] == 14
    assert {code: one.revision for code, one in kept.items() if one.revision != 1} == {
        "lao_dong": 2
    }
    photo = target.photos.get()
    assert photo.latitude is not None
    assert Attachment.objects.get().media_type == "image/jpeg"
    target = SurveyTarget.objects.get(pk=target.pk)
    assert target.state == "submitted"
    assert target.events.filter(to_state="submitted").count() == 1
    assert (
        page.evaluate("Object.keys(localStorage).filter((name) => name.includes(':tra-loi:'))")
        == []
    )


def test_conflict_ended_session_and_log_out(phone, network, targets):
    target, other = targets
    page = phone
    page.watch.forgive_lost_connections()
    user = target.collaborator.user
    # Changed elsewhere: both values are shown, and one of them is chosen.
    open_sheet(page, network, target, "cau-lao_dong")
    answer(target, lao_dong=20)
    field = question(page, "lao_dong").get_by_role("textbox")
    field.fill("11")
    expect(page.get_by_text("đã lưu “20 người”")).to_be_visible()
    expect(saving(page)).to_have_text("Còn câu cần xem lại")
    page.get_by_role("button", name="Giữ “11 người”").click()
    arrives(page, target, "lao_dong", 11)
    expect(saving(page)).to_contain_text("Đã lưu lúc")
    expect(page.get_by_text("đã lưu “20 người”")).to_be_hidden()
    # What the register says is confirmed with one press.
    page.get_by_role("button", name="Vẫn đúng").click()
    expect(question(page, "lao_dong_nu")).to_be_visible()
    arrives(page, target, "lao_dong", 9)

    # The session ends: what is typed stays, and goes after the next log-in.
    end_session(page)
    question(page, "lao_dong_nu").get_by_role("textbox").fill("4")
    expect(page.get_by_role("heading", name="Phiên làm việc đã hết")).to_be_visible()
    page.get_by_role("link", name="Đăng nhập lại").click()
    log_in(page, network, user)
    arrives(page, target, "lao_dong_nu", 4)

    # Log-out: no page of the sheets is left on the telephone; what was not sent waits.
    open_sheet(page, network, other, "cau-nguoi_dai_dien")
    expect(question(page, "nguoi_dai_dien")).to_be_visible()
    network.cut()
    question(page, "nguoi_dai_dien").get_by_role("textbox").fill("Bà chủ")
    expect(saving(page)).to_contain_text("Mất mạng")
    network.restore()
    page.evaluate("localStorage.setItem('kc-chu-may', 'nguoi-khac')")  # keeps it from being sent
    page.get_by_text("Mục lục").click()
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")
    assert page.evaluate("caches.has('kc-khao-sat-trang')") is False
    network.cut()
    page.goto(f"{network.url}/khao-sat/phieu/{other.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chưa có kết nối")
    network.restore()
    page.goto(f"{network.url}/dang-nhap/")
    log_in(page, network, user)
    expect(page.get_by_text("còn giữ trên máy này đã được gửi (1 phiếu)")).to_be_visible()
    open_sheet(page, network, other, "cau-nguoi_dai_dien")
    arrives(page, other, "nguoi_dai_dien", "Bà chủ")
    # Sent by somebody else meanwhile: the sheet takes no more, and the device says what it holds.
    network.cut()
    question(page, "nguoi_dai_dien").get_by_role("textbox").fill("Ông chủ")
    expect(saving(page)).to_contain_text("Mất mạng")
    answer(other, dien_thoai="0254 3 123 456")
    actions.submit_answers(actor=user, target_id=other.pk)
    network.restore()
    page.reload()
    expect(page.get_by_text("Trên máy này: Ông chủ. Đã lưu: Bà chủ.")).to_be_visible()
    page.watch.complaints.clear()


def test_browser_and_server_read_and_write_answers_alike(live_server, page):
    """What stands in a field for a value, and what can be read, is the same on both sides."""
    page.goto(f"{live_server.url}/dang-nhap/")
    written = [
        ("integer", 0),
        ("integer", 12345),
        ("integer", 2024),
        ("money", 2000),
        ("money", 1_250_000_000),
        ("number", "1234.5"),
        ("number", "0.05"),
        ("date", "2026-02-28"),
        ("yes_no", False),
        ("multiple", ["a", "b"]),
        ("position", {"lat": 10.45, "lon": 107.1, "accuracy": 14, "taken_at": None}),
        ("text", "Nước mắm"),
        ("text", None),
    ]
    typed = [
        *(
            ("integer", text)
            for text in ("12", "1.234", "1234", "12,5", "1.23", "-1", "x", "9" * 20)
        ),
        *(("number", text) for text in ("12,5", "1.234,25", "1,234", "0,1", "12.345")),
        *(("date", text) for text in ("28/02/2026", "29/02/2026", "1/2/2026", "2026", "31/4/2026")),
    ]
    read_here, written_here = page.evaluate(
        """async ([written, typed]) => {
            const { rawOf, read } = await import("/static/js/survey-values.js");
            const question = (kind) => ({ kind, decimals: kind === "number" ? 2 : 0 });
            return [
                typed.map(([kind, text]) => { const { value, error } = read(question(kind), text); return error ? null : value; }),
                written.map(([kind, value]) => rawOf(question(kind), value)),
            ];
        }""",
        [written, typed],
    )
    assert written_here == [raw_of(kind, value) for kind, value in written]
    for (kind, text), value in zip(typed, read_here, strict=True):
        question = ColumnInfo("cau", "Câu", kind, (), "", False, "")
        try:
            kept = Reader({}).read(question, typed_value(kind, text))
        except ValueError:
            assert value is None, f"{kind} {text!r} is read as {value!r} here, refused there"
        else:
            assert Reader({}).read(question, value) == kept, f"{kind} {text!r}"


def end_session(page):
    """Make the server believe that the session was idle for hours."""
    from django.contrib.sessions.backends.db import SessionStore

    cookie = next(c for c in page.context.cookies() if c["name"] == "phien")
    session = SessionStore(cookie["value"])
    session[SEEN] = int(time.time()) - 6 * 3600
    session.save()
