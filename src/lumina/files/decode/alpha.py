"""Pixels of any usual shape to three channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def on_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey or RGB, with or without alpha, to height x width x 3; what is transparent becomes white.

    Args:
        pixels: height x width, or height x width x 1-4.
    """
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    colour = pixels[..., : 3 if pixels.shape[2] > 2 else 1]
    if pixels.shape[2] in (2, 4):
        alpha = pixels[..., -1:].astype(np.uint16)
        colour = ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return colour if colour.shape[2] == 3 else np.repeat(colour, 3, axis=2)
