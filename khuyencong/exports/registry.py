"""What can be exported: each app registers its sources in its AppConfig.ready().

A source is asked for with the user and the page's own filters, so that the sheet holds exactly
what the page shows that user.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ExportColumn:
    """A column: `kind` is text, integer, scaled (with decimals), date, datetime or link.

    A link cell's value is a pair (text or number, path of the page behind it).
    """

    header: str
    kind: str = "text"
    width: int = 16
    decimals: int = 0


@dataclass
class Sheet:
    """One sheet: `rows` streams sequences of values in the columns' order. `header_rows` are extra
    rows above the header line (title, period, "n of N reported"), each a sequence of texts."""

    title: str
    columns: Sequence[ExportColumn]
    rows: Iterator[Sequence]
    total: int | None = None
    header_rows: Sequence[Sequence[str]] = field(default_factory=list)


@dataclass(frozen=True)
class ExportSource:
    """`describe(user, params)` gives the title, raising NotAllowed or Http404 where the user may not;
    `sheets(user, params)` gives the sheets (CSV takes the first)."""

    kind: str
    describe: Callable
    sheets: Callable


_sources: dict[str, ExportSource] = {}


def register(source: ExportSource) -> None:
    """Make a source available under its kind; a second registration of a kind is a mistake."""
    if source.kind in _sources and _sources[source.kind] is not source:
        raise ValueError(f"export kind {source.kind} is registered twice")
    _sources[source.kind] = source


def source_for(kind: str) -> ExportSource:
    """The source of a kind; KeyError when unknown."""
    return _sources[kind]
