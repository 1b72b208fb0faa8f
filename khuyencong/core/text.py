"""Vietnamese text: one spelling, folding for search, order for sorting.

The same folding and order exist as SQL functions (`kc_fold`, `kc_sort_key`, migration 0001), so
that generated columns hold them whatever writes the row; a test compares both over real names.
"""

import re
import unicodedata
from functools import lru_cache

from django.db.models import CharField, Func, TextField

_MARKS = re.compile("[\u0300-\u036f]")
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the dictionary's order
_TONE = re.compile(f"[{_TONES}]")
_VOWEL_MARKS = re.compile("[\u0302\u0306\u031b]")
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# What no person types and a spreadsheet or the database refuses: control characters, halves of a
# character, marks that turn the direction of what follows, blanks without width.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_ORDER = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"
_PRIMARY = str.maketrans(_ALPHABET, _ORDER)
_TONE_DIGITS = str.maketrans(_TONES, "12345")


def clean(text: str) -> str:
    """Text as people mean it: NFC, inner runs of blanks made one, trimmed, nothing that is not seen."""
    text = text or ""
    if not text.isprintable():
        text = _UNSEEN.sub("", text)
    return " ".join(unicodedata.normalize("NFC", text).split())


class _Folded(dict):
    """A character's code → what it folds to; worked out once for each character."""

    def __missing__(self, code: int) -> str:
        text = _MARKS.sub("", unicodedata.normalize("NFD", chr(code)))
        text = text.replace("đ", "d").replace("Đ", "d").lower()
        self[code] = re.sub("[^a-z0-9]", " ", text)
        return self[code]


# Names are folded by the thousand for one search, so a character costs one look-up.
_FOLDED = _Folded()


# The same few names, places and words are folded again and again, most of all by an import.
@lru_cache(maxsize=1024)
def fold(text: str) -> str:
    """Lower case without marks, punctuation as blanks: what a search compares.

    >>> fold("Bánh tráng – Đất Đỏ")
    'banh trang dat do'
    """
    return " ".join((text or "").translate(_FOLDED).split())


def sort_key(text: str) -> str:
    """Key that sorts by the Vietnamese alphabet (đ after d, ơ after o), tones second."""
    decomposed = unicodedata.normalize("NFD", (text or "").replace("Đ", "đ").lower())
    letters = unicodedata.normalize("NFC", _TONE.sub("", decomposed)).translate(_PRIMARY)
    tones = _VOWEL_MARKS.sub("", decomposed).translate(_TONE_DIGITS)
    return letters + "!" + re.sub("[a-zđ]", "0", tones)


class Fold(Func):
    """SQL side of `fold`."""

    function = "kc_fold"
    output_field = TextField()


class SortKey(Func):
    """SQL side of `sort_key`."""

    function = "kc_sort_key"
    output_field = CharField()


FOLD_SQL = """
CREATE OR REPLACE FUNCTION kc_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT btrim(regexp_replace(
    lower(translate(regexp_replace(normalize(value, NFD), '[\u0300-\u036f]', '', 'g'), 'đĐ', 'dd')) COLLATE "C",
    '[^a-z0-9]+', ' ', 'g'))
$$;
"""

# Taken apart first, so that what is made small are letters of ASCII, in a database of any locale.
SORT_KEY_SQL = f"""
CREATE OR REPLACE FUNCTION kc_sort_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT translate(normalize(regexp_replace(d, '[{_TONES}]', '', 'g'), NFC), '{_ALPHABET}', '{_ORDER}')
    || '!' ||
    regexp_replace(translate(regexp_replace(d, '[\u0302\u0306\u031b]', '', 'g'), '{_TONES}', '12345') COLLATE "C",
      '[a-zđ]', '0', 'g')
  FROM (SELECT lower(translate(normalize(value, NFD), 'Đ', 'đ')) AS d) AS x
$$;
"""
