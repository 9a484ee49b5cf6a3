"""The whole program, killed hard at random moments: nothing lost, nothing twice, everything ended."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from sqlalchemy.exc import SQLAlchemyError

from lumina.errors import LuminaError
from lumina.store import Store
from lumina.store.embedded import EmbeddedPostgres

LUMINA = [sys.executable, "-m", "lumina.cli"]


class Victim:
    """`lumina up --once` on a folder, started, killed and started again."""

    def __init__(self, home: Path, photos: Path) -> None:
        self.home = home
        self.photos = photos
        self.log = home / "victim.log"
        self.process: subprocess.Popen[bytes] | None = None
        home.mkdir()

    def run(self) -> subprocess.Popen[bytes]:
        """The running program, started where it does not run."""
        if self.process is None or self.process.poll() is not None:
            given = {"LUMINA_HOME": str(self.home), "LUMINA_LEASE_SECONDS": "15", "LUMINA_SLOTS": "2"}
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [*LUMINA, "up", "--once", str(self.photos)],
                    env={**os.environ, **given},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        return self.process

    def family(self) -> list[psutil.Process]:
        """The program's processes but the database's, the supervisor first."""
        process = psutil.Process(self.run().pid)
        return [process, *(p for p in process.children(recursive=True) if "postgres" not in p.name())]

    def kill_everything(self) -> None:
        """Supervisor, workers and database in one blow."""
        process = psutil.Process(self.run().pid)
        for member in [process, *process.children(recursive=True)]:
            _kill(member)
        self.run_over()

    def kill_someone(self, choice: random.Random) -> None:
        """One process of the workers, or the supervisor."""
        member = choice.choice(self.family())
        _kill(member)
        if member.pid == self.run().pid:
            self.run_over()

    def run_over(self) -> None:
        """Wait until a supervisor that was killed is gone."""
        if self.process is not None:
            self.process.wait(60)

    def finish(self, seconds: float) -> int:
        return self.run().wait(seconds)


def _kill(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return


@pytest.fixture
def victim(tmp_path: Path, photos: Path) -> Iterator[Victim]:
    victim = Victim(tmp_path / "home", photos)
    yield victim
    if victim.process is not None and victim.process.poll() is None:
        victim.kill_everything()


def make_photos(folder: Path, count: int) -> None:
    """Small JPEGs, each another picture, 100 to a folder."""
    random_pixels = np.random.default_rng(1)
    for number in range(count):
        part = folder / f"{number // 100:03}"
        part.mkdir(exist_ok=True)
        pixels = random_pixels.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((320, 240)).save(part / f"{number:05}.jpg", quality=85)


def empty_broker(victim: Victim) -> None:
    """Throw all messages away in the middle of the work."""
    until = time.monotonic() + 60
    while True:
        victim.run()
        try:
            with EmbeddedPostgres(victim.home, shared=True) as server:
                store = Store(server.url, pool_size=0)
                with store.transaction() as tx:
                    if tx.value("SELECT count(*) FROM batch WHERE kind = 'work' AND state <> 'ended'"):
                        for lane in ("io", "cpu", "gpu"):
                            tx.execute("SELECT pgmq.purge_queue(:name)", name=f"lumina_{lane}")
                        return
        except (LuminaError, SQLAlchemyError):  # the database is just being started, or killed
            assert time.monotonic() < until, "no work in sight"
        time.sleep(0.2)


def torment(victim: Victim, images: int, kills: int, longest: float, seed: int) -> None:
    """Kill `kills` times and empty the broker twice while the images are being done; then check everything."""
    choice = random.Random(seed)
    for kill in range(kills):
        victim.run()
        if kill in (0, kills // 2):
            empty_broker(victim)
        time.sleep(choice.uniform(0.2, longest))
        if choice.random() < 0.4:
            victim.kill_everything()
        else:
            victim.kill_someone(choice)
    assert victim.finish(400) == 0, victim.log.read_text()[-3000:]
    victim.run()
    assert victim.finish(60) == 0, "a run after all that finds nothing to do"
    check(victim.home, images)


def check(home: Path, images: int) -> None:
    with EmbeddedPostgres(home, shared=True) as server:
        store = Store(server.url, pool_size=0)
        with store.transaction() as tx:
            states = tx.rows(
                "SELECT name, status, count(*) AS n FROM stage_state JOIN stage ON id = stage_id GROUP BY 1, 2"
            )
            assert {row["name"]: row["n"] for row in states if row["status"] == 1} == dict.fromkeys(
                ("checksum", "metadata", "proxy", "thumbnail", "hash", "quality"), images
            )
            assert all(row["status"] == 1 for row in states)
            assert tx.value("SELECT count(*) FROM image") == images
            assert tx.value("SELECT count(*) FROM file WHERE checksum IS NOT NULL") == images
            assert tx.value("SELECT count(*) FROM fingerprint") == images
            assert tx.value("SELECT max(attempts) FROM stage_state") == 1
            assert tx.value("SELECT count(*) FROM job WHERE state NOT IN ('SUCCESS')") == 0
            assert tx.value("SELECT count(*) FROM job WHERE finalised <> 1") == 0
            assert tx.value("SELECT sum(done) FROM job WHERE kind = 'ingest'") == images
            assert tx.value("SELECT count(*) FROM batch WHERE state <> 'ended'") == 0


@pytest.mark.integration
@pytest.mark.timeout(300)
def test_three_kills_lose_nothing(victim: Victim, photos: Path) -> None:
    make_photos(photos, 240)
    torment(victim, 240, kills=3, longest=1.5, seed=5)


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_fifty_kills_lose_nothing(victim: Victim, photos: Path) -> None:
    make_photos(photos, 3000)
    torment(victim, 3000, kills=50, longest=4.0, seed=50)
