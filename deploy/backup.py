#!/usr/bin/env python3
"""Back the portal up: the database, the attached files, and what a restore must find again.

    python deploy/backup.py /var/backups/khuyencong --keep 14

Makes one folder per run, complete or not at all. The row counts stand in the same snapshot as
the dump, so that they agree however busy the portal is. DATABASE_URL and STATE_DIR (or
PRIVATE_FILES_DIR) come from the environment, from .env, or from the running `make run`.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from datetime import datetime
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.postgres import programs
from khuyencong.embedded.state import State, read_settings

PREFIX = "khuyencong-"


def count_rows(connection) -> dict[str, int]:
    """Every table of the portal with its number of rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        tables = [row[0] for row in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[table] = cursor.fetchone()[0]
        return counts


def back_up(url: str, files: Path, target: Path, now: datetime) -> Path:
    """Write one backup below `target` and return its folder."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = target / f"{PREFIX}{now:%Y%m%dT%H%M%S}"
    unfinished = target / f".{folder.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)

    connection = psycopg2.connect(url)
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            snapshot, server = cursor.fetchone()
        counts = count_rows(connection)
        dump = unfinished / "database.dump"
        command = [
            programs() / "pg_dump",
            "--format=custom",
            f"--snapshot={snapshot}",
            f"--file={dump}",
        ]
        # The address in the environment, not on the command line that everybody can read.
        result = subprocess.run(
            [*command, "--no-password", "--dbname="], env={**os.environ, **libpq_environment(url)}
        )
        if result.returncode:
            raise CannotRun("pg_dump failed; the reason stands above, and nothing was kept.")
    finally:
        connection.close()

    # After the dump: a file that came in between is one too many, never one too few.
    names = []
    with tarfile.open(unfinished / "files.tar.gz", "w:gz") as archive:
        for path in sorted(files.rglob("*")) if files.is_dir() else []:
            if path.is_file():
                name = path.relative_to(files).as_posix()
                archive.add(path, arcname=name, recursive=False)
                names.append(name)
    manifest = {
        "made": now.isoformat(),
        "server": server,
        "rows": counts,
        "files": len(names),
        "sha256": {name: _digest(unfinished / name) for name in ("database.dump", "files.tar.gz")},
    }
    (unfinished / "manifest.json").write_text(json.dumps(manifest, indent=1))
    unfinished.rename(folder)
    return folder


def libpq_environment(url: str) -> dict[str, str]:
    """The parts of a database address as libpq reads them from the environment."""
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    parts = psycopg2.extensions.parse_dsn(url)
    return {names[name]: value for name, value in parts.items() if name in names}


def drop_old(target: Path, keep: int) -> list[str]:
    """Delete all but the newest `keep` backups; return the names of those that went."""
    old = sorted(target.glob(f"{PREFIX}*"))[:-keep]
    for folder in old:
        shutil.rmtree(folder)
    return [folder.name for folder in old]


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "target",
        type=Path,
        help="folder that collects the backups; on another disk, or copied away",
    )
    parser.add_argument(
        "--keep", type=int, default=14, help="how many backups to keep (default 14)"
    )
    options = parser.parse_args()
    try:
        read_settings()
        state = State.from_environment()
        files = Path(os.environ.get("PRIVATE_FILES_DIR") or state.path / "files")
        if not os.environ.get("DATABASE_URL"):
            raise CannotRun(
                "DATABASE_URL is not set and no portal runs here; nothing was backed up."
            )
        folder = back_up(os.environ["DATABASE_URL"], files, options.target, datetime.now())
    except (CannotRun, psycopg2.OperationalError, OSError) as error:
        print(f"Backup failed: {error}", file=sys.stderr)
        return 1
    print(f"Backed up to {folder}")
    for name in drop_old(options.target, max(1, options.keep)):
        print(f"Deleted the old backup {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
