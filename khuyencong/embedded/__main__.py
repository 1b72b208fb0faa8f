"""`python -m khuyencong.embedded`: the commands behind the Makefile and deploy/."""

import argparse
import os
import sys

from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.state import BASE_DIR, State


def main() -> int:
    """Run one command; a CannotRun becomes one plain sentence and status 2."""
    parser = argparse.ArgumentParser(prog="python -m khuyencong.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="everything, until Ctrl-C")
    run.add_argument(
        "--with-parent", action="store_true", help="stop when the starting process is gone"
    )
    prepare = commands.add_parser(
        "prepare", help="migrate and load demo data, or collect static files"
    )
    prepare.add_argument("task", choices=["database", "static"])
    for role in ("web", "worker", "beat"):
        commands.add_parser(role, help=f"only the {role}, in the foreground (for deploy/)")
    commands.add_parser("health", help="status 0 when the web server here answers (for deploy/)")
    around = commands.add_parser(
        "with-servers", help="a command with DATABASE_URL and REDIS_URL set"
    )
    around.add_argument("--folder", default="bench", help="part of the state folder to use")
    around.add_argument("words", nargs=argparse.REMAINDER)
    reset = commands.add_parser("reset", help="stop everything and delete the state folder")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args()
    _read_env_file()
    try:
        return _call(options)
    except CannotRun as sentence:
        print(sentence, file=sys.stderr, flush=True)
        return 2
    except KeyboardInterrupt:
        return 130


def _call(options: argparse.Namespace) -> int:
    if options.command == "run":
        from khuyencong.embedded.processes import die_with_parent
        from khuyencong.embedded.supervisor import Supervisor

        if options.with_parent:
            die_with_parent()
        return Supervisor(State.from_environment()).run()
    if options.command == "prepare":
        from khuyencong.embedded import prepare

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings")
        getattr(prepare, f"prepare_{options.task}")(State.from_environment())
        return 0
    if options.command == "health":
        from khuyencong.embedded.commands import web_is_healthy

        return 0 if web_is_healthy() else 1
    if options.command == "with-servers":
        from khuyencong.embedded.servers import run_with_servers

        return run_with_servers(State.from_environment(options.folder), options.words)
    if options.command == "reset":
        from khuyencong.embedded.reset import reset

        return reset(State.from_environment(), ask=not options.yes)
    from khuyencong.embedded.commands import command

    words = command(options.command)
    os.chdir(BASE_DIR)
    return os.execv(words[0], words)


def _read_env_file() -> None:
    """The same `.env` that settings.py reads; what the environment says already stays."""
    path = BASE_DIR / ".env"
    if path.exists():
        import environ

        environ.Env.read_env(path)


if __name__ == "__main__":
    sys.exit(main())
