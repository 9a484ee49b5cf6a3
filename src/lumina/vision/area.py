"""Area averaging: every input pixel counts by the share of it that an output cell covers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
"""Height x width, any range."""


def squeeze(plane: NDArray[np.generic], height: int, width: int, margin: float = 0.0) -> Plane:
    """The plane averaged into `height` x `width` cells, its proportions ignored.

    Args:
        plane: height x width, any numeric type.
        height: rows of the result, >= 1.
        width: columns of the result, >= 1.
        margin: share of height and width, 0-0.49, that is left out at each side.
    """
    if plane.shape == (height, width) and not margin:
        return plane.astype(np.float64)
    # Running sums, not a product of matrices: BLAS would start threads that fight over the workers' cores.
    tall = _averaged(plane.astype(np.float64), height, margin)
    return np.ascontiguousarray(_averaged(tall.T, width, margin).T)


def _averaged(plane: Plane, cells: int, margin: float) -> Plane:
    """Rows averaged into `cells` equal stretches: differences of the integral at the stretches' edges."""
    before, beyond, stretch = _edges(len(plane), cells, margin)
    integral = np.zeros((len(plane) + 1, plane.shape[1]))
    np.cumsum(plane, axis=0, out=integral[1:])
    at_edges = integral[before] + beyond * plane[before]
    averages: Plane = (at_edges[1:] - at_edges[:-1]) / stretch
    return averages


@lru_cache(maxsize=64)
def _edges(length: int, cells: int, margin: float) -> tuple[NDArray[np.intp], Plane, float]:
    """Whole rows before each edge of a stretch, the share of the next one, and the rows of a stretch."""
    stretch = length * (1 - 2 * margin) / cells
    edges = length * margin + np.arange(cells + 1) * stretch
    before: NDArray[np.intp] = np.minimum(edges.astype(np.intp), length - 1)
    return before, np.asarray((edges - before)[:, None], np.float64), stretch
