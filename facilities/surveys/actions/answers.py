"""What happens in front of the workshop: answers, photographs, sending, nobody met.

Everything may be sent twice, late and out of order, since telephones lose their connection: each edit,
photograph and sending has an id of the telephone's own.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from facilities.models import Establishment
from facilities.surveys import fields, permissions
from facilities.surveys.actions._state import check_fillable, locked_target, move_target
from facilities.surveys.enums import (
    ANSWERED_STATES,
    DeclineReason,
    TargetState,
    UnreachableReason,
    UpdateState,
)
from facilities.surveys.models import ProposedUpdate, SurveyAnswer, SurveyPhoto, SurveyTarget
from facilities.surveys.questions import Reader, is_asked, moment_of, questions_of, read_position
from khuyencong.core.exceptions import Conflict, InvalidInput
from khuyencong.core.models import User
from khuyencong.core.text import clean
from khuyencong.files.actions import attach_file, remove_file
from khuyencong.files.sniff import sniff
from khuyencong.forms_as_data.enums import ColumnKind
from khuyencong.forms_as_data.structure import ColumnInfo, structure_of

MAX_PHOTOS_PER_QUESTION = 10
MAX_ANSWERS_SENT = 500


@dataclass(frozen=True)
class Kept:
    """An answer as it is kept now."""

    question: str
    value: object
    revision: int
    client_id: uuid.UUID | None
    declined: str = ""
    updated_at: datetime | None = None
    by: str = ""


@dataclass(frozen=True)
class AnswerConflict:
    """An answer that changed elsewhere: what was sent, and what is kept."""

    question: str
    sent: object
    kept: Kept


@dataclass
class SaveResult:
    """What became of the answers sent; `errors` are sentences by code of question."""

    state: str
    revision: int
    saved_at: datetime
    saved: list[Kept] = field(default_factory=list)
    conflicts: list[AnswerConflict] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sent:
    question: ColumnInfo
    value: object
    declined: str
    revision: int
    client_id: uuid.UUID
    replaces: frozenset[uuid.UUID]
    answered_at: datetime


@transaction.atomic
def save_answers(*, actor: User, target_id: int, answers: Iterable[Mapping]) -> SaveResult:
    """Keep answers; what changed elsewhere comes back as a conflict, what is wrong as an error.

    Each is {question, value, declined?, revision, client_id, replaces?, answered_at?}; `declined`
    is the reason why there is no value (DeclineReason, also for a photograph); `revision` is the one
    the person saw, `replaces` are ids of own earlier edits that were never acknowledged. The same
    edit again changes nothing. Raises NotAllowed, WrongStatus, InvalidInput (an unknown question).
    """
    target = _for_filling(actor, target_id)
    questions = questions_of(structure_of(target.campaign.questionnaire_id))
    sent, errors = _read(questions, answers)
    now = timezone.now()
    result = SaveResult(target.state, target.revision, now, errors=errors)
    held = {
        answer.question_id: answer
        for answer in target.answers.select_related("updated_by")
        if answer.question_id in {one.question.id for one in sent}
    }
    written = False
    for one in sent:
        answer = held.get(one.question.id)
        if answer is None:
            if one.revision:
                # It was kept once, says the telephone; nothing is deleted, so it errs: take it anew.
                one = replace(one, revision=0)
            if one.value is None and not one.declined:
                result.saved.append(Kept(one.question.code, None, 0, one.client_id))
                continue
            answer = SurveyAnswer.objects.create(
                target=target,
                question_id=one.question.id,
                value=one.value,
                declined=one.declined,
                client_id=one.client_id,
                answered_at=one.answered_at,
                updated_at=now,
                updated_by=actor,
            )
            held[one.question.id] = answer
            written = True
        elif answer.client_id != one.client_id and (answer.value, answer.declined) != (
            one.value,
            one.declined,
        ):
            if answer.revision != one.revision and answer.client_id not in one.replaces:
                result.conflicts.append(
                    AnswerConflict(one.question.code, one.value, _kept(one.question, answer))
                )
                continue
            answer.value, answer.declined = one.value, one.declined
            answer.client_id = one.client_id
            answer.revision += 1
            answer.answered_at, answer.updated_at, answer.updated_by = one.answered_at, now, actor
            answer.save()
            written = True
        result.saved.append(_kept(one.question, answer))
    if written:
        _touch(target, actor)
    result.state, result.revision = target.state, target.revision
    return result


def _kept(question: ColumnInfo, answer: SurveyAnswer) -> Kept:
    return Kept(
        question.code,
        answer.value,
        answer.revision,
        answer.client_id,
        answer.declined,
        answer.updated_at,
        str(answer.updated_by),
    )


def _for_filling(actor: User, target_id: int) -> SurveyTarget:
    target = locked_target(target_id)
    permissions.check_can_fill(actor, target)
    check_fillable(target)
    return target


def _touch(target: SurveyTarget, actor: User) -> None:
    """Count a save; the first one takes the target up."""
    target.revision += 1
    if target.state in (TargetState.TODO, TargetState.UNREACHABLE):
        move_target(target, TargetState.DOING, actor=actor)
    target.save(update_fields=["revision"])


def _read(questions: Mapping[str, ColumnInfo], answers) -> tuple[list[_Sent], dict]:
    """The last of what was sent for each question, read; and what is wrong, by question."""
    reader, found, errors = Reader(questions), {}, {}
    for number, raw in enumerate(answers):
        if number >= MAX_ANSWERS_SENT or not isinstance(raw, Mapping):
            raise InvalidInput("Dữ liệu gửi lên không đúng dạng; anh/chị tải lại trang.")
        code = str(raw.get("question", ""))[:40]
        question = questions.get(code)
        client_id = _uuid(raw.get("client_id"))
        revision = raw.get("revision") or 0
        declined = raw.get("declined") or ""
        is_photo = question is not None and question.kind == ColumnKind.PHOTO
        if question is None or (is_photo and raw.get("value") is not None):
            raise InvalidInput(
                "Phiếu không có câu hỏi này.", {code: ["Phiếu không có câu hỏi này."]}
            )
        is_readable = isinstance(revision, int) and 0 <= revision < 2**31
        if client_id is None or not is_readable or declined not in ("", *DeclineReason.values):
            raise InvalidInput("Dữ liệu gửi lên không đúng dạng; anh/chị tải lại trang.")
        found.pop(code, None)
        errors.pop(code, None)
        try:
            value = reader.read(question, raw.get("value"))
        except ValueError as error:
            errors[code] = [str(error)]
            continue
        if value is not None:
            declined = ""
        replaces = raw.get("replaces") or []
        if not isinstance(replaces, list):
            replaces = []
        now = timezone.now()
        answered_at = moment_of(raw.get("answered_at")) or now
        found[code] = _Sent(
            question,
            value,
            declined,
            revision,
            client_id,
            frozenset(filter(None, map(_uuid, replaces))),
            min(answered_at, now),
        )
    return list(found.values()), errors


def _uuid(text) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


@transaction.atomic
def attach_photo(
    *,
    actor: User,
    target_id: int,
    question_code: str,
    client_id: uuid.UUID,
    upload: UploadedFile,
    taken_at: datetime | None = None,
    position: Mapping | None = None,
) -> SurveyPhoto:
    """Keep a photograph taken for a question; the same `client_id` again gives the same one.

    `position` is {lat, lon, accuracy}. Raises NotAllowed, WrongStatus, InvalidInput (no image, too
    large, too many, no such question).
    """
    target = locked_target(target_id)
    permissions.check_can_fill(actor, target)
    there = SurveyPhoto.objects.filter(client_id=client_id).select_related("question").first()
    if there is not None:
        if there.target_id != target.pk:
            raise InvalidInput("Ảnh này thuộc phiếu khác; anh/chị chụp lại.")
        return there
    check_fillable(target)
    question = questions_of(structure_of(target.campaign.questionnaire_id)).get(question_code)
    if question is None or question.kind != ColumnKind.PHOTO:
        raise InvalidInput("Phiếu không có câu hỏi chụp ảnh này.")
    photos = target.photos.filter(question_id=question.id, removed_at=None)
    if photos.count() >= MAX_PHOTOS_PER_QUESTION:
        raise InvalidInput(f"Mỗi câu có nhiều nhất {MAX_PHOTOS_PER_QUESTION} ảnh.")
    if not (sniff(upload.file) or "image/").startswith("image/"):
        raise InvalidInput("Tệp này không phải là ảnh; anh/chị chụp hoặc chọn ảnh JPG, PNG, WebP.")
    attachment = attach_file(actor=actor, record=target, upload=upload, title=question.label[:200])
    twin = photos.filter(attachment=attachment).select_related("question").first()
    if twin is not None:
        return twin
    point = {}
    if position:
        try:
            read = read_position(position)
        except ValueError:
            read = None  # A photograph without a place is better than none.
        if read is not None:
            point = {
                "latitude": read["lat"],
                "longitude": read["lon"],
                "accuracy_m": read["accuracy"],
            }
    photo = SurveyPhoto.objects.create(
        target=target,
        question_id=question.id,
        attachment=attachment,
        client_id=client_id,
        taken_at=min(taken_at, timezone.now()) if taken_at else None,
        **point,
    )
    _touch(target, actor)
    return photo


@transaction.atomic
def remove_photo(*, actor: User, target_id: int, client_id: uuid.UUID) -> None:
    """Take a photograph off; one that is gone or was never there is no mistake.

    Raises NotAllowed, WrongStatus.
    """
    target = _for_filling(actor, target_id)
    photo = target.photos.filter(client_id=client_id, removed_at=None).first()
    if photo is None:
        return
    photo.removed_at = timezone.now()
    photo.save(update_fields=["removed_at"])
    others = target.photos.filter(attachment_id=photo.attachment_id, removed_at=None)
    if not others.exists():
        remove_file(actor=actor, attachment_id=photo.attachment_id)
    _touch(target, actor)


@transaction.atomic
def submit_answers(
    *, actor: User, target_id: int, client_id: uuid.UUID | None = None
) -> SurveyTarget:
    """Send the answers to the Centre, with what they propose to the record; the record keeps the day
    as its latest survey. The same `client_id` again changes nothing.

    Raises NotAllowed, WrongStatus; InvalidInput with a sentence by question for what is missing.
    """
    target = locked_target(target_id)
    permissions.check_can_fill(actor, target)
    if _sent_before(target, client_id, ANSWERED_STATES):
        return target
    check_fillable(target)
    questions = questions_of(structure_of(target.campaign.questionnaire_id))
    by_id = {question.id: code for code, question in questions.items()}
    given = {
        by_id[question_id]: (value, declined)
        for question_id, value, declined in target.answers.values_list(
            "question_id", "value", "declined"
        )
        if question_id in by_id
    }
    values = {code: value for code, (value, _) in given.items()}
    declined = {code for code, (_, reason) in given.items() if reason}
    asked = {
        code: question
        for code, question in questions.items()
        if is_asked(question, questions, values)
    }
    _check_complete(target, asked, values, declined)
    target.updates.filter(state=UpdateState.PROPOSED).update(state=UpdateState.SUPERSEDED)
    for name, old, new in _proposals(target.establishment, asked, values):
        ProposedUpdate.objects.create(target=target, field=name, old_value=old, new_value=new)
    now = timezone.now()
    move_target(
        target,
        TargetState.SUBMITTED,
        actor=actor,
        submitted_at=now,
        submitted_by=actor,
        sending_id=client_id,
        unreachable_reason="",
        unreachable_note="",
    )
    # Beside the record's own `updated_at`: nothing of what it says has changed yet.
    Establishment.objects.filter(pk=target.establishment_id).update(
        surveyed_on=timezone.localdate(now)
    )
    return target


def _sent_before(target: SurveyTarget, client_id, states) -> bool:
    return client_id is not None and target.sending_id == client_id and target.state in states


def _check_complete(
    target: SurveyTarget, asked: Mapping, values: Mapping, declined: set[str]
) -> None:
    photographed = set(
        target.photos.filter(removed_at=None).values_list("question__code", flat=True)
    )
    missing = {
        code: ["Câu này cần có ít nhất một ảnh."]
        if question.kind == ColumnKind.PHOTO
        else ["Câu này cần được trả lời."]
        for code, question in asked.items()
        if question.is_required
        and code not in declined
        and (
            code not in photographed
            if question.kind == ColumnKind.PHOTO
            else values.get(code) in (None, "", [])
        )
    }
    if missing:
        raise InvalidInput(f"Còn {len(missing)} câu chưa trả lời.", missing)
    if not any(values.get(code) not in (None, "", []) for code in asked) and not photographed:
        raise InvalidInput("Phiếu chưa có câu trả lời nào.")


def _proposals(establishment: Establishment, asked: Mapping, values: Mapping):
    """(field, what the record says, what was answered) of all that differs."""
    rows: dict[str, dict] = {}
    for code, question in asked.items():
        value = values.get(code)
        if not question.proposes or value in (None, "", []):
            continue
        row = fields.row_of(question.proposes)
        if row is not None:
            rows.setdefault(row[0], {})[row[1]] = value
            continue
        now = fields.read_of(question.proposes, establishment)
        if not fields.same(question.proposes, now, value):
            yield question.proposes, now, value
    for name, row in rows.items():
        needed = (key for key, column in fields.ROWS[name[:-1]].items() if column.is_needed)
        if not all(key in row for key in needed):
            continue
        # A need is always told, also one the record has: the year's list of needs is read from here.
        if name.startswith("need") or not fields.has_row(establishment, name, row):
            yield name, None, row


@transaction.atomic
def mark_unreachable(
    *,
    actor: User,
    target_id: int,
    reason: str,
    note: str = "",
    client_id: uuid.UUID | None = None,
) -> SurveyTarget:
    """Say that nobody could be asked, and why; it may be tried again while the campaign is open.

    The same `client_id` again changes nothing. Raises NotAllowed, WrongStatus, InvalidInput.
    """
    target = locked_target(target_id)
    permissions.check_can_fill(actor, target)
    if _sent_before(target, client_id, (TargetState.UNREACHABLE,)):
        return target
    check_fillable(target)
    note = clean(note)[:300]
    if reason not in UnreachableReason.values:
        sentence = "Anh/chị chọn lý do không gặp được."
        raise InvalidInput(sentence, {"reason": [sentence]})
    if reason == UnreachableReason.OTHER and not note:
        sentence = "Anh/chị ghi rõ lý do."
        raise InvalidInput(sentence, {"note": [sentence]})
    if target.state == TargetState.UNREACHABLE:
        raise Conflict("Cơ sở này đã được ghi là không gặp được. Không có gì thay đổi.")
    label = UnreachableReason(reason).label
    move_target(
        target,
        TargetState.UNREACHABLE,
        actor=actor,
        note=f"{label}. {note}" if note else label,
        unreachable_reason=reason,
        unreachable_note=note,
        sending_id=client_id,
    )
    return target
