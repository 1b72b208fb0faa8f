"""The checker's pages by role, and with a constant number of queries."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.quarters import Quarter
from khuyencong.core.tests.factories import PlaceFactory
from reports.actions.review import accept_report, return_report
from reports.models import Report, ReportPeriod
from reports.tests.review_cast import make_cast, more_reports, submit_version, submitted_report

CENTRE = {"officer", "second_officer", "leader", "administrator"}


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def as_officer(client, cast):
    client.force_login(cast.officer)
    return client


def opened_by(client, cast, url) -> dict[str, int]:
    """Status of a page for each of the cast."""
    found = {}
    for name, account in cast.everybody().items():
        client.force_login(account)
        found[name] = client.get(url).status_code
    return found


def statuses(cast, ok: set[str], otherwise: int) -> dict[str, int]:
    return {name: 200 if name in ok else otherwise for name in cast.everybody()}


def sentences(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("name", "ok"),
    [
        ("queue", CENTRE),
        ("completeness", CENTRE | {"viewer"}),
        ("periods", CENTRE | {"viewer"}),
    ],
)
def test_pages_by_role(client, cast, name, ok):
    submitted_report(cast)
    assert opened_by(client, cast, reverse(f"reports:{name}")) == statuses(cast, ok, 403)


def test_review_page_by_role(client, cast):
    url = reverse("reports:review", args=[submitted_report(cast).pk])
    assert opened_by(client, cast, url) == {
        **statuses(cast, CENTRE, 404),
        "ctv": 403,
    }


def test_period_page_by_role(client, cast):
    url = reverse("reports:period_edit", args=[cast.period.pk])
    assert opened_by(client, cast, url) == statuses(cast, {"administrator"}, 403)


@pytest.mark.parametrize("name", ["return", "accept"])
def test_decisions_by_role(client, cast, name):
    report = submitted_report(cast)
    for who, status in (
        ("ctv", 403),
        ("other_ctv", 404),
        ("viewer", 404),
        ("accountant", 404),
        ("administrator", 403),
    ):
        client.force_login(getattr(cast, who))
        url = reverse(f"reports:{name}", args=[report.pk])
        assert client.post(url, {"version": 1, "note": "Sửa."}).status_code == status
        assert client.get(url).status_code == 405
    report.refresh_from_db()
    assert report.status == "submitted"


def test_batch_by_role(client, cast):
    report = submitted_report(cast)
    for who in ("ctv", "viewer", "accountant", "administrator"):
        client.force_login(getattr(cast, who))
        answer = client.post(reverse("reports:accept_many"), {"bao_cao": f"{report.pk}:1"})
        assert answer.status_code == 403
    report.refresh_from_db()
    assert report.status == "submitted"


@pytest.mark.parametrize("item_count", [1, 3])
def test_queue_asks_a_constant_number_of_times(
    as_officer, cast, item_count, django_assert_num_queries
):
    more_reports(cast, item_count, figures={"lao_dong": 5})
    as_officer.get(reverse("reports:queue"))
    with django_assert_num_queries(7):
        page = as_officer.get(reverse("reports:queue"))
    assert page.content.decode().count('name="bao_cao"') == item_count


@pytest.mark.parametrize("item_count", [1, 3])
def test_completeness_asks_a_constant_number_of_times(
    as_officer, cast, item_count, django_assert_num_queries
):
    more_reports(cast, item_count)
    as_officer.get(reverse("reports:completeness"))
    with django_assert_num_queries(8):
        page = as_officer.get(reverse("reports:completeness"))
    assert f"{item_count} trên {item_count + 2} đã nộp" in page.content.decode()


@pytest.mark.parametrize("item_count", [1, 3])
def test_periods_ask_a_constant_number_of_times(
    as_officer, cast, item_count, django_assert_num_queries
):
    from reports.calendar import ensure_period

    for number in range(1, item_count):
        ensure_period(Quarter(2025, number))
    as_officer.get(reverse("reports:periods"))
    with django_assert_num_queries(6):
        page = as_officer.get(reverse("reports:periods"))
    assert len(page.context["lines"]) == item_count


def test_review_asks_a_constant_number_of_times(as_officer, cast, django_assert_num_queries):
    few = submitted_report(cast, figures={"lao_dong": 5})
    (many,) = more_reports(
        cast,
        1,
        figures={"lao_dong": 5, "lao_dong_nu": 2, ("gtsx", "co_khi"): 1},
        rows={"kho_khan": [{"noi_dung": f"Việc {n}"} for n in range(9)]},
    )
    submit_version(few, cast.ctv)
    submit_version(many, cast.ctv)
    as_officer.get(reverse("reports:review", args=[few.pk]))
    for report in (few, many):
        with django_assert_num_queries(16):
            as_officer.get(reverse("reports:review", args=[report.pk]))


def test_returning_one_cell_leads_to_the_next_in_the_queue(as_officer, cast):
    now = timezone.now()
    first, second = (
        more_reports(cast, 1, figures={"lao_dong": 120}, at=now - timedelta(days=days))[0]
        for days in (3, 2)
    )
    answer = as_officer.post(
        reverse("reports:return", args=[first.pk]),
        {"version": "1", "note": "", "o:lao_dong": "Kiểm tra lại số này", "o:gtsx-co_khi": " "},
        follow=True,
    )
    assert answer.redirect_chain == [(reverse("reports:review", args=[second.pk]), 302)]
    (sentence,) = sentences(answer)
    assert reverse("reports:review", args=[first.pk]) in sentence
    first.refresh_from_db()
    assert first.status == "returned"
    (comment,) = first.events.last().comments.all()
    assert (comment.indicator.code, comment.text) == ("lao_dong", "Kiểm tra lại số này")


def test_the_last_of_the_queue_leads_back_to_the_empty_queue(as_officer, cast):
    report = submitted_report(cast)
    answer = as_officer.post(
        reverse("reports:accept", args=[report.pk]), {"version": "1"}, follow=True
    )
    assert answer.redirect_chain == [(reverse("reports:queue"), 302)]
    assert len(sentences(answer)) == 2
    assert "Không có báo cáo nào chờ kiểm tra" in answer.content.decode()


def test_a_refused_return_shows_again_what_was_typed(as_officer, cast):
    report = submitted_report(cast, figures={"lao_dong": 1})
    answer = as_officer.post(
        reverse("reports:return", args=[report.pk]),
        {"version": "1", "o:lao_dong": "x" * 501},
    )
    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()


def test_accept_never_throws_typed_requests_away(as_officer, cast):
    report = submitted_report(cast, figures={"lao_dong": 1})
    answer = as_officer.post(
        reverse("reports:accept", args=[report.pk]), {"version": "1", "o:lao_dong": "Sai?"}
    )
    assert answer.status_code == 422
    assert "Sai?" in answer.content.decode()
    report.refresh_from_db()
    assert report.status == "submitted"


def test_a_newer_version_is_shown_with_what_was_typed(as_officer, cast):
    report = submitted_report(cast, figures={"lao_dong": 120})
    return_report(actor=cast.leader, report_id=report.pk, version_number=1, note="Sửa.")
    report.refresh_from_db()
    submit_version(report, cast.ctv, figures={"lao_dong": 135})
    answer = as_officer.post(
        reverse("reports:return", args=[report.pk]),
        {"version": "1", "o:lao_dong": "Vẫn cao"},
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "đã sửa: 120 → 135" in page
    assert "Vẫn cao" in page


def test_the_second_officer_is_told_who_decided(as_officer, cast):
    report = submitted_report(cast)
    accept_report(actor=cast.leader, report_id=report.pk, version_number=1)
    for name in ("accept", "return"):
        answer = as_officer.post(
            reverse(f"reports:{name}", args=[report.pk]),
            {"version": "1", "note": "Sửa."},
            follow=True,
        )
        assert "đã được duyệt bởi Lãnh đạo lúc" in sentences(answer)[0]
        assert 'formaction="' not in answer.content.decode()


def test_a_draft_has_nothing_to_review(as_officer, cast):
    report = Report.objects.create(place=cast.place, period=cast.period)
    url = reverse("reports:review", args=[report.pk])
    assert as_officer.get(url).status_code == 302
    for name in ("accept", "return"):
        answer = as_officer.post(
            reverse(f"reports:{name}", args=[report.pk]), {"version": "1", "note": "Sửa."}
        )
        assert answer.status_code == 302
    report.refresh_from_db()
    assert report.status == "draft"


def test_whoever_cannot_decide_sees_no_buttons_and_why(client, cast):
    report = submitted_report(cast)
    client.force_login(cast.administrator)
    page = client.get(reverse("reports:review", args=[report.pk])).content.decode()
    assert "Quản trị hệ thống không duyệt" in page
    assert "formaction" not in page
    assert "<textarea" not in page


def test_batch_tells_of_each(as_officer, cast):
    clean, warned = more_reports(cast, 2)
    submit_version(warned, cast.ctv, warnings=[{"sentence": "Lạ", "reason": "Đúng"}])
    answer = as_officer.post(
        reverse("reports:accept_many"),
        {"bao_cao": [f"{clean.pk}:1", f"{warned.pk}:2", "rác", "999999:1"]},
        follow=True,
    )
    done, held = sentences(answer)
    assert done.startswith("Đã duyệt 1 báo cáo")
    assert "1 cảnh báo được giữ lại" in held
    answer = as_officer.post(reverse("reports:accept_many"), follow=True)
    assert sentences(answer) == ["Anh/chị chưa chọn báo cáo nào."]


def test_only_clean_reports_can_be_ticked(as_officer, cast):
    more_reports(cast, 1)
    more_reports(cast, 1, warnings=[{"sentence": "Lạ", "reason": "Đơn hàng lớn"}])
    submitted_report(cast, user=cast.officer)
    page = as_officer.get(reverse("reports:queue")).content.decode()
    assert page.count('name="bao_cao"') == 1
    assert "Đơn hàng lớn" in page
    assert "Do anh/chị soạn" in page


def test_the_board_filters_and_gives_contacts_to_the_centre_only(client, cast):
    assignment = AssignmentFactory(collaborator__phone="0254 000 000")
    (report,) = more_reports(cast, 1)
    accept_report(actor=cast.officer, report_id=report.pk, version_number=1)
    url = reverse("reports:completeness")

    def places(query=""):
        page = client.get(f"{url}?ky={cast.period.pk}{query}")
        return {line["row"].place_id for line in page.context["page"]}, page.content.decode()

    client.force_login(cast.officer)
    everybody, page = places()
    assert len(everybody) == 4
    assert "0254 000 000" in page
    assert places("&trang-thai=accepted")[0] == {report.place_id}
    assert places("&trang-thai=unreported")[0] == everybody - {report.place_id}
    assert places("&trang-thai=outside")[0] == set()

    client.force_login(cast.viewer)
    everybody, page = places()
    assert "0254 000 000" not in page
    assert assignment.collaborator.title not in page
    assert "Chưa được duyệt" in page
    assert "Chờ kiểm tra" not in page
    accepted, page = places("&trang-thai=accepted")
    assert accepted == {report.place_id}
    behind = reverse("reports:version", args=[report.pk, 1])
    assert behind in page
    assert client.get(behind).status_code == 200
    assert len(places("&trang-thai=pending")[0]) == 3


def test_a_viewer_does_not_learn_of_what_waits_outside_the_expected(client, cast):
    waiting = submitted_report(cast, place=PlaceFactory(name="Xã Không Phải Nộp"))
    accepted = submitted_report(cast, place=PlaceFactory(name="Xã Nộp Thêm"))
    accept_report(actor=cast.officer, report_id=accepted.pk, version_number=1)
    url = f"{reverse('reports:completeness')}?ky={waiting.period_id}"
    client.force_login(cast.officer)
    assert "Xã Không Phải Nộp" in client.get(url).content.decode()
    client.force_login(cast.viewer)
    page = client.get(url).content.decode()
    assert "Xã Không Phải Nộp" not in page
    assert "Xã Nộp Thêm" in page


def test_the_administrator_creates_the_next_period_and_changes_it(client, cast):
    client.force_login(cast.administrator)
    for sentence in ("Đã tạo kỳ quý IV/2026", "đã có trong lịch"):
        answer = client.post(reverse("reports:period_create"), {"nam": 2026, "quy": 4}, follow=True)
        assert sentence in sentences(answer)[0]
    assert client.post(reverse("reports:period_create"), {"nam": "x"}).status_code == 404
    url = reverse("reports:period_edit", args=[cast.period.pk])
    typed = {
        name: field.initial
        if name == "shown"
        else f"{client.get(url).context['form'].initial[name]:%d/%m/%Y}"
        for name, field in client.get(url).context["form"].fields.items()
    }
    typed["shown"] = client.get(url).context["form"].initial["shown"]
    refused = client.post(url, {**typed, "due_on": "01/01/2026"})
    assert refused.status_code == 422
    assert "thứ tự" in refused.content.decode()
    later = cast.period.due_on + timedelta(days=1)
    client.post(url, {**typed, "due_on": f"{later:%d/%m/%Y}"})
    assert ReportPeriod.objects.get(pk=cast.period.pk).due_on == later
    stale = client.post(url, typed, follow=True)
    assert "người khác sửa" in sentences(stale)[-1]
    assert ReportPeriod.objects.get(pk=cast.period.pk).due_on == later


def test_officer_with_a_commune_sees_but_does_not_decide_on_its_report(client, cast):
    cast.ctv.roles = [Role.COLLABORATOR, Role.OFFICER]
    cast.ctv.save()
    report = submitted_report(cast)
    client.force_login(cast.ctv)
    page = client.get(reverse("reports:review", args=[report.pk]))
    assert "soạn hoặc nộp báo cáo này" in page.content.decode()
    answer = client.post(reverse("reports:accept", args=[report.pk]), {"version": "1"})
    assert answer.status_code == 403
