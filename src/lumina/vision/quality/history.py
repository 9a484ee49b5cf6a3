"""Traces of an earlier JPEG compression, whatever format the picture has now.

JPEG rounds the coefficients of its blocks to multiples of a step. Saved again, whether without loss or as a JPEG of
finer steps, they still crowd around these multiples, like the teeth of a comb (J. Lukas and J. Fridrich, Estimation of
primary quantization matrix in double compressed JPEG images, DFRWS 2003). How a picture's coefficients would lie
without a history is learnt from the picture itself, with the blocks cut four pixels further: the same statistics, but
no comb (J. Fridrich, Feature-based steganalysis for JPEG images, Information Hiding 2004, calls this calibration).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from lumina.vision.quality.blocks import FREQUENCIES, Blocks, Offset, Tiles, coefficients
from lumina.vision.quality.tables import BASE, quality_at, steps_at

Plane = NDArray[np.float32] | NDArray[np.float64]

_DOWN, _ACROSS = (np.array(part) for part in zip(*FREQUENCIES, strict=True))
_BINS = 256
_BIN = 0.5
"""Width of a histogram's bin; rounding pixels moves a coefficient by about half of that."""
_STEPS = np.arange(2, 97)
_CENTRES = np.arange(_BINS) * _BIN
_BEYOND = (_CENTRES[:, None] > _STEPS / 2 + _BIN / 2).astype(np.float32)
"""Bins x steps: values that are rounded to zero say nothing."""
_TEETH = _BEYOND * np.cos(2 * np.pi * _CENTRES[:, None] / _STEPS)
_BOTH = np.hstack([_BEYOND, _TEETH]).astype(np.float32)
_QUALITIES = np.arange(20, 99)
_TABLES = np.array([steps_at(float(quality)) for quality in _QUALITIES])[:, 8 * _DOWN + _ACROSS].astype(np.int64)
_KNOWN = np.isin(_TABLES, _STEPS)
_PLACES = np.where(_KNOWN, _TABLES - _STEPS[0], 0)
_BASES = BASE[8 * _DOWN + _ACROSS]

_FEWEST = 20
"""Coefficients of one frequency."""
_COARSER = 1.3
"""By how much an earlier step must exceed the present one to be seen."""
_SURE = 9.0
"""Standard deviations, over all frequencies; pictures without a history stay below 5."""
_STRONG = 0.25
"""Difference of the mean cosines (none: 0, a comb without noise: 1)."""
_OF_LIBJPEG = 0.6
_PEAK = 5
_NEARLY = 0.7
_EDGE = 2.5


@dataclass(frozen=True, slots=True)
class History:
    """An earlier compression.

    Attributes:
        quality: of that JPEG, 1-100.
        shifted: True where its blocks are not where a JPEG of this picture would have them: something was cut off.
    """

    quality: float
    shifted: bool


def history(tiles: Tiles, steps: Sequence[int] = (), blocks: Blocks | None = None) -> list[History]:
    """The earlier compressions that are seen: on the picture's own grid, and on one that lies elsewhere.

    Args:
        tiles: count x side x side, luma at full size, beginning at multiples of 8.
        steps: the 64 steps of the picture's present JPEG compression, row by row; empty for other formats.
        blocks: `coefficients(tiles, (0, 0))`, where these have been computed already.
    """
    if len(tiles) == 0:
        return []
    present = np.asarray(steps, dtype=np.float64)[8 * _DOWN + _ACROSS] if len(steps) else None
    offsets: list[Offset] = [(0, 0)]
    if (found := shifted_grid(tiles)) is not None:
        offsets.append(found)
    seen = []
    for offset in offsets:
        own = offset == (0, 0)
        here = blocks if own and blocks is not None else coefficients(tiles, offset)
        quality = _quality(here, _beside(tiles, offset), present if own else None)
        if quality is not None:
            seen.append(History(quality, not own))
    return seen


def shifted_grid(tiles: Tiles) -> Offset | None:
    """Where edges of blocks are found apart from the picture's own grid; None where there are none to be seen."""
    down, across = _edges(_bends(tiles.swapaxes(1, 2))), _edges(_bends(tiles))
    return (down[0], across[0]) if down[0] + across[0] and min(down[1], across[1]) > _EDGE else None


def _bends(tiles: Tiles) -> Plane:
    """How much neighbours differ in slope, by tile and column modulo 8."""
    wide = tiles[:, ::3].astype(np.int16, order="C")
    # As one line, which is quicker than row by row; what goes from a row to the next is cut off.
    slope = np.diff(wide.reshape(-1))
    bend = np.zeros(wide.shape, np.int16)
    bend.reshape(-1)[:-3] = np.minimum(np.abs(slope[2:] - 2 * slope[1:-1] + slope[:-2]), 24)
    columns = bend.sum(axis=1, dtype=np.int16)[:, :-3].astype(np.float64)
    phases = (np.arange(columns.shape[1]) + 2) % 8 == np.arange(8)[:, None]
    return np.asarray(columns @ (phases / phases.sum(axis=1, keepdims=True)).T / wide.shape[1])


def _edges(bends: Plane) -> tuple[int, float]:
    """The column, modulo 8, before which neighbours differ most in slope, and by how many standard errors."""
    best = int(np.argmax(bends.mean(axis=0)[1:])) + 1
    others = bends[:, 1:].sum(axis=1) - bends[:, best]
    gain = bends[:, best] - others / 6
    return best, float(gain.mean() / (gain.std() / np.sqrt(gain.size) + 1e-9))


def _beside(tiles: Tiles, offset: Offset) -> Blocks:
    """Coefficients of the blocks four pixels further."""
    return coefficients(tiles, ((offset[0] + 4) % 8, (offset[1] + 4) % 8))


def _quality(blocks: Blocks, without: Blocks, present: Plane | None) -> float | None:
    """The quality whose comb is found in the blocks, but not in those that can have none."""
    rows, steps = len(blocks), len(_STEPS)
    found = np.concatenate([_histograms(blocks, present), _histograms(without, present)]) @ _BOTH
    counts, others = found[:rows, :steps], found[rows:, :steps]
    some, beside = np.maximum(counts, 1), np.maximum(others, 1)
    combs = found[:rows, steps:] / some - found[rows:, steps:] / beside
    weights = 2 / (1 / some + 1 / beside)
    usable = (counts >= _FEWEST) & (others >= _FEWEST / 2)
    if present is not None:
        usable &= _COARSER * present[:, None] < _STEPS
    return _best(np.where(usable, combs, 0.0), np.where(usable, weights, 0.0))


def _best(combs: Plane, weights: Plane) -> float | None:
    """Combs and weights, frequencies x steps, to a quality: libjpeg's table that fits best, else a median of steps."""
    each = np.arange(len(combs))
    strength, sureness = _together(combs[each, _PLACES], weights[each, _PLACES] * _KNOWN)
    fits = np.where(sureness > _SURE, strength, 0.0)
    peaks = np.argmax(combs * (combs * np.sqrt(weights) > _PEAK), axis=1)
    free, free_sure = _together(combs[each, peaks][None], weights[each, peaks][None])
    if fits.max() <= _STRONG and free[0] <= 2 * _STRONG:
        return None
    best = _coarsest_peak(fits)
    if fits[best] > _STRONG and fits[best] >= _OF_LIBJPEG * free[0]:
        return float(_QUALITIES[best])
    found = combs[each, peaks] > _STRONG
    if free[0] > 2 * _STRONG and free_sure[0] > 2 * _SURE and found.sum() >= 5:
        return quality_at(float(np.median((_STEPS[peaks] / _BASES)[found])))
    return None


def _coarsest_peak(fits: Plane) -> int:
    """The first that is best among its neighbours and nearly best of all: half of a step fits its multiples as well."""
    around = sliding_window_view(np.pad(fits, _PEAK), 2 * _PEAK + 1).max(axis=1)
    return int(np.argmax((fits >= around) & (fits >= _NEARLY * fits.max())))


def _together(combs: Plane, weights: Plane) -> tuple[Plane, Plane]:
    """Weighted means over the frequencies (last axis), and how many standard deviations these are from nothing."""
    total = np.maximum(weights.sum(axis=-1), 1e-9)
    mean = (combs * weights).sum(axis=-1) / total
    return mean, mean * np.sqrt(total)


def _histograms(blocks: Blocks, present: Plane | None) -> Plane:
    """Frequencies x bins: how often each size of a coefficient occurs."""
    if present is None:
        bins = np.rint(np.abs(blocks) / np.float32(_BIN))
    else:
        steps = present[:, None].astype(np.float32)
        bins = np.rint(np.abs(blocks) / steps) * (steps / np.float32(_BIN))
    places = np.minimum(bins, _BINS).astype(np.intp)
    places += (np.arange(len(places)) * (_BINS + 1))[:, None]
    counted = np.bincount(places.ravel(), minlength=len(places) * (_BINS + 1))
    return counted.reshape(len(places), _BINS + 1)[:, :_BINS].astype(np.float32)
