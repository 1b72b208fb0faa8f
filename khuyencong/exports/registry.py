"""What can be exported: each app registers its sources in its AppConfig.ready().

A source is asked for with the user and the page's own filters, so that the sheet holds exactly
what the page shows that user.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict


@dataclass(frozen=True)
class ExportColumn:
    """A column: `kind` is text, integer, scaled, number, date, datetime or link.

    `scaled` takes inner integers of 10^-decimals; `number` takes ints and Decimals whose places may
    differ from row to row. A link cell's value is a pair (text or number, path of the page behind
    it); a bare text or number there is a cell without link. None is an empty cell everywhere.
    """

    header: str
    kind: str = "text"
    width: int = 16
    decimals: int = 0


class Heading(tuple):
    """A row that only titles the rows below it: shown bold, not counted."""

    __slots__ = ()


@dataclass
class Sheet:
    """One sheet: `rows` streams sequences of values in the columns' order. `header_rows` are extra
    rows above the header line (title, period, "n of N reported"), each a sequence of texts.
    `total` is the expected number of rows (for the progress bar); `frozen_columns` stay in sight."""

    title: str
    columns: Sequence[ExportColumn]
    rows: Iterator[Sequence]
    total: int | None = None
    header_rows: Sequence[Sequence[str]] = field(default_factory=list)
    frozen_columns: int = 1


@dataclass(frozen=True)
class Choice:
    """A column that a person may take or leave: its key, its name, whether it is there unasked."""

    key: str
    label: str
    default: bool = False


@dataclass(frozen=True)
class ChoiceGroup:
    """Columns that belong together, under a heading; `hint` says what a person should know of them."""

    label: str
    choices: Sequence[Choice]
    hint: str = ""


@dataclass(frozen=True)
class ExportSource:
    """`describe(user, params)` gives the title, raising NotAllowed or Http404 where the user may not;
    `sheets(user, params)` gives the sheets (CSV takes the first). `params` are the posted filters, a
    dict of text (of lists of text where a name was given more than once); `params["base_url"]` is
    the portal's address without the last slash.

    Where columns can be chosen, `choices(user)` gives the groups of those the user may have, and
    `params["cot"]` holds the keys of the chosen ones in order; `back(params)` is the address of the
    page that the table was asked for on, with its filters.
    """

    kind: str
    describe: Callable
    sheets: Callable
    choices: Callable | None = None
    back: Callable | None = None


_sources: dict[str, ExportSource] = {}


def register(source: ExportSource) -> None:
    """Make a source available under its kind; a second registration of a kind is a mistake."""
    if source.kind in _sources and _sources[source.kind] != source:
        raise ValueError(f"export kind {source.kind} is registered twice")
    _sources[source.kind] = source


def source_for(kind: str) -> ExportSource:
    """The source of a kind; KeyError when unknown."""
    return _sources[kind]


def as_querydict(params: dict) -> QueryDict:
    """The filters as the page had them, for a source that reads them with the page's own form."""
    query = QueryDict(mutable=True)
    for name, value in params.items():
        query.setlist(name, value if isinstance(value, list) else [str(value)])
    return query


def scaled(value: int | None, decimals: int) -> Decimal | None:
    """An inner integer of 10^-decimals as an exact number for a `number` or `link` cell."""
    return None if value is None else Decimal(value).scaleb(-decimals)
