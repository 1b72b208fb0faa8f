"""What points to an establishment, and how it moves when two records become one.

The registry does not know the apps above it, so each app says in its `ready()` what of its own moves
with a merge (`register`) and what stays with the merged record because it is history (`stays`). A test
fails while any foreign key to an establishment is neither.
"""

from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True)
class ForeignKeyMover:
    """Moves the rows of a model whose foreign key names the merged record.

    `label` names one such row in a sentence ("kết quả hỗ trợ"). Where there may be one row for each
    `once_by` (a year), what the survivor has already stays behind.
    """

    model: type[Model]
    field: str
    label: str
    once_by: str = ""

    @property
    def name(self) -> str:
        return f"{self.model._meta.label}.{self.field}"

    def move(self, source_id: int, target_id: int) -> list[int]:
        """Point the rows to the target; returns their keys, for `restore`."""
        rows = self.model._default_manager.filter(**{f"{self.field}_id": source_id})
        if self.once_by:
            held = self.model._default_manager.filter(**{f"{self.field}_id": target_id})
            rows = rows.exclude(
                **{f"{self.once_by}__in": list(held.values_list(self.once_by, flat=True))}
            )
        ids = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
        self.model._default_manager.filter(pk__in=ids).update(**{f"{self.field}_id": target_id})
        return ids

    def in_the_way(self, moved: list[int], target_id: int) -> list[str]:
        """Why the rows cannot be moved back, in sentences."""
        there = self.model._default_manager.filter(
            pk__in=moved, **{f"{self.field}_id": target_id}
        ).count()
        if there == len(moved):
            return []
        return [f"{len(moved) - there} {self.label} đã được chuyển hoặc gỡ sau khi hợp nhất"]

    def restore(self, moved: list[int], source_id: int, target_id: int) -> None:
        """Point the rows back to the record they came from."""
        self.model._default_manager.filter(pk__in=moved).update(**{f"{self.field}_id": source_id})


_movers: dict[str, object] = {}
_staying: dict[str, str] = {}


def register(mover) -> None:
    """Say what moves with a merge: an object with the methods of `ForeignKeyMover`."""
    _movers[mover.name] = mover


def stays(name: str, reason: str) -> None:
    """Say that a reference ("app.Model.field") stays with the merged record, and why."""
    _staying[name] = reason


def movers() -> dict[str, object]:
    """All movers by name, in the order of names, which is the order of locking."""
    return dict(sorted(_movers.items()))


def classified() -> set[str]:
    """The references that somebody has said something about."""
    return {*_movers, *_staying}
