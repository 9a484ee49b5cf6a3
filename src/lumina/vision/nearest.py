"""Pairs as they are found, of which each hash keeps the nearest: memory stays bounded, whatever comes."""

from __future__ import annotations

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from lumina.vision.scan import DISTANCE_SHIFT, ID_BITS, tally, trim

ROOM, ROOM_PER_HASH = 1 << 20, 4
"""Pairs that are kept in all. Beyond them, every hash keeps fewer than `cap`."""


class Nearest:
    """The pairs found so far. What is kept depends on the pairs alone, not on the order in which they come.

    A pair is kept while it is among the `cap` nearest of one of its two hashes; of equally near ones, those with
    lower ids. Where all hashes together have more than there is room for, `cap` is halved until they do not.

    Attributes:
        reach: per hash, bits; beyond the reach of both a pair need not be added.
    """

    def __init__(self, hashes: int, radius: int, cap: int, most: int) -> None:
        """`most`: pairs that are ever added at once."""
        self.reach = np.full(hashes, radius, np.uint8)
        self._degrees = np.zeros(hashes, np.int32)
        self._cap = cap
        self._room = ROOM + ROOM_PER_HASH * hashes
        # After trimming there are at most two for each that there is room for. Memory is taken as it is filled.
        self._pairs = np.empty(5 * self._room // 2 + most, np.uint64)
        self._held = self._left_out = 0
        self._lock = Lock()

    def add(self, pairs: NDArray[np.uint64]) -> None:
        """Take in pairs, each of which comes once; from any thread."""
        with self._lock:
            if self._held + len(pairs) > len(self._pairs):
                self._trim()
            self._pairs[self._held : self._held + len(pairs)] = pairs
            self._held += len(pairs)
            tally(pairs, self._degrees)

    def finish(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8], int]:
        """Lower ids, higher ids and distances, nearest pairs first; and how many were added and left out."""
        self._trim()
        pairs, mask = self._pairs[: self._held], np.uint64((1 << ID_BITS) - 1)
        distance = (pairs >> np.uint64(DISTANCE_SHIFT)).astype(np.uint8)
        high = (pairs & mask).view(np.int64)
        pairs >>= np.uint64(ID_BITS)
        return (pairs & mask).view(np.int64), high, distance, self._left_out

    def _trim(self) -> None:
        pairs = self._pairs[: self._held]
        pairs.sort()
        while self._cap > 1 and int(np.minimum(self._degrees, self._cap).sum(dtype=np.int64)) > 2 * self._room:
            self._cap //= 2
        self._held = trim(pairs, self._cap, self.reach)
        self._left_out += len(pairs) - self._held
