"""ThumbHash: a placeholder of about 25 bytes, by Evan Wallace (MIT, https://evanw.github.io/thumbhash/)."""

from __future__ import annotations

from functools import lru_cache
from math import floor

import numpy as np
from numpy.typing import NDArray

from lumina.vision.resize import box, fit

Plane = NDArray[np.float64]

LONGEST_SIDE = 64
"""The algorithm allows 100; seven cosines need far fewer."""


def thumbhash(pixels: NDArray[np.uint8]) -> bytes:
    """The placeholder of an opaque picture; decodes with any ThumbHash library.

    Args:
        pixels: height x width x 3, sRGB.

    Returns:
        At most 25 bytes.
    """
    luminance, yellow_blue, red_green = _opponents(pixels)
    height, width = luminance.shape
    across, down = _components(width, height)
    light = _encode(luminance, max(3, across), max(3, down))
    first = _encode(yellow_blue, 3, 3)
    second = _encode(red_green, 3, 3)
    header = _round(63 * light[0]) | _round(31.5 + 31.5 * first[0]) << 6 | _round(31.5 + 31.5 * second[0]) << 12
    header |= _round(31 * light[1]) << 18
    landscape = width > height
    shape = (down if landscape else across) | _round(63 * first[1]) << 3 | _round(63 * second[1]) << 9
    shape |= int(landscape) << 15
    return header.to_bytes(3, "little") + shape.to_bytes(2, "little") + _nibbles(light[2] + first[2] + second[2])


def _opponents(pixels: NDArray[np.uint8]) -> tuple[Plane, Plane, Plane]:
    """Luminance, yellow-blue and red-green planes, of the picture made small."""
    small = box(pixels, *fit((pixels.shape[1], pixels.shape[0]), LONGEST_SIDE))
    red, green, blue = np.ascontiguousarray(np.moveaxis(small, 2, 0)) / 255
    return (red + green + blue) / 3, (red + green) / 2 - blue, red - green


def _components(width: int, height: int) -> tuple[int, int]:
    longer = max(width, height)
    return max(1, _round(7 * width / longer)), max(1, _round(7 * height / longer))


def _encode(plane: Plane, across: int, down: int) -> tuple[float, float, list[float]]:
    """Mean, scale, and the other cosine coefficients of the upper left triangle mapped to 0-1."""
    table = _cosines(down, plane.shape[0]) @ plane @ _cosines(across, plane.shape[1]).T / plane.size
    mean, *rest = table[_corner(across, down)].tolist()
    scale = max((abs(value) for value in rest), default=0.0)
    return mean, scale, [0.5 + 0.5 / scale * value if scale else value for value in rest]


@lru_cache(maxsize=64)
def _corner(across: int, down: int) -> NDArray[np.bool_]:
    """Which coefficients are kept: those above the diagonal."""
    row, column = np.arange(down)[:, None], np.arange(across)
    return np.asarray(column * down < across * (down - row))


@lru_cache(maxsize=256)
def _cosines(count: int, length: int) -> NDArray[np.float64]:
    frequency, sample = np.arange(count)[:, None], np.arange(length)
    return np.asarray(np.cos(np.pi / length * frequency * (sample + 0.5)), dtype=np.float64)


def _nibbles(values: list[float]) -> bytes:
    digits = [_round(15 * value) for value in values]
    digits += [0] * (len(digits) % 2)
    return bytes(low | high << 4 for low, high in zip(digits[::2], digits[1::2], strict=True))


def _round(value: float) -> int:
    """Half up, as JavaScript does."""
    return floor(value + 0.5)
