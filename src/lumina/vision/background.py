"""What similarity means in a space of vectors: what chance gives, and what is above that.

The similarities of one vector with vectors drawn at random are the background against which its neighbours have to
stand out. Most of them are of things that have nothing to do with each other and lie in a bell around their median; the
few that do lie far above it and must not be taken for a part of the bell. So the bell's width is taken from its lower
half, and what stands out is left out before it is measured again. The more vectors there are, the higher the best of
them comes by chance alone.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vectors import Calibration, Cut

Scores = NDArray[np.floating]
CHANCE = 0.05
"""How often a question without an answer may get one: chance gives a result in one of twenty such lists."""
ROUNDS = 4
STANDS_OUT = 3.0
"""Widths above the median at which a similarity is left out of the bell."""
LOWER = 0.16
"""The quantile that lies one width below the median of a bell."""
FEW = 50
"""Vectors below which nothing can be said."""
TAIL = 0.975
"""The quantile at which the upper tail is compared with a bell's."""
MOST_STRETCH = 1.5
LONELY = 0.05
"""Share of the images that may have nothing near to them."""
MOST_SURE = 1 - 1e-6
"""A cosine of 1, as far as half precision tells."""
NOTHING = 2.0
"""More than any cosine."""
QUANTILES = (0.5, 0.9, 0.99, 0.999, 0.9999)
_BELL = NormalDist()


def calibrate(sample: Scores, nearest: Scores, size: int) -> Calibration | None:
    """How similar vectors of a space are that were drawn at random.

    Args:
        sample: n x dimensions, of length 1, drawn at random.
        nearest: of some vectors drawn at random, the similarity to the nearest other one in the whole space.
        size: vectors in the space.

    Returns:
        None where there are too few to tell.
    """
    if len(sample) < FEW or not len(nearest):
        return None
    unit = sample.astype(np.float32)
    scores = unit @ unit.T
    others = scores[~np.eye(len(unit), dtype=np.bool_)].reshape(len(unit), -1)
    middle, width = bell(others)
    tails = (straightened(np.quantile(others, TAIL, axis=1)) - middle) / np.maximum(width, 1e-6)
    return Calibration(
        size=size,
        sample=len(unit),
        middle=float(np.median(middle)),
        width=float(np.median(width)),
        stretch=float(np.clip(np.median(tails) / _BELL.inv_cdf(TAIL), 1.0, MOST_STRETCH)),
        near=float(np.quantile(nearest, LONELY)),
        quantiles=tuple(zip(QUANTILES, np.quantile(others, QUANTILES).tolist(), strict=True)),
    )


def bell(scores: Scores) -> tuple[Scores, Scores]:
    """Median and width of what chance gives, for each row of scores (n x m); two arrays of n, straightened."""
    ordered = np.sort(straightened(scores), axis=1)
    rows = np.arange(len(ordered))
    kept = np.full(len(ordered), ordered.shape[1])
    for _ in range(ROUNDS):
        middle = ordered[rows, (kept - 1) // 2]
        width = middle - ordered[rows, ((kept - 1) * LOWER).astype(np.int64)]
        now = np.count_nonzero(ordered <= (middle + STANDS_OUT * width)[:, None], axis=1)
        if (now == kept).all():
            break
        kept = now
    return middle, width


def straightened(scores: Scores) -> Scores:
    """Cosines on a scale without an end (Fisher's), so that a bell's tail does not reach beyond 1."""
    return np.arctanh(np.clip(scores.astype(np.float64), -MOST_SURE, MOST_SURE))


def cut(background: Scores, size: int, calibration: Calibration | None, *, picture: bool = True) -> Cut:
    """What of a question's neighbours is no chance.

    Args:
        background: similarities of the question with vectors of the space drawn at random, 2,000 or so.
        size: vectors that are searched.
        calibration: of the space; None where it has none yet.
        picture: the question is a picture as those in the space are. Then the best result has to lie half-way, at
            least, between what chance gives and what nearly every image has near to it; words lie elsewhere.

    Returns:
        A cut that nothing reaches where the background is too small to tell.
    """
    if len(background) < FEW:
        return Cut(NOTHING, NOTHING)
    middle, width = bell(background[None])
    level = float(np.tanh(middle[0] + width[0] * height(size, calibration.stretch if calibration else 1.0)))
    if calibration is None or not picture:
        return Cut(level, level)
    return Cut(level, max(level, (level + calibration.near) / 2))


def alike(calibration: Calibration, images: int) -> float:
    """The similarity from which two images show the same subject: of all their pairs none would reach it by chance.

    Args:
        calibration: of the space.
        images: how many are compared with each other.
    """
    chance = calibration.middle + calibration.width * height(images * images // 2, calibration.stretch)
    chance = float(np.tanh(chance))
    return max(chance, (chance + calibration.near) / 2)


def height(size: int, stretch: float = 1.0) -> float:
    """How many widths above the middle the best of so many comes by chance in one of `1 / CHANCE` cases."""
    return stretch * _BELL.inv_cdf(1 - CHANCE / max(size, 2))
