"""A PostgreSQL server of our own, from a wheel: nothing to install, nothing on the network.

Its folder holds ``password`` (of the database's one account, readable by its owner only),
``lock`` (held while the server starts or stops) and ``users`` (a shared lock of every process
that uses the server: the last one out stops it, and the system drops a dead process's lock).
The cluster itself is in ``data``, there or, for root, where ``home`` says.
"""

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from peelian.records.binaries import Binaries, find_binaries, find_home
from peelian.terms import StoreError

ACCOUNT = "peelian"  # the database's one account, and the name of its database
_SOCKET_PATH_LIMIT = 90  # bytes; systems allow 104 to 108, the socket's own name takes 15
_START_SECONDS = 120
_SETTINGS = """
listen_addresses = '{listen}'
port = {port}
unix_socket_directories = '{sockets}'
password_encryption = 'scram-sha-256'
shared_buffers = '32MB'
max_connections = 60
timezone = 'UTC'
log_timezone = 'UTC'
log_statement = 'none'
log_min_error_statement = 'panic'
"""


@dataclass(frozen=True)
class Address:
    """Where a server of ours listens: a folder of sockets or loopback, and a port."""

    host: str
    port: int
    password: str


_used: dict[Path, tuple[Address, IO[bytes]]] = {}  # servers that this process uses


def start_server(folder: Path) -> Address:
    """Start the server of a folder, or join it where it already runs; leave it at exit.

    Raises
    ------
    StoreError
        If no wheel is installed, or the server cannot be made or started.
    """
    folder = folder.resolve()
    if folder in _used:
        return _used[folder][0]
    with _advice(folder), ExitStack() as undo:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / "lock"):
            users = undo.enter_context((folder / "users").open("ab"))
            _lock(users, shared=True)
            binaries, home = find_binaries(), find_home(folder)
            password = _password(folder)
            if not (home / "data" / "PG_VERSION").exists():
                _initialise(binaries, home, folder / "password")
            if not _is_running(binaries, home):
                _start(binaries, home)
            address = Address(*_listening(home), password)
            _make_database(address)
        undo.pop_all()
    _used[folder] = (address, users)
    atexit.register(stop_server, folder)
    return address


def stop_server(folder: Path) -> None:
    """Leave the server of a folder; the last process to leave stops it."""
    folder = folder.resolve()
    if folder not in _used:
        return
    _, users = _used.pop(folder)
    atexit.unregister(stop_server)
    for other in _used:
        atexit.register(stop_server, other)
    with suppress(OSError), _locked(folder / "lock"):
        users.close()
        with (folder / "users").open("ab") as last:
            if _lock(last, shared=False):
                binaries, home = find_binaries(), find_home(folder)
                binaries.run("pg_ctl", "-D", home / "data", "-m", "fast", "-w", "stop")
    users.close()


def remove_server(folder: Path) -> None:
    """Stop the server of a folder and delete everything it held."""
    folder = folder.resolve()
    stop_server(folder)
    if folder.is_dir():
        shutil.rmtree(find_home(folder), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _advice(folder: Path) -> Iterator[None]:
    """Turn what goes wrong into a StoreError that says what to do."""
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        line = (said.strip().splitlines() or ["no reason given"])[-1]
        raise StoreError(
            f"{folder}: the database did not start ({line}); see server.log there, check that "
            "the disk has room and the folder is yours, or name a PostgreSQL server in "
            "PEELIAN_DATABASE"
        ) from error


def _password(folder: Path) -> str:
    """The account's password, made once at random."""
    path = folder / "password"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip()


def _initialise(binaries: Binaries, home: Path, password: Path) -> None:
    """Make the cluster beside its place, then move it there: it is whole or absent."""
    staged = home / "data.new"
    shutil.rmtree(staged, ignore_errors=True)
    given = home / "given"
    shutil.copyfile(password, given)
    given.chmod(0o600)
    binaries.give(given)
    try:
        binaries.run(
            "initdb",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-locale",
            f"--username={ACCOUNT}",
            f"--pwfile={given}",
            "-D",
            staged,
        )
    finally:
        given.unlink()
    with (staged / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'peelian.conf'\n")
    shutil.rmtree(home / "data", ignore_errors=True)
    staged.rename(home / "data")


def _start(binaries: Binaries, home: Path) -> None:
    """Start the server on a socket, or where there are none on a loopback port."""
    if os.name == "nt":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = _SETTINGS.format(listen="127.0.0.1", port=port, sockets="")
    else:
        sockets = _socket_folder(binaries, home)
        settings = _SETTINGS.format(
            listen="", port=5432, sockets=str(sockets).replace("'", "''")
        )
    (home / "data" / "peelian.conf").write_text(settings)
    log = home / "data" / "server.log"
    binaries.run(
        "pg_ctl", "-D", home / "data", "-l", log, "-w", "-t", str(_START_SECONDS), "start"
    )


def _socket_folder(binaries: Binaries, home: Path) -> Path:
    """Where the socket goes: beside the data, or in a temporary folder if the path is long."""
    folder = home / "socket"
    if len(os.fsencode(folder)) > _SOCKET_PATH_LIMIT:
        folder = Path(tempfile.mkdtemp(prefix="peelian-"))
    folder.mkdir(mode=0o700, exist_ok=True)
    binaries.give(folder)
    return folder


def _is_running(binaries: Binaries, home: Path) -> bool:
    """Whether a server has the cluster open."""
    try:
        binaries.run("pg_ctl", "-D", home / "data", "status")
    except subprocess.CalledProcessError:
        return False
    return True


def _listening(home: Path) -> tuple[str, int]:
    """Host and port of the running server, from its own note of them."""
    _, _, _, port, sockets, listen, *_ = (
        (home / "data" / "postmaster.pid").read_text().split("\n")
    )
    return sockets or listen, int(port)


def _make_database(address: Address) -> None:
    """Make the database unless it is there."""
    import psycopg

    try:
        with psycopg.connect(
            host=address.host,
            port=address.port,
            user=ACCOUNT,
            password=address.password,
            dbname="postgres",
            autocommit=True,
        ) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [ACCOUNT]
            ).fetchone()
            if not found:
                connection.execute("CREATE DATABASE peelian")
    except psycopg.Error as error:
        raise OSError(f"connecting failed: {error}") from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock while the server starts or stops."""
    with path.open("ab") as file:
        _lock(file, shared=False, wait=True)
        yield


if os.name == "nt":  # pragma: no cover

    def _lock(file: IO[bytes], *, shared: bool, wait: bool = False) -> bool:
        """Windows has no shared locks here: who started the server stops it."""
        return True

else:
    import fcntl

    def _lock(file: IO[bytes], *, shared: bool, wait: bool = False) -> bool:
        """Lock a file until it is closed; False when another process holds it."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(file, kind if wait or shared else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
