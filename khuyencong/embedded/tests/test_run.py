"""`make run` from the outside: it starts, stops, survives being killed, and says what is wrong."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import psutil
import psycopg2
import pytest

from conftest import Portal, start_portal
from khuyencong.embedded.postgres import Postgres
from khuyencong.embedded.processes import MARK, leftovers
from khuyencong.embedded.state import State
from khuyencong.embedded.valkey import free_port


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A state folder after its first start and clean stop; the tests share it, since that is dear."""
    folder = tmp_path_factory.mktemp("run")
    portal = start_portal(folder, DEMO="0").wait()
    query(portal, "CREATE TABLE kept (id int)")
    assert portal.stop() == 0, portal.output.read_text()
    return folder


def query(portal: Portal, sql: str) -> list:
    connection = psycopg2.connect(portal.database_url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def status_of(portal: Portal, path: str = "/") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def wait_until(condition, seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def refused(folder, **variables) -> str:
    """The output of a start that is refused."""
    portal = start_portal(folder, DEMO="0", **variables)
    assert portal.process.wait(60) == 2, portal.output.read_text()
    return portal.output.read_text()


def test_second_start_is_quick_and_keeps_the_data(folder):
    # What takes long at the first start is not done again; docs/deploy.md has the seconds.
    portal = start_portal(folder, DEMO="0").wait()
    try:
        assert "Preparing" not in portal.output.read_text()
        assert status_of(portal) < 400
        assert query(portal, "SELECT count(*) FROM kept") == [(0,)]
        assert query(portal, "SHOW synchronous_commit") == [("on",)]
        assert query(portal, "SELECT lower('ĐƯỜNG')") == [("đường",)]
    finally:
        portal.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_cleanly(folder, number):
    portal = start_portal(folder, DEMO="0").wait()
    assert wait_until(lambda: "celery@" in portal.output.read_text())
    children = psutil.Process(portal.process.pid).children(recursive=True)
    assert len(children) >= 5  # PostgreSQL, Valkey, web, worker, beat

    assert portal.stop(number) == 0
    assert psutil.wait_procs(children, timeout=1)[1] == []
    assert leftovers(portal.state.path) == []
    assert "Traceback" not in portal.output.read_text()
    assert not portal.state.running_env.exists()


def test_a_killed_run_takes_its_processes_along_and_the_next_one_starts(folder):
    portal = start_portal(folder, DEMO="0").wait()
    query(portal, "CREATE TABLE IF NOT EXISTS written (id int)")
    portal.stop(signal.SIGKILL)

    following = start_portal(folder, DEMO="0", PORT=str(portal.port)).wait()
    try:
        assert query(following, "SELECT count(*) FROM written") == [(0,)]
    finally:
        following.stop()


def test_processes_that_survived_a_kill_are_stopped_by_the_next_start(folder):
    state = State(folder / "state")
    server = Postgres(state)
    server.start()
    server.wait()
    sleeper = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], env={MARK: str(state.path)}
    )
    assert wait_until(lambda: len(leftovers(state.path)) >= 2)

    portal = start_portal(folder, DEMO="0").wait()
    try:
        assert server.process.wait(1) == 0
        assert sleeper.wait(1) == -signal.SIGTERM
        assert status_of(portal) < 400
    finally:
        portal.stop()


def test_a_pid_file_that_names_a_foreign_process_does_not_block(folder):
    pid_file = folder / "state" / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n0\n5432\n\n\n\nready\n")
    portal = start_portal(folder, DEMO="0").wait()
    assert portal.stop() == 0


def test_a_second_run_on_the_same_folder_is_told_so(folder):
    portal = start_portal(folder, DEMO="0").wait()
    try:
        text = refused(folder / "second", STATE_DIR=str(folder / "state"))
        assert "already running" in text
        assert len(text.splitlines()) == 1
        assert status_of(portal) < 400
    finally:
        portal.stop()


def test_a_port_in_use_is_one_sentence_that_says_what_to_do(folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        text = refused(folder, PORT=str(port))
    assert f"Port {port} is in use by another program (process {os.getpid()}" in text
    assert "choose another port" in text
    assert len(text.splitlines()) == 1


def test_a_port_that_is_no_number_is_refused(folder):
    process = subprocess.run(
        [*start_command()], env={**os.environ, "PORT": "http", "STATE_DIR": str(folder / "state")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert process.returncode == 2
    assert process.stderr == "PORT is 'http'; it must be a number from 1 to 65535.\n"


def start_command() -> list[str]:
    return [sys.executable, "-m", "khuyencong.embedded", "run"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: (data / "PG_VERSION").unlink(),
        lambda data: (data / "global" / "pg_control").write_bytes(b"broken"),
        lambda data: (data / "PG_VERSION").write_text("12\n"),
    ],
    ids=["no version", "no control file", "older version"],
)
def test_a_broken_data_folder_is_one_sentence_that_says_what_to_do(folder, tmp_path, damage):
    source = folder / "state" / "postgres"
    data = tmp_path / "state" / "postgres"
    subprocess.run(["cp", "-a", source, tmp_path / "copy"], check=True)
    data.parent.mkdir()
    (tmp_path / "copy").rename(data)
    damage(data)

    text = refused(tmp_path)
    assert "make reset" in text
    assert "Traceback" not in text
    assert len(text.splitlines()) == 1, text


def test_a_deep_state_folder_works_though_sockets_have_short_names(folder):
    deep = folder / ("thư-mục-rất-sâu-" * 5) / "x"
    deep.mkdir(parents=True)
    shutil.move(folder / "state", deep / "state")
    try:
        portal = start_portal(deep, DEMO="0").wait()
        assert query(portal, "SELECT count(*) FROM kept") == [(0,)]
        assert portal.stop() == 0
    finally:
        shutil.move(deep / "state", folder / "state")


def test_reset_says_what_goes_and_asks(folder, tmp_path):
    shutil.copytree(folder / "state" / "logs", tmp_path / "state" / "logs")
    environment = {**os.environ, "STATE_DIR": str(tmp_path / "state")}
    command = [*start_command()[:-1], "reset"]

    asked = subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert asked.returncode == 2
    assert "the logs" in asked.stdout
    assert "YES=1 make reset" in asked.stderr
    assert (tmp_path / "state").exists()

    confirmed = subprocess.run([*command, "--yes"], env=environment, capture_output=True, text=True)
    assert confirmed.returncode == 0, confirmed.stderr
    assert not (tmp_path / "state").exists()


def test_reset_does_not_delete_a_folder_that_is_not_ours(tmp_path):
    (tmp_path / "thesis.odt").write_text("years of work")
    environment = {**os.environ, "STATE_DIR": str(tmp_path)}
    result = subprocess.run(
        [*start_command()[:-1], "reset", "--yes"], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 2
    assert (tmp_path / "thesis.odt").exists()


def test_an_address_that_nobody_answers_is_one_sentence(tmp_path):
    text = refused(tmp_path, DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/x")
    assert "The database named by DATABASE_URL does not answer" in text
    assert "Traceback" not in text


def test_the_portal_tells_its_address_and_one_demo_account_per_role(portal):
    text = portal.output.read_text()
    assert f"http://localhost:{portal.port}/" in text
    assert set(portal.accounts) >= {"collaborator", "officer", "leader", "administrator"}
    for username, password in portal.accounts.values():
        assert username in text
        assert password in text
    assert status_of(portal, "/") < 400
    assert portal.database_url.startswith("postgres://")
