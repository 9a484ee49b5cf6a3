"""Vectors of a marketplace's images that no network had to make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import SpaceKind
from lumina.domain.work import Status
from lumina.store import Transaction, outcomes, spaces, vectors
from lumina.store.outcomes import Outcome


def drawn(images: Sequence[int], dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    """As many vectors of length 1, each from its image's number."""
    rows = [np.random.default_rng([seed, image]).normal(size=dimensions) for image in images]
    matrix = np.array(rows, np.float32).reshape(len(images), dimensions)
    return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), np.float32)


def forget_all(tx: Transaction) -> None:
    """Drop all spaces of vectors, that of a test before this one, too."""
    for space in spaces.every(tx):
        tx.execute(f"DROP TABLE {spaces.table(space)}")
    tx.execute("DELETE FROM vector_space")


def embedded(
    tx: Transaction, images: Sequence[int], models: Mapping[str, int], kind: SpaceKind = SpaceKind.IMAGE, seed: int = 0
) -> None:
    """Vectors of these images by models of so many dimensions, with the ledger's rows."""
    ids = np.array(sorted(images), np.int64)
    for model, dimensions in models.items():
        space = spaces.get_or_create(tx, model, 1, dimensions, kind)
        vectors.save(tx, space, ids, drawn(ids.tolist(), dimensions, seed + dimensions))
        if kind is SpaceKind.IMAGE:
            outcomes.record(tx, [Outcome(image, f"embed:{model}", 1, Status.DONE) for image in ids.tolist()])
