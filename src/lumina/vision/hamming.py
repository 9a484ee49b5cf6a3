"""All pairs of hashes that differ in few of their 64 bits, exactly, from a few to tens of millions.

Hashes are put into buckets by blocks of their bits such that each near pair meets in one block at least
(`lumina.vision.blocks`), and buckets are compared with those whose keys are near, by compiled loops
(`lumina.vision.scan`). That a pair was found by an earlier block can be seen from its bits, so none is noted twice.

What a library can do to this: thousands of screenshots of one template, dark frames, and empty skies all lie near each
other, so the pairs grow with the square of their number. Each hash therefore keeps only its `cap` nearest, and is
compared with at most `WINDOW` of a bucket. What was left out is counted; where nothing was, no pair is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import pairwise
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lumina.errors import BadInput
from lumina.vision.blocks import HASH_BITS, choose, spread
from lumina.vision.cores import cores

if TYPE_CHECKING:
    from lumina.vision.nearest import Nearest
    from lumina.vision.scan import Buckets, Search

Hashes = NDArray[np.uint64]
Ids = NDArray[np.int32]
Part = tuple[Ids, Ids]

CAP = 128
"""Nearest neighbours that each hash keeps."""
MAX_HASHES = 1 << 29
WINDOW = 1 << 17
PIECES = 64
"""That a block is cut into per thread; whoever is done takes the next."""
EFFORT = 200_000_000
"""Comparisons, a tenth of a second, after which a thread looks whether to go on."""
PAIRS = 2 * WINDOW
"""Pairs that a thread gathers before it hands them over."""
PATIENCE = 0.5
"""Seconds between two calls of `check`."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of near hashes, nearest first, then by `left` and `right`.

    Attributes:
        left, right: places in the given arrays; within one array, left < right.
        distance: bits.
        capped: pairs that were left out, or not even compared.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    distance: NDArray[np.uint8]
    capped: int

    def __len__(self) -> int:
        return len(self.left)


def collapse(hashes: Hashes) -> tuple[Hashes, NDArray[np.int64]]:
    """The distinct hashes in ascending order, and for each of the given ones its place among them."""
    distinct, inverse = np.unique(hashes, return_inverse=True)
    return distinct, inverse.astype(np.int64, copy=False)


def join(
    hashes: Hashes,
    radius: int,
    *,
    fresh: NDArray[np.bool_] | None = None,
    cap: int = CAP,
    check: Callable[[], None] = lambda: None,
    threads: int | None = None,
) -> Pairs:
    """All pairs i < j of hashes within `radius` bits.

    Args:
        hashes: distinct (`collapse`).
        radius: bits, 0-64.
        fresh: only pairs with at least one of these are wanted; costs about as much as they are.
        cap: nearest neighbours that each hash keeps.
        check: called about twice a second; what it raises ends the search.
        threads: by default one per core that this process may use.

    Raises:
        BadInput: the radius is outside 0-64, or there are too many hashes.
    """
    chosen = np.ones(len(hashes), bool) if fresh is None else fresh
    new, old = np.flatnonzero(chosen).astype(np.int32), np.flatnonzero(~chosen).astype(np.int32)
    return _Join(hashes, radius, cap, threads).run([(new, new), (new, old)], check)


def cross(
    left: Hashes,
    right: Hashes,
    radius: int,
    *,
    cap: int = CAP,
    check: Callable[[], None] = lambda: None,
    threads: int | None = None,
) -> Pairs:
    """All pairs of one hash of `left` and one of `right` within `radius` bits.

    Args:
        left: distinct.
        right: distinct.
        radius: bits, 0-64.
        cap: nearest neighbours that each hash keeps.
        check: called about twice a second; what it raises ends the search.
        threads: by default one per core that this process may use.

    Raises:
        BadInput: as `join`.
    """
    ids = np.arange(len(left) + len(right), dtype=np.int32)
    sides = (ids[: len(left)], ids[len(left) :])
    pairs = _Join(np.concatenate([left, right]), radius, cap, threads).run([sides], check)
    return Pairs(pairs.left, pairs.right - len(left), pairs.distance, pairs.capped)


class _Join:
    """One search. Hashes are known by their place: their id."""

    def __init__(self, hashes: Hashes, radius: int, cap: int, threads: int | None) -> None:
        if not 0 <= radius <= HASH_BITS:
            raise BadInput(f"radius: {radius} is outside 0-{HASH_BITS}.")
        if len(hashes) >= MAX_HASHES:
            raise BadInput(f"{len(hashes):,} hashes are too many to compare; the limit is {MAX_HASHES:,}.")
        self._hashes, self._radius, self._cap = hashes, radius, cap
        self._threads = threads or cores()
        self._stop = Event()

    def run(self, parts: Sequence[Part], check: Callable[[], None]) -> Pairs:
        """The pairs between the two sides of each part; a part whose sides are one object is joined in itself."""
        with ThreadPoolExecutor(self._threads + 1) as pool:
            pairs = pool.submit(self._search, parts, pool)
            try:
                while not wait([pairs], PATIENCE).done:
                    check()
            finally:
                self._stop.set()
            return pairs.result()

    def _search(self, parts: Sequence[Part], pool: ThreadPoolExecutor) -> Pairs:
        from lumina.vision.nearest import Nearest

        found = Nearest(len(self._hashes), self._radius, self._cap, PAIRS)
        hashes = spread(self._hashes)
        skipped = sum(self._part(hashes, left, right, found, pool) for left, right in parts if len(left) and len(right))
        left, right, distance, left_out = found.finish()
        return Pairs(left, right, distance, skipped + left_out)

    def _part(self, hashes: Hashes, left: Ids, right: Ids, found: Nearest, pool: ThreadPoolExecutor) -> int:
        """How many pairs were skipped."""
        from lumina.vision.scan import Search, fill

        same, skipped = left is right, 0
        ours = hashes[left]
        others = ours if same else hashes[right]
        blocks = choose(ours, others, self._radius, same)
        for number, block in enumerate(blocks):
            buckets = fill(ours, left, block.shift, block.width)
            facing = buckets if same else fill(others, right, block.shift, block.width)
            masks = np.array([earlier.mask for earlier in blocks[:number]], np.uint64)
            radii = np.array([earlier.radius for earlier in blocks[:number]], np.uint64)
            search = Search(same, block.flips(), np.uint64(self._radius), masks, radii, WINDOW)
            pieces = [pool.submit(self._piece, buckets, facing, search, found, *keys) for keys in self._cut(buckets)]
            skipped += sum(piece.result() for piece in pieces)
        return skipped

    def _cut(self, buckets: Buckets) -> Iterator[tuple[int, int]]:
        """Ranges of keys with about as many hashes each."""
        wanted = np.linspace(0, len(buckets.hashes), PIECES * self._threads + 1)[1:-1]
        edges = np.unique(np.searchsorted(buckets.ends, wanted)).clip(1, len(buckets.ends) - 2).tolist()
        return pairwise([0, *edges, len(buckets.ends) - 1])

    def _piece(self, buckets: Buckets, facing: Buckets, search: Search, found: Nearest, first: int, last: int) -> int:
        """Scan some keys, until told to stop; how many pairs were skipped."""
        from lumina.vision.scan import DROPPED, FOUND, KEY, SKIPPED, scan

        state, out = np.zeros(7, np.int64), np.empty(PAIRS, np.uint64)
        state[KEY] = first
        while state[KEY] < last and not self._stop.is_set():
            scan(buckets, facing, search, found.reach, last, EFFORT, state, out)
            found.add(out[: state[FOUND]])
        return int(state[SKIPPED] + state[DROPPED])
