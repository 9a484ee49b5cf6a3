"""Brightness of sRGB pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def luma(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """ITU-R BT.601 luma, as Pillow's `convert("L")` computes it.

    Args:
        pixels: height x width x 3, sRGB.

    Returns:
        height x width, 0-255.
    """
    return np.asarray(Image.fromarray(pixels).convert("L"))
