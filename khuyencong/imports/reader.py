"""Reads a spreadsheet in a process of its own: a program, started by `sheets.py`, never imported.

What a broken or hostile file does to the parser (no end, no memory, an abort) stays in here: the
process has a limit of memory and of time, and its end says how it went. It needs nothing of the
portal, so that it starts in a tenth of a second and takes no memory of the worker's.

    reader.py inspect KIND PATH [ENCODING DELIMITER]
    reader.py rows KIND PATH SHEET [ENCODING DELIMITER]

`inspect` writes one marshalled list of sheets (name, rows, columns, merged ranges, head); `rows`
writes marshalled lists of (row number from 0, cells), then None. A cell is text, a number, True,
False, None, or a pair ("d", ISO date).
"""

import contextlib
import csv
import datetime
import marshal
import math
import resource
import sys
import tempfile
import zipfile
from pathlib import Path
from xml.parsers import expat

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 120
HEAD_ROWS = 60
CHUNK = 500
# Headers stand in the first rows; merged cells further down say nothing about columns.
MERGED_ROWS, MERGED_RANGES = 200, 2000
MAX_COLUMNS = 200
MAX_TEXT = 4000
# Control characters say nothing, and the database has no place for the first of them.
_CONTROL = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0x7F: None}
# How the process ends, for sheets.py.
BROKEN, LOCKED, TOO_BIG = 3, 4, 5


def plain(value):
    """A cell as the protocol has it."""
    if value == "" or value is None:
        return None
    if isinstance(value, str):
        return value[:MAX_TEXT].translate(_CONTROL) or None
    if isinstance(value, float) and not math.isfinite(value):
        return None if value != value else str(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime.datetime):
        return ("d", value.date().isoformat())
    if isinstance(value, datetime.date):
        return ("d", value.isoformat())
    return str(value)[:MAX_TEXT]


def ods_merged(path):
    """Sheet name → merged ranges of its first rows in an OpenDocument file, which calamine leaves out."""
    found, place = {}, {"sheet": "", "row": 0, "next": 0, "column": 0}

    def start(tag, attributes):
        def count(name):
            return max(1, int(attributes.get(f"table:number-{name}") or 1))

        if tag == "table:table":
            place.update(sheet=attributes.get("table:name", ""), next=0)
            found[place["sheet"]] = []
        elif tag == "table:table-row":
            place.update(row=place["next"], column=0)
            place["next"] += count("rows-repeated")
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            row, column = place["row"], place["column"]
            down, across = count("rows-spanned"), count("columns-spanned")
            if (down > 1 or across > 1) and row < MERGED_ROWS:
                bottom, right = row + down - 1, column + across - 1
                found.setdefault(place["sheet"], []).append([[row, column], [bottom, right]])
            place["column"] += count("columns-repeated")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    # An entity may stand for gigabytes; no office program writes one.
    parser.EntityDeclHandler = lambda *_: sys.exit(BROKEN)
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
        parser.ParseFile(content)
    return found


def calamine_sheets(path, kind, want_merged):
    """The visible sheets as (name, rows from 0, height, width, merged ranges)."""
    import python_calamine as calamine

    # By its name, or it would try one format after the other and tell only the last failure.
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"table.{kind}"
        named.symlink_to(Path(path).resolve())
        try:
            book = calamine.load_workbook(str(named))
        except calamine.PasswordError:
            sys.exit(LOCKED)
    of_ods = ods_merged(path) if kind == "ods" and want_merged else {}
    for meta in book.sheets_metadata:
        is_sheet = meta.typ == calamine.SheetTypeEnum.WorkSheet
        if not is_sheet or meta.visible != calamine.SheetVisibleEnum.Visible:
            continue

        def rows(name=meta.name):
            sheet = book.get_sheet_by_name(name)
            merged = of_ods.get(name, [])[:MERGED_RANGES]
            # Not every format tells them.
            with contextlib.suppress(Exception):
                ranges = sheet.merged_cell_ranges if want_merged else None
                if ranges:
                    merged = [[list(a), list(b)] for a, b in ranges][:MERGED_RANGES]
            # Rows come from the sheet's first, cells from the first column in use.
            lead = [""] * (sheet.start[1] if sheet.start else 0)

            def stream():
                for number, cells in enumerate(sheet.iter_rows()):
                    yield number, lead + cells

            return stream(), merged

        yield meta.name, rows


def csv_sheets(path, encoding, delimiter):
    """The one sheet of a text file."""
    csv.field_size_limit(1_000_000)

    def rows():
        def stream():
            with Path(path).open(encoding=encoding, newline="") as file:
                yield from enumerate(csv.reader(file, delimiter=delimiter))

        return stream(), []

    yield "CSV", rows


def trimmed(cells):
    """A row's cells without the empty ones at its end."""
    cells = [plain(value) for value in cells[:MAX_COLUMNS]]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def main(arguments):
    """Do one command."""
    command, kind, path, *rest = arguments
    sheet_name = rest.pop(0) if command == "rows" else ""
    sheets = (
        csv_sheets(path, *rest)
        if kind == "csv"
        else calamine_sheets(path, kind, command == "inspect")
    )
    out = sys.stdout.buffer
    if command == "inspect":
        found = []
        for name, rows in sheets:
            stream, merged = rows()
            head, height, width = [], 0, 0
            for number, cells in stream:
                cells = trimmed(cells)
                if cells:
                    height, width = number + 1, max(width, len(cells))
                    if len(head) < HEAD_ROWS:
                        head.append((number, cells))
            found.append((name, height, width, merged, head))
        marshal.dump(found, out)
        return
    for name, rows in sheets:
        if name != sheet_name:
            continue
        chunk = []
        for number, cells in rows()[0]:
            cells = trimmed(cells)
            if cells:
                chunk.append((number, cells))
            if len(chunk) >= CHUNK:
                marshal.dump(chunk, out)
                chunk = []
        marshal.dump(chunk, out)
    marshal.dump(None, out)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        main(sys.argv[1:])
    except MemoryError:
        sys.exit(TOO_BIG)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
        sys.exit(TOO_BIG if "limit exceeded" in str(error) else BROKEN)
