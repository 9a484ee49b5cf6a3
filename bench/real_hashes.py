"""Many hashes that are as alike as those of real pictures: of tiles of photos, with planted neighbours.

Random numbers would flatter a search: real pictures share skies, edges and gradients, and their hashes come together
millions of times more often. Tiles are taken at several scales, offsets and orientations; flat ones are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lumina.vision.hashes import FLAT_DEVIATION

Hashes = NDArray[np.uint64]
Tiles = NDArray[np.float32]

SIDE = 32
PLANTED = 0.2


def hashes(photos: Sequence[Path], kind: str, count: int, radius: int) -> Hashes:
    """`count` distinct hashes (`dhash` or `phash`), a fifth of them planted within `radius` bits of another."""
    random = np.random.default_rng(count)
    real = random.permutation(_real(photos, kind, round(count * (1 - PLANTED))))
    planted = real[random.integers(0, len(real), count)].copy()
    for turn in range(radius):
        flip = random.integers(0, radius, count) >= turn
        planted ^= np.where(flip, np.uint64(1) << random.integers(0, 64, count).astype(np.uint64), np.uint64(0))
    planted = random.permutation(np.setdiff1d(planted, real))
    return np.sort(np.concatenate([real, planted[: count - len(real)]]))


def _real(photos: Sequence[Path], kind: str, count: int) -> Hashes:
    grays = [gray for gray in (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in photos) if gray is not None]
    found, new = np.zeros(0, np.uint64), [np.zeros(0, np.uint64)]
    for turn in range(200):
        new += [HASHES[kind](tiles) for gray in grays for tiles in _tiles(gray, turn)]
        if len(found) + sum(map(len, new)) >= count:
            found, new = np.union1d(found, np.concatenate(new)), [np.zeros(0, np.uint64)]
        if len(found) >= count:
            return np.random.default_rng(1).permutation(found)[:count]
    raise SystemExit(f"{len(photos)} photos have only {len(found):,} different tiles; {count:,} are wanted.")


def _tiles(gray: NDArray[np.uint8], turn: int) -> Iterator[Tiles]:
    """count x 32 x 32, each turn another scale, offset or orientation."""
    scale, offset = 1 - 0.07 * (turn % 8), turn * 11 % SIDE
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[offset:, offset:]
    high, wide = small.shape[0] // SIDE, small.shape[1] // SIDE
    if high and wide:
        cut = small[: high * SIDE, : wide * SIDE].reshape(high, SIDE, wide, SIDE).swapaxes(1, 2)
        tiles = cut.reshape(-1, SIDE, SIDE).astype(np.float32)
        tiles = np.rot90(tiles[tiles.std(axis=(1, 2)) >= FLAT_DEVIATION], turn // 8 % 4, axes=(1, 2))
        yield np.ascontiguousarray(tiles[:, :, ::-1] if turn // 32 % 2 else tiles)


def _dhash(tiles: Tiles) -> Hashes:
    cells = np.rint(_area(8) @ tiles @ _area(9).T)
    return _pack(cells[:, :, 1:] > cells[:, :, :-1])


def _phash(tiles: Tiles) -> Hashes:
    frequency, place = np.arange(8)[:, None], np.arange(SIDE)
    cosines = np.cos(np.pi * frequency * (2 * place + 1) / (2 * SIDE)).astype(np.float32)
    low = (cosines @ tiles @ cosines.T).reshape(len(tiles), 64)
    return _pack(low > np.median(low, axis=1, keepdims=True))


HASHES = {"dhash": _dhash, "phash": _phash}


def _area(cells: int) -> NDArray[np.float32]:
    """The matrix that averages 32 pixels into so many cells."""
    edges = np.arange(cells + 1)[:, None] * SIDE / cells - np.arange(SIDE)
    covered = edges.clip(0, 1)
    return ((covered[1:] - covered[:-1]) * cells / SIDE).astype(np.float32)


def _pack(bits: NDArray[np.bool_]) -> Hashes:
    return np.packbits(bits.reshape(len(bits), 64), axis=1).view(">u8").ravel().astype(np.uint64)
