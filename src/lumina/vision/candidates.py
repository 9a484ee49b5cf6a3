"""Which pairs of images are worth comparing: the joins of hashes, and the radius of each.

Every pair that these joins bring is verified by its signatures (`lumina.vision.verify`), so the radii are chosen for
recall and for what the join costs, not for precision.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PHASH_RADIUS = 12
"""Bits. phash keeps its meaning far longer than dhash: 13 of 64 bits are as telling as 5 of dhash's (Thorn)."""
PROBE_RADIUS = 8
"""Bits between the phash of one picture and that of a crop of another. The crops are near enough to each other that a
real crop lies within half a step of one of them, which moves few bits."""
TURN_RADIUS = 8
"""Bits between the phash of one picture and that of another as it would look mirrored or turned by quarters. A turn by
itself moves none."""
PROBE_MARGINS = (0.04, 0.085)
"""Share of width and height that each probe cuts off at every side. Smaller crops are within `PHASH_RADIUS`."""
ORIENTATIONS = (2, 3, 4, 5, 6, 7, 8)
"""EXIF orientations, in the order of a fingerprint's turns: what the picture's phash is after such a turn."""


def numbers(blobs: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Hashes as numbers.

    Args:
        blobs: n x (8 k) bytes, big-endian: the probes or turns of n fingerprints.

    Returns:
        n x k.
    """
    count = blobs.shape[0]
    return np.ascontiguousarray(blobs).view(">u8").reshape(count, -1).astype(np.uint64)
