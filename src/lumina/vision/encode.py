"""Pixels to JPEG and WebP."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

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
    buffer = BytesIO()
    # The bytes are libvips' own, which takes a third longer: it hands the rows over to a thread one after the other.
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=effort)
    return buffer.getvalue()


def webp_with_alpha(pixels: Pixels, alpha: Pixels, quality: int, effort: int) -> bytes:
    """WebP whose colours are lossy and whose transparency is not; colours that nobody can see are not kept.

    Args:
        pixels: height x width x 3, sRGB.
        alpha: height x width; 0 is transparent.
        quality: of the colours, 0-100.
        effort: as for `webp`.
    """
    buffer = BytesIO()
    image = Image.fromarray(np.dstack([pixels, alpha]))
    image.save(buffer, "WEBP", quality=quality, method=effort, alpha_quality=100)
    return buffer.getvalue()
