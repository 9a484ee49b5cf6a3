"""Area averaging: every input pixel counts by the share of it that an output cell covers."""

from __future__ import annotations

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
    # Running sums, not a product of matrices: BLAS would start threads that fight over the workers' cores.
    tall = _averaged(plane.astype(np.float64), height, margin)
    return np.ascontiguousarray(_averaged(tall.T, width, margin).T)


def _averaged(plane: Plane, cells: int, margin: float) -> Plane:
    """Rows averaged into `cells` equal stretches: differences of the integral at the stretches' edges."""
    length = len(plane)
    stretch = length * (1 - 2 * margin) / cells
    edges = length * margin + np.arange(cells + 1) * stretch
    before = np.minimum(edges.astype(np.intp), length - 1)
    integral = np.zeros((length + 1, plane.shape[1]))
    np.cumsum(plane, axis=0, out=integral[1:])
    at_edges = integral[before] + (edges - before)[:, None] * plane[before]
    averages: Plane = np.diff(at_edges, axis=0) / stretch
    return averages
