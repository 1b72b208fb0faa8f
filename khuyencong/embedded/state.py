"""The state folder: where everything that a run leaves behind stands, and who holds it."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from khuyencong.embedded.errors import CannotRun

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Linux allows 108 bytes for the name of a socket; PostgreSQL adds ".s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 85


@dataclass(frozen=True)
class State:
    """One state folder; two runs never share one at the same time."""

    path: Path

    @classmethod
    def from_environment(cls, folder: str = "") -> "State":
        """The folder named by STATE_DIR, else `.state` in the project; `folder` is a part of it."""
        path = Path(os.environ.get("STATE_DIR") or BASE_DIR / ".state").expanduser().resolve()
        return cls(path / folder if folder else path)

    @property
    def pgdata(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def running_env(self) -> Path:
        """The settings of the present run, as lines NAME=value; gone when nothing runs."""
        return self.path / "running.env"

    @property
    def sockets(self) -> Path:
        """Where PostgreSQL's socket stands: in the state folder, unless its path is too long."""
        folder = self.path / "run"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"khuyencong-{os.geteuid()}-{digest}"

    def create(self) -> None:
        """Make the folder; raise CannotRun where that is impossible."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # As root, PostgreSQL runs as another user and must pass through, but not look around.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise CannotRun(
                f"The state folder {self.path} cannot be used ({error.strerror}); "
                "make it writable for you or name another one with STATE_DIR."
            ) from None

    @contextlib.contextmanager
    def locked(self, patience: float = 15.0) -> Iterator[None]:
        """Hold the folder for this process alone.

        A run that is just stopping is waited for, at most `patience` seconds; a run at work
        is not: CannotRun says so at once.
        """
        self.create()
        path = self.path / "lock"
        with path.open("a+") as handle:
            started = time.monotonic()
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    waited = time.monotonic() - started
                    holder = path.read_text().split()
                    limit = patience if "stopping" in holder else 2.0
                    if waited > limit:
                        pid = f" (process {holder[0]})" if holder else ""
                        raise CannotRun(
                            f"The portal is already running on {self.path}{pid}; stop it with Ctrl-C "
                            "in its terminal, or name another folder with STATE_DIR."
                        ) from None
                    time.sleep(0.05)
            self._note_holder(handle, "running")
            try:
                yield
            finally:
                self._note_holder(handle, "")

    def note_stopping(self) -> None:
        """Tell a next run that this one is on its way out. Call only while holding the lock."""
        (self.path / "lock").write_text(f"{os.getpid()} stopping")

    @staticmethod
    def _note_holder(handle, status: str) -> None:
        handle.seek(0)
        handle.truncate()
        handle.write(f"{os.getpid()} {status}" if status else "")
        handle.flush()

    def secret(self, name: str) -> str:
        """A random secret kept in the state folder; made at the first call."""
        path = self.path / f"{name}.secret"
        if path.exists() and len(text := path.read_text().strip()) >= 50:
            return text
        text = secrets.token_urlsafe(60)
        write_private(path, text)
        return text

    def write_running(self, variables: dict[str, str]) -> None:
        """Leave the settings of this run for manage.py and other tools."""
        write_private(self.running_env, "".join(f"{k}={v}\n" for k, v in variables.items()))

    def read_running(self) -> dict[str, str]:
        """The settings of the present run; empty when nothing runs."""
        try:
            lines = self.running_env.read_text().splitlines()
        except FileNotFoundError:
            return {}
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def read_stamp(self, name: str) -> dict:
        """What `write_stamp` left under this name; empty when nothing, or nothing readable."""
        try:
            return json.loads((self.path / f"{name}.stamp").read_text())
        except (FileNotFoundError, ValueError):
            return {}

    def write_stamp(self, name: str, value: dict) -> None:
        """Remember what was done, so that the next start can leave it out."""
        write_private(self.path / f"{name}.stamp", json.dumps(value))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    fresh.replace(path)


def read_settings() -> None:
    """Read what settings.py reads beside the environment: `.env`, else the running portal's settings."""
    import environ

    environ.Env.read_env(BASE_DIR / ".env")
    if "ENVIRONMENT" not in os.environ:
        for name, value in State.from_environment().read_running().items():
            os.environ.setdefault(name, value)
