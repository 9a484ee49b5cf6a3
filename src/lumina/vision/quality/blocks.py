"""Blocks of 8 x 8 pixels as JPEG sees them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Tiles = NDArray[np.uint8]
Offset = tuple[int, int]
"""Rows and columns, 0-7 each, by which a grid of blocks is shifted against the picture's corner."""

_FREQUENCY = np.arange(8)[:, None]
_COSINES = (np.cos(np.pi * _FREQUENCY * (2 * np.arange(8) + 1) / 16) / 2).astype(np.float32)
_COSINES[0] /= np.sqrt(2)


def coefficients(tiles: Tiles, offset: Offset, count: int) -> NDArray[np.float32]:
    """DCT-II of each whole block, as ITU-T T.81 scales it.

    Args:
        tiles: count x side x side, luma.
        offset: of the grid.
        count: frequencies across and down, from the lowest, 1-8.

    Returns:
        count x count x number of blocks; rows are vertical frequencies.
    """
    down, across = offset
    whole = (tiles.shape[1] - max(down, across)) // 8
    if len(tiles) == 0 or whole < 1:
        return np.zeros((count, count, 0), np.float32)
    shifted = tiles[:, down : down + 8 * whole, across : across + 8 * whole].astype(np.float32)
    rows = _COSINES[:count]
    across_done = shifted.reshape(-1, 8) @ rows.T
    stacked = across_done.reshape(-1, 8, whole, count).swapaxes(1, 3)
    done = stacked.reshape(-1, 8) @ rows.T
    # tile row of blocks, horizontal frequency, block, vertical frequency
    ordered = done.reshape(-1, count, whole, count).transpose(3, 1, 0, 2)
    return np.ascontiguousarray(ordered).reshape(count, count, -1)
