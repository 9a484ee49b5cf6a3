"""A catalog of images that exist only as rows, and the engine that looks for copies among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from blake3 import blake3

from lumina.bootstrap import App, Settings, build
from lumina.domain.stage import Lane
from lumina.domain.work import Job
from lumina.engine.follow import DETECT_DUPLICATES
from lumina.store import Store
from lumina.store.ledger import Worker
from lumina.store.results import signed
from lumina.vision.hashes import dhash, phash
from lumina.vision.probes import probes, turns
from lumina.vision.resize import box
from lumina.vision.signature import signature


class Messages:
    """A broker that keeps its messages."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Lane, int]] = []

    def send(self, lane: Lane, batch_ids: Collection[int]) -> None:
        self.waiting.extend((lane, batch_id) for batch_id in batch_ids)


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
                            SELECT id, :source, :stem || '.jpg', 'original', 'jpeg', :size, 1, :checksum, :content FROM i)
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
                signature=signature(pixels, fine, box(gray, 96, 96), (pixels.shape[1], pixels.shape[0])),
                probes=probes(box(gray, 64, 64)),
                turns=turns(fine),
            )

    def work(self) -> None:
        """Do all that has been asked for."""
        while self.messages.waiting:
            self.app.engine.run_one(*self.messages.waiting.pop(0), self.me)

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

    def value(self, sql: str, **parameters: Any) -> Any:
        with self.store.transaction() as tx:
            return tx.value(sql, **parameters)

    def run(self, sql: str, **parameters: Any) -> None:
        with self.store.transaction() as tx:
            tx.execute(sql, **parameters)


def make_twins(database_url: str, home: Path) -> Iterator[Twins]:
    """A catalog without images."""
    messages = Messages()
    app = build(Settings(home=home, database_url=database_url), sender=messages)
    app.set_up_database()
    with app.store.transaction() as tx:
        catalog = tx.value("INSERT INTO catalog (name) VALUES ('twins') RETURNING id")
        source = tx.value("INSERT INTO source (catalog_id, path) VALUES (:c, '/nowhere') RETURNING id", c=catalog)
    yield Twins(app, messages, catalog, source)
    app.close()


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


__all__: Sequence[str] = ["Messages", "Twins", "make_twins", "scene", "touched_up"]
