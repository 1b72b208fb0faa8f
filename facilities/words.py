"""Words of names: the ways people shorten them, and what stands before a name and says nothing."""

import re
from itertools import product

from khuyencong.core.text import fold

# Folded ways to write the same; the first is the shortest. A run of words counts as one term.
SAME = (
    ("cty", "cong ty", "cti", "ct"),
    ("tnhh", "trach nhiem huu han"),
    ("mtv", "mot thanh vien"),
    ("cp", "co phan"),
    ("dntn", "doanh nghiep tu nhan"),
    ("dn", "doanh nghiep"),
    ("htx", "hop tac xa"),
    ("tht", "to hop tac"),
    ("hkd", "ho kinh doanh"),
    ("cs", "co so"),
    ("tm", "thuong mai"),
    ("dv", "dich vu"),
    ("sx", "san xuat"),
    ("kd", "kinh doanh"),
    ("xd", "xay dung"),
    ("xnk", "xuat nhap khau"),
    ("xk", "xuat khau"),
    ("nk", "nhap khau"),
    ("vlxd", "vat lieu xay dung"),
    ("tcmn", "thu cong my nghe"),
    ("brvt", "ba ria vung tau", "br vt"),
    ("vn", "viet nam"),
)
# Written together: what they stand for.
_JOINED = {
    "cssx": "cs sx",
    "cskd": "cs kd",
    "sxtm": "sx tm",
    "tmdv": "tm dv",
    "sxkd": "sx kd",
    "hokd": "hkd",
    "ctcp": "cty cp",
    "cttnhh": "cty tnhh",
    "tmsx": "tm sx",
}
_GROUP_OF = {way: ways for ways in SAME for way in ways}
_WAYS = re.compile(
    r"(?<![a-z0-9])(?:"
    + "|".join(sorted(map(re.escape, _GROUP_OF), key=len, reverse=True))
    + r")(?![a-z0-9])"
)
# What stands before a name: its legal form and trade words that many share.
_BEFORE_NAME = (
    "cty", "tnhh", "mtv", "cp", "dntn", "dn", "htx", "tht", "hkd", "cs", "tm", "dv", "sx", "kd",
    "xuong", "lo", "va", "ho", "nha may",
)  # fmt: skip
# The same for PostgreSQL, over a folded name with a blank in front and every way written.
LEADING_SQL = (
    "^( ("
    + "|".join(way for short in _BEFORE_NAME for way in _GROUP_OF.get(short, (short,)))
    + "))+ "
)
_LABELS = re.compile(r"(?<![a-z])(?:mst|ma so thue|sdt|so dien thoai|dien thoai|dt|tel)(?![a-z])")


def shortened(text: str) -> str:
    """Folded, every known way to write a thing made its shortest: "Cty Cổ phần A" is "cty cp a"."""
    folded = " ".join(_JOINED.get(word, word) for word in fold(text).split())
    return _WAYS.sub(lambda found: _GROUP_OF[found.group()][0], folded)


def bare_name(name: str) -> str:
    """The folded name without its legal form: "DNTN Bình An" and "Cơ sở Bình An" are both "binh an"."""
    short = shortened(name)
    parts, at = short.split(), 0
    while at < len(parts):
        if parts[at] in _BEFORE_NAME:
            at += 1
        elif " ".join(parts[at : at + 2]) in _BEFORE_NAME:
            at += 2
        else:
            return " ".join(parts[at:])
    return short


def terms_of(text: str) -> list[tuple[str, ...]]:
    """What a search asks for: each term with all ways to write it, folded. At most eight terms.

    >>> terms_of("Cty Bình An")
    [('cty', 'cong ty', 'cti', 'ct'), ('binh',), ('an',)]
    """
    return [_GROUP_OF.get(word, (word,)) for word in shortened(_without_labels(text)).split()[:8]]


def _without_labels(text: str) -> str:
    """ "MST 3500 123 456" without what names the number, where a number follows."""
    folded = fold(text)
    return _LABELS.sub(" ", folded) if re.search(r"\d{3}", folded) else folded


def number_in(text: str) -> str:
    """The digits of a text that is one number, in whatever grouping and with whatever label; else ''.

    A telephone with the country's code is given as it is stored, with a 0.
    """
    rest = _without_labels(text)
    if not re.fullmatch(r"[\d\s]+", rest or ""):
        return ""
    digits = re.sub(r"\D", "", rest)
    if re.fullmatch(r"84\d{9,10}", digits):
        return f"0{digits[2:]}"
    return digits


def joined_numbers(text: str) -> str:
    """The folded text with telephones and tax codes written in groups made one number each."""
    return re.sub(
        r"(?<!\d)\d{2,4}(?: \d{2,4}){1,4}(?!\d)",
        lambda found: (
            found.group().replace(" ", "")
            if 9 <= len(found.group().replace(" ", "")) <= 13
            else found.group()
        ),
        fold(text),
    )


_TELEX_TONE = re.compile(r"[sfrxj]")
_TELEX_PAIRS = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("w", ""))
# Sounds that people of one region or another write for each other.
_SOUNDS = (
    ("ch", "tr"), ("s", "x"), ("d", "gi"), ("d", "r"), ("gi", "r"), ("l", "n"), ("i", "y"),
    ("c", "k"), ("g", "gh"), ("ng", "ngh"), ("n", "ng"), ("nh", "n"), ("c", "t"), ("v", "d"),
    ("q", "k"), ("ph", "f"), ("ngh", "ng"), ("o", "ua"), ("iu", "ieu"), ("ui", "uoi"),
)  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxy"


def slips_of(word: str) -> dict[str, float]:
    """Words that this one may be a slip of, with what the slip costs (0.3 to 1): letters left by a
    Vietnamese keyboard that was off, sounds written for each other, one letter too many, missing,
    wrong or out of order."""
    found: dict[str, float] = {}

    def note(other: str, cost: float) -> None:
        if other and other != word and cost < found.get(other, 9):
            found[other] = cost

    plain = word
    for keys, letter in _TELEX_PAIRS:
        plain = plain.replace(keys, letter)
    note(plain, 0.3)
    for other in {plain, word}:
        for at in range(1, len(other)):
            if _TELEX_TONE.match(other[at]):
                note(other[:at] + other[at + 1 :], 0.3)
    for one, two in _SOUNDS:
        for here, there in ((one, two), (two, one)):
            if word.startswith(here):
                note(there + word[len(here) :], 0.5)
            if word.endswith(here):
                note(word[: -len(here)] + there, 0.5)
    for at in range(len(word)):
        before, after = word[:at], word[at + 1 :]
        doubled = at and word[at] == word[at - 1]
        note(before + after, 0.6 if doubled else 0.9)
        if after:
            note(before + after[0] + word[at] + after[1:], 0.7)
        for letter in _LETTERS:
            note(before + letter + after, 1)
    for at, letter in product(range(len(word) + 1), _LETTERS):
        note(word[:at] + letter + word[at:], 0.9)
    return found


def distance(one: str, two: str) -> int:
    """Letters to change, add, drop or swap to make one word of the other."""
    before, last = [], list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(two, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
