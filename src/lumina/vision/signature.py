"""A small picture of a picture, by which two of them are compared without opening a file.

Layout, in bytes:

| at | length | what |
|---|---|---|
| 0 | 2 | width, little-endian, of the rendering that it was taken from |
| 2 | 2 | height |
| 4 | 12 | zero |
| 16 | 1024 | luma, 32 x 32 cells, row by row |
| 1040 | 128 | Cb, then Cr, 8 x 8 cells each, 128 is grey |
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from lumina.vision.orient import upright
from lumina.vision.resize import box

Pixels = NDArray[np.uint8]
Gray = NDArray[np.uint8]
Signatures = NDArray[np.uint8]
"""n x SIZE."""

LUMA, CHROMA = 32, 8
"""Cells per side."""
_LUMA_AT, _CHROMA_AT = 16, 16 + LUMA**2
SIZE = _CHROMA_AT + 2 * CHROMA**2
"""Bytes of a signature."""


def signature(pixels: Pixels, gray: Gray, size: tuple[int, int]) -> bytes:
    """The signature of one picture.

    Args:
        pixels: height x width x 3, sRGB, upright; a small rendering will do.
        gray: its luma squeezed to 32 x 32.
        size: (width, height) of a larger rendering, for the proportions.
    """
    return struct.pack("<HH12x", *size) + gray.tobytes() + _chroma(pixels).tobytes()


def luma(signatures: Signatures) -> NDArray[np.uint8]:
    """Luma, n x 32 x 32."""
    return signatures[:, _LUMA_AT:_CHROMA_AT].reshape(len(signatures), LUMA, LUMA)


def chroma(signatures: Signatures) -> NDArray[np.uint8]:
    """Cb and Cr, n x 2 x 8 x 8; 128 is grey."""
    return signatures[:, _CHROMA_AT:SIZE].reshape(len(signatures), 2, CHROMA, CHROMA)


def ratio(signatures: Signatures) -> NDArray[np.float32]:
    """Width over height."""
    sizes = np.ascontiguousarray(signatures[:, :4]).view("<u2").astype(np.float32)
    return np.asarray(np.maximum(sizes[:, 0], 1) / np.maximum(sizes[:, 1], 1), np.float32)


def turned(signatures: Signatures, orientation: int) -> Signatures:
    """The signatures of the pictures turned as `lumina.vision.orient.upright` does."""
    result = np.zeros_like(signatures)
    sizes = signatures[:, :4] if orientation < 5 else signatures[:, [2, 3, 0, 1]]
    result[:, :4] = sizes
    result[:, _LUMA_AT:_CHROMA_AT] = _turned(luma(signatures), orientation).reshape(-1, LUMA**2)
    colours = chroma(signatures).reshape(2 * len(signatures), CHROMA, CHROMA)
    result[:, _CHROMA_AT:SIZE] = _turned(colours, orientation).reshape(-1, 2 * CHROMA**2)
    return result


def _turned(planes: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    return np.asarray(np.moveaxis(upright(np.moveaxis(planes, 0, 2), orientation), 2, 0))


def _chroma(pixels: Pixels) -> NDArray[np.uint8]:
    """2 x 8 x 8, ITU-R BT.601 at full range, as in JPEG."""
    red, green, blue = np.moveaxis(box(pixels, CHROMA, CHROMA).astype(np.float32), 2, 0)
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    both = np.stack([(blue - light) / 1.772, (red - light) / 1.402])
    return np.asarray(np.rint(both + 128).clip(0, 255), np.uint8)
