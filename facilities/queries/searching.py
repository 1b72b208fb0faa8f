"""The exact search: which records hold every word of a text, and the best of them first."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.functions import Concat

from facilities import words
from facilities.models import Establishment, EstablishmentQuerySet
from facilities.models_finding import bare_name_of
from khuyencong.core.text import Fold

# The same text by an expression that no index offers.
# Where every word of a search stands in more records than this, reading the rows until enough are
# found is quicker than any index.
COMMON = 60_000
# A search shows no more than this many, the best of them first.
FOUND_UP_TO = 1_000
BEGUN_UP_TO = 300
UNINDEXED = Func(F("folded"), template="(%(expressions)s || '')", output_field=TextField())


def search(rows: EstablishmentQuerySet, text: str) -> EstablishmentQuerySet:
    """Rows that hold every word of `text` in name, products, tax code or telephone; marks, case and
    order do not matter, and neither does how a legal form is shortened. A word finds what begins
    with it; digits are found anywhere in a number, in any grouping.

    Of rows without contacts only name and products are searched, or a search would give them away.
    """
    terms = search_terms(text)
    # Among other words those of a legal form are no help to an index: half the book has them.
    telling = [ways for ways in terms if len(ways) == 1] or terms
    if rarest_use(telling) > COMMON:
        telling = []
    rows = rows.alias(read=UNINDEXED)
    for ways in terms:
        rows = rows.filter(term_condition("folded" if ways in telling else "read", ways))
    if terms and rows.is_masked:
        names = Fold(Concat(F("name"), Value(" "), F("main_products")))
        rows = rows.alias(shown=Concat(Value(" "), names, output_field=TextField()))
        for ways in terms:
            rows = rows.filter(term_condition("shown", ways))
    return rows


def rarest_use(terms: list[tuple[str, ...]]) -> int:
    """In how many records the rarest of some terms stands, as `SearchWord` knows it; numbers: 0."""
    if not terms or any(not way.startswith(" ") for ways in terms for way in ways):
        return 0
    starts = [[way.split()[0] for way in ways] for ways in terms]
    with connection.cursor() as cursor:
        # ~>=~ compares letter by letter: a word and all that begin with it are one range.
        cursor.execute(
            "SELECT start, (SELECT coalesce(sum(uses), 0)::bigint FROM facilities_searchword"
            " WHERE word ~>=~ start AND word ~<~ (start || '~'))"
            " FROM unnest(%s::text[]) AS start",
            [sorted({start for some in starts for start in some})],
        )
        uses = dict(cursor.fetchall())
    return min(sum(uses[start] for start in some) for some in starts)


@dataclass(frozen=True)
class Found:
    """The records that a search shows, and whether there are more that it leaves out."""

    ids: list[int]
    more: bool


def find(rows: EstablishmentQuerySet, text: str) -> Found:
    """Up to `FOUND_UP_TO` of `rows` that answer the text. Where there are more, those whose names
    begin with it are among them."""
    answering = search(rows, text).order_by()
    ids = list(answering.values_list("pk", flat=True)[: FOUND_UP_TO + 1])
    if len(ids) <= FOUND_UP_TO:
        return Found(ids, more=False)
    first = _begun_with(rows, text)
    return Found(list(dict.fromkeys([*first, *ids]))[:FOUND_UP_TO], more=True)


def _begun_with(rows: EstablishmentQuerySet, text: str) -> list[int]:
    """Some of `rows` whose bare names begin with the text, read from the index of bare names."""
    start, bare = f" {words.bare_name(text)}", bare_name_of("name")

    def compare(operator: str, bound: str):
        return Func(
            bare, Value(bound), template="(%(expressions)s)", arg_joiner=f" {operator} ",
            output_field=BooleanField(),
        )  # fmt: skip

    begun = rows.filter(compare("~>=~", start), compare("~<~", start + "~")).alias(read=UNINDEXED)
    for ways in search_terms(text):
        begun = begun.filter(term_condition("read", ways))
    return list(begun.order_by().values_list("pk", flat=True)[:BEGUN_UP_TO])


def term_condition(column: str, ways: tuple[str, ...]) -> Q:
    """That a column holds one of the ways to write a term."""
    condition = Q()
    for way in ways:
        condition |= Q(**{f"{column}__contains": way})
    return condition


def search_terms(text: str) -> list[tuple[str, ...]]:
    """The terms of a search, each with its ways; a blank stands in front unless it is a part of a
    number."""
    digits = words.number_in(text)
    if digits:
        return [(digits[:10],), (digits[10:],)] if len(digits) == 13 else [(digits,)]
    return [
        tuple(way if way.isdigit() and len(way) >= 3 else f" {way}" for way in ways)
        for ways in words.terms_of(words.joined_numbers(text))
    ]


def best_first(ids: list[int], text: str) -> list[int]:
    """Keys in the order a search shows them: the best answer first, then by the alphabet.

    0: the name (without its legal form) begins with the whole words; 1: with these letters; 2: the
    name holds the phrase; 3: the whole words; 4: the products hold the phrase; 5: the name has words
    that begin so; 6: the rest. Ranked here
    and not in SQL, where folding a thousand names takes five times as long.
    """
    bare = words.bare_name(text)
    parts = [f" {word}" for word in bare.split()]
    numbered = bool(words.number_in(text))
    ranked = []
    rows = Establishment.objects.filter(pk__in=ids).order_by()
    read = rows.values_list("pk", "name", "main_products", "sort_key")
    for pk, name, products, key in read.iterator():
        rank = 0 if numbered or not bare else _rank(name, products, bare, parts)
        ranked.append((rank, key, pk))
    return [pk for _, _, pk in sorted(ranked)]


def _rank(name: str, products: str, bare: str, parts: list[str]) -> int:
    start, whole = f"{words.bare_name(name)} ", f" {words.shortened(name)} "
    if start.startswith(bare):
        return 0 if start[len(bare)] == " " else 1
    if f" {bare} " in whole:
        return 2
    if all(f"{part} " in whole for part in parts):
        return 3
    if f" {bare} " in f" {words.shortened(products)} ":
        return 4
    return 5 if all(part in whole for part in parts) else 6
