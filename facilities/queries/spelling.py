"""A misspelt search: what was meant, found through the words that the registry really holds.

Comparing a misspelt phrase with a million names is slow (trigram similarity reads a great part of
them). The registry has some ten thousand distinct words, so each word is corrected among these, and
the corrected phrase is then an exact search.
"""

from dataclasses import dataclass
from itertools import product

from django.db import connection

from facilities import words
from facilities.models import Establishment, EstablishmentQuerySet, SearchWord
from facilities.queries.searching import search
from khuyencong.core.text import fold

# Meanings of one word that are weighed, and phrases that are tried against the registry.
MEANINGS = 5
TRIES = 24
# Trigrams tell something of words from this length on; shorter ones are met by single slips.
LONG_WORD = 5
_KNOWN_FORMS = frozenset(way for ways in words.SAME for way in ways)


@dataclass(frozen=True)
class Meaning:
    """What a search may have meant: to search by, and to show with its marks."""

    text: str
    label: str


def did_you_mean(rows: EstablishmentQuerySet, text: str) -> Meaning | None:
    """The likeliest correction of a search that finds something among `rows` (without the search
    itself), or None. At most three queries for words and `TRIES` small ones."""
    if words.number_in(text):
        return None
    for phrase in _phrases(text):
        found = search(rows, phrase).order_by()[:1]
        for row in found:
            return Meaning(text=phrase, label=_with_marks(phrase, row))
    return None


def _phrases(text: str) -> list[str]:
    """Corrected phrases, the likeliest first."""
    given = [word for word in words.shortened(text).split() if len(word) <= 20][:8]
    best: dict[str, float] = {}
    for typed, extra in _joined_and_split(given):
        for phrase, cost in _corrected(typed):
            if phrase != " ".join(given) and cost + extra < best.get(phrase, 99):
                best[phrase] = cost + extra
    return sorted(best, key=best.get)[:TRIES]


def _joined_and_split(given: list[str]):
    """The words as typed, and with one blank too many or too few put right."""
    yield given, 0.0
    pairs = {given[i] + given[i + 1]: i for i in range(len(given) - 1)}
    cuts = {
        (word[:at], word[at:]): i
        for i, word in enumerate(given)
        if len(word) >= 5 and word.isalpha()
        for at in range(2, len(word) - 1)
    }
    known = _uses([*pairs, *(part for cut in cuts for part in cut)])
    for joined, i in pairs.items():
        if joined in known:
            yield [*given[:i], joined, *given[i + 2 :]], 0.8
    for cut, i in cuts.items():
        if all(part in known for part in cut) and given[i] not in known:
            yield [*given[:i], *cut, *given[i + 1 :]], 0.8


def _corrected(given: list[str]) -> list[tuple[str, float]]:
    """Every phrase made of the likeliest meanings of each word, with its cost."""
    slips = {
        word: words.slips_of(word)
        for word in given
        if word.isalpha() and len(word) > 1 and word not in _KNOWN_FORMS
    }
    uses = _uses({*given, *(slip for found in slips.values() for slip in found)})
    meanings = []
    for word in given:
        if word not in slips:
            meanings.append([(word, 0.0)])
            continue
        costs = {slip: cost for slip, cost in slips[word].items() if slip in uses}
        if word in uses:
            costs[word] = 0.0
        elif len(word) >= LONG_WORD:
            for near, count in _near(word).items():
                uses.setdefault(near, count)
                costs.setdefault(near, 0.6 + words.distance(word, near) * 0.6)
        # The last one may be half typed, and an unknown one cannot be corrected: it stays.
        costs.setdefault(word, 2.5)
        ranked = sorted(costs, key=lambda w, c=costs: (c[w] - _weight(uses.get(w, 0)), w))
        meanings.append([(w, costs[w]) for w in ranked[:MEANINGS]])
    phrases = []
    for choice in product(*meanings):
        cost = sum(cost for _, cost in choice)
        changed = sum(word != typed for (word, _), typed in zip(choice, given, strict=True))
        if changed <= 4:
            weight = sum(_weight(uses.get(word, 0)) for word, _ in choice)
            phrases.append((" ".join(word for word, _ in choice), cost - weight * 0.2))
    return sorted(phrases, key=lambda one: one[1])[: TRIES * 2]


def _weight(uses: int) -> float:
    """A word that many records use is likelier, up to 0.5."""
    return min(uses.bit_length(), 10) * 0.05


def _uses(some) -> dict[str, int]:
    """Which of some words the registry knows, and how many records use each."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word, uses FROM {SearchWord._meta.db_table} WHERE word = ANY(%s)",
            [list(some)],
        )
        return dict(cursor.fetchall())


def _near(word: str) -> dict[str, int]:
    """The registry's words with the most trigrams in common, two letters away at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word, uses FROM {SearchWord._meta.db_table} WHERE word %% %s"
            " ORDER BY similarity(word, %s) DESC LIMIT 20",
            [word, word],
        )
        return {near: uses for near, uses in cursor if words.distance(word, near) <= 2}


def _with_marks(phrase: str, row: Establishment) -> str:
    """The phrase as the found record writes its words: "banh trang" is "bánh tráng"."""
    written = {}
    for token in f"{row.name} {row.main_products}".split():
        token = token.strip(".,;:()“”\"'–-")
        written.setdefault(fold(token), token.lower() if not token.isupper() else token)
    return " ".join(written.get(word, word) for word in phrase.split())
