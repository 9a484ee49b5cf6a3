"""What chance gives in a space of vectors, kept for a while: reading it takes longer than a search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import Calibration, Cut, Space
from lumina.store import Store, Transaction, spaces, vectors
from lumina.vision import background

SAMPLE = 2_000
"""Vectors that stand for the whole space."""
SMALL = 10_000
"""A space of fewer vectors may soon be another one, and is read quickly."""
_FRESH = {True: 2.0, False: 300.0}
"""Seconds for which what was read of a small or a large space holds."""


@dataclass(frozen=True, slots=True)
class Background:
    """A space as chance sees it. `sample`: n x dimensions."""

    sample: NDArray[np.float32]
    size: int
    calibration: Calibration | None
    read_at: float


@dataclass(frozen=True, slots=True)
class Scale:
    """What similarity to one question means.

    Attributes:
        cut: what is no chance.
        top: the similarity from which on a result could not look more like it.
    """

    cut: Cut
    top: float

    def strength(self, similarity: float) -> float:
        """How much a result looks like what was asked, 0.5-1: half at the cut, as much as can be at the top."""
        span = max(self.top - self.cut.level, 1e-6)
        return float(np.clip(0.5 + 0.5 * (similarity - self.cut.level) / span, 0.5, 1.0))


class Backgrounds:
    """Of all spaces that are searched. Safe to share between threads.

    Args:
        store: the database.
        size, sample: what is searched: by default all vectors of a space.
    """

    def __init__(
        self,
        store: Store,
        size: Callable[[Transaction, Space], int] = spaces.size,
        sample: Callable[[Transaction, Space, int], tuple[vectors.Ids, vectors.Halves]] = vectors.sample,
    ) -> None:
        self.store = store
        self._size, self._sample = size, sample
        self._kept: dict[int, Background] = {}

    def of(self, space: Space) -> Background:
        """What is known of a space, not older than it may be."""
        known = self._kept.get(space.id)
        if known is None or time.monotonic() - known.read_at > _FRESH[known.size < SMALL]:
            known = self._kept[space.id] = self._read(space)
        return known

    def scale(self, space: Space, question: NDArray[np.float32], *, picture: bool) -> Scale | None:
        """What similarity to a question means; None where there are too few vectors to tell.

        Args:
            space: that is searched.
            question: of its dimensions, of length 1.
            picture: the question is a picture, not words.
        """
        known = self.of(space)
        if len(known.sample) < background.FEW:
            return None
        # small as it is, a product by several threads takes longest where all cores are busy
        scores = np.einsum("ij,j->i", known.sample, question)
        cut = background.cut(scores, known.size, known.calibration, picture=picture)
        middle, _ = background.bell(scores[None])
        return Scale(cut, 1.0 if picture else 2 * cut.level - float(np.tanh(middle[0])))

    def _read(self, space: Space) -> Background:
        with self.store.transaction() as tx:
            size = self._size(tx, space)
            calibration = spaces.calibration(tx, space)
            _, sample = self._sample(tx, space, SAMPLE)
        return Background(sample.astype(np.float32), size, calibration, time.monotonic())
