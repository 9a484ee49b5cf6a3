"""`lumina up` as a whole: ready, kept alive, stopped, killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from lumina.store import Store
from lumina.store.embedded import EmbeddedPostgres, postmaster
from tests.support.lumina_home import Home, paint, wait_for
from tests.support.predecessor import Predecessor

pytestmark = pytest.mark.integration


class Up:
    """A running `lumina up` on a home with a folder of three photos."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.photos = folder / "photos"
        for number in range(3):
            paint(self.photos / f"IMG_{number}.jpg", number + 1)
        self.process: subprocess.Popen[str] | None = None

    def start(self, *arguments: str) -> None:
        self.process = self.home.start("up", "--no-browser", "--port", "0", *arguments, self.photos)
        wait_for(self.ready)

    def ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.process.communicate()[0]
        try:
            return bool(self.get("/health/ready")["status"] == "ok")
        except (OSError, ValueError):
            return False

    @property
    def url(self) -> str:
        return str(json.loads((self.home.folder / "run" / "supervisor.json").read_text())["url"])

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def ended(self, job: dict[str, Any]) -> dict[str, Any]:
        """The result of a job that was asked for, when it has been done."""
        wait_for(lambda: (found := self.get(f"/api/jobs/{job['id']}"))["state"] not in ("PENDING", "STARTED"))
        found = self.get(f"/api/jobs/{job['id']}")
        assert found["state"] == "SUCCESS", found
        result: dict[str, Any] = found["result"]
        return result

    def done(self) -> int:
        """Images that are done with every stage that can run: those of models that are not installed wait."""
        (catalog,) = self.get("/api/coverage")["catalogs"] or [{"stages": []}]
        return min((stage["done"] for stage in catalog["stages"] if not stage["waiting"]), default=0)

    def family(self) -> list[psutil.Process]:
        assert self.process is not None
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]

    def child(self, *words: str) -> psutil.Process:
        """The direct child whose command line has these words."""
        assert self.process is not None
        found = [process for process in psutil.Process(self.process.pid).children() if set(words) <= command(process)]
        assert len(found) == 1, words
        return found[0]

    def end(self, number: signal.Signals) -> tuple[int, str]:
        assert self.process is not None
        self.process.send_signal(number)
        text = self.process.communicate(timeout=40)[0]
        return self.process.returncode, text

    def data(self) -> Path:
        return self.home.folder / "postgres" / "data"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One that runs through the whole module; what a test breaks, the supervisor mends."""
    up = Up(tmp_path_factory.mktemp("up"))
    up.start()
    yield up
    assert up.process is not None
    if up.process.poll() is None:
        up.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Up:
    """One that does not run; its database is made once."""
    return Up(tmp_path_factory.mktemp("own"))


@pytest.fixture
def own(ended: Up) -> Iterator[Up]:
    """One that does not run, to be started and ended by the test."""
    yield ended
    if ended.process is not None and ended.process.poll() is None:
        ended.end(signal.SIGTERM)


def command(process: psutil.Process) -> set[str]:
    """The words of its command line; none for one that has ended."""
    try:
        return set(process.cmdline())
    except psutil.Error:
        return set()


def gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def test_it_serves_the_paths_it_was_given(up: Up) -> None:
    wait_for(lambda: up.done() == 3)


def test_a_second_one_on_the_same_home_says_so_and_exits_2(up: Up) -> None:
    assert up.process is not None
    said = up.home.call("up", "--no-browser", code=2).stderr
    assert "already runs" in said
    assert str(up.process.pid) in said
    assert up.url in said
    assert "already runs" in up.home.call("up", "--once", code=2).stderr


def test_short_commands_use_the_running_database(up: Up) -> None:
    wait_for(lambda: up.done() == 3)
    before = postmaster.processes(up.data())
    status = up.home.json("status")
    assert status["catalogs"][0]["stages"]["thumbnail"]["done"] == 3
    assert {node["name"] for node in status["nodes"]} >= {"server", "server/io", "server/cpu"}
    assert set(before) & set(postmaster.processes(up.data()))
    assert up.ready()


def test_run_hands_the_work_to_it_and_waits(up: Up) -> None:
    job = up.home.json("run", "thumbnail")["job"]
    assert job["state"] == "SUCCESS"


def test_a_folder_added_meanwhile_is_read(up: Up) -> None:
    late = up.home.folder.parent / "late"  # stays for the tests after this one: its stages may still run then
    paint(late / "one.jpg", 40)
    assert up.home.json("add", late, "--catalog", "Late")["jobs"]
    wait_for(lambda: [c["images"] for c in up.get("/api/coverage")["catalogs"] if c["name"] == "Late"] == [1])


@pytest.mark.parametrize("words", [("serve",), ("worker", "cpu"), ("worker", "io")])
def test_a_killed_process_is_replaced(up: Up, words: tuple[str, ...]) -> None:
    victim = up.child(*words)
    victim.kill()
    wait_for(lambda: gone([victim]))
    wait_for(lambda: any(set(words) <= command(process) for process in up.family()))
    wait_for(up.ready)
    new = paint(up.photos / f"after-{'-'.join(words)}.jpg", sum(map(ord, words[-1])))
    assert up.home.json("run")["job"]["state"] == "SUCCESS"
    assert new.exists()


def test_a_killed_database_comes_back_and_work_goes_on(up: Up) -> None:
    pid = postmaster.running(up.data(), up.data() / "postmaster.pid")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: postmaster.running(up.data(), up.data() / "postmaster.pid") not in (None, pid))
    wait_for(up.ready)
    assert up.home.json("run", "hash")["job"]["state"] == "SUCCESS"
    assert "started again" in (up.home.folder / "logs" / "lumina.log").read_text()


def test_files_of_a_marketplace_are_adopted_exported_and_moved_by_its_workers(up: Up, tmp_path: Path) -> None:
    """The worker that moves images dies when they are copied, and nothing of that is known yet."""
    Predecessor(tmp_path / "before", listings=2)
    disk, vectors, home = tmp_path / "disk", tmp_path / "vectors", up.home.folder / "market" / "etsy"
    disk.mkdir()
    adopted = up.ended(up.post("/api/market/adopt", {"folder": str(tmp_path / "before"), "copy_files": True}))
    assert (adopted["images"], adopted["downloaded"], adopted["odd"]) == (4, 4, {})
    assert up.ended(up.post("/api/market/export", {"folder": str(vectors)}))["rows"] == 4
    assert {path.name for path in vectors.iterdir()} == {
        "clip_vitb32.faiss", "clip_vitb32_text.faiss", "dinov2_base.faiss", "image_index.json", "export.json"
    }  # fmt: skip
    up.ended(up.post("/api/jobs", {"kind": "stages", "stages": ["checksum"]}))
    with EmbeddedPostgres(up.home.folder, shared=True) as server:
        store = Store(server.url, pool_size=0)
        with store.transaction() as tx:
            tx.execute("LOCK TABLE relocation IN EXCLUSIVE MODE")
            job = up.post("/api/market/cleanup", {"folder": str(disk)})
            blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'relocation'::regclass"
            wait_for(lambda: tx.value(blocked) == 1)
            worker = up.child("worker", "io")
            for each in [*worker.children(recursive=True), worker]:
                each.kill()
        assert up.ended(job)["message"].startswith("2 images moved away")
        with store.transaction() as tx:
            assert tx.value("SELECT count(*) FROM leftover") == tx.value("SELECT count(left_path) FROM relocation") == 0
    assert {path.name for path in (disk / "etsy").rglob("*.jpg")} == {"12.jpg", "22.jpg"}
    assert {path.name for path in home.rglob("*") if path.is_file()} == {"11.jpg", "21.jpg"}


def test_a_lanes_kill_file_stops_it_until_it_is_removed(up: Up) -> None:
    worker = up.child("worker", "cpu")
    up.home.run("stop", "cpu")
    wait_for(lambda: gone([worker]))
    time.sleep(1.5)
    assert not [process for process in up.family() if "cpu" in command(process)]
    assert up.ready()
    (up.home.folder / "KILL_CPU").unlink()
    wait_for(lambda: [process for process in up.family() if "cpu" in command(process)])


def stopped(up: Up, number: signal.Signals) -> str:
    """What one has said that a signal has ended, in time and with everything that it had started."""
    family = up.family()
    began = time.monotonic()
    code, text = up.end(number)
    assert time.monotonic() - began < 30
    assert code == 0
    wait_for(lambda: gone(family), 5)
    assert postmaster.processes(up.data()) == []
    return text


def test_a_terminal_that_is_closed_ends_it(own: Up) -> None:
    own.start()
    stopped(own, signal.SIGHUP)


def test_stop_ends_it_and_the_next_start_says_that_it_removed_the_kill_file(own: Up) -> None:
    own.start()
    family = own.family()
    own.home.run("stop")
    assert own.process is not None
    assert own.process.wait(5) == 0
    wait_for(lambda: gone(family), 5)
    assert (own.home.folder / "KILL").exists()
    own.process.communicate()
    own.start()
    assert "removed the kill file KILL" in stopped(own, signal.SIGINT)


@pytest.mark.skipif(
    sys.platform != "linux", reason="the death signal is Linux's; elsewhere children watch their parent"
)
def test_nothing_survives_when_it_is_killed_and_the_next_one_starts_at_once(own: Up) -> None:
    own.start()
    family = own.family()
    assert len(family) >= 8
    own.end(signal.SIGKILL)
    wait_for(lambda: gone(family), 10)
    own.start()
    wait_for(lambda: own.done() == 3)
    stopped(own, signal.SIGTERM)


def test_a_taken_port_is_named(up: Up, tmp_path: Path) -> None:
    port = up.url.rsplit(":", 1)[1]
    said = Home(tmp_path).call("up", "--no-browser", "--port", port, code=1).stderr
    assert f"port {port}" in said
    assert "LUMINA_PORT" in said


def test_changes_in_a_source_are_read_at_once(up: Up) -> None:
    new = paint(up.photos / "new folder" / "seen.jpg", 77)
    wait_for(lambda: states(shown(up, new)) - {"waiting"} == {"done"})  # what waits has no model
    number = shown(up, new)["id"]
    renamed = new.rename(new.with_name("renamed.jpg"))
    wait_for(lambda: shown(up, renamed).get("id") == number)


def states(known: dict[str, Any]) -> set[str]:
    return {stage["state"] for stage in known.get("stages", [])}


def shown(up: Up, path: Path) -> Any:
    """What is known of a file; nothing while it is in no catalog."""
    try:
        return up.home.json("show", path)
    except AssertionError:
        return {}
