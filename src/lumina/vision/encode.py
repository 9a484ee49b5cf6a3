"""Pixels to JPEG and WebP."""

from __future__ import annotations

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from lumina.vision import libvips

Pixels = NDArray[np.uint8]


def jpeg(pixels: Pixels, quality: int) -> bytes:
    """Baseline JPEG, 4:2:0, without metadata (sRGB by convention).

    Args:
        pixels: height x width x 3, sRGB.
        quality: 1-100.
    """
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=quality, colorsubsampling="420"))


def webp(pixels: Pixels, quality: int, effort: int) -> bytes:
    """Lossy WebP without metadata.

    Args:
        pixels: height x width x 3, sRGB.
        quality: 0-100.
        effort: 0 (fast) to 6 (small); 2 takes half the time of the default 4.
    """
    height, width = pixels.shape[:2]
    image = libvips.Image.new_from_memory(np.ascontiguousarray(pixels), width, height, 3, "uchar")
    return bytes(image.copy(interpretation="srgb").webpsave_buffer(Q=quality, effort=effort, keep="none"))
