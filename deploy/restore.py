#!/usr/bin/env python3
"""Restore a backup, or prove that it can be restored.

    python deploy/restore.py --drill BACKUP            into a scratch server, compared, thrown away
    python deploy/restore.py --drill --newest FOLDER   the same with the newest backup of a folder
    python deploy/restore.py BACKUP --database-url URL --files FOLDER      for real, into an empty database

Both check the backup's digests, load it, and compare the rows of every table and the number of
files with what was counted when the backup was made; status 1 and the differences when they do
not agree. Nothing is ever restored over existing tables or files.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent))
from backup import PREFIX, count_rows, libpq_environment

from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.postgres import programs
from khuyencong.embedded.servers import servers
from khuyencong.embedded.state import State


def restore(backup: Path, url: str, files: Path) -> list[str]:
    """Load a backup into an empty database and folder; return the differences found, one line each."""
    manifest = _checked_manifest(backup)
    connection = psycopg2.connect(url)
    try:
        if count_rows(connection):
            raise CannotRun("The database is not empty; make a new one and restore into that.")
        if files.exists() and any(files.iterdir()):
            raise CannotRun(f"The folder {files} is not empty; name a new one.")
        connection.rollback()
        result = subprocess.run(
            [programs() / "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error",
             "--single-transaction", "--dbname=", backup / "database.dump"],
            env={**os.environ, **libpq_environment(url)},
        )  # fmt: skip
        if result.returncode:
            raise CannotRun("pg_restore failed; the reason stands above.")
        found = count_rows(connection)
    finally:
        connection.close()

    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(backup / "files.tar.gz") as archive:
        archive.extractall(files, filter="data")
    number = sum(path.is_file() for path in files.rglob("*"))

    wanted = manifest["rows"]
    differences = [
        f"{table}: {wanted.get(table, 'no table')} rows backed up, {found.get(table, 'no table')} restored"
        for table in sorted(wanted.keys() | found.keys())
        if wanted.get(table) != found.get(table)
    ]
    if number != manifest["files"]:
        differences.append(f"files: {manifest['files']} backed up, {number} restored")
    return differences


def _checked_manifest(backup: Path) -> dict:
    try:
        manifest = json.loads((backup / "manifest.json").read_text())
        for name, digest in manifest["sha256"].items():
            with (backup / name).open("rb") as handle:
                if hashlib.file_digest(handle, "sha256").hexdigest() != digest:
                    raise CannotRun(
                        f"{name} is damaged: it is not what was written at {manifest['made']}."
                    )
    except (OSError, ValueError, KeyError) as error:
        raise CannotRun(f"{backup} is not a complete backup ({error}).") from None
    return manifest


def _newest(folder: Path) -> Path:
    backups = sorted(folder.glob(f"{PREFIX}*"))
    if not backups:
        raise CannotRun(f"{folder} holds no backup.")
    return backups[-1]


def _drill(backup: Path) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="khuyencong-drill-") as scratch:
        Path(scratch).chmod(0o711)
        with servers(State(Path(scratch) / "state")) as urls:
            return restore(backup, urls["DATABASE_URL"], Path(scratch) / "files")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backup", type=Path, help="the folder that backup.py made")
    parser.add_argument(
        "--drill", action="store_true", help="into a scratch server that is thrown away"
    )
    parser.add_argument(
        "--newest",
        action="store_true",
        help="the newest backup in the folder, instead of the folder itself",
    )
    parser.add_argument("--database-url", help="an empty database")
    parser.add_argument("--files", type=Path, help="an empty or new folder for the attached files")
    options = parser.parse_args()
    if not options.drill and not (options.database_url and options.files):
        parser.error("either --drill, or both --database-url and --files")
    began = time.monotonic()
    try:
        if options.newest:
            options.backup = _newest(options.backup)
        differences = (
            _drill(options.backup)
            if options.drill
            else restore(options.backup, options.database_url, options.files)
        )
    except (CannotRun, psycopg2.Error, OSError) as error:
        print(f"Restore failed: {error}", file=sys.stderr)
        return 1
    for line in differences:
        print(line, file=sys.stderr)
    rows = sum(json.loads((options.backup / "manifest.json").read_text())["rows"].values())
    verdict = "DIFFERS from what was backed up" if differences else "agrees with what was backed up"
    print(f"Restored {rows} rows in {time.monotonic() - began:.1f} s; the result {verdict}.")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
