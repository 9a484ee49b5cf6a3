"""Real workers on real brokers: the same promises on PostgreSQL's queue and on Redis."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from small_worker import small_build

from lumina.bootstrap import App, Settings
from lumina.domain.stage import Lane
from lumina.domain.work import Job, JobState
from lumina.engine.reaper import Reaper
from lumina.worker.environment import DECODERS

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
SCRIPT = Path(__file__).with_name("small_worker.py")


@dataclass
class Installation:
    """A database, a broker, and workers as processes of their own."""

    settings: Settings
    app: App
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    log: Path = Path("/dev/null")

    def add_images(self, count: int) -> list[int]:
        with self.app.store.transaction() as tx:
            catalog = tx.value(
                "INSERT INTO catalog (name) VALUES ('c') ON CONFLICT (name) DO UPDATE SET name = 'c' RETURNING id"
            )
            source = tx.value(
                """INSERT INTO source (catalog_id, path) VALUES (:c, '/nowhere')
                ON CONFLICT (catalog_id, path) DO UPDATE SET kind = 'folder' RETURNING id""",
                c=catalog,
            )
            rows = tx.rows(
                """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem)
                    SELECT :catalog, :source, '', 'i' FROM generate_series(1, :count) RETURNING id),
                f AS (INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
                    SELECT id, :source, id || '.jpg', 'original', 'jpeg', 1, 1 FROM i)
                SELECT id FROM i ORDER BY id""",
                catalog=catalog,
                source=source,
                count=count,
            )
        return [row["id"] for row in rows]

    def start(self, lanes: str = "io,cpu", slots: int = 2, **behaviour: Any) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            **DECODERS,
            "LUMINA_HOME": str(self.settings.home),
            "LUMINA_DATABASE_URL": self.settings.database_url,
            "LUMINA_BROKER_URL": self.settings.broker_url,
            "LUMINA_NODE": "server",
            "LUMINA_LEASE_SECONDS": "6",
            "LUMINA_ITEM_SECONDS": str(behaviour.pop("item_seconds", 60)),
            "LUMINA_TEST_BEHAVIOUR": json.dumps(behaviour),
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(SCRIPT), lanes, str(slots)], env=environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def wait(self, job: Job, seconds: float = 60) -> Job:
        self.until(lambda: self.app.work.get(job.id).state.ended, seconds)
        return self.app.work.get(job.id)

    def until(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Wait, with the reaper doing its rounds as in a supervisor."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"still waiting; the workers said:\n{self.log.read_text()[-3000:]}"
            self.app.reaper.tick()
            time.sleep(0.2)

    def done(self) -> int:
        with self.app.store.transaction() as tx:
            return int(tx.value("SELECT count(*) FROM stage_state WHERE status = 1"))

    def value_leased(self) -> int:
        with self.app.store.transaction() as tx:
            return int(tx.value("SELECT count(*) FROM batch WHERE state = 'leased'"))

    def failures(self) -> dict[int, str]:
        with self.app.store.transaction() as tx:
            return {row["image_id"]: row["code"] for row in tx.rows("SELECT * FROM stage_state WHERE status = 2")}

    def finalised(self) -> Sequence[int]:
        with self.app.store.transaction() as tx:
            return [row["finalised"] for row in tx.rows("SELECT finalised FROM job WHERE kind = 'stages'")]

    def empty_broker(self) -> None:
        if self.app.broker.is_postgres:
            with self.app.store.transaction() as tx:
                for lane in Lane:
                    tx.execute(f"SELECT pgmq.purge_queue('lumina_{lane.value}')")
        else:
            import redis

            redis.Redis.from_url(self.settings.broker_url).flushall()

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.app.close()


@pytest.fixture(params=["postgresql", "redis"])
def installation(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Installation]:
    broker = "" if request.param == "postgresql" else request.getfixturevalue("redis_server").url
    settings = Settings(home=tmp_path / "home", database_url=database_url, broker_url=broker, lease_seconds=10)
    app = small_build(settings)
    at_once = Reaper(app.store, app.leases, app.dispatcher, settings.keep_jobs_days, start_seconds=0)
    app = replace(app, reaper=at_once)
    app.set_up_database()
    installation = Installation(settings, app, log=tmp_path / "workers.log")
    installation.log.touch()
    yield installation
    installation.close()


def test_every_image_is_done_once_the_job_ends_and_an_idle_worker_stops_at_once(installation: Installation) -> None:
    images = installation.add_images(500)
    worker = installation.start()
    ended = installation.wait(installation.app.work.run_stages())
    assert ended.state is JobState.SUCCESS
    assert (ended.done, ended.failed) == (500, 0)
    assert installation.done() == len(images)
    assert installation.finalised() == [1]
    begun = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    worker.wait(20)
    assert time.monotonic() - begun < 10


def test_images_that_crash_hang_or_hog_memory_cost_only_themselves(installation: Installation) -> None:
    images = installation.add_images(40)
    crash, hang, hog = images[5], images[17], images[30]
    installation.start(crash=[crash], hang=[hang], hog=[hog], item_seconds=1)
    ended = installation.wait(installation.app.work.run_stages())
    assert ended.state is JobState.SUCCESS
    assert installation.failures() == {crash: "crashed", hang: "timeout", hog: "no-memory"}
    assert installation.done() == 37


def test_a_worker_killed_hard_loses_nothing(installation: Installation) -> None:
    installation.add_images(400)
    worker = installation.start(seconds=0.01)
    job = installation.app.work.run_stages()
    installation.until(lambda: installation.done() > 50)
    worker.kill()
    worker.wait()
    installation.app.leases.release_worker("server", str(worker.pid), "killed", "the worker was killed")
    installation.start()
    ended = installation.wait(job)
    assert ended.state is JobState.SUCCESS
    assert installation.done() == 400
    assert ended.done == 400
    assert installation.finalised() == [1]


def test_a_broker_that_is_emptied_loses_nothing(installation: Installation) -> None:
    installation.add_images(600)
    installation.start(seconds=0.005)
    job = installation.app.work.run_stages()
    installation.until(lambda: installation.done() > 50)
    installation.empty_broker()
    ended = installation.wait(job)
    assert ended.state is JobState.SUCCESS
    assert installation.done() == 600


def test_a_frozen_worker_loses_its_lease_and_its_late_result_is_dropped(installation: Installation) -> None:
    installation.add_images(200)
    frozen = installation.start(seconds=0.02)
    job = installation.app.work.run_stages()
    installation.until(lambda: 0 < installation.done() < 150)
    tree = [*psutil.Process(frozen.pid).children(recursive=True), psutil.Process(frozen.pid)]
    for process in tree:
        process.send_signal(signal.SIGSTOP)
    installation.start()
    ended = installation.wait(job)
    for process in tree:
        process.send_signal(signal.SIGCONT)
    assert ended.state is JobState.SUCCESS
    time.sleep(1)
    assert installation.done() == 200
    assert installation.app.work.get(job.id).done == 200
    assert installation.finalised() == [1]


def test_a_busy_worker_saves_what_it_has_and_hands_back_the_rest(installation: Installation) -> None:
    installation.add_images(640)
    worker = installation.start(seconds=0.2)
    job = installation.app.work.run_stages()
    installation.until(lambda: installation.value_leased() > 0)
    time.sleep(1)
    worker.send_signal(signal.SIGTERM)
    worker.wait(20)
    assert installation.value_leased() == 0
    assert installation.done() > 0
    installation.start()
    assert installation.wait(job).done == 640


def test_a_worker_of_another_version_is_refused(installation: Installation) -> None:
    with installation.app.store.transaction() as tx:
        tx.execute("UPDATE node SET version = '99.0.0' WHERE name = 'server'")
    worker = installation.start()
    assert worker.wait(30) != 0
    assert "99.0.0" in installation.log.read_text()
