"""An erasure reaches what was answered in surveys, and the history of it."""

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from facilities.record.free_texts import free_texts
from facilities.record.personal import erase_personal_data
from facilities.surveys import actions
from facilities.surveys.models import SurveyAnswer
from facilities.surveys.tests.factories import a_target, sent, submitted_target
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_an_erasure_blanks_the_person_in_answers_proposals_and_their_history():
    target = a_target(representative="Chủ Cơ Sở Thử", phone="0912345678")
    actions.save_answers(
        actor=target.collaborator.user,
        target_id=target.pk,
        answers=[
            sent("nguoi_dai_dien", "Người Kế Nghiệp Thử"),
            sent("dien_thoai", "0987 654 321"),
            sent("y_kien", "Gọi ông chủ cơ sở thử, số 0912 345 678"),
        ],
    )
    submitted_target(target)
    establishment = target.establishment
    erase_personal_data(
        actor=UserFactory(roles=[Role.ADMINISTRATOR]),
        establishment_id=establishment.pk,
        reason="Yêu cầu",
        decisions={one.key: None for one in free_texts(establishment)},
    )
    kept = dict(target.answers.values_list("question__code", "value"))
    assert (kept["nguoi_dai_dien"], kept["dien_thoai"]) == (None, None)
    assert kept["y_kien"] == "Gọi ông (đã xóa), số (đã xóa)"
    assert kept["lao_dong"] == 14
    tables = ("SurveyAnswer", "SurveyAnswerEvent", "ProposedUpdate", "ProposedUpdateEvent")
    held = str([list(apps.get_model("facilities", name).objects.values()) for name in tables])
    assert not any(word in held for word in ("Kế Nghiệp", "hủ Cơ Sở", "0987654321", "0912"))
    with pytest.raises(DatabaseError), transaction.atomic():
        SurveyAnswer.objects.filter(target=target).update(value=None)
