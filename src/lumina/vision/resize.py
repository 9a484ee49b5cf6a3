"""Making pictures smaller."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lumina.vision import libvips

Pixels = NDArray[np.uint8]

_LITTLE = 0.8


def fit(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """(Width, height) in the same proportions with the longer side at most `max_side`; never larger, never 0."""
    width, height = size
    scale = min(1.0, max_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def shrink(pixels: Pixels, max_side: int) -> Pixels:
    """The picture with its longer side at most `max_side` pixels; itself where it is small enough.

    Lanczos 3, or bicubic where little is taken away: there both look alike, and bicubic takes a fifth less time.

    Args:
        pixels: height x width x channels, contiguous.
        max_side: pixels, >= 1.
    """
    height, width = pixels.shape[:2]
    new_width, new_height = fit((width, height), max_side)
    if (new_width, new_height) == (width, height):
        return pixels
    image = libvips.Image.new_from_memory(pixels, width, height, pixels.shape[2], "uchar")
    scale = new_width / width
    small = image.resize(scale, vscale=new_height / height, kernel="cubic" if scale > _LITTLE else "lanczos3")
    return np.frombuffer(small.write_to_memory(), dtype=np.uint8).reshape(small.height, small.width, small.bands)


def box(pixels: Pixels, width: int, height: int) -> Pixels:
    """The picture squeezed to `width` x `height` by box averaging, its proportions ignored.

    Args:
        pixels: height x width, or height x width x 3.
        width: columns of the result, >= 1.
        height: rows of the result, >= 1.
    """
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX))
