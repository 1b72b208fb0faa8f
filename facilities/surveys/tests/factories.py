"""Campaigns, targets and answers for tests."""

import uuid
from datetime import timedelta

from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from facilities.catalogue import load_need_kinds
from facilities.surveys import actions
from facilities.surveys.models import SurveyCampaign, SurveyTarget
from facilities.surveys.questionnaire_v1 import QUESTIONNAIRE_V1
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.models import User
from khuyencong.core.tests.factories import UserFactory
from khuyencong.forms_as_data.definition import install_form
from khuyencong.forms_as_data.models import FormVersion


def questionnaire() -> FormVersion:
    """The questionnaire that every installation starts with."""
    load_need_kinds()
    return install_form(QUESTIONNAIRE_V1)


def draft_campaign(officer: User | None = None, **values) -> SurveyCampaign:
    """A campaign over the whole book, not opened yet."""
    today = timezone.localdate()
    given = {
        "title": "Khảo sát năng lực sản xuất",
        "purpose": "Xây dựng cơ sở dữ liệu.",
        "opens_on": today,
        "closes_on": today + timedelta(days=20),
        "filters": {},
    } | values
    given.setdefault("questionnaire", questionnaire())
    return actions.create_campaign(
        actor=officer or UserFactory(roles=[Role.OFFICER], display_name="Chuyên viên khảo sát"),
        **given,
    )


def open_campaign(officer: User | None = None, **values) -> SurveyCampaign:
    """A campaign that is being surveyed; there must be an establishment in the book."""
    campaign = draft_campaign(officer, **values)
    return actions.open_campaign(actor=campaign.created_by, campaign_id=campaign.pk)


def a_target(place=None, **values) -> SurveyTarget:
    """An establishment to ask, given to the collaborator of its commune
    (`target.collaborator.user`); `values` are the establishment's."""
    assignment = AssignmentFactory(**({"place": place} if place else {}))
    establishment = EstablishmentFactory(place=assignment.place, **values)
    campaign = open_campaign(filters={"xa": str(assignment.place_id)})
    return campaign.targets.select_related("collaborator__user", "campaign__created_by").get(
        establishment=establishment
    )


def sent(question: str, value, revision: int = 0, **more) -> dict:
    """An answer as a telephone sends it."""
    return {
        "question": question,
        "value": value,
        "revision": revision,
        "client_id": str(uuid.uuid4()),
        **more,
    }


ENOUGH = {
    "tinh_trang": "active",
    "lao_dong": 14,
    "san_pham": "Bánh tráng",
    "co_nhu_cau": False,
}


def answer(target: SurveyTarget, **answers) -> None:
    """Answers of the target's collaborator: what is required, and those given."""
    actions.save_answers(
        actor=target.collaborator.user,
        target_id=target.pk,
        answers=[sent(code, value) for code, value in (ENOUGH | answers).items()],
    )


def submitted_target(target: SurveyTarget | None = None, **answers) -> SurveyTarget:
    """A target whose answers the Centre has."""
    target = target or a_target()
    answer(target, **answers)
    return actions.submit_answers(actor=target.collaborator.user, target_id=target.pk)
