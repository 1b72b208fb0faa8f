"""The office's pages of surveys: set up, follow, check, read results and needs."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from facilities.models import Establishment, NeedKind
from facilities.queries import ListFilters, list_rows
from facilities.surveys import actions, exports, queries
from facilities.surveys.models import SurveyCampaign
from facilities.surveys.questions import problems_of_questionnaire, questions_of
from facilities.surveys.tests.factories import (
    a_target,
    draft_campaign,
    open_campaign,
    questionnaire,
    submitted_target,
)
from facilities.surveys.todo import survey_items
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.tests.factories import UserFactory
from khuyencong.forms_as_data.structure import structure_of

pytestmark = pytest.mark.django_db


def signed_in(client, *roles, **values):
    user = UserFactory(roles=list(roles), **values)
    client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
    return user


@pytest.fixture
def officer(client):
    return signed_in(client, Role.OFFICER)


def test_a_campaign_is_looked_at_saved_opened_and_its_list_is_frozen(client, officer):
    wood, other = EstablishmentFactory(name="Xưởng gỗ An"), EstablishmentFactory(name="Lò rèn")
    today = timezone.localdate()
    posted = {
        "title": "Khảo sát gỗ",
        "purpose": "",
        "questionnaire": questionnaire().pk,
        "opens_on": f"{today:%d/%m/%Y}",
        "closes_on": f"{today + timedelta(days=9):%d/%m/%Y}",
        "q": "xuong go",
    }
    seen = client.post(reverse("surveys:add"), posted | {"xem_truoc": "1"})
    assert "Xưởng gỗ An" in seen.content.decode() and "Lò rèn" not in seen.content.decode()
    assert not SurveyCampaign.objects.exists()
    assert client.post(reverse("surveys:add"), posted | {"closes_on": ""}).status_code == 422
    client.post(reverse("surveys:add"), posted)
    campaign = SurveyCampaign.objects.get()
    client.post(reverse("surveys:open", args=[campaign.pk]))
    assert [t.establishment for t in campaign.targets.all()] == [wood]
    found = client.get(reverse("surveys:target_add", args=[campaign.pk]), {"q": "lò rèn"})
    assert "Lò rèn" in found.content.decode()
    client.post(
        f"{reverse('surveys:target_add', args=[campaign.pk])}?co_so={other.pk}",
        {"reason": "Mới mở"},
    )
    assert campaign.targets.count() == 2


def test_an_officer_writes_over_a_changed_record_only_after_seeing_it(client, officer):
    target = submitted_target(a_target(labour_total=12))
    Establishment.objects.filter(pk=target.establishment_id).update(labour_total=20)
    page = client.get(target.get_absolute_url()).content.decode()
    assert "nay ghi “20 người”, lúc gửi phiếu ghi “12 người”" in page
    update = target.updates.get(field="labour_total")
    accept = reverse("surveys:update_accept", args=[update.pk])
    client.post(accept)
    update.refresh_from_db()
    assert update.state == "proposed"
    client.post(accept, {"seen": "20"})
    update.refresh_from_db()
    assert update.state == "accepted"
    client.post(reverse("surveys:accept_all", args=[target.pk]), {"duyet": "1"})
    target.refresh_from_db()
    assert target.state == "approved"


def test_ticked_sheets_are_given_to_another_collaborator(client, officer):
    target, other = a_target(), a_target()
    url = reverse("surveys:targets", args=[target.campaign_id])
    assert client.post(url, {"phieu": [], "collaborator": 1}).status_code == 422
    client.post(url, {"phieu": [target.pk], "collaborator": other.collaborator_id})
    target.refresh_from_db()
    assert target.collaborator_id == other.collaborator_id


def test_results_count_what_was_sent_and_an_outsider_has_what_is_approved(officer):
    first = submitted_target(doanh_thu=100, thi_truong=["country", "export"])
    campaign = first.campaign
    second = a_target()
    campaign.targets.filter(pk=second.pk)
    answers = {
        r.question.code: r
        for part in queries.results_of(
            campaign,
            queries.states_read_by(officer, only_approved=False),
            place_id=None,
            texts=True,
        )
        for r in part.results
    }
    assert [(b.label, b.count, b.percent) for b in answers["thi_truong"].bars][:2] == [
        ("Trong nước", 1, 100),
        ("Xuất khẩu", 1, 100),
    ]
    assert dict(answers["doanh_thu"].figures)["Tổng"] == "100 đồng"
    assert answers["san_pham"].texts == ["Bánh tráng"]
    outsider = UserFactory(roles=[Role.VIEWER])
    assert queries.states_read_by(outsider, only_approved=False) == ["approved"]


def test_needs_add_up_by_kind_and_commune(officer):
    wish = {"co_nhu_cau": True, "nhu_cau_1": "may_moc", "nhu_cau_1_nam": 2027}
    target = submitted_target(**wish, nhu_cau_1_kinh_phi=300)
    submitted_target(**wish)
    by_kind, by_place, everything = queries.totals_of(queries.needs_heard(officer, {"nam": "2027"}))
    label = NeedKind.objects.get(code="may_moc").label
    assert [(t.label, t.count, t.priced, t.cost_vnd) for t in by_kind] == [(label, 2, 1, 300)]
    assert (len(by_place), everything.count) == (2, 2)
    outsider = UserFactory(roles=[Role.VIEWER])
    assert not queries.needs_heard(outsider, {})
    actions.accept_all(actor=officer, target_id=target.pk)
    assert queries.needs_heard(outsider, {}).count() == 1


def test_the_spreadsheet_has_a_row_an_establishment_and_is_not_for_outsiders(officer):
    target = submitted_target(doanh_thu=100)
    params = {"dot": str(target.campaign_id)}
    (sheet,) = exports.ANSWERS.sheets(officer, params)
    (row,) = list(sheet.rows)
    named = dict(zip([c.header for c in sheet.columns], row, strict=True))
    assert named["Doanh thu năm gần nhất (đồng)"] == 100
    assert named["Sản phẩm chính"] == "Bánh tráng"
    with pytest.raises(NotAllowed):
        exports.ANSWERS.sheets(UserFactory(roles=[Role.VIEWER]), params)
    assert [s.title for s in exports.NEEDS.sheets(officer, {})] == [
        "Nhu cầu",
        "Theo nội dung",
        "Theo địa bàn",
    ]


def test_the_inbox_tells_what_is_owed_and_what_waits(officer):
    target = a_target()
    (owed,) = survey_items(target.collaborator.user)
    assert owed.title.startswith("Khảo sát 1 cơ sở")
    assert owed.due_on == target.campaign.closes_on
    submitted_target(target)
    assert survey_items(target.collaborator.user) == []
    assert [i.title for i in survey_items(officer)] == [
        f"Kiểm tra 1 phiếu khảo sát – {target.campaign}"
    ]


def test_the_registry_finds_by_the_day_of_the_latest_survey(officer):
    never = EstablishmentFactory()
    surveyed = submitted_target().establishment
    today = timezone.localdate()

    def found(**filters):
        return set(list_rows(officer, ListFilters.from_params(filters)))

    assert found(khao_sat_tu=today.isoformat()) == {surveyed}
    assert found(chua_khao_sat=today.isoformat()) == {never}
    assert found(chua_khao_sat=(today + timedelta(days=1)).isoformat()) == {never, surveyed}


def test_a_questionnaire_is_copied_changed_and_put_in_use(client, officer):
    version = questionnaire()
    client.post(reverse("surveys:questionnaire_copy", args=[version.pk]))
    draft = version.form.versions.get(number=2)
    part = draft.parts.last()
    add = reverse("surveys:question_add", args=[part.pk])
    given = {"label": "Màu sơn", "kind": "choice", "part": part.pk, "choices": "Xanh\nĐỏ\n"}
    wrong = client.post(add, given | {"proposes": "labour_total"})
    assert wrong.status_code == 422
    client.post(add, given)
    question = draft.columns.get(label="Màu sơn")
    assert (question.code, question.choices) == ("mau_son", [["xanh", "Xanh"], ["do", "Đỏ"]])
    client.post(
        reverse("surveys:question_edit", args=[question.pk]), given | {"choices": "Đỏ\nXanh lá"}
    )
    question.refresh_from_db()
    assert question.choices == [["do", "Đỏ"], ["xanh_la", "Xanh lá"]]
    client.post(reverse("surveys:questionnaire_use", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.status == "in_use"
    assert client.get(reverse("surveys:questionnaire", args=[draft.pk])).status_code == 200


def test_what_every_installation_starts_with_can_be_asked():
    structure = structure_of(questionnaire().pk)
    assert problems_of_questionnaire(structure) == []
    assert len(questions_of(structure)) == 27


@pytest.mark.parametrize(("name", "queries_made"), [("list", 4), ("queue", 5), ("needs", 10)])
def test_lists_ask_as_much_of_the_database_for_three_as_for_one(
    client, officer, django_assert_num_queries, name, queries_made
):
    wish = {"co_nhu_cau": True, "nhu_cau_1": "may_moc"}
    submitted_target(**wish)
    url = reverse(f"surveys:{name}")
    client.get(url)
    for _ in range(2):
        with django_assert_num_queries(queries_made):
            client.get(url)
        submitted_target(**wish)
        submitted_target(**wish)
        draft_campaign(officer)


def test_a_day_in_the_future_and_an_old_campaign_stand_in_order():
    EstablishmentFactory()
    old = open_campaign(opens_on=date(2025, 1, 1), closes_on=date(2025, 2, 1))
    officer = old.created_by
    assert [i.title for i in survey_items(officer)] == [
        f"Kết thúc hoặc gia hạn đợt khảo sát – {old}"
    ]
