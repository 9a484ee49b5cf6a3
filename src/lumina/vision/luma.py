"""Brightness of sRGB pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def luma(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """ITU-R BT.601 luma, as Pillow's `convert("L")` computes it.

    Args:
        pixels: height x width x 3, sRGB.

    Returns:
        height x width, 0-255.
    """
    # The fixed-point weights of Pillow's L24 macro; einsum and matmul on integers are several times slower.
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16).astype(np.uint8)
