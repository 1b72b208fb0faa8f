"""Which columns a person takes home, in which order: remembered for each kind of export."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.models import User
from khuyencong.exports.models import ColumnChoice, ExportFormat
from khuyencong.exports.registry import Choice, ChoiceGroup, ExportSource

NONE_LEFT = "Anh/chị chọn ít nhất một cột."


@dataclass(frozen=True)
class Chosen:
    """The chosen columns in order, and the format."""

    columns: tuple[Choice, ...]
    format: str

    @property
    def keys(self) -> list[str]:
        return [column.key for column in self.columns]


def chosen_by(user: User, source: ExportSource) -> Chosen:
    """What a user last chose of a source, of the columns they may have today; else what is there
    unasked."""
    groups = source.choices(user)
    kept = ColumnChoice.objects.filter(owner=user, kind=source.kind).first()
    columns = ordered(groups, kept.columns) if kept else ()
    return Chosen(columns or unasked(groups), kept.format if kept else ExportFormat.XLSX)


def ordered(groups: Sequence[ChoiceGroup], keys: Iterable[str]) -> tuple[Choice, ...]:
    """The columns of some keys, in the order of the keys; what is unknown or not allowed is left out."""
    known = {choice.key: choice for group in groups for choice in group.choices}
    return tuple(known[key] for key in dict.fromkeys(keys) if key in known)


def unasked(groups: Sequence[ChoiceGroup]) -> tuple[Choice, ...]:
    """The columns of a person who has not chosen."""
    return tuple(choice for group in groups for choice in group.choices if choice.default)


def merged(groups: Sequence[ChoiceGroup], ticked: Iterable[str], order: Iterable[str]) -> list[str]:
    """The ticked keys: those that had a place in `order` keep it, new ones follow as they are grouped."""
    ticked = set(ticked)
    before = [key for key in dict.fromkeys(order) if key in ticked]
    rest = [c.key for group in groups for c in group.choices if c.key in ticked.difference(before)]
    return [*before, *rest]


def moved(keys: Sequence[str], key: str, where: str) -> list[str]:
    """The keys with one moved: `first`, `up` or `down`. An unknown key moves nothing."""
    if key not in keys:
        return list(keys)
    at = keys.index(key)
    to = {"first": 0, "up": max(0, at - 1), "down": at + 1}.get(where, at)
    rest = [k for k in keys if k != key]
    return [*rest[:to], key, *rest[to:]]


@transaction.atomic
def keep_choice(*, actor: User, source: ExportSource, keys: Sequence[str], format: str) -> Chosen:
    """Remember what a person chose. Raises InvalidInput when no known column or format is left."""
    columns = ordered(source.choices(actor), keys)
    if not columns:
        raise InvalidInput(NONE_LEFT, {"cot": [NONE_LEFT]})
    if format not in ExportFormat.values:
        raise InvalidInput("Anh/chị chọn định dạng Excel, ODS hoặc CSV.")
    ColumnChoice.objects.update_or_create(
        owner=actor,
        kind=source.kind,
        defaults={"columns": [column.key for column in columns], "format": format},
    )
    return Chosen(columns, format)


@transaction.atomic
def forget_choice(*, actor: User, source: ExportSource) -> None:
    """Go back to the columns that are there unasked."""
    ColumnChoice.objects.filter(owner=actor, kind=source.kind).delete()
