"""Hashes of what a picture would be if somebody cropped, mirrored or turned it."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lumina.vision.area import squeeze
from lumina.vision.candidates import ORIENTATIONS, PROBE_MARGINS
from lumina.vision.hashes import median_hashes, spectrum

Gray = NDArray[np.uint8]
Number = TypeVar("Number", np.float64, np.int64)


def probes(gray: Gray) -> bytes:
    """Hashes (phash) of the picture cropped evenly at every side, for each margin of `PROBE_MARGINS`.

    Args:
        gray: luma squeezed to a square, 64 x 64 or finer.

    Returns:
        8 bytes for each, big-endian.
    """
    lows = [spectrum(squeeze(gray, 32, 32, margin)).ravel() for margin in PROBE_MARGINS]
    return median_hashes(np.stack(lows))


def turns(gray: Gray) -> bytes:
    """Hashes (phash) of the picture in the 7 other orientations, in the order of `ORIENTATIONS`.

    Mirroring a picture changes the sign of its odd cosines, and transposing it transposes them: the picture itself
    need not be turned.

    Args:
        gray: luma squeezed to 32 x 32.

    Returns:
        56 bytes: 8 for each, big-endian.
    """
    return median_hashes(spectrum(gray).ravel()[_PLACES] * _SIGNS)


def _turned(low: NDArray[Number], orientation: int) -> NDArray[Number]:
    """The spectrum of the picture turned as `lumina.vision.orient.upright` does."""
    odd = 1 - 2 * (np.arange(8) % 2)
    across, down = odd[None, :], odd[:, None]
    turned = low.T if orientation >= 5 else low
    if orientation in (2, 3, 6, 7):
        turned = turned * across
    if orientation in (3, 4, 7, 8):
        turned = turned * down
    return turned


_NUMBERED = np.array([_turned(np.arange(1, 65).reshape(8, 8), each).ravel() for each in ORIENTATIONS])
_PLACES, _SIGNS = abs(_NUMBERED) - 1, np.sign(_NUMBERED)
"""Orientations x 64: where each coefficient of a turned picture's spectrum stands in its own, and with which sign."""
