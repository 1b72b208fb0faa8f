"""What moves with a merge of two records: the surveys of the one, and the day of the latest."""

from django.db.models import Max

from facilities.models import Establishment, SurveyTarget
from facilities.movers import ForeignKeyMover


class SurveyTargetMover(ForeignKeyMover):
    """Moves the targets that the survivor's campaigns do not have; keeps the latest day on both."""

    def move(self, source_id: int, target_id: int) -> list[int]:
        moved = super().move(source_id, target_id)
        _keep_latest(source_id, target_id)
        return moved

    def restore(self, moved: list[int], source_id: int, target_id: int) -> None:
        super().restore(moved, source_id, target_id)
        _keep_latest(source_id, target_id)


def _keep_latest(*establishment_ids: int) -> None:
    for establishment_id in establishment_ids:
        latest = SurveyTarget.objects.filter(establishment=establishment_id).aggregate(
            at=Max("submitted_at__date")
        )
        Establishment.objects.filter(pk=establishment_id).update(surveyed_on=latest["at"])


SURVEY_TARGETS = SurveyTargetMover(
    SurveyTarget, "establishment", "phiếu khảo sát", once_by="campaign_id"
)
