"""The registry as a spreadsheet: exactly the rows of the list with the same filters, in its order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from facilities import export_columns, permissions
from facilities.export_columns import Batch, Book, Column
from facilities.models import Establishment, EstablishmentQuerySet
from facilities.queries import ListFilters, filtered_rows, list_rows
from facilities.queries.searching import best_first, find
from facilities.record.eligibility import Assessor
from khuyencong.audit.personal import log_export_access
from khuyencong.core.models import Place
from khuyencong.core.places import units_of
from khuyencong.exports.registry import ExportSource, Sheet

# Rows in memory at a time.
CHUNK = 2000
# Up to here the name of an establishment leads to its page; a longer sheet is read by machines, and
# plain cells are written four times faster.
LINKED_UP_TO = 10_000


def _describe(user, params) -> str:
    """ "Sổ cơ sở công nghiệp nông thôn" with the commune, where one was chosen."""
    filters = ListFilters.from_params(params)
    place = Place.objects.filter(pk=filters.xa).first() if filters.xa else None
    return "Sổ cơ sở công nghiệp nông thôn" + (f" – {place}" if place else "")


def _sheets(user, params) -> list[Sheet]:
    """One sheet of the chosen columns (`cot`), a chunk of rows at a time in memory."""
    filters = ListFilters.from_params(params)
    rows = list_rows(user, filters)
    chosen = params.get("cot") or ()
    columns = export_columns.columns_for(user, [chosen] if isinstance(chosen, str) else chosen)
    book = Book(
        full_numbers=permissions.can_see_personal_numbers(user),
        units=units_of(rows.order_by().values_list("place_id", flat=True).distinct()),
        base_url=str(params.get("base_url") or ""),
        assessor=Assessor(timezone.localdate()),
    )
    total = rows.order_by().count()
    personal = export_columns.shows_personal_data(columns, book)
    if personal and total:
        log_export_access(
            user, kind=ESTABLISHMENTS.kind, name=_describe(user, params), records=total
        )
    heads = [column.sheet_column for column in columns]
    if total > LINKED_UP_TO:
        columns = [_unlinked(column) for column in columns]
        heads = [replace(head, kind="text") if head.kind == "link" else head for head in heads]
    return [
        Sheet(
            title="Cơ sở",
            columns=heads,
            rows=_values(_in_order(user, filters, rows), columns, book),
            total=total,
            header_rows=_notes(columns, personal, book),
        )
    ]


def _unlinked(column: Column) -> Column:
    if column.kind != "link":
        return column
    return replace(column, kind="text", read=lambda e, batch: column.read(e, batch)[0])


def _notes(columns: Sequence[Column], personal: bool, book: Book) -> list[list[str]]:
    """What stands above the sheet about personal data."""
    if not personal:
        return [["Không có thông tin cá nhân của cơ sở."]]
    kept = "Chỉ dùng cho hoạt động khuyến công (Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15)."
    masked = not book.full_numbers and any(column.key == "tax_code" for column in columns)
    return [[kept], ["Số định danh cá nhân được che."]] if masked else [[kept]]


def _in_order(
    user, filters: ListFilters, rows: EstablishmentQuerySet
) -> Iterator[list[Establishment]]:
    """The records as the list shows them, in pieces: by the alphabet, or for a search the best
    answers first and then whatever else answers, by the alphabet."""
    if filters.q:
        best = best_first(find(filtered_rows(user, filters), filters.q).ids, filters.q)
        for start in range(0, len(best), CHUNK):
            keys = best[start : start + CHUNK]
            found = {record.pk: record for record in rows.filter(pk__in=keys).order_by()}
            yield [found[key] for key in keys if key in found]
        rows = rows.exclude(pk__in=best)
    stream = rows.iterator(chunk_size=CHUNK)
    while piece := list(islice(stream, CHUNK)):
        yield piece


def _values(
    pieces: Iterator[list[Establishment]], columns: Sequence[Column], book: Book
) -> Iterator[tuple]:
    readers = [column.read for column in columns]
    for piece in pieces:
        batch = Batch(piece, book)
        for record in piece:
            yield tuple(read(record, batch) for read in readers)


def _back(params) -> str:
    return f"{reverse('facilities:list')}?{urlencode(ListFilters.from_params(params).as_params())}"


ESTABLISHMENTS = ExportSource(
    "facilities.establishments",
    _describe,
    _sheets,
    choices=export_columns.choices_for,
    back=_back,
)
