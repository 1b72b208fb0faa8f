"""`.env.example` and what production refuses."""

import os
import re
import subprocess
import sys

import pytest

from khuyencong.embedded.lint import PRODUCTION_LIKE
from khuyencong.embedded.state import BASE_DIR


def test_env_example_names_every_setting():
    source = (BASE_DIR / "khuyencong" / "settings.py").read_text()
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
    named = set(re.findall(r"^#?([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    assert len(read) > 15
    assert read - named == set()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"DEMO": "1"}, "DEMO"),
        ({"ENVIRONMENT": "staging"}, "ENVIRONMENT"),
    ],
)
def test_production_refuses_to_start_with(variables, sentence):
    result = subprocess.run(
        [sys.executable, "-c", "import khuyencong.settings"],
        cwd=BASE_DIR,
        env={**os.environ, **PRODUCTION_LIKE, **variables},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert f"ImproperlyConfigured: {sentence}" in result.stderr.splitlines()[-1]


def test_production_is_what_happens_when_nothing_is_said(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k not in ("ENVIRONMENT", "SECRET_KEY")}
    result = subprocess.run(
        [sys.executable, "-c", "import khuyencong.settings"],
        cwd=BASE_DIR,
        env={**environment, "STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert "SECRET_KEY is missing" in result.stderr
