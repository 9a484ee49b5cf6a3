"""Resampling to the byte as Pillow does it, but of the part of the result alone that is wanted, in one go.

Pillow's way (`Resample.c` of 13.0): weights of each new pixel in double precision, rounded to 22 bits behind the point;
across first, rounded to bytes, then down, or the other way round where the height shrinks by far more. What networks
take is a square in the middle of that, as numbers.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lumina.vision.compiled import compiled, inner

Pixels = NDArray[np.uint8]
_BITS = 22
_HALF = 1 << (_BITS - 1)


class Kernel(IntEnum):
    """How far the pixels are looked at around a new one, in new pixels, which tells the two apart."""

    BILINEAR = 1
    BICUBIC = 2


def resampled(
    pixels: Pixels,
    size: tuple[int, int],
    corner: tuple[int, int],
    side: int,
    kernel: Kernel,
    table: NDArray[np.float32],
) -> NDArray[np.float32]:
    """A square of a resampled picture: 3 x side x side.

    Args:
        pixels: height x width x 3, of any strides.
        size: width and height of the whole, resampled.
        corner: left and top of the square in that, within it.
        side: of the square, within it.
        kernel: of the resampling.
        table: 3 x 256, what becomes of each byte.
    """
    height, width = pixels.shape[:2]
    if height > size[1] and height - size[1] > 2 * (width - size[0]):
        turned = resampled(pixels.swapaxes(0, 1), size[::-1], corner[::-1], side, kernel, table)
        return np.ascontiguousarray(turned.swapaxes(1, 2))
    across = _weights(width, size[0], corner[0], side, kernel)
    down = _weights(height, size[1], corner[1], side, kernel)
    result = np.empty((3, side, side), np.float32)
    # the loops are compiled for arrays that can be written to; others would have them compiled once more
    given = np.require(pixels, np.uint8, ("C_CONTIGUOUS", "WRITEABLE"))
    _resample(given, *across, *down, table, result)
    return result


@lru_cache(maxsize=64)
def _weights(
    old: int, new: int, first: int, count: int, kernel: Kernel
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """For each of `count` new pixels of `new`, from `first` on: the first old one, how many, and their weights."""
    scale = old / new
    longest = int(np.ceil(int(kernel) * max(scale, 1.0))) * 2 + 1
    starts, counts = np.empty(count, np.int64), np.empty(count, np.int64)
    weights = np.zeros((count, longest), np.int32)
    _weigh(old, scale, first, int(kernel), starts, counts, weights)
    return starts, counts, weights


@inner
def _value(x: float, kernel: int) -> float:
    x = abs(x)
    if kernel == 1:
        return 1.0 - x if x < 1.0 else 0.0
    if x < 1.0:
        return (1.5 * x - 2.5) * x * x + 1.0
    if x < 2.0:
        return (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5
    return 0.0


@compiled
def _weigh(
    old: int,
    scale: float,
    first: int,
    kernel: int,
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
    weights: NDArray[np.int32],
) -> None:
    wide = max(scale, 1.0)
    support, narrow = kernel * wide, 1.0 / wide
    exact = np.empty(weights.shape[1], np.float64)
    for place in range(len(starts)):
        centre = (first + place + 0.5) * scale
        low = max(int(centre - support + 0.5), 0)
        count = min(int(centre + support + 0.5), old) - low
        whole = 0.0
        for at in range(count):
            exact[at] = _value((at + low - centre + 0.5) * narrow, kernel)
            whole += exact[at]
        for at in range(count):
            share = exact[at] / whole if whole != 0.0 else exact[at]
            weights[place, at] = int(share * (1 << _BITS) + (0.5 if share >= 0 else -0.5))
        starts[place], counts[place] = low, count


@inner
def _byte(value: int) -> int:
    return min(max(value >> _BITS, 0), 255)


@compiled
def _resample(
    pixels: Pixels,
    lefts: NDArray[np.int64],
    widths: NDArray[np.int64],
    across: NDArray[np.int32],
    tops: NDArray[np.int64],
    heights: NDArray[np.int64],
    down: NDArray[np.int32],
    table: NDArray[np.float32],
    result: NDArray[np.float32],
) -> None:
    side = len(lefts)
    low = tops[0]
    rows = np.empty((tops[-1] + heights[-1] - low, 3 * side), np.uint8)
    for y in range(len(rows)):
        line, row = pixels[low + y], rows[y]
        for x in range(side):
            left = lefts[x]
            red = green = blue = _HALF
            for at in range(widths[x]):
                weight = across[x, at]
                red += weight * line[left + at, 0]
                green += weight * line[left + at, 1]
                blue += weight * line[left + at, 2]
            row[3 * x], row[3 * x + 1], row[3 * x + 2] = _byte(red), _byte(green), _byte(blue)
    sums = np.empty(3 * side, np.int32)
    for y in range(len(tops)):
        sums[:] = _HALF
        for at in range(heights[y]):
            weight, row = down[y, at], rows[tops[y] - low + at]
            for x in range(3 * side):
                sums[x] += weight * row[x]
        for x in range(side):
            for colour in range(3):
                result[colour, y, x] = table[colour, _byte(sums[3 * x + colour])]
