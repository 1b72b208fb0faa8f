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
from pathlib import Path

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 120
HEAD_ROWS = 60
CHUNK = 500
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


def calamine_sheets(path):
    """The visible sheets as (name, rows from 0, height, width, merged ranges)."""
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(path)
    except calamine.PasswordError:
        sys.exit(LOCKED)
    for meta in book.sheets_metadata:
        is_sheet = meta.typ == calamine.SheetTypeEnum.WorkSheet
        if not is_sheet or meta.visible != calamine.SheetVisibleEnum.Visible:
            continue

        def rows(name=meta.name):
            sheet = book.get_sheet_by_name(name)
            merged = []
            # Not every format tells them.
            with contextlib.suppress(Exception):
                merged = [[list(a), list(b)] for a, b in sheet.merged_cell_ranges or []][:2000]
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
    sheets = csv_sheets(path, *rest) if kind == "csv" else calamine_sheets(path)
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
        sys.exit(BROKEN)
