"""PostgreSQL and Valkey around something else than the portal: the tests and the benchmarks."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator

from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.postgres import DURABLE, Postgres
from khuyencong.embedded.processes import spawn, stop, stop_leftovers
from khuyencong.embedded.state import State
from khuyencong.embedded.valkey import Valkey


@contextlib.contextmanager
def servers(state: State, settings: dict[str, str] = DURABLE) -> Iterator[dict[str, str]]:
    """Both servers on `state`, stopped at the end; gives DATABASE_URL and REDIS_URL."""
    with state.locked():
        stop_leftovers(state.path)
        running = [Valkey(state, durable=settings is DURABLE), Postgres(state, settings)]
        try:
            for server in running:
                server.start()
            for server in running:
                server.wait()
            yield {"REDIS_URL": running[0].url, "DATABASE_URL": running[1].url()}
        finally:
            state.note_stopping()
            for server in running:
                server.stop()


def run_with_servers(state: State, words: list[str]) -> int:
    """Run a command with the servers it needs; return its status. Given URLs are left alone."""
    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        raise CannotRun("with-servers needs a command to run.")
    os.environ.setdefault("ENVIRONMENT", "local")

    def interrupted(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    with contextlib.ExitStack() as stack:
        if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
            urls = stack.enter_context(servers(state))
            for name, url in urls.items():
                os.environ[name] = os.environ.get(name) or url
        os.environ["STATE_DIR"] = str(state.path)
        child: subprocess.Popen = spawn(words)
        try:
            return child.wait()
        except KeyboardInterrupt:
            return 130
        finally:
            stop([child])
