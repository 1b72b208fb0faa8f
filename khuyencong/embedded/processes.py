"""Starting processes that never outlive us, and finding those of a run that was killed."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

# Every process of a run carries its state folder under this name, so that a later run finds it.
MARK = "KHUYENCONG_RUN"


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: str = "TERM",
    user: "User | None" = None,
    **options,
) -> subprocess.Popen:
    """Start `command` in a session of its own, so that Ctrl-C reaches only the supervisor.

    On Linux the kernel sends `death_signal` when our thread ends, however it ends (kill -9
    included), so call this from the main thread only.
    """
    words = [str(word) for word in command]
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv:
        words = [
            setpriv,
            *(user.setpriv_options() if user else ()),
            "--pdeathsig",
            death_signal,
            *words,
        ]
    return subprocess.Popen(words, start_new_session=True, stdin=subprocess.DEVNULL, **options)


class User:
    """The ordinary user as whom a server runs that refuses root."""

    def __init__(self, name: str, uid: int, gid: int, *, through_closed_folders: bool = False):
        self.name, self.uid, self.gid = name, uid, gid
        self.through_closed_folders = through_closed_folders

    def setpriv_options(self) -> tuple[str, ...]:
        options: tuple[str, ...] = (f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups")
        if self.through_closed_folders:
            # A project below /root is closed to everybody else; we do not open the person's
            # folders, but let this one process pass.
            # The secure bit, since access(2) otherwise forgets the capability.
            options += (
                "--securebits=+no_setuid_fixup",
                "--inh-caps=+dac_override",
                "--ambient-caps=+dac_override",
            )
        return options


def die_with_parent() -> None:
    """Have the kernel send us SIGTERM when the process that started us ends (Linux only).

    A `make` that is killed outright would otherwise leave the supervisor running behind it.
    """
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def leftovers(state_path: Path) -> list[psutil.Process]:
    """Living processes of an earlier run on this state folder.

    Servers are known by the folder they work in (they overwrite their environment), the
    others by the mark in their environment.
    """
    folders = {str(state_path / "postgres"), str(state_path / "valkey")}
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.cwd() in folders or process.environ().get(MARK) == str(state_path):
                found.append(process)
    return found


def stop_leftovers(state_path: Path, patience: float = 8.0) -> int:
    """Stop what an earlier run left, gently and then not; return how many there were."""
    processes = leftovers(state_path)
    found = {process.pid for process in processes}
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.name() != "postgres":
                process.terminate()
            elif process.ppid() not in found:
                # Only the first of PostgreSQL's processes: SIGINT is its fast shutdown, while
                # SIGTERM waits for all clients.
                process.send_signal(signal.SIGINT)
    alive = _wait_for_end(processes, patience)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    _wait_for_end(alive, 5)
    return len(processes)


def _wait_for_end(processes: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Those still alive after `patience` seconds; a zombie is dead, whoever has yet to notice it."""
    deadline = time.monotonic() + patience
    while processes := [process for process in processes if _is_alive(process)]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return processes


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stop(
    processes: Iterable[subprocess.Popen],
    *,
    with_signal: signal.Signals = signal.SIGTERM,
    patience: float = 10.0,
) -> list[subprocess.Popen]:
    """Stop our children: all are asked at once, the stubborn ones are killed and returned."""
    alive = [process for process in processes if process.poll() is None]
    for process in alive:
        process.send_signal(with_signal)
    deadline = time.monotonic() + patience
    killed = []
    for process in alive:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            kill_session(process)
            killed.append(process)
    return killed


def kill_session(process: subprocess.Popen) -> None:
    """End a child and everything in its session, without asking."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def holder_of_port(port: int) -> str:
    """` (process 123, name)` for the program that listens on `port`, or an empty string."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                if connection.pid:
                    return f" (process {connection.pid}, {psutil.Process(connection.pid).name()})"
                return ""
    return ""
