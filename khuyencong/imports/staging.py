"""The rows of a sheet, read, checked one by one, and laid into the staging table by COPY."""

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

from django.db import connection
from django.utils import timezone

from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.text import clean, fold
from khuyencong.imports import headers, legacy_text, safety, sheets
from khuyencong.imports.enums import RowState
from khuyencong.imports.models import ImportJob, ImportRow
from khuyencong.imports.registry import ImportKind
from khuyencong.imports.safety import Kind
from khuyencong.imports.values import as_text, energy_scale, is_formula

CHUNK = 2000
FORMULA = "Ô bắt đầu bằng dấu “=” (công thức). Anh/chị gõ lại giá trị vào ô."
TOO_MANY = "Bảng có hơn {count} dòng. Anh/chị chia thành vài tệp rồi nhập lần lượt."
_json = json.JSONEncoder(ensure_ascii=False).encode
_COLUMNS = "(job_id, number, state, decision, data, raw, errors, changes, candidates, note, made)"


def stage(user, job: ImportJob, kind: ImportKind) -> None:
    """Fill the staging rows of a job anew. Raises InvalidInput where the file cannot be read."""
    ImportRow.objects.filter(job=job).delete()
    left_out = {"totals": [], "headers": [], "empty": 0}
    started, chunk, done = time.monotonic(), [], 0
    with _local(job.file) as path:
        for line in _lines(user, job, kind, path, left_out):
            chunk.append(line)
            if len(chunk) >= CHUNK:
                _copy(chunk)
                done, chunk = done + len(chunk), []
                if done > safety.MAX_ROWS:
                    raise InvalidInput(
                        TOO_MANY.format(count=f"{safety.MAX_ROWS:,}".replace(",", "."))
                    )
                if time.monotonic() - started > 0.5:
                    started = time.monotonic()
                    _save(job, rows_done=done)
        _copy(chunk)
    analyse()
    _save(job, rows_done=done + len(chunk), left_out=left_out)


def analyse() -> None:
    """Tell the planner how many rows there are now, or it joins them one by one.

    Outside the long transactions: its lock would make every other import wait for their end.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {ImportRow._meta.db_table}")


def table_of(job: ImportJob) -> dict:
    """What was found in the chosen sheet."""
    return next(sheet for sheet in job.sheets if sheet["name"] == job.sheet)


def _lines(user, job, kind, path, left_out) -> Iterator[str]:
    """One line of COPY for each row of data."""
    table = table_of(job)
    checker = kind.checker(user, job)
    columns = [
        (int(index), name, job.schemes.get(index, "")) for index, name in job.matching.items()
    ]
    found = {column["index"]: column for column in table["columns"]}
    scales = {
        name: found[index]["scale"] or 1
        if kind.column(name).money
        else energy_scale(found[index]["label"])
        for index, name, _ in columns
        if index in found
    }
    labels = {c["index"]: fold(c["label"]) for c in table["columns"]}
    name_index = next((index for index, name, _ in columns if name == kind.columns[0].name), None)
    source = Kind(job.file_kind, job.encoding, job.delimiter)
    for number, cells in sheets.rows(path, source, job.filename, job.sheet):
        if number < table["data"]:
            continue
        texts = [as_text(cell) for cell in cells]
        name = texts[name_index] if name_index is not None and name_index < len(texts) else ""
        if headers.is_total(texts) and (not name or headers.is_total([name]) or name.isdigit()):
            left_out["totals"].append(number + 1)
            continue
        if headers.is_numbering(texts) or _repeats_header(texts, name, name_index, labels):
            left_out["headers"].append(number + 1)
            continue
        row, faults = {}, {}
        for index, name, scheme in columns:
            cell = cells[index] if index < len(cells) else None
            if isinstance(cell, str):
                if is_formula(cell):
                    faults[name] = FORMULA
                    continue
                cell = clean(legacy_text.decode(cell, scheme)) if scheme else texts[index]
            row[name] = cell
        if not faults and all(cell is None or cell == "" for cell in row.values()):
            left_out["empty"] += 1
            continue
        data, errors = checker.check(row, scales)
        for name, sentence in faults.items():
            data.pop(name, None)
            errors[name] = sentence
        yield _line(
            job.pk,
            number + 1,
            RowState.WRONG if errors else RowState.NEW,
            data,
            texts,
            errors,
        )


def _repeats_header(texts, name, name_index, labels) -> bool:
    """Whether a row says its own headers again: the name's cell does, and most others do."""
    if not name or fold(name) != labels.get(name_index):
        return False
    said = [(index, fold(text)) for index, text in enumerate(texts) if text]
    same = sum(
        labels.get(index) == text or labels.get(index, "").endswith(f" {text}")
        for index, text in said
    )
    return same >= 2 and same * 2 >= len(said)


def _line(job_id, number, state, data, raw, errors) -> str:
    # JSON writes tabs and ends of lines by a backslash, which alone means something to COPY.
    parts = f"{_json(data)}\t{_json(raw)}\t{_json(errors)}".replace("\\", "\\\\")
    return f"{job_id}\t{number}\t{state}\t\t{parts}\t{{}}\t[]\t\t{{}}\n"


def _copy(lines: Iterable[str]) -> None:
    if not lines:
        return
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY imports_importrow {_COLUMNS} FROM STDIN", StringIO("".join(lines))
        )


def _save(job: ImportJob, **fields) -> None:
    fields["progress_at"] = timezone.now()
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=list(fields))


@contextlib.contextmanager
def _local(file) -> Iterator[Path]:
    """The stored file as a path of this machine."""
    yield Path(file.path)
