"""What is done with surveys: opened, filled in over a bad network, checked, written into the book."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from facilities.actions import write_changes
from facilities.merging import merge_establishments
from facilities.models import Establishment, SupportNeed
from facilities.record.history import changes_of
from facilities.surveys import actions
from facilities.surveys.enums import (
    CAMPAIGN_TRANSITIONS,
    TARGET_TRANSITIONS,
    CampaignState,
    TargetState,
)
from facilities.surveys.models import SurveyAnswer, SurveyPhoto
from facilities.surveys.queries import fill_payload
from facilities.surveys.tests.factories import (
    a_target,
    answer,
    draft_campaign,
    open_campaign,
    sent,
    submitted_target,
)
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.tests.factories import UserFactory
from khuyencong.notifications.models import Notice

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def target():
    return a_target(labour_total=12)


@pytest.fixture
def officer():
    return UserFactory(roles=[Role.OFFICER])


def save(target, *answers, actor=None):
    return actions.save_answers(
        actor=actor or target.collaborator.user, target_id=target.pk, answers=answers
    )


def test_every_state_is_in_its_table_and_has_a_way_out():
    assert set(CAMPAIGN_TRANSITIONS) == set(CampaignState)
    assert set(TARGET_TRANSITIONS) == set(TargetState)
    assert [s for s, to in TARGET_TRANSITIONS.items() if not to] == [TargetState.APPROVED]


def test_opening_freezes_the_list_and_gives_each_to_the_collaborator_of_its_commune():
    assignment = AssignmentFactory()
    mine = EstablishmentFactory(place=assignment.place)
    nobodys = EstablishmentFactory()
    campaign = open_campaign()
    EstablishmentFactory(place=assignment.place)
    assert dict(campaign.targets.values_list("establishment", "collaborator")) == {
        mine.pk: assignment.collaborator_id,
        nobodys.pk: None,
    }
    assert campaign.events.get().note == "2 cơ sở"
    with pytest.raises(WrongStatus, match="đang khảo sát"):
        actions.open_campaign(actor=campaign.created_by, campaign_id=campaign.pk)


def test_opening_refuses_an_empty_list_and_a_collaborator():
    campaign = draft_campaign(filters={"q": "không có"})
    with pytest.raises(InvalidInput, match="Không có cơ sở nào"):
        actions.open_campaign(actor=campaign.created_by, campaign_id=campaign.pk)
    with pytest.raises(NotAllowed):
        actions.open_campaign(actor=UserFactory(roles=[Role.COLLABORATOR]), campaign_id=campaign.pk)


def test_once_open_only_words_and_the_last_day_change(target):
    campaign = target.campaign
    given = {
        "actor": campaign.created_by,
        "campaign_id": campaign.pk,
        "title": "Tên mới",
        "purpose": "",
        "questionnaire": campaign.questionnaire,
        "opens_on": campaign.opens_on,
        "closes_on": campaign.closes_on,
        "filters": campaign.filters,
    }
    assert actions.edit_campaign(**given).title == "Tên mới"
    with pytest.raises(WrongStatus, match="đã mở"):
        actions.edit_campaign(**given | {"filters": {}})


def test_a_retry_changes_nothing_and_an_edit_made_elsewhere_comes_back(target):
    first = sent("lao_dong", "14")
    assert save(target, first).saved[0].revision == 1
    again = save(target, first)
    assert (again.saved[0].revision, again.saved[0].value) == (1, 14)
    assert save(target, sent("lao_dong", 15, revision=1)).saved[0].revision == 2
    late = save(target, sent("lao_dong", 16, revision=1))
    assert not late.saved
    assert (late.conflicts[0].sent, late.conflicts[0].kept.value) == (16, 15)
    over = save(target, sent("lao_dong", 16, revision=late.conflicts[0].kept.revision))
    assert over.saved[0].value == 16


def test_an_edit_over_ones_own_that_was_never_acknowledged_is_no_conflict(target):
    lost = sent("lao_dong", 14)
    save(target, lost)
    result = save(target, sent("lao_dong", 15, replaces=[lost["client_id"]]))
    assert (result.saved[0].value, result.saved[0].revision, result.conflicts) == (15, 2, [])


def test_what_is_wrong_comes_back_and_the_rest_is_kept(target):
    result = save(
        target,
        sent("lao_dong", "mười"),
        sent("dien_thoai", "12"),
        sent("thi_truong", ["country", "mars"]),
        sent("vi_tri", {"lat": 48.8, "lon": 2.3}),
        sent("cong_suat", "12,5"),
        sent("doanh_thu", "1.250.000"),
    )
    assert set(result.errors) == {"lao_dong", "dien_thoai", "thi_truong", "vi_tri"}
    assert {k.question: k.value for k in result.saved} == {
        "cong_suat": "12.5",
        "doanh_thu": 1250000,
    }
    assert result.state == TargetState.DOING
    with pytest.raises(InvalidInput):
        save(target, sent("khong_co", 1))


def test_another_communes_collaborator_neither_writes_nor_sends(target):
    other = AssignmentFactory().collaborator.user
    with pytest.raises(NotAllowed):
        save(target, sent("lao_dong", 14), actor=other)
    with pytest.raises(NotAllowed):
        actions.submit_answers(actor=other, target_id=target.pk)
    assert not SurveyAnswer.objects.exists()


def test_sending_names_what_is_missing_and_asks_nothing_that_was_not_asked(target):
    answer(target, co_nhu_cau=None)
    with pytest.raises(InvalidInput) as refused:
        actions.submit_answers(actor=target.collaborator.user, target_id=target.pk)
    assert list(refused.value.errors) == ["co_nhu_cau"]


def test_sending_proposes_what_differs_and_keeps_the_day_beside_the_records_own(target):
    before = target.establishment.updated_at
    client_id = uuid.uuid4()
    answer(target, co_nhu_cau=True, nhu_cau_1="may_moc", nhu_cau_1_kinh_phi=300_000_000)
    for _ in range(2):
        submitted = actions.submit_answers(
            actor=target.collaborator.user, target_id=target.pk, client_id=client_id
        )
    assert {u.field: (u.old_value, u.new_value) for u in submitted.updates.all()} == {
        "labour_total": (12, 14),
        "product1": (None, {"name": "Bánh tráng"}),
        "need1": (None, {"kind": "may_moc", "cost": 300_000_000}),
    }
    establishment = Establishment.objects.get(pk=target.establishment_id)
    assert (establishment.surveyed_on, establishment.updated_at) == (timezone.localdate(), before)
    with pytest.raises(WrongStatus, match="chờ kiểm tra"):
        save(target, sent("lao_dong", 99))
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyAnswer.objects.filter(target=target).update(value=99)


def test_accepting_all_writes_the_record_with_the_survey_as_source(officer):
    target = submitted_target(co_nhu_cau=True, nhu_cau_1="may_moc", nhu_cau_1_nam=2027)
    with pytest.raises(WrongStatus, match="chưa xét"):
        actions.approve_answers(actor=officer, target_id=target.pk)
    result = actions.accept_all(actor=officer, target_id=target.pk)
    assert (result.written, result.held) == (3, [])
    establishment = Establishment.objects.get(pk=target.establishment_id)
    assert establishment.labour_total == 14
    assert establishment.products.get().name == "Bánh tráng"
    need = SupportNeed.objects.get()
    assert (need.kind.code, need.wished_year, need.source) == ("may_moc", 2027, "survey")
    assert any("khảo sát" in str(change).lower() for change in changes_of(establishment))
    assert actions.approve_answers(actor=officer, target_id=target.pk).state == "approved"


def test_a_record_changed_since_is_written_only_over_the_value_that_was_seen(officer):
    target = submitted_target(a_target(labour_total=12))
    update = target.updates.get(field="labour_total")
    write_changes(Establishment.objects.get(pk=target.establishment_id), {"labour_total": 20})
    with pytest.raises(Conflict, match="“12 người”, nay ghi “20 người”; phiếu ghi “14 người”"):
        actions.accept_update(actor=officer, update_id=update.pk)
    held = actions.accept_all(actor=officer, target_id=target.pk).held
    assert [one.field for one, _ in held] == ["labour_total"]
    with pytest.raises(Conflict):
        actions.accept_update(actor=officer, update_id=update.pk, seen=19)
    actions.accept_update(actor=officer, update_id=update.pk, seen=20)
    with pytest.raises(WrongStatus, match="đã được xét"):
        actions.refuse_update(actor=officer, update_id=update.pk)
    assert Establishment.objects.get(pk=target.establishment_id).labour_total == 14


def test_nobody_checks_what_they_filled_in(target, officer):
    actions.save_answers(
        actor=officer, target_id=target.pk, answers=[sent("y_kien", "Đã hỏi giúp")]
    )
    submitted = submitted_target(target)
    for one in (officer, UserFactory(roles=[Role.ADMINISTRATOR]), target.collaborator.user):
        with pytest.raises(NotAllowed):
            actions.accept_all(actor=one, target_id=submitted.pk)


def test_returned_answers_are_sent_again_and_replace_the_proposals(officer):
    target = submitted_target(a_target(labour_total=12))
    with pytest.raises(InvalidInput):
        actions.return_answers(actor=officer, target_id=target.pk, note=" ")
    actions.return_answers(actor=officer, target_id=target.pk, note="Hỏi lại số lao động.")
    save(target, sent("lao_dong", 13, revision=1))
    actions.submit_answers(actor=target.collaborator.user, target_id=target.pk)
    assert sorted(
        target.updates.filter(field="labour_total").values_list("new_value", "state")
    ) == [(13, "proposed"), (14, "superseded")]


def test_nobody_met_says_why_and_may_be_tried_again(target):
    actor = target.collaborator.user
    with pytest.raises(InvalidInput):
        actions.mark_unreachable(actor=actor, target_id=target.pk, reason="other")
    client_id = uuid.uuid4()
    for _ in range(2):
        actions.mark_unreachable(
            actor=actor, target_id=target.pk, reason="absent", client_id=client_id
        )
    assert save(target, sent("lao_dong", 14)).state == TargetState.DOING


def test_a_photograph_is_kept_once_and_only_of_an_open_target(target):
    client_id = uuid.uuid4()
    given = {
        "actor": target.collaborator.user,
        "target_id": target.pk,
        "question_code": "anh_co_so",
        "client_id": client_id,
        "position": {"lat": 10.45, "lon": 107.1, "accuracy": 9},
    }
    for _ in range(2):
        photo = actions.attach_photo(upload=SimpleUploadedFile("a.png", PNG), **given)
    assert SurveyPhoto.objects.get() == photo
    with pytest.raises(InvalidInput, match="không phải là ảnh"):
        actions.attach_photo(
            upload=SimpleUploadedFile("a.png", b"%PDF-1.4\n"),
            **given | {"client_id": uuid.uuid4()},
        )
    for _ in range(2):
        actions.remove_photo(actor=given["actor"], target_id=target.pk, client_id=client_id)
    photo.refresh_from_db()
    assert photo.removed_at and photo.attachment.removed_at


def test_closing_takes_nothing_more_but_what_was_sent_is_still_checked(officer):
    target = submitted_target()
    actions.close_campaign(actor=officer, campaign_id=target.campaign_id)
    with pytest.raises(WrongStatus, match="đã kết thúc"):
        save(target, sent("lao_dong", 14))
    actions.accept_all(actor=officer, target_id=target.pk)
    assert actions.approve_answers(actor=officer, target_id=target.pk).state == "approved"


def test_the_list_is_corrected_with_a_reason_and_targets_change_hands(target, officer):
    other = AssignmentFactory().collaborator
    assert (
        actions.reassign_targets(
            actor=officer, target_ids=[target.pk], collaborator_id=other.pk, reason="Nghỉ phép"
        )
        == 1
    )
    save(target, sent("lao_dong", 14), actor=other.user)
    with pytest.raises(InvalidInput):
        actions.remove_target(actor=officer, target_id=target.pk, reason="")
    actions.remove_target(actor=officer, target_id=target.pk, reason="Đã giải thể")
    back = actions.add_target(
        actor=officer,
        campaign_id=target.campaign_id,
        establishment_id=target.establishment_id,
        reason="Rút nhầm",
    )
    assert (back, back.state) == (target, TargetState.TODO)


def test_a_merge_takes_the_surveys_along(officer):
    target = submitted_target()
    survivor = EstablishmentFactory(place=target.establishment.place)
    merge_establishments(actor=officer, survivor_id=survivor.pk, merged_id=target.establishment_id)
    survivor.refresh_from_db()
    target.refresh_from_db()
    assert (target.establishment, survivor.surveyed_on) == (survivor, timezone.localdate())


def test_the_telephone_gets_questions_answers_and_what_the_record_says(target):
    answer(target)
    payload = fill_payload(target.collaborator.user, target)
    questions = {q["code"]: q for part in payload["parts"] for q in part["questions"]}
    assert (questions["lao_dong"]["record"], questions["lao_dong"]["record_text"]) == (
        12,
        "12 người",
    )
    assert questions["nhu_cau_1"]["asked_if"] == "co_nhu_cau"
    assert payload["answers"]["lao_dong"]["value"] == 14
    assert payload["target"]["can_fill"]


def test_people_are_told_once_of_what_is_theirs(target, officer):
    def told(user):
        return list(
            Notice.objects.filter(person=user).order_by("pk").values_list("subject", flat=True)
        )

    first = target.collaborator.user
    campaign = target.campaign
    assert told(first) == [f"Đợt khảo sát “{campaign}”: 1 cơ sở của anh/chị"]
    later = campaign.closes_on + timedelta(days=5)
    for _ in range(2):
        actions.edit_campaign(
            actor=officer,
            campaign_id=campaign.pk,
            title=campaign.title,
            purpose="",
            questionnaire=campaign.questionnaire,
            opens_on=campaign.opens_on,
            closes_on=later,
            filters=campaign.filters,
        )
    assert told(first)[1:] == [f"Hạn gửi phiếu của “{campaign}” đổi thành {later:%d/%m/%Y}"]
    submitted_target(target)
    actions.return_answers(actor=officer, target_id=target.pk, note="Hỏi lại.")
    assert told(first)[2:] == [
        f"Phiếu khảo sát của “{target.establishment}” được trả lại để bổ sung"
    ]
    other = AssignmentFactory().collaborator
    actions.reassign_targets(actor=officer, target_ids=[target.pk], collaborator_id=other.pk)
    assert told(other.user) == [f"Anh/chị được giao 1 phiếu của “{campaign}”"]
