"""Survey campaigns: whom to ask, what was answered, and what the answers propose to the record.

They name the establishment by its label, so that `facilities.models` can import them.
"""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from collaborators.models import Collaborator
from facilities.surveys.enums import (
    CampaignState,
    DeclineReason,
    TargetState,
    UnreachableReason,
    UpdateState,
)
from khuyencong.core.models import Place
from khuyencong.files.models import Attachment
from khuyencong.forms_as_data.models import Column, FormVersion


@pghistory.track()
class SurveyCampaign(models.Model):
    """A survey of establishments between two days (both inclusive).

    `filters` are the registry list's own, by which the targets are drawn when the campaign opens.
    """

    title = models.CharField("Tên đợt khảo sát", max_length=200)
    purpose = models.TextField("Mục đích, yêu cầu", blank=True)
    questionnaire = models.ForeignKey(
        FormVersion, models.PROTECT, related_name="campaigns", verbose_name="Phiếu khảo sát"
    )
    opens_on = models.DateField("Từ ngày")
    closes_on = models.DateField("Hạn gửi phiếu")
    state = models.CharField(
        "Trạng thái",
        max_length=10,
        choices=CampaignState.choices,
        default=CampaignState.DRAFT,
    )
    filters = models.JSONField("Bộ lọc danh sách cơ sở", default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người lập"
    )
    created_at = models.DateTimeField("Lập lúc", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("Sửa lúc", default=timezone.now, editable=False)
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)

    class Meta:
        verbose_name = "đợt khảo sát"
        verbose_name_plural = "đợt khảo sát"
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CampaignState.values), name="campaign_state_known"
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="campaign_dates_in_order",
                violation_error_message="Hạn gửi phiếu phải từ ngày bắt đầu trở đi.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("surveys:detail", args=[self.pk])


@pghistory.track()
class SurveyTarget(models.Model):
    """One establishment of a campaign, and who is to ask it.

    `place` is the commune of the map of the day it was listed: coverage is counted by it.
    `revision` counts the saves; `note` is what the checker wrote when returning it.
    """

    campaign = models.ForeignKey(
        SurveyCampaign, models.PROTECT, related_name="targets", verbose_name="Đợt khảo sát"
    )
    establishment = models.ForeignKey(
        "facilities.Establishment",
        models.PROTECT,
        related_name="survey_targets",
        verbose_name="Cơ sở",
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name="Địa bàn")
    collaborator = models.ForeignKey(
        Collaborator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="survey_targets",
        verbose_name="Cộng tác viên",
    )
    state = models.CharField(
        "Trạng thái",
        max_length=12,
        choices=TargetState.choices,
        default=TargetState.TODO,
    )
    state_at = models.DateTimeField("Trạng thái từ lúc", default=timezone.now)
    note = models.CharField("Yêu cầu của người kiểm tra", max_length=1000, blank=True)
    unreachable_reason = models.CharField(
        "Lý do không gặp được", max_length=12, choices=UnreachableReason.choices, blank=True
    )
    unreachable_note = models.CharField("Nói rõ thêm", max_length=300, blank=True)
    revision = models.PositiveIntegerField("Lần lưu", default=0)
    submitted_at = models.DateTimeField("Gửi lúc", null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người gửi",
    )
    sending_id = models.UUIDField("Mã lần gửi", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "cơ sở cần khảo sát"
        verbose_name_plural = "cơ sở cần khảo sát"
        ordering = ["campaign", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "establishment"], name="target_once"),
            models.CheckConstraint(
                condition=Q(state__in=TargetState.values), name="target_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=TargetState.UNREACHABLE)
                | Q(unreachable_reason__in=UnreachableReason.values),
                name="target_unreachable_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TargetState.SUBMITTED, TargetState.APPROVED])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="target_submitted_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "state", "place"], name="target_by_campaign"),
            models.Index(fields=["collaborator", "state"], name="target_by_collaborator"),
            models.Index(fields=["place", "state"], name="target_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.establishment}: {self.campaign}"

    def get_absolute_url(self) -> str:
        return reverse("surveys:target", args=[self.pk])


def _frozen_answers(name: str) -> pgtrigger.Trigger:
    """Trigger that refuses a change of what a checked or sent target holds."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("of_target", "bigint")],
        func="""
            of_target := CASE WHEN TG_OP = 'DELETE' THEN OLD.target_id ELSE NEW.target_id END;
            IF EXISTS (
                SELECT 1 FROM facilities_surveytarget t
                WHERE t.id = of_target AND t.state IN ('submitted', 'approved')
            ) THEN
                RAISE EXCEPTION 'survey target % is sent and frozen', of_target USING ERRCODE = 'check_violation';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        """,
    )


@pghistory.track()
class SurveyAnswer(models.Model):
    """The answer to one question, or why there is none. `client_id` names the edit that wrote it, so that a retry of the
    same edit changes nothing; `revision` counts the edits."""

    target = models.ForeignKey(
        SurveyTarget, models.PROTECT, related_name="answers", verbose_name="Cơ sở được hỏi"
    )
    question = models.ForeignKey(
        Column, models.PROTECT, related_name="answers", verbose_name="Câu hỏi"
    )
    value = models.JSONField("Trả lời", null=True, blank=True)
    declined = models.CharField(
        "Lý do không trả lời", max_length=15, choices=DeclineReason.choices, blank=True
    )
    revision = models.PositiveIntegerField("Lần lưu", default=1)
    client_id = models.UUIDField("Mã lần sửa", default=uuid.uuid4, editable=False)
    answered_at = models.DateTimeField("Hỏi lúc", default=timezone.now)
    updated_at = models.DateTimeField("Lưu lúc", default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người lưu"
    )

    class Meta:
        verbose_name = "câu trả lời khảo sát"
        verbose_name_plural = "câu trả lời khảo sát"
        ordering = ["target", "question"]
        constraints = [
            models.UniqueConstraint(fields=["target", "question"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(declined="") | Q(declined__in=DeclineReason.values, value__isnull=True),
                name="answer_or_reason",
            ),
        ]
        triggers = [_frozen_answers("answer_frozen_with_target")]

    def __str__(self) -> str:
        return str(self.question)


@pghistory.track()
class SurveyPhoto(models.Model):
    """A photograph taken for a question, where and when; the file is the target's attachment."""

    target = models.ForeignKey(
        SurveyTarget, models.PROTECT, related_name="photos", verbose_name="Cơ sở được hỏi"
    )
    question = models.ForeignKey(
        Column, models.PROTECT, related_name="photos", verbose_name="Câu hỏi"
    )
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name="Tệp")
    client_id = models.UUIDField("Mã ảnh", default=uuid.uuid4, unique=True, editable=False)
    taken_at = models.DateTimeField("Chụp lúc", null=True, blank=True)
    latitude = models.DecimalField("Vĩ độ", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(
        "Kinh độ", max_digits=9, decimal_places=6, null=True, blank=True
    )
    accuracy_m = models.PositiveIntegerField("Sai số vị trí (m)", null=True, blank=True)
    removed_at = models.DateTimeField("Gỡ lúc", null=True, blank=True)

    class Meta:
        verbose_name = "ảnh khảo sát"
        verbose_name_plural = "ảnh khảo sát"
        ordering = ["target", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="survey_photo_whole_position",
            )
        ]
        triggers = [_frozen_answers("photo_frozen_with_target")]

    def __str__(self) -> str:
        return str(self.attachment)


class SurveyEvent(models.Model):
    """What happened to a campaign, or to one of its targets. Never edited."""

    campaign = models.ForeignKey(
        SurveyCampaign, models.PROTECT, related_name="events", verbose_name="Đợt khảo sát"
    )
    target = models.ForeignKey(
        SurveyTarget,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name="Cơ sở được hỏi",
    )
    from_state = models.CharField("Từ", max_length=12, blank=True)
    to_state = models.CharField("Sang", max_length=12)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người làm"
    )
    note = models.CharField("Ghi chú", max_length=1000, blank=True)
    created_at = models.DateTimeField("Lúc", default=timezone.now)

    class Meta:
        verbose_name = "diễn biến khảo sát"
        verbose_name_plural = "diễn biến khảo sát"
        ordering = ["-id"]
        triggers = [
            pgtrigger.Protect(
                name="survey_event_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.target or self.campaign}: {self.to_state_label}"

    @property
    def to_state_label(self) -> str:
        """The state in words: a campaign's or a target's."""
        states = CampaignState if self.target_id is None else TargetState
        return states(self.to_state).label


@pghistory.track()
class ProposedUpdate(models.Model):
    """What the answers of a target propose to write into the record.

    `field` is a code of `facilities.surveys.fields`; values are JSON of its kind. `old_value` is
    what the record said when the answers were sent.
    """

    target = models.ForeignKey(
        SurveyTarget, models.PROTECT, related_name="updates", verbose_name="Cơ sở được hỏi"
    )
    field = models.CharField("Mục của hồ sơ", max_length=60)
    old_value = models.JSONField("Trong sổ lúc gửi", null=True, blank=True)
    new_value = models.JSONField("Theo phiếu", null=True, blank=True)
    state = models.CharField(
        "Trạng thái",
        max_length=10,
        choices=UpdateState.choices,
        default=UpdateState.PROPOSED,
    )
    created_at = models.DateTimeField("Đề xuất lúc", default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người xét",
    )
    decided_at = models.DateTimeField("Xét lúc", null=True, blank=True)
    reason = models.CharField("Lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "đề xuất cập nhật hồ sơ"
        verbose_name_plural = "đề xuất cập nhật hồ sơ"
        ordering = ["target", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "field"],
                condition=Q(state=UpdateState.PROPOSED),
                name="one_open_update_per_field",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UpdateState.values), name="update_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[UpdateState.PROPOSED, UpdateState.SUPERSEDED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="update_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.field
