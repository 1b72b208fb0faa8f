"""`make lint`: every check, one line each; the output of those that fail."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from khuyencong.embedded.state import BASE_DIR

# Settings as in production, with nothing real in them; `check --deploy` must find them sound.
PRODUCTION_LIKE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "only-for-the-check-" + "".join(chr(ord("a") + i * 7 % 26) for i in range(60)),
    "ALLOWED_HOSTS": "khuyencong.example",
    "CSRF_TRUSTED_ORIGINS": "https://khuyencong.example",
    "DATABASE_URL": "postgres://khuyencong@127.0.0.1:1/khuyencong",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.khuyencong.example:587",
    "DEMO": "0",
    "DEBUG": "0",
}


def checks() -> dict[str, list[str]]:
    """Name and command of every check."""
    bin_folder = Path(sys.executable).parent
    manage = [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py"]
    return {
        "installed packages fit together": [
            sys.executable,
            *("-m", "pip", "--disable-pip-version-check", "check"),
        ],
        "ruff, style": [str(bin_folder / "ruff"), "check", "."],
        "ruff, format": [str(bin_folder / "ruff"), "format", "--check", "."],
        "djlint, templates": [
            str(bin_folder / "djlint"),
            "--lint",
            "--quiet",
            *_template_folders(),
        ],
        "import-linter, the one-way arrow": [str(bin_folder / "lint-imports"), "--no-cache"],
        "migrations are complete": [*manage, "makemigrations", "--check", "--dry-run"],
        "production settings": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
    }


def main() -> int:
    """Run all checks, two at a time; 0 when every one passes."""
    environment = {**os.environ, **PRODUCTION_LIKE}
    failed = 0
    with ThreadPoolExecutor(2) as pool:
        runs = {name: pool.submit(_run, command, environment) for name, command in checks().items()}
        for name, run in runs.items():
            status, output, seconds = run.result()
            print(f"{'ok    ' if status == 0 else 'FAILED'} {name} ({seconds:.1f} s)", flush=True)
            if status:
                failed += 1
                print(output, flush=True)
    return 1 if failed else 0


def _run(command: list[str], environment: dict[str, str]) -> tuple[int, str, float]:
    began = time.monotonic()
    result = subprocess.run(
        command,
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return result.returncode, result.stdout, time.monotonic() - began


def _template_folders() -> list[str]:
    found = [
        BASE_DIR / "templates",
        *BASE_DIR.glob("*/templates"),
        *BASE_DIR.glob("khuyencong/*/templates"),
    ]
    return [str(path.relative_to(BASE_DIR)) for path in found if path.is_dir()]


if __name__ == "__main__":
    sys.exit(main())
