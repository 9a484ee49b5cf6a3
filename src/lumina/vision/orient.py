"""Turning pictures upright."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_TURNS: dict[int, Callable[[Pixels], Pixels]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: pixels.swapaxes(0, 1)[:, ::-1],
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: pixels.swapaxes(0, 1)[::-1],
}


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Pixels as they are to be seen.

    Args:
        pixels: height x width x channels, as stored.
        orientation: EXIF tag 0x0112, 1-8; anything else counts as 1.
    """
    turn = _TURNS.get(orientation)
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))


def turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """(Width, height) after `upright`."""
    width, height = size
    return (height, width) if orientation in (5, 6, 7, 8) else (width, height)
