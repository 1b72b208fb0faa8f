"""Sheets and rows of an uploaded file, read by `reader.py` in a process of its own."""

import marshal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from khuyencong.core.exceptions import InvalidInput
from khuyencong.imports import reader, safety
from khuyencong.imports.safety import Kind

_READER = str(Path(reader.__file__).resolve())


def inspect(path: Path, kind: Kind, filename: str) -> list[tuple]:
    """The sheets: (name, rows, columns, merged ranges, head); see reader.py. Raises InvalidInput."""
    with _started("inspect", path, kind) as process:
        output, _ = _finish(process, filename, read=True)
    try:
        return marshal.loads(output)
    except (ValueError, EOFError, TypeError) as error:
        raise InvalidInput(safety.BROKEN.format(name=filename[-80:])) from error


def rows(path: Path, kind: Kind, filename: str, sheet: str) -> Iterator[tuple[int, list]]:
    """The rows in use of a sheet, (number from 0, cells), a few hundred in memory at a time."""
    with _started("rows", path, kind, sheet) as process:
        try:
            while True:
                try:
                    chunk = marshal.load(process.stdout)
                except (EOFError, ValueError, TypeError):
                    break
                if chunk is None:
                    break
                yield from chunk
        except GeneratorExit:
            process.kill()
            raise
        _finish(process, filename)


def _started(command: str, path: Path, kind: Kind, *more: str):
    text = [kind.encoding, kind.delimiter] if kind.name == "csv" else []
    return subprocess.Popen(
        [sys.executable, "-I", _READER, command, kind.name, str(path), *more, *text],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8"},
    )


def _finish(process, filename: str, read: bool = False):
    """Wait for the end; InvalidInput with the sentence for how it went."""
    output = process.stdout.read() if read else b""
    code = process.wait(reader.CPU_SECONDS * 2)
    if code:
        sentence = {
            reader.LOCKED: safety.LOCKED,
            reader.BROKEN: safety.BROKEN,
        }.get(code, safety.TOO_BIG)
        raise InvalidInput(sentence.format(name=filename[-80:]))
    return output, code
