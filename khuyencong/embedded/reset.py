"""`make reset`: give up everything that runs on this machine have kept."""

import shutil
import sys
from pathlib import Path

from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.processes import stop_leftovers
from khuyencong.embedded.state import State

WHAT_GOES = {
    "postgres": "the database with every record",
    "files": "the attached files",
    "mail": "the mail that was written to files",
    "valkey": "the queue of waiting tasks",
    "static": "the collected static files",
    "logs": "the logs",
    "bench": "the data built for the benchmarks",
    "test": "the servers' data of the tests",
}


def reset(state: State, *, ask: bool) -> int:
    """Stop what still runs and delete the state folder, after saying what goes; 1 when refused."""
    if not state.path.exists():
        print(f"Nothing to delete: {state.path} does not exist.")
        return 0
    if not _is_ours(state.path):
        raise CannotRun(
            f"{state.path} does not look like a state folder of the portal; nothing was deleted."
        )
    print(f"This deletes {state.path}:")
    for name, meaning in WHAT_GOES.items():
        if (state.path / name).exists():
            print(f"  {name:<10} {meaning}")
    if ask:
        if not sys.stdin.isatty():
            raise CannotRun(
                "Nothing was deleted; to confirm without a terminal, use `YES=1 make reset`."
            )
        if input("Type yes to delete it: ").strip().lower() not in ("yes", "y"):
            print("Nothing was deleted.")
            return 1
    with state.locked():
        for folder in (state.path, state.path / "test", state.path / "bench"):
            stop_leftovers(folder)
        if state.sockets.parent != state.path:
            shutil.rmtree(state.sockets, ignore_errors=True)
        try:
            shutil.rmtree(state.path)
        except OSError as error:
            raise CannotRun(f"{error.filename} could not be deleted ({error.strerror}).") from None
        state.create()
    shutil.rmtree(state.path)
    print("Deleted. The next `make run` starts from nothing.")
    return 0


def _is_ours(path: Path) -> bool:
    """A state folder holds our lock or only known names; anything else is not ours to delete."""
    names = {entry.name for entry in path.iterdir()}
    return "lock" in names or names <= WHAT_GOES.keys()
