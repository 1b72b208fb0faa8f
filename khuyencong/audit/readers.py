"""The history that the database triggers keep, read back in Vietnamese for any tracked model."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import models
from django.utils import timezone

from khuyencong.core.numbers import format_scaled, format_vnd

EMPTY = "(trống)"
LABELS = {"insert": "Thêm", "update": "Sửa", "delete": "Xóa"}
SYSTEM = "Hệ thống"


@dataclass(frozen=True)
class FieldChange:
    """One field that changed; the values as a reader sees them on the page."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryEntry:
    """One change of one record: when, who, what kind, which fields from what to what, and the code
    of where the values come from (`audit.sources`), empty where the action did not say. `name` is
    what the record was called then, where it has a name."""

    at: datetime
    who: str
    kind: str
    label: str
    subject: str
    changes: list[FieldChange] = field(default_factory=list)
    source: str = ""
    name: str = ""


def field_history(obj: models.Model, *, hidden=(), limit: int = 100) -> list[HistoryEntry]:
    """The history of a tracked record, newest first, at most `limit` changes.

    `hidden` names fields whose changes the reader may not see. Who did it is the name that the
    account had then, so it survives the account. One query, and one per kind of record pointed to.
    """
    return history_of(type(obj), hidden=hidden, limit=limit, pgh_obj_id=obj.pk)


def history_of(
    model: type[models.Model], *, hidden=(), limit: int = 100, **event_filters
) -> list[HistoryEntry]:
    """As `field_history`, for all records of a model that the filters on its events choose
    (`establishment_id=…`), those removed since included."""
    event_model = _event_model(model)
    events = list(event_model.objects.filter(**event_filters).order_by("-pgh_id")[: limit + 1])
    names = {f.name for f in event_model._meta.fields}
    fields = [
        f
        for f in model._meta.fields
        if f.name in names and f.editable and not f.primary_key and f.name not in hidden
    ]
    words = _related_words(fields, events)
    complete = len(events) <= limit
    before: dict[int, models.Model] = {}
    entries = []
    for event in reversed(events):
        previous = before.get(event.pgh_obj_id)
        before[event.pgh_obj_id] = event
        if previous is None and event.pgh_label == "update" and not complete:
            continue
        changes = (
            [
                FieldChange(
                    f.name,
                    _capital(f.verbose_name),
                    _word(f, getattr(previous, f.attname), words),
                    _word(f, getattr(event, f.attname), words),
                )
                for f in fields
                if getattr(previous, f.attname) != getattr(event, f.attname)
            ]
            if previous is not None and event.pgh_label == "update"
            else []
        )
        if event.pgh_label == "update" and not changes:
            continue
        entries.append(
            HistoryEntry(
                at=event.pgh_created_at,
                who=_who(event),
                kind=event.pgh_label,
                label=LABELS.get(event.pgh_label, event.pgh_label),
                subject=str(model._meta.verbose_name),
                changes=changes,
                source=(event.pgh_context or {}).get("source", ""),
                name=_name_of(event),
            )
        )
    return entries[::-1][:limit]


def _name_of(event) -> str:
    """What tells a record from others of its kind, as it stood then."""
    for name in ("name", "what", "year"):
        if getattr(event, name, None):
            return str(getattr(event, name))
    return ""


def _event_model(model) -> type[models.Model]:
    return next(iter(set(model.pgh_event_models.values())))


def _who(event) -> str:
    context = event.pgh_context or {}
    name, username = context.get("name", ""), context.get("username", "")
    if not name:
        return context.get("job") or username or SYSTEM
    return f"{name} ({username})" if username and username != name else name


def _related_words(fields, events) -> dict[tuple[str, object], str]:
    """What the records pointed to are called, by (field name, key)."""
    words = {}
    for f in fields:
        if not f.is_relation:
            continue
        keys = {getattr(event, f.attname) for event in events} - {None}
        if keys:
            found = f.related_model._default_manager.in_bulk(keys)
            words |= {(f.name, key): str(value) for key, value in found.items()}
    return words


def _word(f, value, words) -> str:
    """A stored value as a reader sees it."""
    if value is None or value == "" or value == []:
        return EMPTY
    if f.is_relation:
        return words.get((f.name, value), f"số {value}")
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, list):
        choices = dict(getattr(f.base_field, "flatchoices", ())) if hasattr(f, "base_field") else {}
        return ", ".join(str(choices.get(item, item)) for item in value)
    if f.flatchoices:
        return str(dict(f.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%H:%M %d/%m/%Y")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, int) and f.name.endswith("_vnd"):
        return format_vnd(value)
    if isinstance(value, int) and not f.name.endswith("year"):
        return format_scaled(value)
    return str(value)


def _capital(text) -> str:
    text = str(text)
    return text[:1].upper() + text[1:]
