"""The inner loops of the join of hashes: fill buckets, compare bucket with bucket, keep the nearest.

Compiled; imported late (`lumina.vision.compiled`). Called by `lumina.vision.hamming` alone, which says what the words
mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lumina.vision.compiled import compiled, inner, popcount

Hashes = NDArray[np.uint64]
Ids = NDArray[np.int32]
Numbers = NDArray[np.int64]
Bits = NDArray[np.uint8]

KEY, FLIP, ROW, WORK, SKIPPED, DROPPED, FOUND = range(7)
"""Places in a scan's state: where it goes on (key, flip, row), and what it has compared, skipped, dropped, found."""
SEGMENT = 1024
"""Hashes that are compared before it is looked whether any was near; so the comparing has no branches."""
ID_BITS = 29
DISTANCE_SHIFT = 2 * ID_BITS
"""A pair is one number: distance, lower id, higher id. In ascending order the nearest come first."""


class Buckets(NamedTuple):
    """Hashes by some of their bits, the key: those of a key lie at `ends[key]:ends[key + 1]`, in their given order."""

    hashes: Hashes
    ids: Ids
    ends: Ids


class Search(NamedTuple):
    """What is looked for.

    Attributes:
        same: left and right are the same buckets, and each pair is wanted once.
        flips: numbers that a key is XORed with to find the keys near it, ascending in bits; the first is 0.
        radius: bits.
        masks, radii: of the blocks that were scanned before; pairs near under one of them are known.
        window: most hashes of a bucket that one hash is compared with.
    """

    same: bool
    flips: Numbers
    radius: np.uint64
    masks: Hashes
    radii: Hashes
    window: int


@compiled
def fill(hashes: Hashes, ids: Ids, shift: int, width: int) -> Buckets:
    """The hashes in buckets by `width` bits from `shift` up."""
    ends = np.zeros((1 << width) + 1, np.int32)
    mask, down = np.uint64((1 << width) - 1), np.uint64(shift)
    for number in hashes:
        ends[((number >> down) & mask) + np.uint64(1)] += 1
    for bucket in range(1 << width):
        ends[bucket + 1] += ends[bucket]
    free = ends.copy()
    filled, named = np.empty_like(hashes), np.empty_like(ids)
    for i in range(len(hashes)):
        key = np.int64((hashes[i] >> down) & mask)
        filled[free[key]], named[free[key]] = hashes[i], ids[i]
        free[key] += 1
    return Buckets(filled, named, ends)


@compiled
def scan(
    left: Buckets, right: Buckets, search: Search, reach: Bits, last: int, effort: int, state: Numbers, out: Hashes
) -> None:
    """Compare the left buckets from `state[KEY]` to before `last` with all right buckets whose key is a flip away.

    Goes on where `state` says. Returns when done (then `state[KEY] == last`), when `out` has no room for one more row,
    or after about `effort` comparisons.

    Args:
        left: buckets.
        right: buckets by the same bits.
        search: what to look for.
        reach: per id, bits; pairs beyond the reach of both are counted as dropped.
        last: the key to stop before.
        effort: comparisons.
        state: 7 numbers; `state[FOUND]` says how many pairs are in `out`.
        out: pairs; longer than the window.
    """
    until, state[FOUND] = state[WORK] + effort, 0
    while state[KEY] < last and state[WORK] < until:
        if left.ends[state[KEY]] < left.ends[state[KEY] + 1] and not _around(
            left, right, search, reach, until, state, out
        ):
            return
        state[WORK] += 1
        state[KEY] += 1
        state[FLIP] = 0


@inner
def _around(
    left: Buckets, right: Buckets, search: Search, reach: Bits, until: int, state: Numbers, out: Hashes
) -> bool:
    """One left bucket with the right ones around its key; False where room or time ran out before."""
    while True:
        flip = _occupied(right.ends, search, state[KEY], state[FLIP])
        state[WORK] += flip - state[FLIP]
        state[FLIP] = flip
        if flip == len(search.flips):
            return True
        if not _rows(left, right, search, reach, until, state, out):
            return False


@inner
def _occupied(ends: Ids, search: Search, key: int, flip: int) -> int:
    """The first flip from this one on that leads to a bucket with hashes, as seen from the lower of two keys."""
    while flip < len(search.flips):
        other = key ^ search.flips[flip]
        if ends[other] < ends[other + 1] and not (search.same and other < key):
            break
        flip += 1
    return flip


@inner
def _rows(left: Buckets, right: Buckets, search: Search, reach: Bits, until: int, state: Numbers, out: Hashes) -> bool:
    """Each hash of one bucket with those of one other, then it is the next flip's turn; False as above."""
    key, other = state[KEY], state[KEY] ^ search.flips[state[FLIP]]
    begin, end = left.ends[key], left.ends[key + 1]
    for row in range(begin + state[ROW], end):
        itself = search.same and key == other
        here, there = _stretch(right, row, begin, end, other, itself, search.window)
        if state[FOUND] + there - here > len(out) or state[WORK] >= until:
            state[ROW] = row - begin
            return False
        state[WORK] += 1 + there - here
        state[SKIPPED] += right.ends[other + 1] - (row + 1 if itself else right.ends[other]) - (there - here)
        for first in range(here, there, SEGMENT):
            last = min(first + SEGMENT, there)
            if _near(right.hashes, first, last, left.hashes[row], search.radius):
                _pick(right, search, reach, first, last, left.hashes[row], left.ids[row], state, out)
    state[ROW] = 0
    state[FLIP] += 1
    return True


@inner
def _stretch(right: Buckets, row: int, begin: int, end: int, other: int, itself: bool, window: int) -> tuple[int, int]:
    """What a row is compared with: the rest of its own bucket, or all of another; at most a window of them.

    The window of another bucket is where the row's like would lie, were both sorted.
    """
    first, stop = right.ends[other], right.ends[other + 1]
    if itself:
        return row + 1, min(stop, row + 1 + window)
    if stop - first <= window:
        return first, stop
    middle = first + (row - begin) * np.int64(stop - first) // (end - begin) - window // 2
    here = min(max(middle, first), stop - window)
    return here, here + window


@inner
def _near(hashes: Hashes, first: int, last: int, to: np.uint64, radius: np.uint64) -> bool:
    """Is any of `hashes[first:last]` within `radius` bits? Counts rather than stops, so that vectors can be used."""
    count = 0
    for i in range(first, last):
        count += int(popcount(hashes[i] ^ to) <= radius)
    return count > 0


@inner
def _pick(
    right: Buckets, search: Search, reach: Bits, first: int, last: int, to: np.uint64, name: int,
    state: Numbers, out: Hashes,
) -> None:  # fmt: skip
    """Write down the pairs with `right.hashes[first:last]` that are near and not known."""
    count = state[FOUND]
    for i in range(first, last):
        bits = right.hashes[i] ^ to
        distance = popcount(bits)
        if distance > search.radius or _known(bits, search):
            continue
        if distance > reach[name] and distance > reach[right.ids[i]]:
            state[DROPPED] += 1
            continue
        low, high = np.uint64(min(name, right.ids[i])), np.uint64(max(name, right.ids[i]))
        out[count] = distance << np.uint64(DISTANCE_SHIFT) | low << np.uint64(ID_BITS) | high
        count += 1
    state[FOUND] = count


@inner
def _known(bits: np.uint64, search: Search) -> bool:
    """Was a pair with these different bits found by an earlier block?"""
    for earlier in range(len(search.masks)):  # noqa: SIM110
        if popcount(bits & search.masks[earlier]) <= search.radii[earlier]:
            return True
    return False


@compiled
def tally(pairs: Hashes, degrees: Ids) -> None:
    """Count, per id, the pairs it is in."""
    mask = np.uint64((1 << ID_BITS) - 1)
    for pair in pairs:
        degrees[(pair >> np.uint64(ID_BITS)) & mask] += 1
        degrees[pair & mask] += 1


@compiled
def trim(pairs: Hashes, cap: int, reach: Bits) -> int:
    """Keep the pairs that are among the `cap` nearest of one of their two, at the front; returns how many.

    Args:
        pairs: in ascending order; changed.
        cap: most pairs per id, ties going to lower ids.
        reach: per id; lowered to the distance of the `cap`-th.
    """
    mask, kept = np.uint64((1 << ID_BITS) - 1), 0
    seen = np.zeros(len(reach), np.int32)
    for pair in pairs:
        distance = np.uint8(pair >> np.uint64(DISTANCE_SHIFT))
        low, high = (pair >> np.uint64(ID_BITS)) & mask, pair & mask
        if seen[low] < cap or seen[high] < cap:
            pairs[kept] = pair
            kept += 1
        for end in (low, high):
            seen[end] += 1
            if seen[end] == cap:
                reach[end] = distance
    return kept
