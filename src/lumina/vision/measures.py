"""Technical measures of a picture's luma."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

DARKEST, BRIGHTEST = 2, 253
"""Grey levels at or beyond which detail is lost."""


def sharpness(gray: Gray) -> float:
    """Variance of the Laplacian (4 neighbours), in grey levels squared; 0 where there is no inner pixel.

    J. L. Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000.
    """
    if min(gray.shape) < 3:
        return 0.0
    wide = gray.astype(np.int16)
    around = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]
    return float((around - 4 * wide[1:-1, 1:-1]).var(dtype=np.float32))


def brightness(gray: Gray) -> float:
    """Mean luma, 0-1."""
    return float(gray.mean(dtype=np.float64)) / 255


def contrast(gray: Gray) -> float:
    """Standard deviation of luma, 0-0.5."""
    return float(gray.std(dtype=np.float32)) / 255


def clipped(gray: Gray) -> tuple[float, float]:
    """Shares of pixels, 0-1, that are black and white beyond detail."""
    return float((gray <= DARKEST).mean()), float((gray >= BRIGHTEST).mean())
