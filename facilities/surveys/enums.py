"""Codes of surveys. Imports nothing of ours."""

from django.db import models


class CampaignState(models.TextChoices):
    """Where a campaign stands; its list of establishments is frozen when it opens."""

    DRAFT = "draft", "Đang soạn"
    OPEN = "open", "Đang khảo sát"
    CLOSED = "closed", "Đã kết thúc"


CAMPAIGN_TRANSITIONS = {
    CampaignState.DRAFT: {CampaignState.OPEN},
    CampaignState.OPEN: {CampaignState.CLOSED},
    CampaignState.CLOSED: set(),
}


class TargetState(models.TextChoices):
    """Where one establishment of a campaign stands."""

    TODO = "todo", "Chưa làm"
    DOING = "doing", "Đang làm"
    SUBMITTED = "submitted", "Đã gửi"
    RETURNED = "returned", "Trả lại"
    UNREACHABLE = "unreachable", "Không gặp được"
    APPROVED = "approved", "Đã duyệt"
    REMOVED = "removed", "Rút khỏi danh sách"


TARGET_TRANSITIONS = {
    TargetState.TODO: {
        TargetState.DOING,
        TargetState.SUBMITTED,
        TargetState.UNREACHABLE,
        TargetState.REMOVED,
    },
    TargetState.DOING: {TargetState.SUBMITTED, TargetState.UNREACHABLE, TargetState.REMOVED},
    TargetState.UNREACHABLE: {TargetState.DOING, TargetState.SUBMITTED, TargetState.REMOVED},
    TargetState.SUBMITTED: {TargetState.RETURNED, TargetState.APPROVED},
    TargetState.RETURNED: {TargetState.SUBMITTED, TargetState.UNREACHABLE, TargetState.REMOVED},
    TargetState.REMOVED: {TargetState.TODO},
    TargetState.APPROVED: set(),
}
# The collaborator still owes something; a target not met may be tried again.
OWED_STATES = (TargetState.TODO, TargetState.DOING, TargetState.RETURNED)
FILLABLE_STATES = (*OWED_STATES, TargetState.UNREACHABLE)
# Answers that the Centre has.
ANSWERED_STATES = (TargetState.SUBMITTED, TargetState.APPROVED)
# Done from the collaborator's side: the numerator of coverage.
DONE_STATES = (*ANSWERED_STATES, TargetState.UNREACHABLE)


class UnreachableReason(models.TextChoices):
    """Why nobody could be asked."""

    ABSENT = "absent", "Chủ cơ sở vắng mặt"
    NOT_FOUND = "not_found", "Không tìm thấy cơ sở"
    STOPPED = "stopped", "Cơ sở đã ngừng hoạt động"
    MOVED = "moved", "Cơ sở đã chuyển đi"
    REFUSED = "refused", "Cơ sở từ chối trả lời"
    OTHER = "other", "Lý do khác"


class DeclineReason(models.TextChoices):
    """Why a question of a sheet stays without an answer, though it was asked."""

    REFUSED = "refused", "Cơ sở không muốn trả lời"
    UNKNOWN = "unknown", "Không biết, không có sổ sách"
    NOT_APPLICABLE = "not_applicable", "Không phù hợp với cơ sở này"
    OTHER = "other", "Lý do khác"


class UpdateState(models.TextChoices):
    """What became of an update that an answer proposes to the record."""

    PROPOSED = "proposed", "Chờ xét"
    ACCEPTED = "accepted", "Đã ghi vào sổ"
    REFUSED = "refused", "Không ghi"
    SUPERSEDED = "superseded", "Đã thay bằng lần gửi sau"


UPDATE_TRANSITIONS = {
    UpdateState.PROPOSED: {UpdateState.ACCEPTED, UpdateState.REFUSED, UpdateState.SUPERSEDED},
    UpdateState.ACCEPTED: set(),
    UpdateState.REFUSED: set(),
    UpdateState.SUPERSEDED: set(),
}
