"""Pages of the author's side: scope, refusals, the form without scripts, literal query counts."""

import json

import pytest
from django.urls import reverse

from collaborators.tests.factories import AssignmentFactory, CollaboratorFactory
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from programs.tests.factories import ActivityKindFactory
from reports.actions.draft import save_cells, save_row
from reports.enums import ReportStatus
from reports.models import DraftRow, Report, ReportVersion
from reports.queries import cells_of_version, draft_of
from reports.tests.factories import (
    FIGURES,
    ReportFactory,
    ReportPeriodFactory,
    accepted_report,
    filled_report,
    past_period,
    submitted_report,
)

JSON = {"content_type": "application/json", "headers": {"accept": "application/json"}}


@pytest.fixture
def report(db):
    return filled_report()


@pytest.fixture
def as_author(client, report):
    client.force_login(report.author)
    return client


def edit_url(report):
    return reverse("reports:edit", args=[report.pk])


def form_of(report, **changed):
    """What the page's form holds, with changes."""
    fields = {f"o.{key}": text for key, text in FIGURES.items()}
    return {
        **fields,
        "khong_phat_sinh": ["de_xuat", "kho_khan"],
        "lan_luu": str(Report.objects.get(pk=report.pk).draft_revision),
        "lan_luu_o": " ".join(
            f"{key}:{figure.revision}"
            for key, figure in draft_of(Report.objects.get(pk=report.pk)).cells.items()
        ),
        **changed,
    }


def save_json(client, report, *cells):
    return client.post(
        reverse("reports:save", args=[report.pk]), json.dumps({"cells": list(cells)}), **JSON
    )


WRITING = ("edit", "save", "submit", "nothing", "row_add", "row_edit", "row_remove")


def every_address(report, row):
    """(name, method, address) of each page of a report."""
    args = {
        "row_add": [report.pk, "kho_khan"],
        "row_edit": [report.pk, row],
        "row_remove": [report.pk, row],
    }
    for name in ("detail", *WRITING):
        method = "get" if name in ("detail", "edit", "row_add", "row_edit") else "post"
        yield name, method, reverse(f"reports:{name}", args=args.get(name, [report.pk]))


@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [
        ("other", 404, 404),
        ("viewer", 404, 404),
        ("accountant", 404, 404),
        ("officer", 200, 403),
        ("leader", 200, 403),
        ("administrator", 200, 403),
    ],
)
def test_scope_of_a_draft(client, report, who, reads, writes):
    row = save_row(
        actor=report.author, report_id=report.pk, part_code="kho_khan", data={"nhom": "von"}
    )
    user = AssignmentFactory().collaborator.user if who == "other" else UserFactory(roles=[who])
    client.force_login(user)
    for name, method, address in every_address(report, row.uid):
        answer = getattr(client, method)(address)
        assert answer.status_code == (writes if name in WRITING else reads), name
    assert Report.objects.get(pk=report.pk).status == ReportStatus.DRAFT
    assert DraftRow.objects.filter(uid=row.uid).exists()


def test_another_communes_autosave_is_not_found(client, report):
    client.force_login(AssignmentFactory().collaborator.user)
    answer = save_json(client, report, {"key": "lao_dong", "text": "9", "revision": 1})
    assert answer.status_code == 404
    assert draft_of(report).figure("lao_dong").text == "120"


def test_start_opens_the_report_and_refuses_other_communes(client, db):
    assignment, period = AssignmentFactory(), ReportPeriodFactory()
    client.force_login(assignment.collaborator.user)
    body = {"place": assignment.place_id, "period": period.pk}
    answer = client.post(reverse("reports:start"), body)
    assert answer.url == edit_url(Report.objects.get())
    other = {"place": PlaceFactory().pk, "period": period.pk}
    assert client.post(reverse("reports:start"), other).status_code == 403
    assert client.post(reverse("reports:start"), {"place": "x"}).status_code == 404
    assert Report.objects.count() == 1


def test_edit_shows_other_quarters_counts_and_what_was_typed(client, db):
    before = accepted_report(
        period=past_period(1, locks_on=ReportPeriodFactory().locks_on), lao_dong="118"
    )
    report = filled_report(before.place, author=before.author)
    EstablishmentFactory(place=report.place)
    client.force_login(report.author)
    page = client.get(edit_url(report)).content.decode()
    assert 'value="1.250,5"' in page and "118" in page
    assert "chi_tieu=registry.total" in page
    assert "Không phát sinh." in page


def test_autosave_answers_with_revisions_errors_and_conflicts(as_author, report):
    answer = save_json(
        as_author,
        report,
        {"key": "lao_dong", "text": "12,5", "note": "", "revision": 1},
        {"key": "lao_dong_nu", "text": "7", "note": "", "revision": 0},
    ).json()
    assert answer["saved"][0]["revision"] == 2 and "số nguyên" in answer["saved"][0]["error"]
    assert answer["conflicts"][0]["text"] == FIGURES["lao_dong_nu"]
    for body in ("{", "[]", '{"cells": 1}', '{"cells": [1]}'):
        bad = as_author.post(reverse("reports:save", args=[report.pk]), body, **JSON)
        assert bad.status_code == 422 and bad.json()["message"]


def test_autosave_after_submission_says_who_submitted(client, db):
    report = submitted_report()
    client.force_login(report.author)
    answer = save_json(client, report, {"key": "lao_dong", "text": "9", "revision": 0})
    assert answer.status_code == 409 and str(report.author) in answer.json()["message"]


def test_submit_takes_the_whole_form(as_author, report):
    body = form_of(report, **{"o.lao_dong": "130", "g.lao_dong": "thêm ca"})
    answer = as_author.post(reverse("reports:submit", args=[report.pk]), body)
    assert answer.url == reverse("reports:detail", args=[report.pk]) + "?da_nop=1"
    assert "Đã nộp báo cáo" in as_author.get(answer.url).content.decode()
    version = ReportVersion.objects.get(report=report)
    assert cells_of_version(version)["lao_dong"].value == 130
    again = as_author.post(reverse("reports:submit", args=[report.pk]), body, follow=True)
    assert "đã được nộp" in again.content.decode()
    assert ReportVersion.objects.count() == 1


def test_a_refused_submission_keeps_what_was_typed(as_author, report):
    body = form_of(report, **{"o.lao_dong": "", "o.von_may_moc": "15"}, khong_phat_sinh=["de_xuat"])
    answer = as_author.post(reverse("reports:submit", args=[report.pk]), body)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#o-lao_dong"' in page and 'href="#phan-kho_khan"' in page
    draft = draft_of(Report.objects.get(pk=report.pk))
    assert draft.figure("von_may_moc").text == "15" and set(draft.statements) == {"de_xuat"}
    assert as_author.get(reverse("reports:submit", args=[report.pk])).url == edit_url(report)


def test_a_form_from_before_a_change_elsewhere_shows_both(as_author, report):
    body = form_of(report, **{"o.lao_dong": "125"})
    save_cells(
        actor=report.author,
        report_id=report.pk,
        cells=[{"key": "lao_dong", "text": "140", "revision": 1}],
    )
    answer = as_author.post(reverse("reports:submit", args=[report.pk]), body)
    page = answer.content.decode()
    assert "Nơi khác đã lưu: <strong>140</strong>" in page and 'value="125"' in page
    assert not ReportVersion.objects.exists()
    assert draft_of(report).figure("lao_dong").text == "140"


def test_rows_by_plain_forms(as_author, report):
    kind = ActivityKindFactory()
    own, foreign = EstablishmentFactory(place=report.place), EstablishmentFactory()
    address = reverse("reports:row_add", args=[report.pk, "de_xuat"])
    page = as_author.get(address).content.decode()
    assert own.name in page and foreign.name not in page and kind.label in page
    wrong = as_author.post(address, {"co_so": own.pk, "noi_dung": kind.code, "tong_von": "nhiều"})
    assert wrong.status_code == 422 and "không phải là số" in wrong.content.decode()
    row = DraftRow.objects.get()
    assert row.data["tong_von"] == "nhiều" and row.establishment == own
    right = {
        "co_so": own.pk,
        "noi_dung": kind.code,
        "hang_muc": "Máy dán nhãn",
        "tong_von": "600.000.000",
        "nam": "2027",
        "revision": row.revision,
    }
    answer = as_author.post(reverse("reports:row_edit", args=[report.pk, row.uid]), right)
    assert answer.status_code == 302
    page = as_author.get(edit_url(report)).content.decode()
    assert "600.000.000 đồng" in page and kind.label in page
    as_author.post(reverse("reports:row_remove", args=[report.pk, row.uid]))
    assert not DraftRow.objects.exists()


def test_version_has_an_address_for_each_cell_and_row(client, db):
    report = filled_report(nothing=("de_xuat",))
    row = save_row(
        actor=report.author,
        report_id=report.pk,
        part_code="kho_khan",
        data={"nhom": "von", "noi_dung": "Thiếu vốn lưu động"},
    )
    client.force_login(report.author)
    body = form_of(report, khong_phat_sinh=["de_xuat"])
    client.post(reverse("reports:submit", args=[report.pk]), body)
    page = client.get(reverse("reports:version", args=[report.pk, 1])).content.decode()
    assert 'id="o-gtsx-co_khi"' in page and "1.250,5" in page
    assert f'id="dong-{row.uid}"' in page and "Thiếu vốn lưu động" in page
    client.force_login(AssignmentFactory().collaborator.user)
    assert client.get(reverse("reports:version", args=[report.pk, 1])).status_code == 404
    client.force_login(UserFactory(roles=[Role.VIEWER]))
    assert client.get(reverse("reports:version", args=[report.pk, 1])).status_code == 404


def test_a_viewer_reads_the_accepted_version_without_its_life(client, db):
    report = accepted_report()
    client.force_login(UserFactory(roles=[Role.VIEWER]))
    page = client.get(reverse("reports:detail", args=[report.pk])).content.decode()
    assert "1.250,5" in page and "Quá trình" not in page


def test_list_says_how_many_of_how_many(client, db):
    report = submitted_report()
    AssignmentFactory()
    filled_report()
    client.force_login(UserFactory())
    page = client.get(reverse("reports:list"), {"ky": report.period_id}).content.decode()
    assert "1 trên 3 địa bàn đã nộp" in page
    assert str(report.place) in page
    none = client.get(reverse("reports:list"), {"ky": report.period_id, "trang_thai": "accepted"})
    assert "Không có báo cáo nào như đang lọc" in none.content.decode()
    client.force_login(UserFactory(roles=[Role.ACCOUNTANT]))
    assert client.get(reverse("reports:list")).status_code == 403


@pytest.mark.parametrize("item_count", [1, 3])
def test_centre_list_queries(client, db, item_count, django_assert_num_queries):
    period = ReportPeriodFactory()
    for _ in range(item_count):
        ReportFactory(period=period)
    client.force_login(UserFactory())
    client.get(reverse("reports:list"))
    with django_assert_num_queries(6):
        answer = client.get(reverse("reports:list"))
    assert len(answer.context["page"].object_list) == item_count


@pytest.mark.parametrize("item_count", [1, 3])
def test_author_list_queries(client, db, item_count, django_assert_num_queries):
    collaborator = CollaboratorFactory()
    period = ReportPeriodFactory()
    for _ in range(item_count):
        ReportFactory(place=AssignmentFactory(collaborator=collaborator).place, period=period)
    client.force_login(collaborator.user)
    client.get(reverse("reports:list"))
    with django_assert_num_queries(13):
        answer = client.get(reverse("reports:list"))
    assert len(answer.context["owed"]) == len(answer.context["page"].object_list) == item_count


def test_edit_and_version_queries(client, db, django_assert_num_queries):
    report = submitted_report()
    client.force_login(report.author)
    version = reverse("reports:version", args=[report.pk, 1])
    client.get(version)
    with django_assert_num_queries(10):
        client.get(version)
    draft = filled_report()
    client.force_login(draft.author)
    client.get(edit_url(draft))
    with django_assert_num_queries(14):
        client.get(edit_url(draft))
