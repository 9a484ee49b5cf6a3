"""The whole pipeline of a marketplace, killed hard at random moments: every image once, whole, with its own vector."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from lumina.demo.world import World
from lumina.domain.values import RenditionKind
from lumina.files.derived import DerivedStore
from lumina.files.picture import ProxyPicture
from lumina.inference.models import Models
from lumina.stages.embed import EmbedListings
from lumina.store import Store, Transaction, spaces, vectors
from lumina.store.embedded import EmbeddedPostgres

MODEL = "colour-layout"
STAGES = ("download", "checksum", "metadata", "proxy", "thumbnail", "hash", "quality", f"embed:{MODEL}")
SAMPLE = 12
"""Images whose vectors are computed again."""
ENOUGH = 30
"""Among fewer listings nothing can look more alike than chance explains."""


class Victim:
    """`lumina market demo`, started, killed with everything that it has started, and started again."""

    def __init__(self, home: Path, listings: int) -> None:
        self.home, self.listings = home, listings
        self.log = home.parent / "victim.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "lumina.cli", *map(str, arguments)]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LUMINA_")}
        return {**kept, "LUMINA_HOME": str(self.home), "LUMINA_SLOTS": "2", "LUMINA_LEASE_SECONDS": "15"}

    def run(self) -> subprocess.Popen[bytes]:
        """The running program, started where it does not run."""
        if self.process is None or self.process.poll() is not None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    self.command("market", "demo", "--no-browser", "--json", "--listings", str(self.listings)),
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        return self.process

    def kill(self) -> None:
        """The marketplace, the supervisor, its workers and the database in one blow."""
        process = psutil.Process(self.run().pid)
        for member in [process, *process.children(recursive=True)]:
            try:
                member.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        assert self.process is not None
        self.deaths += self.process.wait(60) == -signal.SIGKILL

    def finish(self, seconds: float) -> dict[str, Any]:
        """What it says when it is let alone."""
        self.log.write_bytes(b"")
        status = self.run().wait(seconds)
        text = self.log.read_text()
        assert status == 0, text[-3000:]
        found: dict[str, Any] = json.loads(text[text.index("\n{") :])
        return found


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[list[Victim]]:
    made: list[Victim] = []
    yield made
    for victim in made:
        if victim.process is not None and victim.process.poll() is None:
            victim.kill()


def torment(victim: Victim, kills: int, longest: float, seed: int, seconds: float) -> None:
    """Kill it so often on its way; then let it end, and look at everything."""
    choice = random.Random(seed)
    while victim.deaths < kills:
        victim.run()
        time.sleep(choice.uniform(0.5, longest))
        victim.kill()
    said = victim.finish(seconds)
    images = sum(listing.photographs for listing in World(listings=victim.listings).listings.values())
    (market,) = said["markets"]
    able = {stage["name"]: stage for stage in market["stages"] if stage["waiting"] is None}
    assert {name: able[name]["done"] for name in STAGES} == dict.fromkeys(STAGES, images)
    assert said["asked"]
    assert said["results"] or victim.listings < ENOUGH
    with EmbeddedPostgres(victim.home, shared=True) as server:
        store = Store(server.url, pool_size=0)
        with store.transaction() as tx:
            check_rows(tx, images)
            check_files(tx, victim.home)
            check_vectors(tx, victim.home)
    check_export(victim, images)


def check_rows(tx: Transaction, images: int) -> None:
    states = tx.rows("SELECT name, status, count(*) AS n FROM stage_state JOIN stage ON id = stage_id GROUP BY 1, 2")
    assert {row["name"]: row["n"] for row in states if row["status"] == 1} == dict.fromkeys(STAGES, images)
    assert all(row["status"] == 1 for row in states)
    for what in ("image", "listing_image", "file", "file WHERE checksum IS NOT NULL AND missing_since IS NULL"):
        assert tx.value(f"SELECT count(*) FROM {what}") == images, what
    assert tx.value("SELECT count(DISTINCT (listing_id, remote_id)) FROM listing_image") == images
    assert tx.value("SELECT count(DISTINCT path) FROM file") == images
    assert tx.value("SELECT count(*) FROM image WHERE awaited OR missing_since IS NOT NULL") == 0
    assert tx.value("SELECT count(*) FROM job WHERE state <> 'SUCCESS' OR finalised <> 1") == 0
    assert tx.value("SELECT count(*) FROM batch WHERE state <> 'ended'") == 0


def check_files(tx: Transaction, home: Path) -> None:
    """What the database says lies there, lies there, and nothing else does."""
    root = home / "market" / "demo"
    known = {row["path"]: row["size"] for row in tx.rows("SELECT path, size FROM file")}
    there = {
        str(path.relative_to(root)): path.stat().st_size
        for path in root.rglob("*")
        if path.is_file() and ".part" not in path.parts
    }
    assert there == known


def check_vectors(tx: Transaction, home: Path) -> None:
    """Every image has one, and it is its own: computed again from its proxy it is the same."""
    space = spaces.live(tx, MODEL)
    assert space is not None
    rows = tx.rows("SELECT image_id, key FROM rendition WHERE kind = 'proxy' ORDER BY image_id")
    ids, found = vectors.load(tx, space, [row["image_id"] for row in rows])
    assert list(ids) == [row["image_id"] for row in rows]
    chosen = random.Random(1).sample(range(len(rows)), min(SAMPLE, len(rows)))
    derived, models = DerivedStore(home / "derived"), Models(home / "models")
    pictures = [ProxyPicture(rows[at]["image_id"], derived.path(RenditionKind.PROXY, rows[at]["key"])) for at in chosen]
    for at, again in zip(chosen, EmbedListings(models.entry(MODEL), models).run(pictures), strict=True):
        similarity = np.asarray(found, dtype=np.float32) @ again.vector  # type: ignore[union-attr]
        assert similarity[at] > 0.999
        assert similarity.argmax() == at


def check_export(victim: Victim, images: int) -> None:
    """Writing verifies what was written against the database; here only that all rows are in it."""
    folder = victim.home.parent / "exported"
    done = subprocess.run(
        victim.command("market", "export-faiss", folder, "--models", MODEL, "--json"),
        env=victim.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    index = json.loads(next(folder.rglob("image_index.json")).read_text())
    assert images in (len(index), len(index.get("images", ())) if isinstance(index, dict) else 0)


@pytest.mark.integration
@pytest.mark.timeout(240)
def test_two_kills_lose_nothing_and_double_nothing(victims: list[Victim], tmp_path: Path) -> None:
    victims.append(Victim(tmp_path / "home", listings=6))
    torment(victims[0], kills=2, longest=5, seed=3, seconds=150)


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_kills_lose_nothing_and_double_nothing(victims: list[Victim], tmp_path: Path) -> None:
    victims.append(Victim(tmp_path / "home", listings=60))
    torment(victims[0], kills=20, longest=9, seed=20, seconds=900)
