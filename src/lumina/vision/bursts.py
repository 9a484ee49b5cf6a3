"""Bursts: frames that were taken so shortly after each other that one of them is wanted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lumina.domain.bursts import SequenceKind
from lumina.vision.frames import Frames
from lumina.vision.strip import Found, Mask, Reals, Strip

GAP = 2.0
"""Seconds between neighbours in a burst. Whole seconds that differ by 1 may be up to 2 apart."""
RAPID = 0.7
"""Seconds. Nobody aims anew within them; a frame beside the last one was taken while panning."""
ALIKE_AT_ONCE, ALIKE_LATER = 0.25, 0.55
"""Correlation of neighbours wanted at 0.3 s and less, and at GAP; see `lumina.vision.looks`."""
PANNED = 0.6
"""Correlation beside, of a panned burst."""
DRIFTED = 0.3
"""Correlation with the first frame below which frames that were released one by one are a new burst: on a walk each
frame is like the last one, and none like the first."""
APART = 250.0
"""Metres. Satellites are that wrong between houses; a border of map cells is no distance."""
CROWD, STEADY = 30, 3
"""Frames that may share a time without a fraction, and so many as make a pause before the next second unlikely."""
_BLOCK = 64


def bursts(strip: Strip) -> Iterator[Found]:
    """Neighbours that are close in time and place and alike, the more alike the longer the gap."""
    gap, likely = _gaps(strip)
    close = strip.joined & (gap <= GAP) & _one_place(strip.frames)
    linked = np.zeros(len(gap), np.bool_)
    pairs = np.flatnonzero(close)
    linked[pairs] = strip.near(pairs, pairs + 1, wanted(likely[pairs]))
    rapid = pairs[~linked[pairs] & (likely[pairs] <= RAPID)]
    linked[rapid] = strip.compare(rapid, rapid + 1).beside >= PANNED
    _bridge(strip, linked, close & (likely <= RAPID))
    runs, slow = list(strip.runs(linked, 2)), likely > RAPID
    drifting = _drifting(strip, runs, slow)
    for start, end in runs:
        parts = _released(strip, start, end, slow) if start in drifting else [list(range(start, end))]
        yield from (Found(SequenceKind.BURST, part) for part in parts if len(part) > 1)


def wanted(gap: Reals) -> Reals:
    """Correlation that neighbours in a burst need, by the seconds between them."""
    later = np.clip((gap - 0.3) / (GAP - 0.3), 0, 1)
    return np.asarray(ALIKE_AT_ONCE + (ALIKE_LATER - ALIKE_AT_ONCE) * later)


def _gaps(strip: Strip) -> tuple[Reals, Reals]:
    """Seconds between neighbours: at the most, and as they are likely to be.

    Without fractions of a second both depend on how many frames share one: no camera takes more than `CROWD`, so that
    these are scans or exports which carry a date alone; and where it took several in one second and in the next, it did
    not pause between them.
    """
    starts = np.concatenate([[True], ~strip.joined | (strip.gap != 0)])
    group = starts.cumsum() - 1
    count = np.bincount(group, minlength=1)[group]
    several = np.minimum(count[1:], count[:-1])
    crowded = (np.maximum(count[1:], count[:-1]) > CROWD) & (strip.whole[1:] | strip.whole[:-1])
    gap = np.where(crowded, np.inf, strip.gap + 0.5 * strip.vague)
    steady = strip.vague & (strip.gap <= 1) & (several >= STEADY)
    return gap, np.where(steady, 1 / several, gap + 0.5 * strip.vague)


def _one_place(frames: Frames) -> Mask:
    """Neighbours less than APART from each other, or of which one does not know where it is."""
    north = np.diff(frames.latitude) * 111_320
    east = (np.diff(frames.longitude) + 180) % 360 - 180
    east = east * 111_320 * np.cos(np.radians(frames.latitude[1:]))
    return np.asarray(~(np.hypot(north, east) > APART))


def _bridge(strip: Strip, linked: Mask, rapid: Mask) -> None:
    """Keep a frame that something passed in front of: the ones before and after it are alike."""
    open_ = np.flatnonzero(~linked[:-1] & ~linked[1:] & rapid[:-1] & rapid[1:])
    over = open_[strip.near(open_, open_ + 2, wanted(strip.gap[open_] + strip.gap[open_ + 1]))]
    linked[over] = linked[over + 1] = True


def _drifting(strip: Strip, runs: list[tuple[int, int]], slow: Mask) -> set[int]:
    """Starts of the runs in which a frame that was released by itself is unlike the first one."""
    first = np.repeat([start for start, _ in runs], [end - start - 1 for start, end in runs]).astype(np.int64)
    at = np.concatenate([np.zeros(0, np.int64), *(np.arange(start + 1, end) for start, end in runs)])
    chosen = slow[at - 1]
    first, at = first[chosen], at[chosen]
    return set(first[~strip.near(first, at, DRIFTED)].tolist())


def _released(strip: Strip, start: int, end: int, slow: Mask) -> Iterator[list[int]]:
    """Part a run where a frame that was released by itself is unlike the first one, and the rest again."""
    later = np.flatnonzero(slow[start : end - 1]) + start + 1
    while len(later):
        block = later[:_BLOCK]
        unlike = block[~strip.near(np.full_like(block, start), block, DRIFTED)]
        if len(unlike):
            yield list(range(start, int(unlike[0])))
            start = int(unlike[0])
            later = later[later > start + 1]
        else:
            later = later[_BLOCK:]
    yield list(range(start, end))
