"""What must be done between the database's start and the web's: migrate, demo data, static files.

A second start with nothing changed skips all of it without loading Django, which is most of
why it is quick: `is_prepared` compares stamps and the rows of django_migrations.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import psycopg2

from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.state import BASE_DIR, State

NOT_OURS = {".git", ".venv", ".state", "node_modules", "__pycache__"}


def database_is_prepared(state: State, url: str) -> bool:
    """Whether every migration that the code knows is applied and wanted demo data is loaded."""
    stamp = state.read_stamp("database")
    if stamp.get("code") != _code_fingerprint() or stamp.get("url") != _fingerprint([url]):
        return False
    try:
        connection = psycopg2.connect(url)
    except psycopg2.Error:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app || '.' || name FROM django_migrations")
            applied = {row[0] for row in cursor.fetchall()}
            return applied.issuperset(stamp["migrations"])
    except psycopg2.Error:
        return False
    finally:
        connection.close()


def static_is_prepared(state: State) -> bool:
    """Whether the collected static files are those of the present sources."""
    return (state.path / "static").is_dir() and state.read_stamp("static").get(
        "files"
    ) == _static_fingerprint()


def prepare_database(state: State) -> None:
    """Migrate and, where DEMO is set, load the demo network once. Needs Django's settings."""
    state.create()
    url = os.environ["DATABASE_URL"]
    code = _code_fingerprint()
    _start_django()
    from django.core.management import call_command, get_commands
    from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
    from django.db.migrations.loader import MigrationLoader

    try:
        connections[DEFAULT_DB_ALIAS].ensure_connection()
    except OperationalError as error:
        raise CannotRun(
            f"The database named by DATABASE_URL does not answer ({str(error).strip().splitlines()[-1]}); "
            "start it, or leave DATABASE_URL empty to use the embedded one."
        ) from None
    before = state.read_stamp("database")
    call_command("migrate", interactive=False, verbosity=0)
    loaded = before.get("demo") and before.get("url") == _fingerprint([url])
    accounts: dict = {}
    if _demo_wanted():
        if not loaded and "load_demo" in get_commands():
            call_command("load_demo")
            loaded = True
        accounts = _demo_accounts(get_commands())
    graph = MigrationLoader(connections[DEFAULT_DB_ALIAS]).disk_migrations
    state.write_stamp(
        "database",
        {
            "code": code,
            "url": _fingerprint([url]),
            "migrations": [f"{app}.{name}" for app, name in graph],
            "demo": bool(loaded),
            "accounts": accounts,
        },
    )


def prepare_static(state: State) -> None:
    """Collect the static files, compressed and with hashes in their names."""
    state.create()
    files = _static_fingerprint()
    _start_django()
    from django.core.management import call_command

    (state.path / "static.stamp").unlink(missing_ok=True)
    # From nothing, since files of an earlier version would be served on.
    shutil.rmtree(state.path / "static", ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    state.write_stamp("static", {"files": files})


def demo_accounts(state: State) -> dict[str, list[str]]:
    """One demo account per role, {role: [username, password]}, as found at the last preparation."""
    return state.read_stamp("database").get("accounts", {})


def _start_django() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise CannotRun(str(error)) from None


def _demo_wanted() -> bool:
    from django.conf import settings

    return bool(settings.DEMO)


def _demo_accounts(commands: Iterable[str]) -> dict:
    import io

    from django.core.management import call_command

    if "demo_accounts" not in commands:
        return {}
    output = io.StringIO()
    call_command("demo_accounts", "--json", stdout=output)
    return json.loads(output.getvalue())


def _fingerprint(parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _walk(*folders: Path) -> Iterable[Path]:
    for folder in folders:
        for root, names, files in os.walk(folder):
            names[:] = sorted(name for name in names if name not in NOT_OURS)
            yield from (Path(root) / name for name in sorted(files))


def _look(path: Path) -> str:
    status = path.stat()
    return f"{path.relative_to(BASE_DIR)} {status.st_size} {status.st_mtime_ns}"


def _code_fingerprint() -> str:
    """Changes when a migration, a setting, a demo flag or a pinned package changes."""
    migrations = [
        path
        for path in _walk(*_app_folders())
        if path.parent.name == "migrations" and path.suffix == ".py"
    ]
    files = [*migrations, BASE_DIR / "khuyencong" / "settings.py", BASE_DIR / "requirements.txt"]
    return _fingerprint([*map(_look, files), sys.version, os.environ.get("DEMO", "")])


def _static_fingerprint() -> str:
    own = [
        path
        for path in _walk(BASE_DIR / "static", *_app_folders())
        if "static" in path.parts[len(BASE_DIR.parts) :]
    ]
    files = [*own, BASE_DIR / "khuyencong" / "settings.py", BASE_DIR / "requirements.txt"]
    return _fingerprint([*map(_look, files), version("Django"), os.environ.get("ENVIRONMENT", "")])


def _app_folders() -> list[Path]:
    return sorted(path for path in BASE_DIR.iterdir() if (path / "__init__.py").exists())
