"""Small squares of a picture at its full size, from which traces of its history are read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lumina.vision.luma import luma

Gray = NDArray[np.uint8]
Tiles = NDArray[np.uint8]
"""Count x 48 x 48, luma. The first row and column of each is a multiple of 8 in the picture as it is stored."""

SIDE = 48
MOST = 54
"""Tiles that are looked at; more cost time and tell little more."""
_SPREAD = 10
"""Tiles across and down that are looked through for the most telling ones."""
_END = 254
"""Black and white, less 1 in bytes that wrap around."""
_CLIPPED, _MOSTLY, _ENOUGH = 0.02, 0.8, 8


def none() -> Tiles:
    """No tiles."""
    return np.zeros((0, SIDE, SIDE), np.uint8)


def of_pixels(pixels: NDArray[np.uint8]) -> Tiles:
    """Tiles spread over a picture at its full size.

    Args:
        pixels: height x width x 3, in the orientation in which it is stored.
    """
    return of_rows(pixels.shape[0], pixels.shape[1], lambda top: pixels[top : top + SIDE])


def of_rows(height: int, width: int, rows: Callable[[int], NDArray[np.uint8]]) -> Tiles:
    """The same of a picture whose pixels are somewhere else.

    Args:
        height: of the picture.
        width: of the picture.
        rows: gives 48 rows from the one that it is asked for, 48 x width x 3.
    """
    lefts = _starts(width)
    if not lefts:
        return none()
    columns = (np.array(lefts)[:, None] + np.arange(SIDE)).ravel()
    cut = [of_strip(luma(rows(top)[:, columns])) for top in _starts(height)]
    return telling(np.concatenate(cut)) if cut else none()


def of_strip(strip: Gray) -> Tiles:
    """All whole tiles of a strip whose top is a multiple of 8."""
    rows, columns = (length // SIDE for length in strip.shape)
    cut = strip[: rows * SIDE, : columns * SIDE].reshape(rows, SIDE, columns, SIDE)
    return cut.swapaxes(1, 2).reshape(-1, SIDE, SIDE)


def telling(tiles: Tiles) -> Tiles:
    """The tiles with most structure, without those that are cut off at black or white, in their order."""
    if len(tiles) == 0:
        return none()
    some = np.ascontiguousarray(tiles[:, ::2, ::2])
    ends = np.packbits((some - np.uint8(1) >= _END).reshape(len(some), -1), axis=1)
    lost = np.bitwise_count(ends).sum(axis=1) / (SIDE // 2) ** 2
    whole = np.flatnonzero(lost <= _CLIPPED)
    if len(whole) < _ENOUGH:  # a graphic: white is its ground
        whole = np.flatnonzero(lost <= _MOSTLY)
    if len(whole) > MOST:
        contrast = some[:, ::2, ::2].reshape(len(some), -1)[whole].astype(np.float32).var(axis=1)
        whole = whole[np.sort(np.argsort(-contrast, kind="stable")[:MOST])]
    return tiles[whole]


def _starts(length: int) -> list[int]:
    """Multiples of 8, evenly spread, at which a tile still fits."""
    last = (length - SIDE) // 8
    if last < 0:
        return []
    count = min(_SPREAD, length // SIDE)
    return sorted({round(last * place / max(1, count - 1)) * 8 for place in range(count)})
