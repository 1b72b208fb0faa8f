"""Backup and restore, as deploy/ offers them, against a real server."""

import json
import os
import subprocess
import sys

import psycopg2
import pytest

from khuyencong.embedded.postgres import FAST
from khuyencong.embedded.servers import servers
from khuyencong.embedded.state import BASE_DIR, State


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A state folder with a database of two tables and two attached files, and its server's URL."""
    folder = tmp_path_factory.mktemp("backup")
    folder.chmod(0o711)
    with servers(State(folder / "state"), FAST) as urls:
        connection = psycopg2.connect(urls["DATABASE_URL"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION pg_trgm")
            cursor.execute("CREATE TABLE place (id int PRIMARY KEY, name text)")
            cursor.execute("CREATE TABLE report (id int, place int REFERENCES place)")
            cursor.execute(
                "INSERT INTO place SELECT n, 'xã Đất Đỏ ' || n FROM generate_series(1, 82) n"
            )
            cursor.execute("INSERT INTO report SELECT n, 1 + n % 82 FROM generate_series(1, 500) n")
        connection.close()
        (folder / "state" / "files" / "2026").mkdir(parents=True)
        (folder / "state" / "files" / "2026" / "quyết định.pdf").write_bytes(b"%PDF" + b"x" * 1000)
        (folder / "state" / "files" / "ảnh.jpg").write_bytes(b"photo")
        yield folder, urls["DATABASE_URL"]


def call(script, *words, **variables):
    return subprocess.run(
        [sys.executable, BASE_DIR / "deploy" / script, *map(str, words)],
        env={**os.environ, **{name: str(value) for name, value in variables.items()}},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def backup(place):
    folder, url = place
    result = call("backup.py", folder / "kept", DATABASE_URL=url, STATE_DIR=folder / "state")
    assert result.returncode == 0, result.stderr
    return next((folder / "kept").glob("khuyencong-*"))


def test_a_backup_tells_what_it_holds_and_is_private(backup):
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["rows"] == {"public.place": 82, "public.report": 500}
    assert manifest["files"] == 2
    assert backup.stat().st_mode & 0o077 == 0


def test_the_drill_restores_into_a_scratch_server_and_agrees(backup):
    result = call("restore.py", "--drill", backup)
    assert result.returncode == 0, result.stderr
    assert "Restored 582 rows" in result.stdout
    assert "agrees" in result.stdout


def test_the_drill_takes_the_newest_backup_when_asked(backup):
    result = call("restore.py", "--drill", "--newest", backup.parent)
    assert "agrees" in result.stdout, result.stderr


def test_the_drill_finds_what_is_missing(backup, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", backup, copy], check=True)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["rows"]["public.report"] += 1
    (copy / "manifest.json").write_text(json.dumps(manifest))

    result = call("restore.py", "--drill", copy)
    assert result.returncode == 1
    assert "public.report: 501 rows backed up, 500 restored" in result.stderr


def test_a_damaged_backup_is_refused(backup, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", backup, copy], check=True)
    with (copy / "database.dump").open("r+b") as handle:
        handle.seek(200)
        handle.write(b"damage")
    result = call("restore.py", "--drill", copy)
    assert result.returncode == 1
    assert "database.dump is damaged" in result.stderr


def test_a_restore_for_real_fills_a_new_database_and_never_an_old_one(place, backup, tmp_path):
    _, url = place
    refused = call("restore.py", backup, "--database-url", url, "--files", tmp_path / "files")
    assert refused.returncode == 1
    assert "The database is not empty" in refused.stderr

    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE anew")
    connection.close()
    fresh = url.replace("/khuyencong?", "/anew?")
    done = call("restore.py", backup, "--database-url", fresh, "--files", tmp_path / "files")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "files" / "2026" / "quyết định.pdf").read_bytes()[:4] == b"%PDF"
    connection = psycopg2.connect(fresh)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM place WHERE name LIKE 'xã Đất Đỏ%'")
        assert cursor.fetchone() == (82,)
    connection.close()


def test_old_backups_go_and_the_newest_stay(place, backup):
    folder, url = place
    old = folder / "kept" / "khuyencong-20200101T000000"
    old.mkdir()
    result = call(
        "backup.py", folder / "kept", "--keep", 2, DATABASE_URL=url, STATE_DIR=folder / "state"
    )
    assert f"Deleted the old backup {old.name}" in result.stdout
    assert not old.exists()
    assert backup.exists()


def test_no_database_is_one_sentence(tmp_path):
    result = call(
        "backup.py", tmp_path, DATABASE_URL="postgres://x@127.0.0.1:1/x", STATE_DIR=tmp_path
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
