"""What every figure shares: the result line, timing in the database, log-ins, the server under test."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.crypto import get_random_string

from khuyencong.core.middleware import SEEN
from khuyencong.embedded.commands import command

CSRF = "b" * 32


@dataclass
class Figure:
    """One figure: `met` compares value with goal; `ratio` is value over its own baseline of the same run."""

    name: str
    value: float
    unit: str
    goal: float
    better: str  # "lower" or "higher"
    baseline: float | None = None
    baseline_name: str = ""
    note: str = ""

    def line(self) -> str:
        """The JSON line."""
        met = self.value <= self.goal if self.better == "lower" else self.value >= self.goal
        ratio = None if not self.baseline else round(self.value / self.baseline, 3)
        data = asdict(self) | {"value": round(self.value, 1), "ratio": ratio, "met": met}
        if self.baseline is not None:
            data["baseline"] = round(self.baseline, 1)
        return json.dumps(data, ensure_ascii=False)


def median_ms(work: Callable[[], object], runs: int = 7) -> float:
    """Median wall time of a piece of work in milliseconds, after one run that is not counted."""
    work()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def query_ms(queryset_or_sql, params=None, runs: int = 7) -> float:
    """Median time in milliseconds to run a query in the database and fetch its rows."""
    sql, params = (
        (queryset_or_sql, params)
        if isinstance(queryset_or_sql, str)
        else queryset_or_sql.query.sql_with_params()
    )

    def work():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.fetchall()

    return median_ms(work, runs)


def session_cookies(users) -> dict[int, str]:
    """Logged-in sessions of many users in one insert: Cookie headers with the CSRF cookie beside."""
    store = SessionStore()
    expires = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    rows, cookies = [], {}
    for user in users:
        key = get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789")
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            SEEN: int(time.time()),
        }
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=expires))
        cookies[user.pk] = (
            f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        )
    Session.objects.bulk_create(rows, batch_size=1000)
    return cookies


@contextmanager
def web_server(port: int = 8899, settings: str = ""):
    """The production web server on the benchmark's database; yields its address."""
    environment = {**os.environ, "PORT": str(port), "LOG_LEVEL": "ERROR"}
    if settings:
        environment["DJANGO_SETTINGS_MODULE"] = settings
    # Static files as in production: the pages name them by their hashes.
    subprocess.run([sys.executable, "-m", "khuyencong.embedded", "prepare", "static"], check=True)
    process = subprocess.Popen(command_with(port), env=environment)
    base = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{base}/dang-nhap/", timeout=2)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the web server of the benchmark did not start") from None
                time.sleep(0.2)
        yield base
    finally:
        process.terminate()
        process.wait(20)


def command_with(port: int) -> list[str]:
    """The web command with the port put in (it reads the environment of this process)."""
    os.environ["PORT"] = str(port)
    return command("web")


def generate_load(job: dict) -> dict:
    """Run a job of bench.load in its own process."""
    result = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(job), capture_output=True, text=True
    )
    if result.returncode:
        raise RuntimeError(result.stderr)
    return json.loads(result.stdout)


def machine() -> str:
    """What machine the figures come from."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()")
        server = cursor.fetchone()[0].split(" on ")[0]
        cursor.execute("SHOW synchronous_commit")
        commit = cursor.fetchone()[0]
    return f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}, {server}, synchronous_commit {commit}"
