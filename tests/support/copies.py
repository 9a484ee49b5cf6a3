"""A catalog of images that exist only as rows, and the engine that looks for copies among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from blake3 import blake3

from lumina.bootstrap import App, Settings, build
from lumina.domain.copies import CopyFilter, CopyGroup
from lumina.domain.curation import Change, Field
from lumina.domain.work import Job
from lumina.engine.follow import DETECT_DUPLICATES
from lumina.engine.group import Grouping
from lumina.services import duplicates
from lumina.store import Store, groups, jobs, journal, runs
from lumina.store.ledger import Worker
from lumina.store.results import signed
from lumina.store.runs import RunKind
from lumina.vision.hashes import dhash, phash
from lumina.vision.probes import probes, turns
from lumina.vision.resize import box
from lumina.vision.signature import signature
from tests.support.messages import Messages


@dataclass
class Twins:
    """A catalog, and what looks for copies in it."""

    app: App
    messages: Messages
    catalog: UUID
    source: int
    me: Worker = field(default_factory=lambda: Worker("server", "1/2"))
    count: int = 0

    @property
    def store(self) -> Store:
        return self.app.store

    def add(
        self, count: int = 1, *, checksum: bytes | None = None, content: bytes | None = None, **columns: Any
    ) -> list[int]:
        """Images with one file each, of these bytes and image data; of their own where none are given."""
        found = []
        with self.store.transaction() as tx:
            for _ in range(count):
                self.count += 1
                own = f"{self.count}".encode()
                found.append(
                    tx.value(
                        """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem, kind, width, height,
                                render_key, taken_at)
                            VALUES (:catalog, :source, '', :stem, :kind, :width, :height, :key, :taken) RETURNING id),
                        f AS (INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns, checksum,
                                content)
                            SELECT id, :source, :stem || '.jpg', 'original', 'jpeg', :size, 1, :checksum, :content
                            FROM i)
                        SELECT id FROM i""",
                        catalog=self.catalog,
                        source=self.source,
                        stem=f"i{self.count:06}",
                        kind=columns.get("kind", "photo"),
                        width=columns.get("width", 400),
                        height=columns.get("height", 300),
                        key=_digest(content or checksum or own)[:16],
                        taken=columns.get("taken"),
                        size=columns.get("size", 1000),
                        checksum=_digest(checksum or own),
                        content=_digest(content or checksum or own),
                    )
                )
        return found

    def show(self, image: int, pixels: np.ndarray, *, flat: bool = False) -> None:
        """Give an image the fingerprint of a picture (height x width x 3)."""
        gray = pixels.mean(axis=2).astype(np.uint8)
        coarse, fine = box(gray, 72, 72), box(gray, 32, 32)
        with self.store.transaction() as tx:
            tx.execute(
                """INSERT INTO fingerprint (image_id, dhash, ahash, whash, phash, flat, signature, probes, turns)
                VALUES (:id, :d, 0, 0, :p, :flat, :signature, :probes, :turns)
                ON CONFLICT (image_id) DO UPDATE SET dhash = excluded.dhash, phash = excluded.phash,
                    flat = excluded.flat, signature = excluded.signature, probes = excluded.probes,
                    turns = excluded.turns, written = pg_current_xact_id()""",
                id=image,
                d=signed(dhash(coarse)),
                p=signed(phash(fine)),
                flat=flat,
                signature=signature(pixels, fine, (pixels.shape[1], pixels.shape[0])),
                probes=probes(box(gray, 64, 64)),
                turns=turns(fine),
            )

    def work(self) -> None:
        """Do all that has been asked for."""
        while self.messages.waiting:
            self.app.engine.run_one(*self.messages.waiting.pop(0), self.me)

    def step(self) -> None:
        """Run one batch."""
        self.app.engine.run_one(*self.messages.waiting.pop(0), self.me)

    def make_ready(self) -> None:
        """Do not wait for delays, and do all that waits."""
        self.run("UPDATE batch SET ready_at = now(), sent_at = NULL WHERE state = 'ready'")
        self.app.dispatcher.top_up()
        self.work()

    def detect(self, **parameters: Any) -> Job:
        """Look for copies, to the end."""
        job = self.app.work.detect(DETECT_DUPLICATES, self.catalog, parameters)
        self.work()
        return self.app.work.get(job.id)

    def groups(self) -> list[list[int]]:
        """Members of the published groups, the keeper first, by keeper."""
        with self.store.transaction() as tx:
            rows = tx.rows(
                """SELECT array_agg(m.image_id ORDER BY m.position) AS members FROM duplicate_member m
                JOIN published USING (run_id) GROUP BY m.group_id ORDER BY 1"""
            )
        return [row["members"] for row in rows]

    def tiers(self) -> dict[int, int]:
        """Tier of every member that is no keeper."""
        with self.store.transaction() as tx:
            rows = tx.rows(
                "SELECT image_id, tier FROM duplicate_member JOIN published USING (run_id) WHERE position > 0"
            )
        return {row["image_id"]: row["tier"] for row in rows}

    def images(self) -> list[int]:
        """All images."""
        with self.store.transaction() as tx:
            return [row["id"] for row in tx.rows("SELECT id FROM image ORDER BY id")]

    def counts(self, *names: str) -> tuple[int, ...]:
        """Figures of the published run."""
        with self.store.transaction() as tx:
            run = runs.published(tx, self.catalog, RunKind.DUPLICATES)
        assert run is not None
        return tuple(run.counts[name] for name in names)

    def listed(self) -> Sequence[CopyGroup]:
        """The groups as people see them."""
        with self.store.transaction() as tx:
            return duplicates.page(tx, self.catalog, CopyFilter(), limit=100).items

    def distinct(self, images: Sequence[int]) -> None:
        """Say that these are no copies of each other."""
        with self.store.transaction() as tx:
            (key,) = groups.new_sets(tx, 1)
            changes = [Change(image, Field.DISTINCT, True, key) for image in images]
            journal.perform(tx, catalog_id=self.catalog, kind="distinct", title="x", changes=changes)

    def say_burst(self, images: Sequence[int]) -> None:
        """Publish a run with one burst."""
        with self.store.transaction() as tx:
            job = jobs.create(tx, "detect-bursts", self.catalog, {}, priority=0)
            run = runs.start(tx, self.catalog, RunKind.BURSTS, job.id)
            tx.execute(
                "INSERT INTO burst (run_id, id, kind, best_id, images, started_at, seconds)"
                " VALUES (:run, 1, 'burst', :best, :count, '2020-01-01', 1)",
                run=run.id,
                best=images[0],
                count=len(images),
            )
            for position, image in enumerate(images):
                tx.execute(
                    "INSERT INTO burst_member (run_id, burst_id, image_id, position, score)"
                    " VALUES (:run, 1, :id, :p, 1)",
                    run=run.id,
                    id=image,
                    p=position,
                )
            runs.publish(tx, run)

    def publish_edges(self, pairs: Sequence[tuple[int, int]]) -> int:
        """Publish a run whose edges are these pairs of faces."""
        with self.store.transaction() as tx:
            job = jobs.create(tx, "detect-duplicates", self.catalog, {}, priority=0)
            run = runs.start(tx, self.catalog, RunKind.DUPLICATES, job.id, {"similarity_threshold": 5})
            for pair in pairs:
                a, b = sorted(pair)
                tx.execute(
                    "INSERT INTO duplicate_edge (run_id, a, b, tier, distance, phash_distance, similarity, relation)"
                    " VALUES (:run, :a, :b, 3, 1, 1, 0.9, 0)",
                    run=run.id,
                    a=a,
                    b=b,
                )
        effect = Grouping(self.store)(job)
        with self.store.transaction() as tx:
            effect(tx, job)
        return run.id

    def value(self, sql: str, **parameters: Any) -> Any:
        with self.store.transaction() as tx:
            return tx.value(sql, **parameters)

    def run(self, sql: str, **parameters: Any) -> None:
        with self.store.transaction() as tx:
            tx.execute(sql, **parameters)


@contextmanager
def searching(database_url: str, home: Path) -> Iterator[tuple[App, Messages]]:
    """Lumina's parts on a database, and the messages that its engine waits for."""
    messages = Messages()
    app = build(Settings(home=home, database_url=database_url), sender=messages)
    app.set_up_database()
    yield app, messages
    app.close()


def new_twins(app: App, messages: Messages) -> Twins:
    """An empty catalog, and nothing else in the database."""
    messages.waiting.clear()
    with app.store.transaction() as tx:
        tx.execute("TRUNCATE catalog, source, image, job, distinct_member RESTART IDENTITY CASCADE")
        catalog = tx.value("INSERT INTO catalog (name) VALUES ('twins') RETURNING id")
        source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/nowhere') RETURNING id", c=catalog)
    return Twins(app, messages, catalog, source)


def scene(seed: int, size: tuple[int, int] = (96, 128)) -> np.ndarray:
    """A picture of its own for each seed: soft blobs, height x width x 3."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    picture = np.zeros((*size, 3))
    for _ in range(12):
        y, x = random.uniform(0, size[0]), random.uniform(0, size[1])
        spread = random.uniform(0.05, 0.3) * size[1]
        blob = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * spread**2))
        picture += blob[..., None] * random.uniform(-120, 120, 3)
    return np.clip(picture + 128, 0, 255).astype(np.uint8)


def touched_up(pixels: np.ndarray, seed: int, strength: float = 4) -> np.ndarray:
    """The same picture with noise, as recompression adds it."""
    noise = np.random.default_rng(seed).normal(0, strength, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def _digest(data: bytes) -> bytes:
    return blake3(data).digest()


__all__: Sequence[str] = ["Twins", "new_twins", "scene", "searching", "touched_up"]
