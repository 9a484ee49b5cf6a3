"""How much of a picture that was read in part is there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def missing_share(pixels: NDArray[np.uint8]) -> float:
    """Share of the rows at the bottom that are one single colour, 0-1.

    Decoders fill what they could not read with a constant; a picture may also end in a plain border, so this says
    something only of files that are known to be cut short.

    Args:
        pixels: height x width x 3, as stored (before it is turned upright).
    """
    rows = pixels.reshape(pixels.shape[0], -1, pixels.shape[2]).astype(np.int16)
    last = rows[-1, -1]
    # Scaling rings a little at the edge of the fill; 2 levels let that pass.
    plain = (np.abs(rows - last) <= 2).all(axis=(1, 2))
    filled = int(np.argmin(plain[::-1])) if not plain.all() else len(plain)
    return filled / len(plain)
