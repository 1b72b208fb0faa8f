"""The journal over all tracked models: what changed lately, and the history of one record by its key."""

from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Subquery

from khuyencong.audit import readers
from khuyencong.audit.readers import FieldChange, HistoryEntry


@dataclass(frozen=True)
class JournalLine:
    """One change of one record of a model."""

    key: int
    at: datetime
    who: str
    kind: str
    label: str
    object_id: int
    object_name: str
    changes: list[FieldChange]


def is_tracked(model: type[models.Model]) -> bool:
    """Whether triggers keep a history of the model."""
    return bool(getattr(model, "pgh_event_models", None))


def tracked_models() -> list[type[models.Model]]:
    """Every model with a history, by its Vietnamese name."""
    found = [model for model in apps.get_models() if is_tracked(model)]
    return sorted(found, key=lambda model: str(model._meta.verbose_name))


def changes_of(model: type[models.Model], key, limit: int = 200) -> list[HistoryEntry]:
    """The history of one record, newest first, whether it still exists or not."""
    return readers.history_of(model, limit=limit, pgh_obj_id=key)


def recent_changes(
    model: type[models.Model],
    *,
    since: datetime,
    who: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[JournalLine]:
    """Changes of a model since a moment, newest first; `before` is the key of the last line read.

    `who` is a user name. A fixed number of queries, whatever the length of the history: events are
    read by their key backwards, each with the one before it of the same record.
    """
    event_model = readers._event_model(model)
    earlier = event_model.objects.filter(
        pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")
    )
    events = event_model.objects.filter(pgh_created_at__gte=since)
    if who:
        events = events.filter(pgh_context__username=who)
    if before:
        events = events.filter(pgh_id__lt=before)
    events = list(
        events.annotate(
            previous_id=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
        ).order_by("-pgh_id")[:limit]
    )
    previous = event_model.objects.in_bulk([e.previous_id for e in events if e.previous_id])
    names = {f.name for f in event_model._meta.fields}
    fields = [f for f in model._meta.fields if f.name in names and f.editable and not f.primary_key]
    words = readers._related_words(fields, [*events, *previous.values()])
    alive = {pk: str(obj) for pk, obj in _objects(model, events).items()}
    return [
        JournalLine(
            key=event.pgh_id,
            at=event.pgh_created_at,
            who=readers._who(event),
            kind=event.pgh_label,
            label=readers.LABELS.get(event.pgh_label, event.pgh_label),
            object_id=event.pgh_obj_id,
            object_name=alive.get(event.pgh_obj_id, ""),
            changes=_changes(fields, previous.get(event.previous_id), event, words),
        )
        for event in events
    ]


def _objects(model, events) -> dict[int, models.Model]:
    relations = [f.name for f in model._meta.fields if f.is_relation]
    rows = (
        model._default_manager.select_related(*relations) if relations else model._default_manager
    )
    return rows.in_bulk({event.pgh_obj_id for event in events})


def _changes(fields, previous, event, words) -> list[FieldChange]:
    if previous is None or event.pgh_label != "update":
        return []
    return [
        FieldChange(
            f.name,
            readers._capital(f.verbose_name),
            readers._word(f, getattr(previous, f.attname), words),
            readers._word(f, getattr(event, f.attname), words),
        )
        for f in fields
        if getattr(previous, f.attname) != getattr(event, f.attname)
    ]
