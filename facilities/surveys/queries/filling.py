"""What a telephone needs to fill in a questionnaire, also without a network."""

import uuid

from django.urls import reverse

from facilities.surveys import fields, permissions
from facilities.surveys.enums import (
    FILLABLE_STATES,
    CampaignState,
    DeclineReason,
    UnreachableReason,
)
from facilities.surveys.models import SurveyPhoto, SurveyTarget
from facilities.surveys.questions import DECIMALS, Reader, questions_of
from khuyencong.core.identifiers import format_phone
from khuyencong.forms_as_data.enums import ColumnKind
from khuyencong.forms_as_data.structure import structure_of

# A photograph's id goes into the place of this one in the address that takes it off.
NO_ID = uuid.UUID(int=0)


def fill_payload(user, target: SurveyTarget) -> dict:
    """The questions, what the record says today, what was answered already, and where to send it:
    plain JSON. The caller has checked that the user may see the target."""
    structure = structure_of(target.campaign.questionnaire_id)
    questions = questions_of(structure)
    reader = Reader(questions)
    by_id = {question.id: code for code, question in questions.items()}
    establishment, campaign = target.establishment, target.campaign
    is_open = campaign.state == CampaignState.OPEN and target.state in FILLABLE_STATES
    return {
        "target": {
            "id": target.pk,
            "state": target.state,
            "state_label": target.get_state_display(),
            "can_fill": is_open and permissions.can_fill(user, target),
            "revision": target.revision,
            "note": target.note,
        },
        "campaign": {
            "id": campaign.pk,
            "title": campaign.title,
            "purpose": campaign.purpose,
            "closes_on": campaign.closes_on.isoformat(),
            "state": campaign.state,
        },
        "establishment": {
            "id": establishment.pk,
            "name": establishment.name,
            "address": establishment.address,
            "place": str(target.place),
            "representative": establishment.representative,
            "phone": format_phone(establishment.phone),
            "lat": _degrees(establishment.latitude),
            "lon": _degrees(establishment.longitude),
        },
        "parts": [
            {
                "code": part.code,
                "title": part.title,
                "help": part.help_text,
                "questions": [
                    _question(question, reader, establishment) for question in part.columns
                ],
            }
            for part in structure.parts
        ],
        "answers": {
            by_id[answer.question_id]: {
                "value": answer.value,
                "declined": answer.declined,
                "revision": answer.revision,
                "client_id": str(answer.client_id),
                "updated_at": answer.updated_at.isoformat(),
                "by": str(answer.updated_by),
            }
            for answer in target.answers.select_related("updated_by")
            if answer.question_id in by_id
        },
        "photos": [photo_payload(photo) for photo in photos_of(target)],
        "urls": {
            name: reverse(f"surveys:{name}", args=[target.pk])
            for name in ("data", "save", "photo", "submit", "unreachable")
        }
        | {"photo_remove": reverse("surveys:photo_remove", args=[target.pk, NO_ID])},
        "unreachable_reasons": [list(choice) for choice in UnreachableReason.choices],
        "decline_reasons": [list(choice) for choice in DeclineReason.choices],
    }


def _question(question, reader: Reader, establishment) -> dict:
    field = fields.FIELDS.get(question.proposes)
    record = field.read(establishment) if field else None
    chosen = question.kind in (ColumnKind.CHOICE, ColumnKind.MULTIPLE)
    return {
        "code": question.code,
        "label": question.label,
        "kind": question.kind,
        "decimals": DECIMALS if question.kind == ColumnKind.NUMBER else 0,
        "unit": question.unit,
        "required": question.is_required,
        "help": question.help_text,
        "choices": [list(pair) for pair in reader.choices(question).items()] if chosen else [],
        "asked_if": question.asked_if,
        "proposes": question.proposes,
        "record": record,
        "record_text": field.text(record) if field else "",
    }


def _degrees(value) -> float | None:
    return None if value is None else float(value)


def photos_of(target: SurveyTarget) -> list[SurveyPhoto]:
    """The photographs of a target that were not taken off, oldest first."""
    return list(
        target.photos.filter(removed_at=None, attachment__removed_at=None)
        .select_related("attachment", "question")
        .order_by("pk")
    )


def photos_of_all(targets) -> list[tuple[int, int]]:
    """(target, question) of every photograph of some targets that was not taken off."""
    photos = SurveyPhoto.objects.filter(
        target__in=[target.pk for target in targets],
        removed_at=None,
        attachment__removed_at=None,
    )
    return list(photos.values_list("target_id", "question_id"))


def photo_payload(photo: SurveyPhoto) -> dict:
    """A photograph as plain JSON."""
    return {
        "id": photo.pk,
        "client_id": str(photo.client_id),
        "question": photo.question.code,
        "url": reverse("files:download", args=[photo.attachment_id]),
        "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
    }
