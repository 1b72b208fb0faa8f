"""One run of the portal: servers, preparation, web, worker and beat, from start to clean end."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from khuyencong.embedded import prepare
from khuyencong.embedded.commands import command
from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.postgres import Postgres
from khuyencong.embedded.processes import MARK, holder_of_port, spawn, stop, stop_leftovers
from khuyencong.embedded.state import BASE_DIR, State
from khuyencong.embedded.valkey import Valkey

LONGEST_LOG = 5 * 1024 * 1024
COLOURS = {"web": 36, "worker": 33, "beat": 35, "prepare": 32, "static": 32}
ROLE_NAMES = {
    "collaborator": "collaborator (cộng tác viên)",
    "officer": "officer (chuyên viên)",
    "leader": "leader (lãnh đạo)",
    "accountant": "accountant (kế toán)",
    "viewer": "viewer (Sở, UBND)",
    "administrator": "administrator (quản trị)",
}


class Stopped(Exception):
    """Ctrl-C or SIGTERM came: end the run cleanly, from wherever it is."""


class Supervisor:
    """Runs everything on one state folder until it is told to stop or a part ends by itself."""

    def __init__(self, state: State):
        self.state = state
        self.host = os.environ.get("HOST", "127.0.0.1")
        self.port = _port_from_environment()
        self.servers: list[Postgres | Valkey] = []
        self.parts: dict[str, subprocess.Popen] = {}
        self._print_lock = threading.Lock()
        self._stop_wanted = False

    def run(self) -> int:
        """Run until stopped; 0 after Ctrl-C or SIGTERM, 1 when a part ended by itself.

        Raises CannotRun with a plain sentence when something stands in the way.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        with self.state.locked():
            try:
                self._start()
                return self._watch()
            except Stopped:
                self.say("Stopping ...")
                self._stop()
                self.say("Everything is stopped; the data is kept.")
                return 0
            finally:
                self._stop()

    def _on_signal(self, number, frame) -> None:
        # Only noted: an exception here could lose a process that is just being started.
        self._stop_wanted = True

    def _heed_signals(self) -> None:
        if self._stop_wanted:
            raise Stopped

    def _start(self) -> None:
        began = time.monotonic()
        if stop_leftovers(self.state.path):
            self.say("Stopped what an earlier run had left behind.")
        self._check_port()
        environment = self._start_servers()
        os.environ.update(environment)
        self.state.write_running(environment)
        self._prepare(environment)
        self._start_part("web")
        self._wait_for_web()
        self._announce(time.monotonic() - began)
        # After the web, so that they do not take the processor from its start.
        self._start_part("worker")
        self._start_part("beat")

    def _start_servers(self) -> dict[str, str]:
        """Start what is not given from outside; return the settings that all parts run with."""
        environment = {
            "ENVIRONMENT": os.environ.setdefault("ENVIRONMENT", "local"),
            "STATE_DIR": str(self.state.path),
        }
        local = environment["ENVIRONMENT"] == "local"
        environment["DEMO"] = os.environ.get("DEMO") or ("1" if local else "0")
        if local:
            environment["SECRET_KEY"] = os.environ.get("SECRET_KEY") or self.state.secret("django")
        given = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
        postgres = None if given["DATABASE_URL"] else Postgres(self.state)
        valkey = None if given["REDIS_URL"] else Valkey(self.state)
        for server in filter(None, (valkey, postgres)):
            _shorten_log(server.log)
            self.servers.append(server)
            server.start()
        for server in self.servers:
            server.wait(heed=self._heed_signals)
        environment["DATABASE_URL"] = postgres.url() if postgres else given["DATABASE_URL"]
        environment["REDIS_URL"] = valkey.url if valkey else given["REDIS_URL"]
        return environment

    def _prepare(self, environment: dict[str, str]) -> None:
        """Migrations with demo data, and static files, side by side; nothing where nothing changed."""
        missing = []
        if not prepare.database_is_prepared(self.state, environment["DATABASE_URL"]):
            missing.append("database")
        if not prepare.static_is_prepared(self.state):
            missing.append("static")
        for task in missing:
            self.say(f"Preparing the {task} ...")
            self._start_part(
                f"prepare-{task}", [sys.executable, "-m", "khuyencong.embedded", "prepare", task]
            )
        for task in missing:
            part = self.parts[f"prepare-{task}"]
            while part.poll() is None:
                self._heed_signals()
                time.sleep(0.05)
            if part.returncode:
                raise CannotRun(
                    f"Preparing the {task} failed; the reason stands above and in "
                    f"{self.state.logs / f'prepare-{task}.log'}."
                )
            del self.parts[f"prepare-{task}"]

    def _start_part(self, name: str, words: list[str] | None = None) -> None:
        environment = {
            **os.environ,
            MARK: str(self.state.path),
            "PYTHONUNBUFFERED": "1",
            "HOST": self.host,
            "PORT": str(self.port),
        }
        process = spawn(
            words or command(name),
            cwd=BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.parts[name] = process
        log = self.state.logs / f"{name}.log"
        _shorten_log(log)
        threading.Thread(target=self._relay, args=(name, process, log), daemon=True).start()

    def _relay(self, name: str, process: subprocess.Popen, path: Path) -> None:
        """Copy a part's output to its log and, with its name before each line, to the terminal."""
        with path.open("ab", buffering=0) as log:
            for line in process.stdout:
                log.write(line)
                self._print(name, line.decode(errors="replace").rstrip("\n"))

    def _wait_for_web(self, patience: float = 60.0) -> None:
        deadline = time.monotonic() + patience
        while not self._web_answers():
            self._heed_signals()
            if self.parts["web"].poll() is not None or time.monotonic() > deadline:
                raise CannotRun(
                    f"The web server does not answer; the reason stands above and in {self.state.logs / 'web.log'}."
                )
            time.sleep(0.05)

    def _web_answers(self) -> bool:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        connection = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Connection": "close"})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _announce(self, seconds: float) -> None:
        self.say(f"The portal is up after {seconds:.1f} s: {self.address}")
        accounts = (
            prepare.demo_accounts(self.state) if os.environ.get("DEMO") not in ("", "0") else {}
        )
        if accounts:
            self.say("Demo accounts (user name, password):")
            for role, (username, password) in accounts.items():
                self.say(f"  {ROLE_NAMES.get(role, role):<32} {username:<20} {password}")
        self.say(f"Ctrl-C stops it. Data, logs and mail are in {self.state.path}.")

    @property
    def address(self) -> str:
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0") else self.host
        return f"http://{host}:{self.port}/"

    def _watch(self) -> int:
        """Wait until a part or a server ends by itself, which ends the run."""
        while True:
            self._heed_signals()
            for name, process in self.parts.items():
                if process.poll() is not None:
                    self.say(
                        f"{name} ended by itself (status {process.returncode}); stopping everything."
                    )
                    return 1
            for server in self.servers:
                if server.process.poll() is not None:
                    self.say(
                        f"{type(server).__name__} ended by itself, see {server.log}; stopping everything."
                    )
                    return 1
            time.sleep(0.1)

    def _stop(self) -> None:
        self.state.note_stopping()
        killed = stop(self.parts.values(), patience=12)
        for name, process in self.parts.items():
            if process in killed:
                self.say(f"{name} did not stop in time and was killed.")
        for server in self.servers:
            server.stop()
        self.state.running_env.unlink(missing_ok=True)

    def _check_port(self) -> None:
        with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
                probe.listen()
            except PermissionError:
                raise CannotRun(
                    f"Port {self.port} is reserved for root; choose one from 1024 up, for example `PORT=8000 make run`."
                ) from None
            except OSError as error:
                if error.errno != 98 and "in use" not in str(error):
                    raise CannotRun(
                        f"HOST={self.host} cannot be used ({error.strerror}); leave HOST out."
                    ) from None
                raise CannotRun(
                    f"Port {self.port} is in use by another program{holder_of_port(self.port)}; stop that "
                    f"program or choose another port, for example `PORT={self.port + 1} make run`."
                ) from None

    def say(self, text: str) -> None:
        """One line for the person at the terminal."""
        self._print("", text)

    def _print(self, name: str, text: str) -> None:
        prefix = f"{name:<8} | " if name else ""
        if prefix and sys.stdout.isatty():
            prefix = f"\033[{COLOURS.get(name, 32)}m{prefix}\033[0m"
        # Where nobody reads our output any more, the log files still have it.
        with self._print_lock, contextlib.suppress(OSError, ValueError):
            print(prefix + text, flush=True)


def _port_from_environment() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotRun(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _shorten_log(path: Path) -> None:
    """Keep one older generation, so that logs do not grow for ever."""
    if path.exists() and path.stat().st_size > LONGEST_LOG:
        path.replace(path.with_suffix(".old.log"))
