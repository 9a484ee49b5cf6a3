"""Vectors as an encoder might give them: subjects that hang together in groups, of very different sizes.

A vector is its group's direction, its subject's, a few dozen ways in which pictures of a subject differ, and noise in
all dimensions. Without the structure of the last two every vector would be as far from all others of its subject, which
no encoder's are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
GROUP, SUBJECT, WAYS, NOISE = 0.45, 0.6, 0.55, 0.3
"""Lengths of the parts."""
FREE = 24
"""Ways in which the pictures of a subject differ."""


@dataclass(frozen=True)
class World:
    """Subjects to draw pictures of.

    Attributes:
        centres: of the subjects, subjects x dimensions. shares: how often each is photographed.
        ways: FREE x dimensions, for every subject turned by `turns`, subjects x FREE.
    """

    centres: Matrix
    shares: NDArray[np.float64]
    ways: Matrix
    turns: NDArray[np.int64]

    def draw(self, count: int, random: np.random.Generator, subjects: NDArray[np.int64] | None = None) -> Matrix:
        """Vectors of length 1; of these subjects, or of some drawn by their shares."""
        if subjects is None:
            subjects = random.choice(len(self.centres), count, p=self.shares)
        vectors = self.centres[subjects]
        free = self.turns.shape[1]
        weights = random.normal(0, WAYS / np.sqrt(free), (count, free)).astype(np.float32)
        spread = np.zeros((count, len(self.ways)), np.float32)
        np.put_along_axis(spread, self.turns[subjects], weights, axis=1)
        vectors = vectors + spread @ self.ways
        vectors += random.normal(0, NOISE / np.sqrt(vectors.shape[1]), vectors.shape).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def world(subjects: int, dimensions: int, random: np.random.Generator) -> World:
    """Subjects in groups of about ten; a few are photographed often, most seldom."""
    groups = _unit(random.normal(size=(max(subjects // 10, 1), dimensions)))
    own = _unit(random.normal(size=(subjects, dimensions)))
    shares = 1 / np.arange(1, subjects + 1) ** 0.8
    ways = _unit(random.normal(size=(4 * FREE, dimensions)))
    turns = np.stack([random.permutation(len(ways))[:FREE] for _ in range(subjects)])
    centres = GROUP * groups[random.integers(0, len(groups), subjects)] + SUBJECT * own
    return World(centres.astype(np.float32), shares / shares.sum(), ways, turns)


def blocks(made: World, count: int, random: np.random.Generator, size: int = 50_000) -> Iterator[Matrix]:
    """Many vectors, some at a time."""
    for start in range(0, count, size):
        yield made.draw(min(size, count - start), random)


def _unit(vectors: NDArray[np.float64]) -> Matrix:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
