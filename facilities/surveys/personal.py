"""Erasure of what names a person in answers, and in what they propose to the record (docs/adr/0010).

Answers to questions about the person are blanked; in every other text what is known of the person is
taken out. Rows and their history alike; the content of photographs is not reached.
"""

from collections.abc import Sequence

import pgtrigger
from django.apps import apps

from facilities.models import Establishment, ProposedUpdate, SurveyAnswer
from facilities.record.free_texts import REDACTED, pieces_of, secrets_of, with_merged
from facilities.surveys.fields import FIELDS

LIFTED = (
    "facilities.SurveyAnswer:answer_frozen_with_target",
    "facilities.SurveyAnswerEvent:append_only",
    "facilities.ProposedUpdateEvent:append_only",
)


def erase_answers(establishment: Establishment) -> int:
    """Erase the person from the surveys of a record and of those merged into it; returns how many
    rows held something. Who may is the caller's to check."""
    records = with_merged(establishment)
    secrets = secrets_of(records)
    of_records = {"target__establishment__in": [one.pk for one in records]}
    changed = 0
    with pgtrigger.ignore(*LIFTED):
        # History first: what is written to a row leaves a row of history that holds nothing any more.
        for model in (_events_of(SurveyAnswer), SurveyAnswer):
            rows = model.objects.filter(**of_records).select_related("question").order_by()
            for row in rows:
                is_personal = _is_personal(row.question.proposes)
                changed += _cleared(model, row, ("value",), is_personal, secrets)
        for model in (_events_of(ProposedUpdate), ProposedUpdate):
            for row in model.objects.filter(**of_records).order_by():
                names = ("old_value", "new_value")
                changed += _cleared(model, row, names, _is_personal(row.field), secrets)
    return changed


def _events_of(model):
    return apps.get_model("facilities", f"{model.__name__}Event")


def _is_personal(proposes: str) -> bool:
    return proposes in FIELDS and FIELDS[proposes].is_personal


def _cleared(model, row, names, is_personal: bool, secrets: Sequence[str]) -> bool:
    changes = {}
    for name in names:
        value = getattr(row, name)
        new = None if is_personal and not isinstance(value, bool) else _without(value, secrets)
        if new != value:
            changes[name] = new
    if changes:
        model.objects.filter(pk=row.pk).update(**changes)
    return bool(changes)


def _without(value, secrets: Sequence[str]):
    if isinstance(value, str):
        return "".join(REDACTED if known else text for text, known in pieces_of(value, secrets))
    if isinstance(value, dict):
        return {name: _without(inner, secrets) for name, inner in value.items()}
    return value
