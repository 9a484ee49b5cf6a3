"""Perceptual hashes of 64 bits, by the definitions of imagehash (J. Buchner, BSD-2-Clause).

https://github.com/JohannesBuchner/imagehash; bits are row-major, most significant first, so that a hash here equals
`int(str(imagehash.dhash(...)), 16)`. There, pictures are scaled down from their full size; here from a rendering that
is small already, which changes a bit or two.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lumina.vision.area import squeeze

Gray = NDArray[np.uint8]

FLAT_DEVIATION = 3.0
"""Grey levels. Below it the cells differ by less than noise and compression add."""


def dhash(gray: Gray) -> int:
    """Difference hash: is each of 9 x 8 cells brighter than its left neighbour?

    http://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
    """
    cells = _scaled(gray, 9)
    return _pack(cells[:, 1:] > cells[:, :-1])


def ahash(gray: Gray) -> int:
    """Average hash: is each of 8 x 8 cells brighter than their mean?

    http://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html
    """
    cells = _scaled(gray, 8)
    return _pack(cells > cells.mean())


def whash(gray: Gray) -> int:
    """Wavelet hash: the Haar approximation of 8 x 8 coefficients against their median.

    A Haar approximation is the mean of each cell times a constant, and taking out the lowest band first, as
    imagehash does, shifts all of them alike: neither changes a comparison with the median.
    """
    return median_hash(squeeze(gray, 8, 8))


def phash(gray: Gray) -> int:
    """Perceptual hash: the 8 x 8 lowest DCT-II coefficients of 32 x 32 cells against their median.

    http://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html
    """
    return median_hash(spectrum(gray))


def spectrum(gray: NDArray[np.generic]) -> NDArray[np.float64]:
    """The 8 x 8 lowest DCT-II coefficients of 32 x 32 cells, unnormalised; rows are frequencies from top to bottom."""
    cells = np.rint(squeeze(gray, 32, 32)).astype(np.float64)
    return np.asarray(_cosines() @ cells @ _cosines().T)


def median_hash(low: NDArray[np.float64]) -> int:
    """The hash of a spectrum: is each coefficient above their median?"""
    return int.from_bytes(median_hashes(low.reshape(1, -1)), "big")


def median_hashes(lows: NDArray[np.float64]) -> bytes:
    """The same of many at once.

    Args:
        lows: count x 64, each a spectrum row by row.

    Returns:
        8 bytes for each, big-endian.
    """
    ordered = np.sort(lows, axis=1)
    middle = (ordered[:, 31:32] + ordered[:, 32:33]) / 2  # as `np.median`, which takes five times as long
    return np.packbits(lows > middle, axis=1).tobytes()


def is_flat(gray: Gray) -> bool:
    """True where a picture has too little structure for its hashes to mean anything: blank walls, black frames."""
    return bool(squeeze(gray, 32, 32).std() < FLAT_DEVIATION)


def _scaled(gray: Gray, width: int) -> Gray:
    """`width` x 8 samples by Lanczos 3, whole grey levels: equal neighbours then stay equal through recompression."""
    return np.asarray(Image.fromarray(gray).resize((width, 8), Image.Resampling.LANCZOS))


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    """The 8 lowest rows of the unnormalised DCT-II of length 32."""
    frequency, sample = np.arange(8)[:, None], np.arange(32)
    return np.asarray(2 * np.cos(np.pi * frequency * (2 * sample + 1) / 64), dtype=np.float64)


def _pack(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
