"""The page of a survey sheet on the server: without scripts, retried, and for whom."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from collaborators.tests.factories import AssignmentFactory
from facilities.surveys import actions
from facilities.surveys.fill import OFFLINE_FILES
from facilities.surveys.models import SurveyAnswer, SurveyTarget
from facilities.surveys.tests.factories import a_target, answer, sent, submitted_target
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 64


@pytest.fixture
def target():
    return a_target(
        name="Cơ sở nước mắm", labour_total=9, latitude="10.451865", longitude="107.100453"
    )


@pytest.fixture
def own(client, target):
    client.force_login(target.collaborator.user, backend="khuyencong.core.auth.PortalBackend")
    return client


def url(target):
    return reverse("surveys:fill", args=[target.pk])


def kept(target):
    return {a.question.code: a.value for a in SurveyAnswer.objects.filter(target=target)}


def test_page_shows_the_questions_with_what_the_register_says(own, target):
    page = own.get(url(target)).content.decode()
    assert "Đang ghi trong sổ: <strong>9 người</strong>" in page
    assert page.count("data-question=") == 27
    assert "data-saves-itself" in page


def test_form_without_scripts_keeps_what_was_typed(own, target):
    response = own.post(
        url(target),
        {
            "tinh_trang": "active",
            "van_dung": ["lao_dong", "vi_tri"],
            "doanh_thu": "1.250.000.000",
            "cong_suat": "12,5",
            "thi_truong": ["commune", "export"],
            "dong_y": "true",
            "khong_tra_loi.nguoi_dai_dien": "refused",
            "viec": "luu",
        },
    )
    assert response.status_code == 302
    assert kept(target) == {
        "tinh_trang": "active",
        "lao_dong": 9,
        "vi_tri": {"lat": 10.451865, "lon": 107.100453, "accuracy": None, "taken_at": None},
        "doanh_thu": 1_250_000_000,
        "cong_suat": "12.5",
        "thi_truong": ["commune", "export"],
        "dong_y": True,
        "nguoi_dai_dien": None,
    }
    # Posted again as the page shows it, nothing changes; a box taken away does.
    page = own.get(url(target)).content.decode()
    posted = {"doanh_thu": "1250000000", "cong_suat": "12,5", "tinh_trang": "active"}
    revisions = dict(re.findall(r'name="(lan\.\w+)" value="(\d+)"', page))
    before = SurveyAnswer.objects.get(target=target, question__code="doanh_thu").revision
    own.post(url(target), {**posted, **revisions, "dong_y": "true", "viec": "luu"})
    assert SurveyAnswer.objects.get(target=target, question__code="doanh_thu").revision == before
    assert kept(target)["thi_truong"] is None


def test_form_without_scripts_says_what_is_wrong_and_keeps_the_rest(own, target):
    response = own.post(url(target), {"lao_dong": "chín", "san_pham": "Nước mắm", "viec": "gui"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "không phải là số" in page
    assert 'value="chín"' in page
    assert kept(target) == {"san_pham": "Nước mắm"}
    # A value that is in nobody's words is refused too, not an error.
    for wrong in ({"tinh_trang": "x"}, {"vi_tri.lat": "10"}, {"nam_thanh_lap": "9" * 30}):
        assert own.post(url(target), {**wrong, "san_pham": "Nước mắm"}).status_code == 422


def test_form_without_scripts_shows_what_changed_elsewhere(own, target):
    answer(target, lao_dong=20)
    posted = {"lao_dong": "11", "lan.lao_dong": "0", "tinh_trang": "active", "co_nhu_cau": "false"}
    posted |= {"san_pham": "Bánh tráng", "viec": "luu"}
    response = own.post(url(target), posted)
    assert response.status_code == 409
    assert "vừa lưu câu trả lời khác" in response.content.decode()
    assert kept(target)["lao_dong"] == 20
    own.post(url(target), {**posted, "lan.lao_dong": "1"})
    assert kept(target)["lao_dong"] == 11


def test_form_without_scripts_sends_photographs_once_and_the_sheet(own, target):
    def posted(**more):
        return {
            "lan_gui": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "anh.anh_co_so": SimpleUploadedFile("anh.jpg", JPEG),
            "tinh_trang": "active",
            "lao_dong": "9",
            "san_pham": "Nước mắm",
            "co_nhu_cau": "false",
            **more,
        }

    for _ in range(2):
        assert own.post(url(target), posted(viec="luu")).status_code == 302
    photo = target.photos.get()
    own.post(url(target), {**posted(bo_anh=str(photo.client_id))})
    assert not target.photos.filter(removed_at=None).exists()
    response = own.post(url(target), posted(viec="gui"))
    assert response["Location"] == reverse("surveys:mine")
    assert SurveyTarget.objects.get(pk=target.pk).state == "submitted"
    # The second press of the same button is told where the sheet stands.
    response = own.post(url(target), posted(viec="gui"), follow=True)
    assert "đã được gửi" in response.content.decode()


def test_nobody_met_without_scripts(own, target):
    response = own.post(url(target), {"viec": "khong_gap", "ly_do": ""})
    assert response.status_code == 422
    assert own.post(url(target), {"viec": "khong_gap", "ly_do": "absent"}).status_code == 302
    assert SurveyTarget.objects.get(pk=target.pk).unreachable_reason == "absent"


def test_declined_counts_as_answered_and_not_as_a_value(target):
    actor = target.collaborator.user
    edit = sent("lao_dong", None, declined="unknown")
    answer(target)
    actions.save_answers(
        actor=actor,
        target_id=target.pk,
        answers=[{**edit, "revision": 1}, sent("anh_co_so", None, declined="refused")],
    )
    # The same edit again: the telephone never heard that it had arrived.
    again = actions.save_answers(actor=actor, target_id=target.pk, answers=[edit])
    assert [(one.declined, one.revision) for one in again.saved] == [("unknown", 2)]
    with pytest.raises(InvalidInput):
        actions.save_answers(
            actor=actor, target_id=target.pk, answers=[sent("lao_dong", None, declined="lười")]
        )
    actions.submit_answers(actor=actor, target_id=target.pk)
    assert not target.updates.filter(field="labour_total").exists()


def test_who_may_open_and_who_may_fill(client, target):
    stranger = AssignmentFactory().collaborator.user
    for user, get, post in (
        (stranger, 404, 404),
        (UserFactory(roles=[Role.VIEWER]), 404, 404),
        (UserFactory(roles=[Role.LEADER]), 200, 403),
    ):
        client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
        assert client.get(url(target)).status_code == get
        assert client.post(url(target), {"lao_dong": "1"}).status_code == post
    assert kept(target) == {}
    client.logout()
    assert client.get(url(target)).status_code == 302
    assert client.get(reverse("surveys:worker")).status_code == 200


def test_sent_sheet_is_read_only_and_says_why(own, target):
    submitted_target(target, lao_dong=14)
    page = own.get(url(target)).content.decode()
    assert "đã được gửi và đang chờ kiểm tra" in page
    assert "14 người" in page
    assert "Nhu cầu thứ nhất" not in page, "what was not asked is not shown as unanswered"
    assert "<form" not in page.partition("<main")[2]


def test_everything_a_sheet_loads_is_kept_for_work_without_a_connection(own, target):
    """The files named by the pages, the modules these import and the fonts their styles name."""
    root = Path(settings.BASE_DIR) / "static"
    seen, found = set(), set()
    for page in (url(target), reverse("surveys:mine")):
        html = re.sub(
            r"<script[^>]*json.*?</script>", "", own.get(page).content.decode(), flags=re.S
        )
        found |= set(re.findall(r'(?:src|href)="/static/([^"#]+)', html))
    while found - seen:
        name = (found - seen).pop()
        seen.add(name)
        if name.startswith(("js/", "css/")):
            text = (root / name).read_text()
            found |= {f"js/{one}" for one in re.findall(r'from "\./([\w-]+\.js)"', text)}
            found |= {
                one.removeprefix("../") for one in re.findall(r"url\([\"']?(\.\./[^)\"']+)", text)
            }
    assert seen - set(OFFLINE_FILES) == set()
    assert all((root / name).is_file() for name in OFFLINE_FILES)
    worker = (root / "js/survey-worker.js").read_text()
    named = (root / "js/device-copies.js").read_text()
    for line in ("PAGES", "ASSETS"):
        names = [re.search(rf'{line} = "([\w-]+)"', text).group(1) for text in (worker, named)]
        assert names[0] == names[1]
