"""What the tests of all apps share: a browser, and a portal of real processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection

from khuyencong.embedded.state import BASE_DIR, State
from khuyencong.embedded.valkey import free_port

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
DESKTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, dropped at the end whatever a thread of a test left connected to it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """An installed Chromium or Chrome; CHROMIUM names another one."""
    for name in (os.environ.get("CHROMIUM"), *CHROMIUM_NAMES):
        if name and (path := shutil.which(name)):
            return path
    return pytest.fail(
        "The browser tests need Chromium: on Debian `apt install chromium`, else name one with CHROMIUM=/path.",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def browser(chromium_path):
    """One headless Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
            ],
        )
        yield browser
        browser.close()


@dataclass
class Watch:
    """Collects what a browser complains about: script errors, refused resources, policy violations."""

    complaints: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)
    forgiven: tuple[str, ...] = ()

    def attach(self, page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")

    def _on_response(self, response) -> None:
        # A page that is refused on purpose (403, 404) is the test's own matter.
        if response.status >= 400 and response.request.is_navigation_request():
            self.expected.add(f"{response.url}: Failed to load resource")

    def forgive_lost_connections(self) -> None:
        """For a test that cuts the network: such complaints may come at any time, also at its end."""
        self.forgiven = ("net::ERR_",)

    def unexpected(self) -> list[str]:
        return [
            c
            for c in self.complaints
            if not c.startswith(tuple(self.expected))
            and not any(piece in c for piece in self.forgiven)
        ]


@pytest.fixture
def open_page(browser) -> Iterator[Callable]:
    """A function that opens a page in a context of its own: `open_page(**context_options)`.

    The test fails if any page logged an error; `page.watch.complaints.clear()` forgives.
    """
    contexts, watches = [], []

    def open_one(**options):
        context = browser.new_context(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.watch = Watch()
        page.watch.attach(page)
        watches.append(page.watch)
        return page

    yield open_one
    for context in contexts:
        context.close()
    found = [complaint for watch in watches for complaint in watch.unexpected()]
    assert not found, "the browser complained:\n" + "\n".join(found)


@pytest.fixture
def page(open_page):
    """A page at desktop size."""
    return open_page(**DESKTOP)


@pytest.fixture
def phone_page(open_page):
    """A page on a phone, 360 × 740, with touch."""
    return open_page(**PHONE)


@dataclass
class Portal:
    """A portal of real server processes, as `make run` starts it."""

    state: State
    port: int
    process: subprocess.Popen
    output: Path
    accounts: dict[str, list[str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return self.state.read_running()["DATABASE_URL"]

    def manage(self, *words: str, check: bool = True) -> str:
        """Run manage.py against this portal; return what it prints."""
        environment = {**clean_environment(), **self.state.read_running()}
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=BASE_DIR, env=environment, check=check, capture_output=True, text=True
        ).stdout

    def wait(self, seconds: float = 180.0) -> "Portal":
        """Return when the portal says that it is up; fail with its output when it ends before."""
        deadline = time.monotonic() + seconds
        while "The portal is up" not in (text := self.output.read_text()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                pytest.fail(f"the portal did not start:\n{text}", pytrace=False)
            time.sleep(0.05)
        return self

    def stop(self, with_signal: signal.Signals = signal.SIGTERM, seconds: float = 30.0) -> int:
        """Send a signal and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        return self.process.wait(seconds)


def clean_environment() -> dict[str, str]:
    """Our environment without what the tests' own settings come from."""
    names = {
        "DATABASE_URL",
        "REDIS_URL",
        "ENVIRONMENT",
        "DEMO",
        "SECRET_KEY",
        "STATE_DIR",
        "PORT",
        "HOST",
    }
    kept = {k: v for k, v in os.environ.items() if k not in names}
    kept.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    kept.pop("KHUYENCONG_RUN", None)
    return kept


def start_portal(folder: Path, **variables: str) -> Portal:
    """Start `python -m khuyencong.embedded run` on a state folder, without waiting for it."""
    folder.mkdir(parents=True, exist_ok=True)
    port = int(variables.get("PORT") or free_port())
    environment = {
        **clean_environment(),
        "ENVIRONMENT": "local",
        "STATE_DIR": str(folder / "state"),
        **variables,
        "PORT": str(port),
    }
    output = folder / "output.txt"
    with output.open("w") as handle:
        process = subprocess.Popen(
            [sys.executable, "-m", "khuyencong.embedded", "run", "--with-parent"],
            cwd=BASE_DIR, env=environment, stdout=handle, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    return Portal(State(folder / "state"), port, process, output)


@pytest.fixture(scope="session")
def portal(tmp_path_factory) -> Iterator[Portal]:
    """The whole portal with its demo data, in real processes, for end-to-end tests.

    Each process of xdist starts its own; `make test` keeps a file's tests in one process.
    """
    running = start_portal(tmp_path_factory.mktemp("portal")).wait()
    try:
        running.accounts = json.loads(running.manage("demo_accounts", "--json"))
        yield running
    finally:
        running.stop()
