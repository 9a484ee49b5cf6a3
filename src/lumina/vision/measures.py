"""Technical measures of a picture's luma."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Edges = NDArray[np.float32]
"""Of the inner pixels."""

_PARTS, _NOISE, _SOFTER = 6, 32.0, 1 / 2
_PLAIN, _THIN, _SOFT = 8, 2, 1
"""Grey levels by which compression blurs a border of one colour; rows that are hardly one; its inner edge."""
DARKEST, BRIGHTEST = 2, 253
"""Grey levels at or beyond which detail is lost."""


def sharpness(gray: Gray, edges: Edges | None = None) -> float:
    """Variance of the Laplacian (4 neighbours), in grey levels squared; 0 where there is no inner pixel.

    J. L. Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000.

    Args:
        gray: luma.
        edges: `laplacian(gray)`, where that has been computed already.
    """
    flat = (laplacian(gray) if edges is None else edges).ravel()
    if not flat.size:
        return 0.0
    return max(0.0, float(np.dot(flat, flat)) / flat.size - float(flat.mean()) ** 2)


def crispness(gray: Gray, edges: Edges | None = None) -> float:
    """How sharp the softer half of the picture's inner parts are: the mean of log2(1 + variance / 32).

    Text that somebody wrote over a soft picture, or a border, makes a few parts sharp, not the picture.

    Args:
        gray: luma.
        edges: `laplacian(gray)`, where that has been computed already.
    """
    rows, columns = (max(0, length - 2) // _PARTS for length in gray.shape)
    if min(rows, columns) < 2:
        return float(np.log2(1 + sharpness(gray) / _NOISE))
    if edges is None:
        edges = laplacian(gray)
    inner = _PARTS - 2
    middle = edges[rows : (1 + inner) * rows, columns : (1 + inner) * columns].reshape(inner, rows, inner, columns)
    softest = np.sort(_variances(middle).ravel())[: round(inner * inner * _SOFTER)]
    return float(np.log2(1 + softest / _NOISE).mean())


def _variances(parts: Edges) -> NDArray[np.float64]:
    """Of inner x rows x inner x columns values, by part."""
    count = parts.shape[1] * parts.shape[3]
    mean = parts.sum(axis=1).sum(axis=-1, dtype=np.float64) / count
    square = np.einsum("arbc,arbc->abc", parts, parts).sum(axis=-1, dtype=np.float64) / count
    return np.asarray(np.maximum(0.0, square - mean * mean))


def laplacian(gray: Gray) -> Edges:
    """The neighbours of each inner pixel less four times itself, whole numbers; empty where there is no inner pixel."""
    height, width = gray.shape
    if min(height, width) < 3:
        return np.zeros((0, 0), np.float32)
    flat = gray.astype(np.float32).ravel()
    # As one line, from the first inner pixel to the last: quicker than row by row. What wraps around is cut off.
    many = flat.size - 2 * width - 2
    result = np.empty((height - 2, width), np.float32)
    line = result.reshape(-1)[:many]
    np.add(flat[1:][:many], flat[2 * width + 1 :][:many], out=line)
    line += flat[width:][:many]
    line += flat[width + 2 :][:many]
    line -= 4 * flat[width + 1 :][:many]
    return result[:, : width - 2]


def without_border(gray: Gray) -> Gray:
    """The picture within a border of one grey level; itself where there is none, or nothing else."""
    top, bottom = _border(gray)
    left, right = _border(gray.T)
    inner = gray[top : gray.shape[0] - bottom, left : gray.shape[1] - right]
    return inner if inner.size else gray


def _border(gray: Gray) -> tuple[int, int]:
    """Rows of one level at the top and at the bottom; none where it is only one of them, as with a sky."""
    level = int(np.median(gray[0]))
    darkest, brightest = gray.min(axis=1).astype(np.int16), gray.max(axis=1).astype(np.int16)
    spread = np.maximum(level - darkest, brightest - level)
    lively = np.flatnonzero(spread > _PLAIN)
    if not lively.size:
        return 0, 0
    top, bottom = int(lively[0]), len(gray) - 1 - int(lively[-1])
    return (top + _SOFT, bottom + _SOFT) if min(top, bottom) >= _THIN else (0, 0)


def brightness(gray: Gray) -> float:
    """Mean luma, 0-1."""
    return float(gray.mean(dtype=np.float64)) / 255


def contrast(gray: Gray) -> float:
    """Standard deviation of luma, 0-0.5."""
    return float(gray.std(dtype=np.float32)) / 255


def clipped(gray: Gray) -> tuple[float, float]:
    """Shares of pixels, 0-1, that are black and white beyond detail."""
    dark, bright = np.count_nonzero(gray <= DARKEST), np.count_nonzero(gray >= BRIGHTEST)
    return float(dark / gray.size), float(bright / gray.size)
