"""`deploy/venv.sh`, the first step of `make run` and `make test`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from khuyencong.embedded.state import BASE_DIR


@pytest.fixture
def project(tmp_path):
    """A folder with the script and requirements that need no index."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(BASE_DIR / "deploy" / "venv.sh", tmp_path / "deploy" / "venv.sh")
    (tmp_path / "requirements.txt").write_text("")
    return tmp_path


def call(project: Path, **variables: str):
    return subprocess.run(
        ["/bin/sh", "deploy/venv.sh", "requirements.txt"],
        cwd=project,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def test_a_missing_python_is_one_sentence_that_says_what_to_do(project):
    tools = project / "bin"
    tools.mkdir()
    for name in ("dirname", "basename", "cat"):
        (tools / name).symlink_to(shutil.which(name))
    result = call(project, PATH=str(tools))
    assert result.returncode == 2
    assert result.stderr.startswith("Python 3.11 or newer is needed and was not found; install it")
    assert len(result.stderr.splitlines()) == 1


def test_unchanged_requirements_install_nothing(project):
    first = call(project, PYTHON=sys.executable)
    assert first.returncode == 0, first.stderr
    assert "Installing" in first.stderr
    assert call(project).stderr == ""

    (project / "requirements.txt").write_text(
        "no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n"
    )
    changed = call(project, PIP_NO_INDEX="1")
    assert changed.returncode == 2
    assert "The requirements could not be installed" in changed.stderr
