"""Requests of persons about their data in the registry, and the erasure of it (Luật 91/2025/QH15).

Erasure is the one write that goes round the protection of history, by this module's `_redact` alone:
it lifts the append-only trigger of the establishments' history for one statement of one record,
replaces what names a person, and leaves the request as the event that says so (docs/adr/0010).
"""

from collections.abc import Mapping
from datetime import date

import pgtrigger
from django.apps import apps
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from facilities import permissions
from facilities.actions import locked, write_changes
from facilities.enums import ChangeSource, RequestKind, RequestState
from facilities.models import (
    PERSONAL_TAX_CODE_DIGITS,
    Establishment,
    MergeRecord,
    PersonalDataRequest,
)
from facilities.record import free_texts
from facilities.record.free_texts import REDACTED, FreeText
from facilities.surveys.personal import erase_answers
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.models import User
from khuyencong.core.text import clean

# What names a person in a record; a tax code only when it is a personal number.
PERSONAL_FIELDS = ("representative", "representative_position", "phone", "email")
APPEND_ONLY = "facilities.EstablishmentEvent:append_only"


@transaction.atomic
def record_data_request(
    *, actor: User, establishment_id: int, kind: str, what: str, received_on: date
) -> PersonalDataRequest:
    """Write down that a person asked for correction or erasure of their data.

    Raises NotAllowed; InvalidInput without words or for a day in the future.
    """
    establishment = locked(establishment_id)
    permissions.check_can_change_establishment(actor, establishment)
    errors = {}
    if not clean(what):
        errors["what"] = ["Anh/chị ghi người yêu cầu muốn đính chính hoặc xóa điều gì."]
    if received_on > timezone.localdate():
        errors["received_on"] = ["Ngày nhận chưa tới; muộn nhất là hôm nay."]
    if errors:
        raise InvalidInput("Chưa ghi được yêu cầu.", errors)
    return PersonalDataRequest.objects.create(
        establishment=establishment,
        kind=RequestKind(kind),
        what=clean(what),
        received_on=received_on,
        recorded_by=actor,
    )


@transaction.atomic
def answer_data_request(
    *, actor: User, request_id: int, state: str, answer: str
) -> PersonalDataRequest:
    """Close a request with its answer. An erasure is done by `erase_personal_data`, not here.

    Raises NotAllowed, WrongStatus (closed already, with who and when), InvalidInput without answer.
    """
    request = _locked_request(request_id)
    permissions.check_can_handle_personal_data(actor)
    _check_open(request)
    if request.kind == RequestKind.ERASURE and state == RequestState.DONE:
        raise WrongStatus("Yêu cầu xóa chỉ xong khi dữ liệu cá nhân đã được xóa.")
    if not clean(answer):
        raise InvalidInput("Anh/chị ghi trả lời.", {"answer": ["Anh/chị ghi trả lời."]})
    return _close(request, actor, RequestState(state), clean(answer))


@transaction.atomic
def erase_personal_data(
    *,
    actor: User,
    establishment_id: int,
    reason: str,
    decisions: Mapping[str, str | None],
    request_id: int | None = None,
) -> PersonalDataRequest:
    """Blank what names a person in a record, and redact it in every history row of the record; rewrite
    the free texts that are not to stay.

    An administrator's act, with a reason. `decisions` says for each of `free_texts.free_texts`, by its
    key, whether it stays (None) or what takes its place. Consent ends today. The request (a new one
    unless given) is closed and keeps how many history rows were redacted; their other values, time and
    author stay. What reports, the content of papers and closed spreadsheets hold is not reached. Raises
    NotAllowed, InvalidInput without reason or with a text undecided, WrongStatus when the request is
    closed or nothing is there to erase.
    """
    establishment = locked(establishment_id)
    permissions.check_can_handle_personal_data(actor)
    reason = clean(reason)
    if not reason:
        raise InvalidInput("Anh/chị ghi lý do xóa.", {"reason": ["Anh/chị ghi lý do xóa."]})
    if request_id is not None:
        request = _locked_request(request_id)
        _check_open(request)
        if request.establishment_id != establishment.pk or request.kind != RequestKind.ERASURE:
            raise WrongStatus("Đây không phải là yêu cầu xóa của cơ sở này.")
    rewritten = free_texts.checked_decisions(free_texts.free_texts(establishment), decisions)
    values = _blanks(establishment, rewritten)
    if establishment.may_be_contacted:
        values["contact_consent_withdrawn_on"] = timezone.localdate()
    # First, while the record still says whom to look for in the answers.
    survey_rows = erase_answers(establishment)
    write_changes(establishment, values, source=ChangeSource.REQUEST)
    redacted = _redact(establishment) + _erase_in_merges(establishment, rewritten)
    redacted += free_texts.rewrite(establishment, rewritten) + survey_rows
    if not redacted:
        raise WrongStatus("Hồ sơ này không còn dữ liệu cá nhân nào để xóa.")
    if request_id is None:
        request = PersonalDataRequest.objects.create(
            establishment=establishment,
            kind=RequestKind.ERASURE,
            what=reason,
            recorded_by=actor,
        )
    request.redacted_rows = redacted
    return _close(request, actor, RequestState.DONE, reason)


def _blanks(establishment: Establishment, rewritten: Mapping[FreeText, str]) -> dict[str, str]:
    """What a record's fields become."""
    values = dict.fromkeys(PERSONAL_FIELDS, "")
    if len(establishment.tax_code) == PERSONAL_TAX_CODE_DIGITS:
        values["tax_code"] = ""
    for text, new in rewritten.items():
        if text.model == "facilities.Establishment" and (
            getattr(establishment, text.field) == text.text
        ):
            values[text.field] = new
    return values


def _erase_in_merges(establishment: Establishment, rewritten: Mapping[FreeText, str]) -> int:
    """The same in the records merged into this one, and in what its merges keep to be undone by;
    returns how many history rows of those records held it."""
    redacted = 0
    for merged_id in establishment.merged_from.order_by("pk").values_list("pk", flat=True):
        merged = locked(merged_id)
        write_changes(merged, _blanks(merged, rewritten), source=ChangeSource.REQUEST)
        redacted += _redact(merged) + _erase_in_merges(merged, rewritten)
    kept = MergeRecord.objects.filter(Q(survivor=establishment) | Q(merged=establishment))
    for record in kept.select_for_update().order_by("pk"):
        for values in (record.former, record.written):
            for name in (*PERSONAL_FIELDS, "tax_code"):
                code = str(values.get("tax_code") or "")
                if name != "tax_code" or len(code) == PERSONAL_TAX_CODE_DIGITS:
                    values.pop(name, None)
        record.save(update_fields=["former", "written"])
    return redacted


def _redact(establishment: Establishment) -> int:
    """Replace what names a person in the record's history rows; returns how many rows held it."""
    events = _event_model().objects.filter(pgh_obj_id=establishment.pk)
    personal_code = Q(tax_code__regex=rf"^[0-9]{{{PERSONAL_TAX_CODE_DIGITS}}}$")
    held = personal_code
    for name in PERSONAL_FIELDS:
        held |= ~Q(**{f"{name}__in": ["", REDACTED]})
    with pgtrigger.ignore(APPEND_ONLY):
        return events.filter(held).update(
            tax_code=Case(When(personal_code, then=Value(REDACTED)), default=F("tax_code")),
            **{
                name: Case(When(**{name: ""}, then=Value("")), default=Value(REDACTED))
                for name in PERSONAL_FIELDS
            },
        )


def _event_model():
    return apps.get_model("facilities", "EstablishmentEvent")


def _locked_request(request_id: int) -> PersonalDataRequest:
    return (
        PersonalDataRequest.objects.select_for_update(of=("self",))
        .select_related("handled_by", "establishment")
        .get(pk=request_id)
    )


def _check_open(request: PersonalDataRequest) -> None:
    if request.state != RequestState.OPEN:
        at = timezone.localtime(request.handled_at)
        raise WrongStatus(
            f"Yêu cầu này đã xong: {request.handled_by} giải quyết lúc {at:%H:%M ngày %d/%m/%Y}."
        )


def _close(request, actor: User, state: str, answer: str) -> PersonalDataRequest:
    request.state, request.answer = state, answer
    request.handled_by, request.handled_at = actor, timezone.now()
    request.save(update_fields=["state", "answer", "handled_by", "handled_at", "redacted_rows"])
    return request
