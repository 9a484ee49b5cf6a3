"""Area averaging: every input pixel counts by the share of it that an output cell covers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""Height x width, any range."""


@lru_cache(maxsize=256)
def weights(length: int, cells: int) -> Plane:
    """Matrix (cells x length) whose rows sum to 1 and average `length` samples into `cells` equal stretches."""
    edges = np.arange(cells + 1, dtype=np.float64) * (length / cells)
    left, right = edges[:-1, None], edges[1:, None]
    samples = np.arange(length, dtype=np.float64)
    cover = np.minimum(right, samples + 1) - np.maximum(left, samples)
    return (np.clip(cover, 0, None) * (cells / length)).astype(np.float32)


def squeeze(plane: NDArray[np.generic], height: int, width: int) -> Plane:
    """The plane averaged into `height` x `width` cells, its proportions ignored.

    Args:
        plane: height x width, any numeric type.
        height: rows of the result, >= 1.
        width: columns of the result, >= 1.
    """
    rows, columns = plane.shape
    averaged: Plane = weights(rows, height) @ plane.astype(np.float32) @ weights(columns, width).T
    return averaged
