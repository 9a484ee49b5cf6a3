"""Screenshots of one program: the same bars and columns, other lines of words in each."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 384, 384


def screen(seed: int) -> Pixels:
    """A window with a bar above, one at the left, one below, and text of its own."""
    rng = np.random.default_rng(seed)
    window = np.full((HEIGHT, WIDTH, 3), (240, 236, 232), np.uint8)
    window[:40], window[:, :72], window[-24:] = (40, 60, 90), (200, 205, 210), (120, 120, 120)
    for line in range(56, HEIGHT - 40, 16):
        at, end = 88, 88 + int(rng.integers(60, 270))
        while at < end:
            word = int(rng.integers(8, 40))
            window[line : line + 8, at : min(at + word, end)] = (60, 60, 60)
            at += word + 6
    return window


def saved(pixels: Pixels, quality: int) -> Pixels:
    """What a JPEG of it shows."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def smaller(pixels: Pixels, share: float) -> Pixels:
    """The picture with its sides cut to this share, by scaling."""
    height, width = pixels.shape[:2]
    return np.asarray(Image.fromarray(pixels).resize((round(width * share), round(height * share))))


def cropped(pixels: Pixels, margin: float) -> Pixels:
    """The picture without a margin at every side, in shares of it."""
    height, width = pixels.shape[:2]
    down, across = round(height * margin), round(width * margin)
    return np.ascontiguousarray(pixels[down : height - down, across : width - across])


def darker(pixels: Pixels, power: float) -> Pixels:
    """The picture with its tones bent."""
    return np.rint(255 * (pixels / 255) ** power).astype(np.uint8)
