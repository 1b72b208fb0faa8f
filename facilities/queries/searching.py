"""The exact search: which records hold every word of a text, and the best of them first."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.functions import Concat

from facilities import words
from facilities.models import Establishment, EstablishmentQuerySet
from facilities.models_finding import Marks, bare_name_of
from khuyencong.core.text import Fold, fold

# Where more records than this hold words that only begin with a word of the search, reading rows until
# enough are found is quicker than any index.
COMMON = 60_000
# A search shows no more than this many, the best of them first.
FOUND_UP_TO = 1_000
# Of names that begin with the text: taken, and looked at for it.
BEGUN_UP_TO = 300
BEGUN_FROM = 1_000
# The same text by an expression that no index offers.
UNINDEXED = Func(F("folded"), template="(%(expressions)s || '')", output_field=TextField())


def search(rows: EstablishmentQuerySet, text: str) -> EstablishmentQuerySet:
    """Rows that hold every word of `text` in name, products, tax code or telephone; marks, case and
    order do not matter, and neither does how a legal form is shortened. A word finds what begins
    with it; digits are found anywhere in a number, in any grouping.

    Of rows without contacts only name and products are searched, or a search would give them away.
    """
    terms = search_terms(text)
    if rows.is_narrow or only_begun(terms) > COMMON:
        return _shown(_read(rows, terms), terms)
    numbers = [ways for ways in terms if not _is_words(ways)]
    rows = _marked(rows, [ways for ways in terms if _is_words(ways)])
    for ways in numbers:
        rows = rows.filter(term_condition("folded", ways))
    # The index knows words, not which stands next to which.
    return _shown(_read(rows, [ways for ways in terms if _has_phrase(ways)]), terms)


def _is_words(ways: tuple[str, ...]) -> bool:
    return all(way.startswith(" ") for way in ways)


def _has_phrase(ways: tuple[str, ...]) -> bool:
    return _is_words(ways) and any(" " in way[1:] for way in ways)


def _read(rows: EstablishmentQuerySet, terms) -> EstablishmentQuerySet:
    """Rows whose text holds the terms, as it is read."""
    rows = rows.alias(read=UNINDEXED)
    for ways in terms:
        rows = rows.filter(term_condition("read", ways))
    return rows


def _shown(rows: EstablishmentQuerySet, terms) -> EstablishmentQuerySet:
    """Of rows without contacts those that show the terms."""
    if terms and rows.is_masked:
        names = Fold(Concat(F("name"), Value(" "), F("main_products")))
        rows = rows.alias(shown=Concat(Value(" "), names, output_field=TextField()))
        for ways in terms:
            rows = rows.filter(term_condition("shown", ways))
    return rows


def _marked(rows: EstablishmentQuerySet, terms, *, whole: bool = False) -> EstablishmentQuerySet:
    """Rows that the index of marks finds for terms made of words: each word of a way, the last also as
    a beginning unless `whole`. Filters of the rows that the index knows help it."""
    if not terms:
        return rows
    asked = " & ".join(
        "(" + " | ".join(_as_query(way.split(), whole) for way in ways) + ")" for ways in terms
    )
    # What was filtered by equality; a superfluous mark changes no answer.
    for mark in rows.marks:
        asked += f" & '{mark}'"
    return rows.filter(
        Func(
            Marks(), Value(asked), template="(%(expressions)s::tsquery)", arg_joiner=" @@ ",
            output_field=BooleanField(),
        )
    )  # fmt: skip


def _as_query(parts: list[str], whole: bool) -> str:
    beginning = "" if whole else ":*"
    return "(" + " & ".join([*(f"'{p}'" for p in parts[:-1]), f"'{parts[-1]}'{beginning}"]) + ")"


def only_begun(terms: list[tuple[str, ...]]) -> int:
    """In how many records words stand that only begin with a word of the search, by `SearchWord`: for
    the term with the fewest. Terms with numbers: 0, since these are rare."""
    if not terms or not all(map(_is_words, terms)):
        return 0
    ends = [[way.split()[-1] for way in ways] for ways in terms]
    with connection.cursor() as cursor:
        # ~>=~ compares letter by letter: a word and all that begin with it are one range.
        cursor.execute(
            "SELECT start, (SELECT coalesce(sum(uses), 0)::bigint FROM facilities_searchword"
            " WHERE word ~>~ start AND word ~<~ (start || '~'))"
            " FROM unnest(%s::text[]) AS start",
            [sorted({end for some in ends for end in some})],
        )
        uses = dict(cursor.fetchall())
    return min(sum(uses[end] for end in some) for some in ends)


@dataclass(frozen=True)
class Found:
    """The records that a search shows, and whether there are more that it leaves out."""

    ids: list[int]
    more: bool


def find(rows: EstablishmentQuerySet, text: str) -> Found:
    """Up to `FOUND_UP_TO` of `rows` that answer the text. Where there are more, those whose names
    begin with it are among them."""
    ids = _whole_words(rows, text)
    if len(ids) <= FOUND_UP_TO:
        answering = search(rows, text).order_by()
        ids = list(answering.values_list("pk", flat=True)[: FOUND_UP_TO + 1])
    if len(ids) <= FOUND_UP_TO:
        return Found(ids, more=False)
    first = _begun_with(rows, text)
    return Found(list(dict.fromkeys([*first, *ids]))[:FOUND_UP_TO], more=True)


def _whole_words(rows: EstablishmentQuerySet, text: str) -> list[int]:
    """More than are shown of `rows` that hold the words as they are, if there are so many; found
    several times as fast as words that only begin so, and the better answers."""
    terms = search_terms(text)
    if rows.is_narrow or not terms or not all(map(_is_words, terms)):
        return []
    found = _marked(rows, terms, whole=True)
    found = _shown(_read(found, [ways for ways in terms if _has_phrase(ways)]), terms)
    return list(found.order_by().values_list("pk", flat=True)[: FOUND_UP_TO + 1])


def _begun_with(rows: EstablishmentQuerySet, text: str) -> list[int]:
    """Some of `rows` whose bare names begin with the text, of the first so many that do."""
    start, bare = f" {words.bare_name(text)}", bare_name_of("name")

    def compare(operator: str, bound: str):
        return Func(
            bare, Value(bound), template="(%(expressions)s)", arg_joiner=f" {operator} ",
            output_field=BooleanField(),
        )  # fmt: skip

    range_of = Establishment.objects.filter(
        compare("~>=~", start), compare("~<~", start + "~")
    ).order_by()
    # The keys are read from the index alone; conditions on them would make the planner read all.
    keys = list(range_of.values_list("pk", flat=True)[:BEGUN_FROM])
    terms = search_terms(text)
    begun = []
    for pk, name, products in (
        rows.filter(pk__in=keys).order_by().values_list("pk", "name", "main_products").iterator()
    ):
        folded = f" {fold(f'{name} {products}')}"
        if all(any(way in folded for way in ways) for ways in terms):
            begun.append(pk)
            if len(begun) == BEGUN_UP_TO:
                break
    return begun


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
    whole = f" {words.shortened(name)} "
    if f" {bare}" in whole:
        start = f"{words.bare_name(name)} "
        if start.startswith(bare):
            return 0 if start[len(bare)] == " " else 1
        if f" {bare} " in whole:
            return 2
    if all(f"{part} " in whole for part in parts):
        return 3
    if f" {bare} " in f" {words.shortened(products)} ":
        return 4
    return 5 if all(part in whole for part in parts) else 6
