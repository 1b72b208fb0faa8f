"""What an uploaded spreadsheet is, by its content, and whether it may be opened at all.

Everything here is done before any parser sees the file: names and claims count for nothing, sizes
are measured by unpacking against a limit, and each refusal says what to do.
"""

import codecs
import csv
import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from khuyencong.core.exceptions import InvalidInput
from khuyencong.imports.legacy_text import detect

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_RATIO = 250
# Beneath this a high ratio harms nobody.
RATIO_MATTERS_FROM = 20 * 1024 * 1024
MAX_ENTRIES = 2000
# The parser lays out every cell between the first and the last in use.
MAX_CELLS = 12_000_000
MAX_ROWS = 200_000

WRONG_KIND = (
    "Tệp “{name}” không phải bảng tính đọc được. Anh/chị gửi tệp Excel (.xlsx, .xls), LibreOffice (.ods) "
    "hoặc CSV (.csv)."
)
BROKEN = "Tệp “{name}” bị hỏng, không đọc được. Anh/chị mở tệp bằng Excel, lưu thành tệp mới rồi gửi lại."
LOCKED = (
    "Tệp “{name}” có mật khẩu nên không đọc được. Anh/chị bỏ mật khẩu (Lưu thành tệp mới không đặt "
    "mật khẩu) rồi gửi lại."
)
MACROS = (
    "Tệp “{name}” có macro nên không nhận. Anh/chị mở tệp, chọn Lưu thành “Excel Workbook (.xlsx)” rồi "
    "gửi lại."
)
TOO_BIG = (
    "Tệp “{name}” khi mở ra quá lớn hoặc trải trên quá nhiều ô nên không nhận. Anh/chị chép riêng phần "
    "danh sách sang tệp mới rồi gửi lại."
)
TOO_HEAVY = "Tệp “{name}” lớn hơn 20 MB. Anh/chị chia thành vài tệp rồi gửi lần lượt."
EMPTY = "Tệp “{name}” không có nội dung."

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A cell with something in it: one that is only formatted closes itself.
_CELL = re.compile(rb"<(?:\w+:)?c\b[^<>]*?\br=[\"']([A-Za-z]{1,3})([0-9]{1,9})[\"'][^<>]*(?<!/)>")
_ODS_REPEAT = re.compile(rb"number-(rows|columns)-repeated=[\"']([0-9]{1,12})[\"']")


@dataclass(frozen=True)
class Kind:
    """What a file is: `name` is xlsx, xls, ods or csv; encoding and delimiter of a text file."""

    name: str
    encoding: str = ""
    delimiter: str = ""


def examine(path: Path, filename: str) -> Kind:
    """The kind of a file that may be opened; InvalidInput with the reason otherwise."""
    shown = filename[-80:]

    def refuse(sentence: str):
        raise InvalidInput(sentence.format(name=shown))

    size = path.stat().st_size
    if not size:
        refuse(EMPTY)
    if size > MAX_FILE_BYTES:
        refuse(TOO_HEAVY)
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_OLE):
        return _examine_ole(path, refuse)
    if head.startswith(b"PK"):
        try:
            return _examine_zip(path, size, refuse)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError):
            refuse(BROKEN)
        except (NotImplementedError, RuntimeError):  # an unknown packing, or a password
            refuse(LOCKED)
    return _examine_text(path, refuse)


def _examine_ole(path: Path, refuse) -> Kind:
    data = path.read_bytes()

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        refuse(LOCKED)
    if holds("_VBA_PROJECT"):
        refuse(MACROS)
    if not (holds("Workbook") or holds("Book")):
        refuse(WRONG_KIND)
    return Kind("xls")


def _examine_zip(path: Path, size: int, refuse) -> Kind:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        if len(entries) > MAX_ENTRIES or len(names) != len(entries):
            refuse(BROKEN)
        if any(entry.flag_bits & 1 for entry in entries):
            refuse(LOCKED)
        lowered = [name.lower() for name in names]
        if any("vbaproject" in name or name.startswith("basic/") for name in lowered):
            refuse(MACROS)
        kind = ""
        if "xl/workbook.xml" in names:
            kind = "xlsx"
        elif "content.xml" in names and "mimetype" in names:
            if archive.read("mimetype")[:60].strip() != (
                b"application/vnd.oasis.opendocument.spreadsheet"
            ):
                refuse(WRONG_KIND)
            if b"encryption-data" in _start_of(archive, "META-INF/manifest.xml"):
                refuse(LOCKED)
            kind = "ods"
        if not kind:
            refuse(WRONG_KIND)
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
            refuse(TOO_BIG)
        unpacked = 0
        for entry in entries:
            unpacked += _measure(archive, entry, kind, unpacked, size, refuse)
    return Kind(kind)


def _start_of(archive, name: str) -> bytes:
    try:
        with archive.open(name) as stream:
            return stream.read(200_000)
    except KeyError:
        return b""


def _measure(archive, entry, kind: str, before: int, packed: int, refuse) -> int:
    """Unpack an entry piece by piece (the archive's own sum is checked on the way); its size."""
    sheet = kind == "xlsx" and entry.filename.startswith("xl/worksheets/")
    content = kind == "ods" and entry.filename == "content.xml"
    total, tail = 0, b""
    last_row = last_column = widest = tallest = 0
    with archive.open(entry) as stream:
        while piece := stream.read(256 * 1024):
            total += len(piece)
            unpacked = before + total
            if unpacked > MAX_UNPACKED_BYTES or (
                unpacked > RATIO_MATTERS_FROM and unpacked > MAX_RATIO * packed
            ):
                refuse(TOO_BIG)
            if b"<!ENTITY" in piece:
                refuse(BROKEN)
            if sheet:
                text = tail + piece
                columns = set()
                for letters, digits in _CELL.findall(text):
                    columns.add(letters)
                    last_row = max(last_row, int(digits))
                last_column = max([last_column, *map(_column, columns)])
                if last_row * last_column > MAX_CELLS:
                    refuse(TOO_BIG)
                tail = text[-200:]
            elif content:
                text = tail + piece
                # Empty cells at the end are repeated to the sheet's edge; those in use are few.
                for what, count in _ODS_REPEAT.findall(text):
                    if what == b"rows":
                        tallest = max(tallest, int(count))
                    else:
                        widest = max(widest, int(count))
                if widest > 100_000 or tallest > 20_000_000:
                    refuse(TOO_BIG)
                tail = text[-100:]
    return total


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _examine_text(path: Path, refuse) -> Kind:
    with path.open("rb") as file:
        sample = file.read(256 * 1024)
    encoding = _encoding(path, sample)
    if not encoding:
        refuse(WRONG_KIND)
    text = codecs.getincrementaldecoder(encoding)().decode(sample)
    if "\x00" in text or sum(unicodedata.category(c) == "Cc" for c in text) > len(text) // 4:
        refuse(WRONG_KIND)
    if (
        text.lstrip("\ufeff \r\n\t")
        .lower()
        .startswith(("<html", "<!doctype", "<?xml", "{\\rtf", "%pdf"))
    ):
        refuse(WRONG_KIND)
    delimiter = _delimiter(text)
    if not delimiter:
        refuse(WRONG_KIND)
    return Kind("csv", encoding, delimiter)


def _encoding(path: Path, sample: bytes) -> str:
    """The encoding of a text file, or nothing for what is no text."""
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig" if _decodes(path, "utf-8-sig") else ""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16" if _decodes(path, "utf-16") else ""
    if b"\x00" in sample:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        guess = "utf-16-le" if odd > even else "utf-16-be"
        return guess if _decodes(path, guess) else ""
    if _decodes(path, "utf-8"):
        return "utf-8"
    # One byte a letter. Windows-1258 is told from the fonts' encodings, which stay as they are
    # (Latin letters) and are converted after asking.
    latin = sample.decode("latin-1")
    if detect([latin]) or not _decodes(path, "cp1258"):
        return "latin-1"
    as_1258 = unicodedata.normalize("NFC", sample.decode("cp1258", "ignore"))
    return "cp1258" if not detect([as_1258]) else "latin-1"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(1024 * 1024):
                decoder.decode(piece)
            decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(text: str) -> str:
    """The delimiter under which most lines have the same number of cells, more than one."""
    lines = text.splitlines()[:200]
    if len(lines) > 1:
        lines = lines[:-1] or lines
    best, score = "", 0.0
    for delimiter in ("\t", ";", ",", "|"):
        try:
            counts = [
                len(row)
                for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
                if row
            ]
        except csv.Error:
            continue
        wide = [count for count in counts if count > 1]
        if not wide:
            continue
        common = max(set(wide), key=wide.count)
        value = wide.count(common) / len(counts) + min(common, 20) / 100
        if value > score:
            best, score = delimiter, value
    return best
