"""How web, worker and beat are started: by `make run`, by deploy/ and by the benchmarks alike."""

import http.client
import os
import sys

from khuyencong.embedded.state import State

ROLES = ("web", "worker", "beat")


def command(role: str) -> list[str]:
    """The command line of one of ROLES, with the numbers taken from the environment."""
    read = os.environ.get
    if role == "web":
        workers = read("WEB_WORKERS", "2")
        # How long requests under way may take when the server is stopped, in seconds.
        drain = "2" if read("ENVIRONMENT") == "local" else "10"
        # Each blocking thread keeps one database connection, so their number is bounded; what
        # comes on top waits in the server instead of failing (design.md, section 8).
        return [
            sys.executable, "-m", "granian", "khuyencong.wsgi:application", "--interface", "wsgi",
            "--host", read("HOST", "127.0.0.1"), "--port", read("PORT", "8000"),
            "--workers", workers, "--blocking-threads", read("WEB_THREADS", "4"),
            "--blocking-threads-idle-timeout", "600", "--backlog", "2048",
            "--backpressure", read("WEB_QUEUE", "1024"), "--http", "1", "--no-ws",
            "--respawn-failed-workers", "--workers-kill-timeout", drain, "--log-level", "warning",
        ]  # fmt: skip
    if role == "worker":
        # At home on one's own machine, root is no news; in production Celery may warn.
        quiet = ["-W", "ignore:You're running the worker"] if read("ENVIRONMENT") == "local" else []
        return [
            sys.executable, *quiet, "-m", "celery", "--quiet", "--app", "khuyencong.celery", "worker",
            "--queues", read("WORKER_QUEUES", "default,exports,mail"),
            "--concurrency", read("WORKER_PROCESSES", "2"), "--loglevel", "INFO",
            "--without-gossip", "--without-mingle",
        ]  # fmt: skip
    if role == "beat":
        folder = State.from_environment().path / "beat"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [
            sys.executable, "-m", "celery", "--quiet", "--app", "khuyencong.celery", "beat",
            "--schedule", str(folder / "schedule"), "--pidfile", "", "--loglevel", "INFO",
        ]  # fmt: skip
    raise ValueError(f"{role!r} is none of {ROLES}")


def web_is_healthy() -> bool:
    """Whether the web server on this machine answers a request for the portal's own name."""
    names = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=5
    )
    try:
        headers = {"Host": names[0].strip(), "X-Forwarded-Proto": "https"}
        connection.request("GET", "/", headers=headers)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
