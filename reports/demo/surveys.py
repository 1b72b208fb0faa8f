"""Surveys of the demo: one that ended with its results, one that is under way."""

import random
import uuid
from datetime import timedelta

import pgtrigger
from django.db.models import F
from django.utils import timezone

from facilities.models import (
    Establishment,
    ProposedUpdate,
    SurveyAnswer,
    SurveyCampaign,
    SurveyEvent,
    SurveyTarget,
)
from facilities.surveys import actions
from facilities.surveys.questionnaire_v1 import QUESTIONNAIRE_CODE
from khuyencong.core.models import User
from khuyencong.forms_as_data.models import FormVersion
from khuyencong.notifications.models import Notice

# Asked of each trade: its unit, and what it would most likely want.
TRADES = {
    "go": ("sản phẩm", ("may_moc", "tap_huan", "hoi_cho", "dao_tao_nghe")),
    "che_bien": ("tấn", ("may_moc", "hoi_cho", "nhan_hieu", "tap_huan")),
}
WISHES = {
    "may_moc": "Máy mới thay máy cũ, công suất thấp",
    "tap_huan": "Tập huấn quản lý xưởng",
    "hoi_cho": "Một gian hàng tại hội chợ vùng",
    "dao_tao_nghe": "Truyền nghề cho lao động trong xã",
    "nhan_hieu": "Đăng ký nhãn hiệu sản phẩm",
}
TROUBLES = ("von", "may_moc", "lao_dong", "nguyen_lieu", "dau_ra", "mat_bang")


def load_surveys(accounts: dict[str, User]) -> None:
    """A closed campaign over workshops of wood, and an open one over food processing, a third done."""
    if SurveyCampaign.objects.filter(is_illustration=True).exists():
        return
    chance = random.Random("khao sat minh hoa")
    ended = _campaign(accounts, "go", "Khảo sát các cơ sở chế biến gỗ", -75, -40)
    for number, target in enumerate(_targets(ended)):
        if number % 6 == 5:
            _not_met(target)
        elif number < 24:
            _answer(target, "go", chance)
            _check(accounts["chuyenvien1"], target)
    actions.close_campaign(
        actor=accounts["chuyenvien1"], campaign_id=ended.pk, note="Đã đủ số liệu."
    )
    _put_back(ended, timedelta(days=45))
    running = _campaign(
        accounts, "che_bien", "Khảo sát doanh nghiệp, sản phẩm, năng lực sản xuất", -9, 21
    )
    for number, target in enumerate(_targets(running)):
        if number % 16 == 15:
            _not_met(target)
        elif number % 4 == 0:
            _answer(target, "che_bien", chance)
            if number % 16 == 0:
                _check(accounts["chuyenvien2"], target)
            elif number % 24 == 4:
                actions.return_answers(
                    actor=accounts["chuyenvien1"],
                    target_id=target.pk,
                    note="Công suất ghi chưa hợp với số lao động; nhờ anh/chị hỏi lại.",
                )


def _campaign(accounts, group: str, title: str, opens: int, closes: int) -> SurveyCampaign:
    today, officer = timezone.localdate(), accounts["chuyenvien1"]
    campaign = actions.create_campaign(
        actor=officer,
        title=f"{title} {(today + timedelta(days=opens)).year}",
        purpose="Xây dựng cơ sở dữ liệu về doanh nghiệp, sản phẩm, năng lực sản xuất và nhu cầu năm sau.",
        questionnaire=FormVersion.objects.get(form__code=QUESTIONNAIRE_CODE, number=1),
        opens_on=today + timedelta(days=opens),
        closes_on=today + timedelta(days=closes),
        filters={"nhom": group, "tinh_trang": "active"},
    )
    SurveyCampaign.objects.filter(pk=campaign.pk).update(is_illustration=True)
    return actions.open_campaign(actor=officer, campaign_id=campaign.pk)


def _targets(campaign: SurveyCampaign) -> list[SurveyTarget]:
    return list(
        campaign.targets.exclude(collaborator=None)
        .select_related("collaborator__user", "establishment")
        .order_by("place", "pk")
    )


def _answer(target: SurveyTarget, group: str, chance: random.Random) -> None:
    unit, wishes = TRADES[group]
    establishment = target.establishment
    product = establishment.main_products.split(",")[0].strip() or "Sản phẩm chính"
    labour = max(1, (establishment.labour_total or 8) + chance.choice((-1, 0, 0, 0, 2)))
    wants = chance.random() < 0.7
    wish = chance.choice(wishes)
    abroad = {"export"} & set(establishment.markets)
    answers = {
        "tinh_trang": "active",
        "lao_dong": labour,
        "lao_dong_nu": min(labour, establishment.labour_female or labour // 3),
        "san_pham": product[:1].upper() + product[1:],
        "cong_suat": labour * chance.randint(20, 60),
        "don_vi": unit,
        "su_dung_cong_suat": chance.randrange(40, 100, 5),
        "thi_truong": sorted({*chance.sample(["commune", "province", "country"], 2), *abroad}),
        "kho_khan": sorted(chance.sample(TROUBLES, 2)),
        "biet_chinh_sach": chance.random() < 0.4,
        "co_nhu_cau": wants,
    }
    if wants:
        answers |= {
            "nhu_cau_1": wish,
            "nhu_cau_1_cu_the": WISHES[wish],
            "nhu_cau_1_nam": timezone.localdate().year + 1,
            "nhu_cau_1_kinh_phi": chance.randrange(50, 600, 10) * 1_000_000,
        }
    actor = target.collaborator.user
    actions.save_answers(
        actor=actor,
        target_id=target.pk,
        answers=[
            {"question": code, "value": value, "revision": 0, "client_id": str(uuid.uuid4())}
            for code, value in answers.items()
        ],
    )
    actions.submit_answers(actor=actor, target_id=target.pk)


def _not_met(target: SurveyTarget) -> None:
    actions.mark_unreachable(
        actor=target.collaborator.user, target_id=target.pk, reason="absent", note="Đã đến hai lần."
    )


def _check(officer: User, target: SurveyTarget) -> None:
    actions.accept_all(actor=officer, target_id=target.pk)
    actions.approve_answers(actor=officer, target_id=target.pk)


def _put_back(campaign: SurveyCampaign, by: timedelta) -> None:
    """Let what was done just now have been done some time ago."""
    Notice.objects.filter(matter=f"survey:{campaign.pk}").update(
        created_at=F("created_at") - by, read_at=F("created_at") - by
    )
    targets = SurveyTarget.objects.filter(campaign=campaign)
    sent = targets.exclude(submitted_at=None)
    sent.update(submitted_at=F("submitted_at") - by)
    targets.update(state_at=F("state_at") - by)
    day = timezone.localdate() - by
    Establishment.objects.filter(survey_targets__in=sent).update(surveyed_on=day)
    ProposedUpdate.objects.filter(target__campaign=campaign).update(
        created_at=F("created_at") - by, decided_at=F("decided_at") - by
    )
    with pgtrigger.ignore(
        "facilities.SurveyEvent:survey_event_append_only",
        "facilities.SurveyAnswer:answer_frozen_with_target",
    ):
        SurveyEvent.objects.filter(campaign=campaign).update(created_at=F("created_at") - by)
        SurveyAnswer.objects.filter(target__campaign=campaign).update(
            updated_at=F("updated_at") - by, answered_at=F("answered_at") - by
        )
