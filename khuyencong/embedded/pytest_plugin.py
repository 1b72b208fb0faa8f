"""The servers behind the tests: started once per run, unless DATABASE_URL names one.

A plugin and not a conftest, since the settings are read before any conftest is.
"""

import contextlib
import os

import pytest

from khuyencong.embedded.errors import CannotRun
from khuyencong.embedded.state import State

os.environ["ENVIRONMENT"] = "test"
os.environ["DEMO"] = "0"
_state = State.from_environment()
if _state.path.name != "test":  # workers of xdist inherit what is set here
    _state = State.from_environment("test")
os.environ["STATE_DIR"] = str(_state.path)
# WhiteNoise warns, and a warning fails a test, where the collected files have no folder.
(_state.path / "static").mkdir(parents=True, exist_ok=True)
# Playwright's loop runs in the thread of the tests, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

_servers = contextlib.ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    """Start the servers before pytest-django reads the settings; workers of xdist inherit them."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    from khuyencong.embedded.postgres import FAST
    from khuyencong.embedded.servers import servers

    try:
        urls = _servers.enter_context(servers(_state, FAST))
    except CannotRun as sentence:
        raise pytest.UsageError(str(sentence)) from None
    for name, url in urls.items():
        os.environ[name] = os.environ.get(name) or url


def pytest_unconfigure(config):
    """Stop what this process started."""
    _servers.close()
