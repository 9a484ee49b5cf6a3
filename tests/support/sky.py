"""Catalogs whose images have made-up vectors, of subjects that are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lumina.bootstrap import App
from lumina.domain.vectors import Space
from lumina.domain.work import Job, Status
from lumina.engine import vectors as care
from lumina.store import outcomes, spaces, vectors
from lumina.store.outcomes import Outcome
from tests.support.copies import Twins, new_twins
from tests.support.messages import Messages
from tests.support.vectors_of import forget_all

DIMENSIONS = 64


def new_sky(app: App, messages: Messages) -> Sky:
    """An empty catalog, and no space of vectors."""
    twins = new_twins(app, messages)
    with app.store.transaction() as tx:
        forget_all(tx)
    return Sky(twins)


@dataclass
class Sky:
    """A catalog with vectors of one model."""

    twins: Twins
    model: str = "sky"
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    def near(self, centre: NDArray[np.float32], count: int, spread: float = 0.3) -> NDArray[np.float32]:
        """Vectors around another."""
        found = centre + self.random.normal(0, spread / np.sqrt(DIMENSIONS), (count, DIMENSIONS))
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)

    def strewn(self, count: int) -> NDArray[np.float32]:
        """Vectors that have nothing to do with each other."""
        return self.near(np.zeros(DIMENSIONS, np.float32), count)

    def save(self, images: Sequence[int], matrix: NDArray[np.float32], version: int = 1) -> Space:
        """Write vectors as the stage would, with the ledger's rows."""
        name = f"embed:{self.model}"
        with self.twins.store.transaction() as tx:
            outcomes.declare(tx, {name: version})
            space = spaces.get_or_create(tx, self.model, version, matrix.shape[1])
            vectors.save(tx, space, np.array(images), matrix)
            outcomes.record(tx, [Outcome(image, name, version, Status.DONE) for image in images])
        return space

    def fill(self, count: int) -> tuple[list[int], NDArray[np.float32], Space]:
        """That many images that have nothing to do with each other."""
        with self.twins.store.transaction() as tx:
            rows = tx.rows(
                """WITH i AS (INSERT INTO image (catalog_id, source_id, folder, stem)
                    SELECT :c, :s, '', 'x' || n FROM generate_series(1, :count) n RETURNING id, stem),
                f AS (INSERT INTO file (image_id, source_id, path, role, format, size, modified_ns)
                    SELECT id, :s, stem || id, 'original', 'jpeg', 1, 1 FROM i)
                SELECT id FROM i ORDER BY id""",
                c=self.twins.catalog,
                s=self.twins.source,
                count=count,
            )
        images = [row["id"] for row in rows]
        matrix = self.strewn(count)
        return images, matrix, self.save(images, matrix)

    def care(self, *, rebuild: bool = False) -> Job:
        """Do what the spaces need, to the end."""
        with self.twins.store.transaction() as tx:
            job = care.start(tx, self.twins.app.dispatcher, rebuild=rebuild)
        self.twins.work()
        return self.twins.app.work.get(job.id)
