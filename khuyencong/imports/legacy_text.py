"""Text typed in the fonts before Unicode: TCVN3 (.VnTime …) and VNI (VNI-Times …).

In a workbook such text stands as Latin letters that only the font turned into Vietnamese:
"C¬ së" is "Cơ sở" in TCVN3, "Cô sôû" in VNI. Which one a column holds is decided by evidence:
whether its words become Vietnamese syllables. Nothing is converted without asking.
"""

import re
import unicodedata
from collections.abc import Iterable

TCVN3, VNI = "tcvn3", "vni"
SCHEME_LABELS = {TCVN3: "TCVN3 (.VnTime)", VNI: "VNI (VNI-Times)"}

# TCVN 5712:1993, VN3: code → letter. Capitals with tones are typed in a font of capitals.
_TCVN3_LETTERS = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
_FROM_TCVN3 = {
    start + offset: letter
    for start, letters in _TCVN3_LETTERS.items()
    for offset, letter in enumerate(letters)
}
_TO_TCVN3 = {letter: chr(code) for code, letter in _FROM_TCVN3.items()}

# VNI: a letter and the mark behind it. Marks of a plain vowel, then of â-like and ă-like ones.
_PLAIN = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_HAT = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_SINGLE = {
    "ñ": "đ",
    "ì": "ì",
    "í": "í",
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "î": "ỵ",
    "ô": "ơ",
    "ö": "ư",
}


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_SINGLE)
    for vowel in "aeouy":
        for mark, tone in _PLAIN.items():
            if (vowel, mark) != ("y", "ï"):
                table[vowel + mark] = _nfc(vowel + tone)
    for vowel in "aeo":
        for mark, tone in _HAT.items():
            table[vowel + mark] = _nfc(vowel + "\u0302" + tone)
    for mark, tone in _BREVE.items():
        table["a" + mark] = _nfc("a\u0306" + tone)
    for letter, whole in (("ô", "ơ"), ("ö", "ư")):
        for mark, tone in _PLAIN.items():
            table[letter + mark] = _nfc(whole + tone)
    # Capitals; a capital letter may also be followed by a small mark.
    for typed, letter in list(table.items()):
        table[typed.upper()] = letter.upper()
        if len(typed) == 2:
            table[typed[0].upper() + typed[1]] = letter.upper()
    return table


_FROM_VNI = _vni_table()
_TO_VNI = {}
for _typed, _letter in _FROM_VNI.items():
    # Of two ways to type a capital the whole capital one is what VNI keyboards give.
    if _letter not in _TO_VNI or _typed == _typed.upper():
        _TO_VNI[_letter] = _typed
_VNI_PAIR = re.compile("|".join(sorted(map(re.escape, _FROM_VNI), key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """TCVN3 as Latin letters → Unicode (NFC)."""
    return _nfc(text.translate(_FROM_TCVN3))


def to_tcvn3(text: str) -> str:
    """Unicode → TCVN3 as Latin letters; capitals with tones have no code and become small ones."""
    letters = (c if c in _TO_TCVN3 or c.lower() not in _TO_TCVN3 else c.lower() for c in _nfc(text))
    return "".join(_TO_TCVN3.get(letter, letter) for letter in letters)


def from_vni(text: str) -> str:
    """VNI as Latin letters → Unicode (NFC)."""
    return _nfc(_VNI_PAIR.sub(lambda found: _FROM_VNI[found.group()], text))


def to_vni(text: str) -> str:
    """Unicode → VNI as Latin letters."""
    return "".join(_TO_VNI.get(letter, letter) for letter in _nfc(text))


_DECODERS = {TCVN3: from_tcvn3, VNI: from_vni}


def decode(text: str, scheme: str) -> str:
    """Text of a scheme (`tcvn3`, `vni`) as Unicode; any other scheme leaves it as it is."""
    decoder = _DECODERS.get(scheme)
    return decoder(text) if decoder else text


_ONSET = "(?:ngh|ng|nh|ch|tr|th|ph|kh|gh|gi|qu|[bcdđghklmnprstvx])?"
_NUCLEUS = (
    "(?:uyê|oai|oay|oao|oeo|uây|uôi|ươi|ươu|iêu|yêu|uya|uyu|uêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|yê|iu|oa|oă|"
    "oe|oi|oo|ôi|ơi|ua|uâ|ui|uê|uô|uơ|uy|ưa|ưi|ươ|ưu|[aăâeêioôơuưy])"
)
_SYLLABLE = re.compile(f"{_ONSET}{_NUCLEUS}(?:ng|nh|ch|[cmnpt])?")
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


def _is_syllable(word: str) -> bool:
    letters, tones = _TONE.subn("", unicodedata.normalize("NFD", word.lower()))
    return tones <= 1 and _SYLLABLE.fullmatch(_nfc(letters)) is not None


def _share(words: list[str]) -> float:
    return sum(map(_is_syllable, words)) / len(words) if words else 0.0


def _pieces(texts: Iterable[str]) -> list[str]:
    """The words with marks, at most 400."""
    found = []
    for text in texts:
        for piece in re.split(r"[\s,;/()]+", _nfc(text)):
            if piece and not piece.isascii():
                found.append(piece.strip(".:-–“”\"'"))
        if len(found) > 400:
            break
    return found


def detect(texts: Iterable[str], suspected: str = "") -> str:
    """`tcvn3` or `vni` where the texts are clearly typed in it, else an empty text.

    Clearly: read in the scheme at least four in five words with marks are Vietnamese syllables, and
    far fewer are as they stand. `suspected` is what the rest of the sheet is typed in: it is
    believed where the texts read at least as well in it as they stand ("Xaõ Loäc An").
    """
    pieces = _pieces(texts)
    if not pieces:
        return ""
    plain = _share(pieces)
    if suspected and _share([decode(piece, suspected) for piece in pieces]) >= max(plain, 0.8):
        return suspected
    best, score = "", max(0.8, plain + 0.3)
    for scheme in (TCVN3, VNI):
        share = _share([decode(piece, scheme) for piece in pieces])
        if share >= score and (not best or share > score):
            best, score = scheme, share
    return best
