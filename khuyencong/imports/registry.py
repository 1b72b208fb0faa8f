"""What can be imported: each app registers its kinds in its AppConfig.ready()."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from khuyencong.imports.headers import Synonyms
from khuyencong.imports.models import ImportJob, ImportRow


@dataclass(frozen=True)
class Column:
    """A field that a sheet may have: `words` are other names for it in headers; `choices` gives what
    the template offers to choose from (the first is its example, unless `has_example` is false). A
    `money` column heeds the unit in its header; `help` stands in the template's guide."""

    name: str
    label: str
    words: Sequence[str] = ()
    required: bool = False
    money: bool = False
    example: str | int = ""
    help: str = ""
    has_example: bool = True
    choices: Callable[[object], Sequence[str]] | None = None


class Checker(Protocol):
    """Reads one row: cells by field in, what they say and the faults by field out."""

    def check(self, cells: Mapping, scales: Mapping[str, int]) -> tuple[dict, dict]: ...


@dataclass(frozen=True)
class ImportKind:
    """A kind of import. All work on rows is set-based and done by the app that owns the records.

    `check_can_import(user)` raises NotAllowed; `places_for(user)` are the places a sheet without
    a column of places may be of; `checker(user, job)` reads rows; `compare(user, job)` sets the state
    of the staged rows; `apply(user, job)` writes those to be written and returns counts;
    `undo(user, job)` returns (count, [(row number, name, why not)]); `words_of(rows)` prepares rows
    for the page.
    """

    code: str
    title: str
    noun: str
    columns: Sequence[Column]
    check_can_import: Callable
    places_for: Callable
    checker: Callable[[object, ImportJob], Checker]
    compare: Callable[[object, ImportJob], None]
    apply: Callable[[object, ImportJob], dict]
    undo: Callable[[object, ImportJob], tuple[int, list]]
    words_of: Callable[[object, Sequence[ImportRow]], None]
    list_url_name: str
    place_column: str = "place"
    synonyms: Synonyms = field(init=False)

    def __post_init__(self):
        words = {column.name: (column.label, *column.words) for column in self.columns}
        object.__setattr__(self, "synonyms", Synonyms(words))

    def column(self, name: str) -> Column:
        """The column of a field; KeyError when unknown."""
        return self.by_name[name]

    @property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> None:
    """Make a kind available under its code; a second registration is a mistake."""
    if kind.code in _kinds and _kinds[kind.code] is not kind:
        raise ValueError(f"import kind {kind.code} is registered twice")
    _kinds[kind.code] = kind


def kind_for(code: str) -> ImportKind:
    """The kind of a code; KeyError when unknown."""
    return _kinds[code]
