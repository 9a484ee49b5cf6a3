"""The embedded PostgreSQL: started, shared, killed, restarted, and what lies in its way."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from lumina.errors import AlreadyRunning, Unavailable
from lumina.store.embedded import EmbeddedPostgres, postmaster
from lumina.store.embedded.cluster import Cluster
from lumina.store.embedded.sockets import known_socket_folder

pytestmark = [pytest.mark.integration, pytest.mark.skipif(sys.platform == "win32", reason="the server needs POSIX")]
linux = pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="what happens to root")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path / "home") as server:
        yield server


def ask(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def pid_of(server: EmbeddedPostgres) -> int:
    pid = postmaster.running(server.cluster.data, server.cluster.pid_file)
    assert pid is not None
    return pid


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    assert postmaster.wait_until(condition, seconds)


def test_it_answers_with_the_extensions_and_a_pinned_collation(server: EmbeddedPostgres) -> None:
    assert ask(server, "SELECT count(*) FROM pg_available_extensions WHERE name IN ('vector','ltree','pg_trgm')") == 3
    assert ask(server, "SELECT datlocale FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
    assert ask(server, "SHOW server_encoding") == "UTF8"
    assert ask(server, "SHOW max_connections") == "60"


def test_it_listens_on_a_private_socket_only_and_wants_the_password(server: EmbeddedPostgres) -> None:
    assert ask(server, "SHOW listen_addresses") == ""
    socket = Path(str(ask(server, "SHOW unix_socket_directories")))
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.cluster.folder / "password").stat().st_mode) == 0o600
    wrong = server.url.replace(server.cluster.password, "0" * 48)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_nothing_runs_after_stop_and_the_rows_are_there_after_the_next_start(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        ask(server, "CREATE TABLE kept AS SELECT 42 AS n")
        url = server.url
    assert postmaster.processes(server.cluster.data) == []
    with EmbeddedPostgres(tmp_path) as again:
        assert ask(again, "SELECT n FROM kept") == 42
        assert again.url_of("lumina").split("?")[0] == url.split("?")[0]


def test_a_killed_postmaster_is_restarted_with_its_rows_at_the_same_url(server: EmbeddedPostgres) -> None:
    ask(server, "CREATE TABLE kept AS SELECT 42 AS n")
    url = server.url
    os.kill(pid_of(server), signal.SIGKILL)
    wait_for(lambda: server.crashed() is not None)
    server.start()
    assert server.url == url
    assert ask(server, "SELECT n FROM kept") == 42


def test_a_busy_orphan_backend_does_not_block_the_restart(server: EmbeddedPostgres) -> None:
    connection = psycopg.connect(server.url, autocommit=True)
    backend = connection.info.backend_pid
    connection.pgconn.send_query(b"SELECT pg_sleep(600)")
    wait_for(lambda: ask(server, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1)
    os.kill(pid_of(server), signal.SIGKILL)
    wait_for(lambda: server.crashed() is not None)
    began = time.monotonic()
    server.start()
    assert time.monotonic() - began < 30
    connection.close()
    assert backend not in postmaster.processes(server.cluster.data)
    assert ask(server, "SELECT 1") == 1


@pytest.mark.parametrize("content", ["", "not a number\n", "999999999\n/x\n", "{self}\n{data}\n", "1\n{data}\n"])
def test_a_lock_file_that_is_stale_empty_or_foreign_is_no_obstacle(tmp_path: Path, content: str) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        ask(server, "CREATE TABLE kept AS SELECT 42 AS n")
    content = content.format(self=os.getpid(), data=server.cluster.data)
    server.cluster.pid_file.write_text(content)
    socket = known_socket_folder(server.cluster.folder)
    socket.mkdir(exist_ok=True)  # one elsewhere, for the sake of a short path, is gone with its server
    (socket / ".s.PGSQL.5432.lock").write_text(content)
    with EmbeddedPostgres(tmp_path) as again:
        assert ask(again, "SELECT n FROM kept") == 42


def test_an_interrupted_initdb_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    (folder / "making-dead").mkdir(parents=True)
    (folder / "making-dead" / "half").write_text("x")
    with EmbeddedPostgres(tmp_path) as server:
        assert ask(server, "SELECT 1") == 1
    assert list(folder.glob("making-*")) == []


def test_a_data_folder_with_other_things_in_it_is_named_and_left_alone(tmp_path: Path) -> None:
    data = Cluster(tmp_path / "postgres").data
    data.mkdir(parents=True)
    (data / "letter.txt").write_text("dear")
    with pytest.raises(Unavailable, match="is no database"):
        EmbeddedPostgres(tmp_path).start()
    assert (data / "letter.txt").read_text() == "dear"


def test_data_of_another_major_version_is_refused(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        pass
    (server.cluster.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(Unavailable, match="made by PostgreSQL 12"):
        EmbeddedPostgres(tmp_path).start()


def test_a_broken_configuration_is_reported_with_the_servers_own_words(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        pass
    with (server.cluster.data / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(Unavailable, match=r"no_such_setting|configuration file"):
        EmbeddedPostgres(tmp_path).start()


@pytest.mark.parametrize("name", ["with space", "x" * 100, "ümläut", "semi;colon'quote"])
def test_any_home_will_do(tmp_path: Path, name: str) -> None:
    with EmbeddedPostgres(tmp_path / name) as server:
        assert ask(server, "SELECT 1") == 1
        socket = server.url.split("host=")[1]
        assert len(socket) <= 85
        assert socket.replace("/", "").replace("-", "").replace("_", "").replace(".", "").isalnum()
        assert socket.isascii()


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="file/home cannot be written"):
        EmbeddedPostgres(tmp_path / "file" / "home").start()


def test_a_short_command_joins_the_running_server_and_leaves_it_running(server: EmbeddedPostgres) -> None:
    before = pid_of(server)
    with EmbeddedPostgres(server.home, shared=True) as guest:
        assert pid_of(guest) == before
        assert guest.url == server.url
    assert pid_of(server) == before
    assert ask(server, "SELECT 1") == 1


def test_the_last_of_several_short_commands_stops_the_server(tmp_path: Path) -> None:
    first, second = EmbeddedPostgres(tmp_path, shared=True), EmbeddedPostgres(tmp_path, shared=True)
    first.start()
    second.start()
    assert pid_of(first) == pid_of(second)
    first.stop()
    assert ask(second, "SELECT 1") == 1
    second.stop()
    assert postmaster.processes(second.cluster.data) == []


def test_short_commands_at_the_same_moment_do_not_clash(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import psycopg; from lumina.store.embedded import EmbeddedPostgres\n"
        "with EmbeddedPostgres(Path(sys.argv[1]), shared=True) as server:\n"
        "    print(psycopg.connect(server.url).execute('SELECT 42').fetchone()[0])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [process.communicate(timeout=60)[0].strip() for process in running] == ["42"] * 4
    assert postmaster.processes(Cluster(tmp_path / "postgres").data) == []


def test_an_owner_takes_over_the_server_of_a_short_command_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, os; from pathlib import Path; from lumina.store.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), shared=True).start(); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == -9
    left = postmaster.processes(Cluster(tmp_path / "postgres").data)
    assert left
    with EmbeddedPostgres(tmp_path) as server:
        assert server.process is not None
        assert pid_of(server) == server.process.pid
        assert ask(server, "SELECT 1") == 1
        assert not set(left) & set(postmaster.processes(server.cluster.data))


def test_a_second_owner_is_refused(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lumina.store.embedded.server.USERS_SECONDS", 0.1)
    with pytest.raises(AlreadyRunning, match="Another Lumina"):
        EmbeddedPostgres(server.home).start()
    assert ask(server, "SELECT 1") == 1


@linux
def test_a_killed_owner_takes_the_server_along(tmp_path: Path) -> None:
    program = (
        "import sys, os; from pathlib import Path; from lumina.store.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == -9
    wait_for(lambda: postmaster.processes(Cluster(tmp_path / "postgres").data) == [], 5)


@as_root
def test_as_root_it_runs_as_another_account_and_leaves_the_folders_above_alone(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    with EmbeddedPostgres(home) as server:
        assert psutil.Process(pid_of(server)).uids().effective != 0
        assert ask(server, "SELECT 1") == 1
        assert (server.cluster.data.stat().st_uid, stat.S_IMODE(server.cluster.data.stat().st_mode)) != (0, 0o755)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed.stat().st_uid == 0


@as_root
def test_as_root_without_the_capability_the_closed_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lumina.store.embedded.account._passing_capability", lambda: -1)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)
    with pytest.raises(Unavailable, match=f"cannot enter {closed}"):
        EmbeddedPostgres(closed / "home").start()
