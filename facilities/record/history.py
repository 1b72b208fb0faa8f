"""A record's past: its changes with their sources, and the whole of it as it stood on a day."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils import timezone

from facilities.enums import ChangeSource
from facilities.models import (
    Award,
    Certificate,
    Establishment,
    Machine,
    Product,
    SupportNeed,
    YearFigure,
)
from khuyencong.audit.readers import HistoryEntry, field_history, history_of

# The tracked rows that belong to an establishment.
ROWS = (Product, Certificate, Machine, YearFigure, SupportNeed)


@dataclass(frozen=True)
class Change:
    """A change as the page shows it, with the words of its source."""

    entry: HistoryEntry
    source: str


def changes_of(establishment: Establishment, field_name: str = "") -> list[Change]:
    """Changes of the record and of its rows, newest first; only those of one field if it is named.

    The record's entry into the book counts for every field.
    """
    entries = field_history(establishment)
    if field_name:
        entries = [
            entry
            for entry in map(lambda entry: _only(entry, field_name), entries)
            if entry.changes or entry.kind == "insert"
        ]
    else:
        for model in ROWS:
            entries += history_of(model, establishment_id=establishment.pk)
        products = _event_model(Product).objects.filter(establishment_id=establishment.pk)
        entries += history_of(Award, product_id__in=products.values("pgh_obj_id"))
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return [Change(entry, _source(entry, establishment)) for entry in entries]


def changed_fields(establishment: Establishment) -> list[tuple[str, str]]:
    """The fields of the record that ever changed, with their labels, by label."""
    found = {
        change.name: change.label
        for entry in field_history(establishment)
        for change in entry.changes
        if change.name not in ("created_by",)
    }
    return sorted(found.items(), key=lambda pair: pair[1])


def _only(entry: HistoryEntry, field_name: str) -> HistoryEntry:
    return replace(entry, changes=[c for c in entry.changes if c.name == field_name])


def _source(entry: HistoryEntry, establishment: Establishment) -> str:
    if entry.source:
        return str(dict(ChangeSource.choices).get(entry.source, entry.source))
    if entry.kind == "insert" and entry.subject == Establishment._meta.verbose_name:
        return establishment.get_source_display()
    return ""


@dataclass
class RecordAt:
    """What the book said of an establishment at the end of a day. Nothing in it can be saved."""

    day: date
    establishment: Establishment
    products: list[Product] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    year_figures: list[YearFigure] = field(default_factory=list)
    needs: list[SupportNeed] = field(default_factory=list)


def record_at(establishment: Establishment, day: date) -> RecordAt | None:
    """The record at the end of a day, from its history rows; None before it entered the book."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    event = (
        _event_model(Establishment)
        .objects.filter(pgh_obj_id=establishment.pk, pgh_created_at__lt=end)
        .order_by("-pgh_id")
        .first()
    )
    if event is None or event.pgh_label == "delete":
        return None
    products = _rows_at(Product, establishment, end)
    titles: dict[int, list[Award]] = {}
    for award in _rows_at(Award, establishment, end, product_id__in=[p.pk for p in products]):
        titles.setdefault(award.product_id, []).append(award)
    for product in products:
        product.titles = titles.get(product.pk, [])
    return RecordAt(
        day=day,
        establishment=_instance(Establishment, event),
        products=sorted(products, key=lambda row: row.name),
        certificates=_rows_at(Certificate, establishment, end),
        machines=sorted(_rows_at(Machine, establishment, end), key=lambda row: not row.is_main),
        year_figures=sorted(
            _rows_at(YearFigure, establishment, end), key=lambda row: row.year, reverse=True
        ),
        needs=_rows_at(SupportNeed, establishment, end),
    )


def _rows_at(model, establishment: Establishment, end: datetime, **owner) -> list:
    """The rows that belonged to the establishment at a moment: the last event of each, unless it
    says that the row was taken out or handed to another establishment."""
    owner = owner or {"establishment_id": establishment.pk}
    event_model = _event_model(model)
    ever = event_model.objects.filter(**owner).values("pgh_obj_id")
    last = (
        event_model.objects.filter(pgh_obj_id__in=ever, pgh_created_at__lt=end)
        .order_by("pgh_obj_id", "-pgh_id")
        .distinct("pgh_obj_id")
    )
    held = event_model.objects.filter(pk__in=last.values("pk"), **owner).exclude(pgh_label="delete")
    return [_instance(model, event) for event in held.order_by("pgh_obj_id")]


def _event_model(model: type[models.Model]):
    return next(iter(set(model.pgh_event_models.values())))


def _instance(model: type[models.Model], event) -> models.Model:
    """An unsaved instance with the values of a history row."""
    names = {f.attname for f in event._meta.concrete_fields}
    return model(
        **{
            f.attname: getattr(event, f.attname)
            for f in model._meta.concrete_fields
            if f.attname in names
        }
    )
