"""Free texts of a record that may name a person: what an erasure must be told to keep or to rewrite.

A machine cannot know whether a sentence names somebody, so it does not decide: it shows each text that
stands in the record or in its history, marks what it knows of the person, and asks for each.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pgtrigger
from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from facilities.models import PERSONAL_TAX_CODE_DIGITS, Establishment, MergeRecord
from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.text import clean, fold

REDACTED = "(đã xóa)"
# Fields of the record itself; its history is looked through as well.
RECORD_FIELDS = ("name", "address", "note", "status_reason")
# Rows beside it: model, field, how the row names its establishment, the trigger that must be lifted.
BESIDE = (
    ("facilities.StatusChange", "reason", "establishment", "status_change_append_only"),
    ("facilities.SupportNeed", "what", "establishment", ""),
    ("facilities.PersonalDataRequest", "what", "establishment", ""),
    ("facilities.PersonalDataRequest", "answer", "establishment", ""),
    ("facilities.SurveyTarget", "note", "establishment", ""),
    ("facilities.SurveyTarget", "unreachable_note", "establishment", ""),
    ("facilities.SurveyEvent", "note", "target__establishment", "survey_event_append_only"),
    ("files.Attachment", "title", "", ""),
    ("files.Attachment", "original_name", "", ""),
)


@dataclass(frozen=True)
class FreeText:
    """One text of one field, wherever it stands; `pieces` are its parts and whether each is known to
    be of the person."""

    model: str
    field: str
    text: str
    secrets: tuple[str, ...]

    @property
    def key(self) -> str:
        """Names the text in a form: it changes with every letter."""
        seen = f"{self.model} {self.field} {self.text}"
        return hashlib.sha256(seen.encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """What the text is, in words."""
        meta = apps.get_model(self.model)._meta
        title = str(meta.get_field(self.field).verbose_name)
        if self.model == "facilities.Establishment":
            return title
        name = str(meta.verbose_name)
        return f"{title} ({name})"

    @property
    def max_length(self) -> int | None:
        """How long the field may be."""
        return apps.get_model(self.model)._meta.get_field(self.field).max_length

    @cached_property
    def pieces(self) -> list[tuple[str, bool]]:
        return pieces_of(self.text, self.secrets)

    @property
    def names_somebody(self) -> bool:
        """Whether anything known of the person stands in it."""
        return any(known for _, known in self.pieces)

    @property
    def proposal(self) -> str:
        """The text with what is known of the person taken out."""
        return "".join(REDACTED if known else piece for piece, known in self.pieces)


def pieces_of(text: str, secrets: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in parts: those that are one of the secrets (marks and case do not matter, nor how
    digits are grouped) and those between."""
    spans = []
    for secret in secrets:
        digits = re.sub(r"\D", "", secret)
        if digits and len(digits) >= 6:
            pattern = r"[ .\-]?".join(digits)
            spans += [found.span() for found in re.finditer(pattern, text)]
            continue
        # Words of the folded text know where they stood.
        words = [(fold(found.group()), found.span()) for found in re.finditer(r"[^\W_]+", text)]
        wanted = fold(secret).split()
        for at in range(len(words) - len(wanted) + 1):
            if wanted and [word for word, _ in words[at : at + len(wanted)]] == wanted:
                spans.append((words[at][1][0], words[at + len(wanted) - 1][1][1]))
    pieces, end = [], 0
    for start, stop in sorted(spans):
        if start < end:
            continue
        pieces += [(text[end:start], False)] * (start > end) + [(text[start:stop], True)]
        end = stop
    return [*pieces, (text[end:], False)] if end < len(text) else pieces


def secrets_of(establishments: Sequence[Establishment]) -> tuple[str, ...]:
    """What is known of the persons of some records, now and in their history, the longest first: names
    (whole, and without the family name), numbers, addresses of mail."""
    events = apps.get_model("facilities", "EstablishmentEvent").objects.filter(
        pgh_obj_id__in=[one.pk for one in establishments]
    )
    rows = [(one.representative, one.phone, one.email, one.tax_code) for one in establishments]
    rows += events.values_list("representative", "phone", "email", "tax_code").distinct()
    found = set()
    for name, phone, email, tax_code in rows:
        words = name.split()
        found |= {name, phone, email, " ".join(words[1:]) if len(words) > 2 else ""}
        found |= {tax_code} if len(tax_code) == PERSONAL_TAX_CODE_DIGITS else set()
    return tuple(sorted(found - {"", REDACTED}, key=lambda secret: (-len(secret), secret)))


def with_merged(establishment: Establishment) -> list[Establishment]:
    """The record and all that were merged into it, followed to the last."""
    found, at = [establishment], 0
    while at < len(found):
        found += Establishment.objects.filter(merged_into=found[at]).order_by("pk")
        at += 1
    return found


def free_texts(establishment: Establishment) -> list[FreeText]:
    """Every free text of the record, of those merged into it, of the rows beside and of all their
    histories: each once, those that name somebody first."""
    records = with_merged(establishment)
    secrets = secrets_of(records)
    found = []
    for name in RECORD_FIELDS:
        found += [
            FreeText("facilities.Establishment", name, text, secrets)
            for text in _texts("facilities.Establishment", name, records)
        ]
    for model, name, _, _ in BESIDE:
        found += [FreeText(model, name, text, secrets) for text in _texts(model, name, records)]
    return sorted(found, key=lambda one: not one.names_somebody)


def checked_decisions(texts: Sequence[FreeText], decisions: Mapping[str, str | None]) -> dict:
    """The new text for each that is to be rewritten. Raises InvalidInput where a text has no decision
    (also one that was not there when the page was opened), or the new text still names the person."""
    errors, rewritten = {}, {}
    for one in texts:
        if one.key not in decisions:
            errors[one.key] = ["Anh/chị chọn giữ hay thay nội dung này."]
            continue
        new = decisions[one.key]
        if new is None:
            continue
        new = clean(new)
        if any(known for _, known in pieces_of(new, one.secrets)):
            errors[one.key] = ["Nội dung mới vẫn còn thông tin của người yêu cầu."]
        elif not new and one.field == "name":
            errors[one.key] = ["Tên không để trống được; anh/chị ghi tên khác."]
        else:
            rewritten[one] = new
    if errors:
        raise InvalidInput("Anh/chị xem lại từng nội dung ghi tự do ở dưới.", errors)
    return rewritten


def rewrite(establishment: Establishment, rewritten: Mapping[FreeText, str]) -> int:
    """Put the new texts in the place of the old, in rows, history and what merges keep to be undone by;
    returns how many rows were changed. The record's own present fields are the caller's to write.
    """
    records = with_merged(establishment)
    changed = 0
    for one, new in rewritten.items():
        trigger = next(
            (t for model, name, _, t in BESIDE if (model, name) == (one.model, one.field)), ""
        )
        if one.model != "facilities.Establishment":
            rows = _rows(one.model, one.field, records).filter(**{one.field: one.text})
            changed += _update(rows, one.field, new, f"{one.model}:{trigger}" if trigger else "")
        history = _history(one.model, one.field, records)
        if history is not None:
            label = f"{history.model._meta.app_label}.{history.model.__name__}:append_only"
            changed += _update(history.filter(**{one.field: one.text}), one.field, new, label)
    _rewrite_merges(records, rewritten)
    return changed


def _update(rows, field: str, new: str, trigger: str) -> int:
    if not trigger:
        return rows.update(**{field: new})
    with pgtrigger.ignore(trigger):
        return rows.update(**{field: new})


def _rewrite_merges(records, rewritten: Mapping[FreeText, str]) -> None:
    own = {
        (one.field, one.text): new for one, new in rewritten.items() if one.field in RECORD_FIELDS
    }
    kept = MergeRecord.objects.filter(survivor__in=records) | MergeRecord.objects.filter(
        merged__in=records
    )
    for record in kept.select_for_update().order_by("pk"):
        for values in (record.former, record.written):
            for name in RECORD_FIELDS:
                if (name, values.get(name)) in own:
                    values[name] = own[name, values[name]]
        record.save(update_fields=["former", "written"])


def _rows(model: str, field: str, records):
    manager = apps.get_model(model)._default_manager.order_by()
    if model == "files.Attachment":
        return manager.filter(
            owner_type=ContentType.objects.get_for_model(Establishment), owner_id__in=_ids(records)
        )
    if model == "facilities.Establishment":
        return manager.filter(pk__in=_ids(records))
    path = next(p for m, f, p, _ in BESIDE if (m, f) == (model, field))
    return manager.filter(**{f"{path}__in": _ids(records)})


def _history(model: str, field: str, records):
    """The history rows of the same, or None where a model has none."""
    app, name = model.split(".")
    try:
        events = apps.get_model(app, f"{name}Event")
    except LookupError:
        return None
    if field not in {f.name for f in events._meta.fields} or not hasattr(events, "pgh_obj"):
        return None
    keys = _rows(model, field, records).values_list("pk", flat=True)
    return events._default_manager.filter(pgh_obj_id__in=list(keys)).order_by()


def _texts(model: str, field: str, records) -> list[str]:
    texts = []
    for rows in (_rows(model, field, records), _history(model, field, records)):
        if rows is not None:
            texts += rows.exclude(**{field: ""}).values_list(field, flat=True)
    return [text for text in dict.fromkeys(texts) if text != REDACTED]


def _ids(records) -> list[int]:
    return [record.pk for record in records]
