"""Blocks of 8 x 8 pixels as JPEG sees them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Tiles = NDArray[np.uint8]
Blocks = NDArray[np.float32]
"""Frequencies (as in `FREQUENCIES`) x blocks."""
Offset = tuple[int, int]
"""Rows and columns, 0-7 each, by which a grid of blocks is shifted against the picture's corner."""

_LOWEST = ((0, 1), (1, 0), (2, 0), (1, 1), (0, 2), (0, 3), (1, 2), (2, 1), (3, 0))
_HIGHER = ((3, 3), (3, 4), (4, 3), (4, 4), (2, 5), (5, 2), (5, 5))
"""Rounded more coarsely by JPEG, and so the only ones that tell of high qualities."""
FREQUENCIES = (*_LOWEST, *_HIGHER, (0, 4), (4, 0))
"""Those that are looked at, (down, across)."""


def coefficients(tiles: Tiles, offset: Offset) -> Blocks:
    """DCT-II of each whole block, as ITU-T T.81 scales it, at `FREQUENCIES`.

    Args:
        tiles: count x side x side, luma.
        offset: of the grid.
    """
    down, across = offset
    whole = (tiles.shape[1] - max(down, across)) // 8
    shifted = np.ascontiguousarray(tiles[:, down : down + 8 * whole, across : across + 8 * whole])
    # Eight pixels are moved as one number: pixel by pixel takes longer than all the cosines.
    lines = shifted.view(np.uint64).reshape(len(tiles), whole, 8, whole).swapaxes(2, 3)
    cut = np.ascontiguousarray(lines).view(np.uint8).reshape(-1, 64)
    return np.asarray(_WAVES @ cut.astype(np.float32).T)


def _waves() -> Blocks:
    """Frequencies x 64 pixels: the cosines of each frequency."""
    places = (2 * np.arange(8) + 1) * np.pi / 16
    scales = {0: np.sqrt(0.5)}
    waves = [
        np.outer(np.cos(v * places), np.cos(u * places)) * scales.get(v, 1) * scales.get(u, 1) / 4
        for v, u in FREQUENCIES
    ]
    return np.array(waves, dtype=np.float32).reshape(-1, 64)


_WAVES = _waves()
