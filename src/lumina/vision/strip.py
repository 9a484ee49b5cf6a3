"""Frames in a row, from which sequences are cut one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumina.domain.bursts import SequenceKind
from lumina.vision import looks
from lumina.vision.frames import SECOND, Frames, Indices

Mask = NDArray[np.bool_]
Reals = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Found:
    """A sequence; `members` are indices of frames, in order. `direction`: 1 a panorama to the right, -1 to the left."""

    kind: SequenceKind
    members: list[int]
    direction: int = 0


class Strip:
    """The frames that belong to no sequence yet, lane after lane, and the gaps between neighbours."""

    def __init__(self, frames: Frames, order: Indices, lane: Indices, check: Callable[[], None]) -> None:
        self.all, self.check = frames, check
        self.reliefs = np.zeros(frames.lumas.shape, np.float32)
        self.ready = np.zeros(len(frames), np.bool_)
        self.found: list[Found] = []
        self.owner: dict[int, Found] = {}
        self._set(order, lane)

    def _set(self, order: Indices, lane: Indices) -> None:
        self.order, self.lane = order, lane
        self.frames = self.all.take(order)
        self.gap = np.diff(self.frames.time) / SECOND
        self.joined = np.diff(lane) == 0
        self.whole = self.frames.time % SECOND == 0
        self.vague = self.whole[1:] & self.whole[:-1]

    def keep(self, found: Iterable[Found]) -> None:
        """Take the frames of sequences (by place in this strip) out of it."""
        free = np.ones(len(self.order), np.bool_)
        for each in found:
            free[each.members] = False
            each.members = self.order[each.members].tolist()
            self.found.append(each)
            self.owner.update((member, each) for member in each.members)
        if not free.all():
            self._set(self.order[free], self.lane[free])

    def step(self, values: NDArray[np.float64]) -> Reals:
        """Absolute difference of neighbours, 0 where one is unknown."""
        return np.asarray(np.nan_to_num(np.abs(np.diff(values))), np.float64)

    def level(self, one: Indices, other: Indices) -> NDArray[np.float32]:
        """How alike frames are without any shift."""
        return looks.level(self._reliefs(one), self._reliefs(other))

    def compare(self, one: Indices, other: Indices) -> looks.Alike:
        """How alike frames are, with every shift."""
        self.check()
        return looks.compare(self._reliefs(one), self._reliefs(other))

    def _reliefs(self, places: Indices) -> looks.Reliefs:
        """Of these frames; made when they are first asked for, since most frames have no neighbour."""
        chosen = self.order[places]
        new = np.unique(chosen[~self.ready[chosen]])
        self.reliefs[new], self.ready[new] = looks.reliefs(self.all.lumas[new]), True
        return np.asarray(self.reliefs[chosen], np.float32)

    def near(self, one: Indices, other: Indices, limit: Reals | float) -> Mask:
        """Which frames are so alike; without a shift first, which is quick."""
        limits = np.broadcast_to(np.asarray(limit, np.float64), one.shape)
        alike = self.level(one, other) >= limits
        open_ = np.flatnonzero(~alike)
        alike[open_] = self.compare(one[open_], other[open_]).near >= limits[open_]
        return np.asarray(alike)

    def runs(self, linked: Mask, least: int) -> Iterator[tuple[int, int]]:
        """Start and end of the longest stretches of linked neighbours with so many frames."""
        edges = np.flatnonzero(np.diff(np.concatenate([[False], linked, [False]]).astype(np.int8)))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - start + 1 >= least:
                yield start, end + 1
