"""What an officer does with answers: checks them, and writes into the book what holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from facilities import permissions as registry
from facilities.actions import locked
from facilities.surveys import fields, notices, permissions
from facilities.surveys.actions._state import locked_target, move_target, wrong_target
from facilities.surveys.enums import (
    UPDATE_TRANSITIONS,
    CampaignState,
    TargetState,
    UpdateState,
)
from facilities.surveys.models import ProposedUpdate, SurveyTarget
from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import User
from khuyencong.core.text import clean


class _Unseen:
    """Stands for "the officer was not shown that the record has changed"."""


UNSEEN = _Unseen()


@dataclass
class Accepted:
    """What became of accepting all: how many were written, and those held back with the reason."""

    written: int = 0
    held: list[tuple[ProposedUpdate, str]] = field(default_factory=list)


@transaction.atomic
def accept_update(*, actor: User, update_id: int, seen=UNSEEN) -> ProposedUpdate:
    """Write one proposed value into the record, with the survey as its source.

    Where the record has changed since the answers were sent, both values are said (Conflict); `seen`
    is the record's value that the officer then knew and decided over. Raises NotAllowed, WrongStatus
    (decided already: by whom, when), Conflict, InvalidInput.
    """
    update, target = _for_deciding(actor, update_id)
    _check_unchanged(update, target, seen)
    fields.write(
        actor, target.establishment_id, {update.field: update.new_value}, on=_day_of(target)
    )
    _decide(update, UpdateState.ACCEPTED, actor)
    return update


@transaction.atomic
def refuse_update(*, actor: User, update_id: int, reason: str = "") -> ProposedUpdate:
    """Leave the record as it is, with a reason where one is given. Raises NotAllowed, WrongStatus."""
    update, _ = _for_deciding(actor, update_id)
    _decide(update, UpdateState.REFUSED, actor, clean(reason)[:300])
    return update


@transaction.atomic
def accept_all(
    *, actor: User, target_id: int, seen: Mapping[int, object] | None = None
) -> Accepted:
    """Write all that a target still proposes, together where they go together.

    Held back: what the record has changed since (unless `seen` has its value by key of the update),
    and, where the record's rules refuse the whole, what they refuse alone. Raises NotAllowed,
    WrongStatus.
    """
    target = _for_checking(actor, target_id)
    target.establishment = locked(target.establishment_id)
    registry.check_can_change_establishment(actor, target.establishment)
    result, ready, seen = Accepted(), [], seen or {}
    for update in _open_updates(target):
        try:
            _check_unchanged(update, target, seen.get(update.pk, UNSEEN))
        except Conflict as refusal:
            result.held.append((update, str(refusal)))
        else:
            ready.append(update)
    for group in _groups(actor, target, ready):
        for update, refusal in group:
            if refusal:
                result.held.append((update, refusal))
            else:
                _decide(update, UpdateState.ACCEPTED, actor)
                result.written += 1
    return result


def _groups(actor: User, target: SurveyTarget, updates: list[ProposedUpdate]):
    """Write all at once; where that is refused, one by one. Yields lists of (update, refusal)."""
    refusal = _try_write(actor, target, updates)
    if not refusal or len(updates) == 1:
        yield [(update, refusal) for update in updates]
        return
    for update in updates:
        yield [(update, _try_write(actor, target, [update]))]


def _try_write(actor: User, target: SurveyTarget, updates: list[ProposedUpdate]) -> str:
    values = {update.field: update.new_value for update in updates}
    try:
        with transaction.atomic():
            fields.write(actor, target.establishment_id, values, on=_day_of(target))
    except (InvalidInput, WrongStatus) as refusal:
        return str(refusal)
    return ""


@transaction.atomic
def approve_answers(*, actor: User, target_id: int) -> SurveyTarget:
    """Say that the answers are right: they count, and never change again.

    Every proposed update is decided before, so that none is forgotten. Raises NotAllowed, WrongStatus.
    """
    target = _for_checking(actor, target_id)
    left = _open_updates(target).count()
    if left:
        raise WrongStatus(
            f"Còn {left} đề xuất cập nhật hồ sơ chưa xét; anh/chị ghi vào sổ hoặc bỏ qua từng mục trước."
        )
    move_target(target, TargetState.APPROVED, actor=actor)
    return target


@transaction.atomic
def return_answers(*, actor: User, target_id: int, note: str) -> SurveyTarget:
    """Send the answers back, with what the collaborator will read. What was written into the record
    stays. Raises NotAllowed, WrongStatus (also once the campaign is closed), InvalidInput."""
    target = _for_checking(actor, target_id)
    note = clean(note)[:1000]
    if not note:
        sentence = "Anh/chị ghi rõ cần bổ sung gì."
        raise InvalidInput(sentence, {"note": [sentence]})
    if target.campaign.state != CampaignState.OPEN:
        raise WrongStatus(
            "Đợt khảo sát đã kết thúc nên không trả lại phiếu được; "
            "anh/chị bỏ qua mục chưa đúng rồi duyệt phiếu."
        )
    event = move_target(target, TargetState.RETURNED, actor=actor, note=note)
    target.note = note
    target.save(update_fields=["note"])
    notices.tell_returned(target, event)
    return target


def _for_checking(actor: User, target_id: int) -> SurveyTarget:
    target = locked_target(target_id)
    permissions.check_can_check(actor, target)
    if target.state != TargetState.SUBMITTED:
        raise wrong_target(target)
    return target


def _for_deciding(actor: User, update_id: int) -> tuple[ProposedUpdate, SurveyTarget]:
    """The update with its target and record, all locked in the order every writer takes them."""
    target_id = ProposedUpdate.objects.values_list("target_id", flat=True).get(pk=update_id)
    target = locked_target(target_id)
    update = (
        ProposedUpdate.objects.select_for_update(of=("self",))
        .select_related("decided_by")
        .get(pk=update_id)
    )
    permissions.check_can_check(actor, target)
    if update.state != UpdateState.PROPOSED:
        raise _decided(update)
    if target.state != TargetState.SUBMITTED:
        raise wrong_target(target)
    target.establishment = locked(target.establishment_id)
    registry.check_can_change_establishment(actor, target.establishment)
    return update, target


def _decided(update: ProposedUpdate) -> WrongStatus:
    words = update.get_state_display().lower()
    if update.decided_at is None:
        return WrongStatus(f"Đề xuất này {words}. Không có gì thay đổi.")
    at = timezone.localtime(update.decided_at)
    return WrongStatus(
        f"Đề xuất này đã được xét: {words} ({update.decided_by}, lúc {at:%H:%M ngày %d/%m/%Y}). "
        "Không có gì thay đổi."
    )


def _open_updates(target: SurveyTarget):
    return target.updates.filter(state=UpdateState.PROPOSED).order_by("pk")


def _check_unchanged(update: ProposedUpdate, target: SurveyTarget, seen) -> None:
    now = fields.read_of(update.field, target.establishment)
    if fields.same(update.field, now, update.old_value):
        return
    if not isinstance(seen, _Unseen) and fields.same(update.field, now, seen):
        return
    old, new, kept = (
        fields.text_of(update.field, value) or "chưa có"
        for value in (update.old_value, update.new_value, now)
    )
    raise Conflict(
        f"{fields.label_of(update.field)}: hồ sơ đã được sửa sau khi gửi phiếu. Lúc gửi phiếu sổ ghi "
        f"“{old}”, nay ghi “{kept}”; phiếu ghi “{new}”. Anh/chị xác nhận nếu vẫn ghi theo phiếu."
    )


def _decide(update: ProposedUpdate, state: str, actor: User, reason: str = "") -> None:
    if state not in UPDATE_TRANSITIONS[UpdateState(update.state)]:
        raise _decided(update)
    update.state, update.reason = state, reason
    update.decided_by, update.decided_at = actor, timezone.now()
    update.save(update_fields=["state", "reason", "decided_by", "decided_at"])


def _day_of(target: SurveyTarget):
    return timezone.localdate(target.submitted_at)
