"""Start, share, restart and stop the embedded PostgreSQL."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from lumina.errors import AlreadyRunning, Unavailable
from lumina.store.embedded import postmaster
from lumina.store.embedded.account import Account, choose_account
from lumina.store.embedded.cluster import USER, Cluster, find_binaries, make
from lumina.store.embedded.guard import FileLock
from lumina.store.embedded.launch import launch
from lumina.store.embedded.memory import shared_buffers
from lumina.store.embedded.sockets import forget_socket_folder, known_socket_folder, socket_folder

DATABASE = "lumina"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
START_SECONDS = 60
"""Recovery after a crash replays at most `max_wal_size`."""
ORPHAN_SECONDS = 5
"""How long a backend that outlived its postmaster may go on before it is ended."""
USERS_SECONDS = 5
"""How long a supervisor waits for short commands before it takes the server over or stops it."""
LARGEST_LOG = 10 * 1024 * 1024


class EmbeddedPostgres:
    """One PostgreSQL inside `home`, for this process alone or shared with others.

    A supervisor owns it (`shared=False`): the server is its child, ends with it and is restarted by it. A short
    command shares it: it joins a server that runs, or starts one for the moment; the last user stops it.

    Args:
        home: Lumina's home; everything but a socket with too long a path lies in `home/postgres` and `home/logs`.
        shared: join a running server instead of taking it over.
    """

    def __init__(self, home: Path, *, shared: bool = False) -> None:
        self.home = home.absolute()
        self.shared = shared
        self.cluster = Cluster(self.home / "postgres")
        self.process: subprocess.Popen[bytes] | None = None
        self._lock = FileLock(self.cluster.folder / "lock")
        self._owner = FileLock(self.cluster.folder / "owner")
        self._users = FileLock(self.cluster.folder / "users")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """URL of Lumina's own database; stays the same when the server restarts."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """URL of another database of this server (any text: `{}` makes a pattern)."""
        socket = known_socket_folder(self.cluster.folder)
        return f"postgresql://{USER}:{self.cluster.password}@/{database}?host={socket}"

    def start(self) -> None:
        """Returns when the server answers; harmless when it does already.

        Raises:
            Unavailable: it cannot be started; the message says why.
            AlreadyRunning: another process owns it, and this one wants to.
        """
        self._prepare_folders()
        if self.shared:
            self._wait_for_owner()
        elif not self._owner.acquire(seconds=USERS_SECONDS):
            self._owner.release()
            raise AlreadyRunning(f"Another Lumina runs the database of {self.home}.")
        with self._lock.held(START_SECONDS):
            self._start()
            self._users.acquire(shared=True, seconds=1)

    def stop(self) -> None:
        """Stop the server, unless it is shared and others still use it. Nothing that was committed is lost."""
        if not self.cluster.folder.exists():
            return
        self._users.release()
        with self._lock.held(START_SECONDS):
            alone = self._users.acquire(seconds=0 if self.shared else USERS_SECONDS)
            if alone or not self.shared:
                self._stop()
            self._users.release()
        self._owner.release()

    def crashed(self) -> int | None:
        """Exit status of the server where it has ended without being asked; None while it runs."""
        return self.process.poll() if self.process else None

    def answers(self) -> bool:
        """True when a connection can be made now."""
        return self._connection_problem() is None

    def _prepare_folders(self) -> None:
        try:
            self.cluster.folder.mkdir(parents=True, exist_ok=True)
            (self.home / "logs").mkdir(exist_ok=True)
        except OSError as error:
            raise Unavailable(f"{self.home} cannot be written: {error.strerror}.") from error

    def _wait_for_owner(self) -> None:
        """While a supervisor is there the server is its business: it may be starting or restarting it."""
        postmaster.wait_until(lambda: not self._owner.held_elsewhere() or self.answers(), START_SECONDS)

    def _start(self) -> None:
        pid = postmaster.running(self.cluster.data, self.cluster.pid_file)
        if pid is not None:
            if self._mine(pid) or self.shared:
                self._wait_for_answer(pid)
                return
            self._take_over(pid)
        binaries = find_binaries()
        account = choose_account(binaries, self.cluster.folder)
        make(self.cluster, binaries, account)
        self._clear_remains()
        self._spawn(binaries, account)
        self._ensure_database()

    def _mine(self, pid: int) -> bool:
        return self.process is not None and self.process.pid == pid

    def _take_over(self, pid: int) -> None:
        """End a server of a short command, or of a supervisor that was killed, to start one as our own child."""
        self._users.acquire(seconds=USERS_SECONDS)
        self._users.release()
        postmaster.end([pid], (signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 2))

    def _clear_remains(self) -> None:
        """Of a server that was killed: backends that still work for it, and its lock files.

        PostgreSQL itself copes with most lock files, but not with an empty one or with one whose number has gone to
        another process of the same account. That no process works in the data folder is known here, so it may go.
        """
        data = self.cluster.data
        postmaster.wait_until(lambda: not postmaster.processes(data), ORPHAN_SECONDS, pause=0.2)
        if orphans := postmaster.processes(data):
            postmaster.end(orphans, (signal.SIGQUIT, 2), (signal.SIGKILL, 5))
        self.cluster.pid_file.unlink(missing_ok=True)
        for lock in known_socket_folder(self.cluster.folder).glob(".s.PGSQL.*.lock"):
            lock.unlink(missing_ok=True)

    def _spawn(self, binaries: Path, account: Account) -> None:
        settings = SETTINGS | {
            "shared_buffers": shared_buffers(),
            "unix_socket_directories": str(socket_folder(self.cluster.folder, account)),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(binaries / "postgres"), "-D", str(self.cluster.data), *options]
        log = self._log()
        start = log.stat().st_size
        with log.open("ab") as output:
            # A server of the moment may be shared by the time its starter ends: its last user stops it.
            death_signal = 0 if self.shared else signal.SIGINT
            self.process = launch(command, output=output, account=account, death_signal=death_signal)
        self._wait_for_answer(self.process.pid, log_start=start)

    def _log(self) -> Path:
        log = self.home / "logs" / "postgres.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        log.touch()
        return log

    def _wait_for_answer(self, pid: int, *, log_start: int | None = None) -> None:
        until = time.monotonic() + START_SECONDS
        while (problem := self._connection_problem()) is not None:
            if self._ended(pid):
                raise Unavailable(f"The database did not start: {self._last_words(log_start) or problem}")
            if time.monotonic() > until:
                raise Unavailable(f"The database runs (process {pid}) but does not answer: {problem}")
            time.sleep(0.02)

    def _ended(self, pid: int) -> bool:
        if self._mine(pid):
            return self.crashed() is not None
        return postmaster.running(self.cluster.data, self.cluster.pid_file) != pid

    def _last_words(self, start: int | None) -> str:
        if start is None:
            return ""
        with (self.home / "logs" / "postgres.log").open("rb") as log:
            log.seek(start)
            lines = log.read().decode(errors="replace").splitlines()
        said = [line for line in lines if "FATAL" in line or "rror" in line]
        return (said or lines or [""])[-1].strip()

    def _connection_problem(self) -> str | None:
        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=5).close()
        except (psycopg.Error, OSError) as error:
            return str(error).strip()
        return None

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _stop(self) -> None:
        pid = postmaster.running(self.cluster.data, self.cluster.pid_file)
        if pid is not None:
            postmaster.end([pid], (signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 2))
        if self.process is not None:
            self.process.wait(timeout=10)
            self.process = None
        forget_socket_folder(self.cluster.folder)
