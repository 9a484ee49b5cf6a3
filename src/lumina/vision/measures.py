"""Technical measures of a picture's luma."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

_PARTS, _NOISE, _SOFTER = 6, 32.0, 1 / 2
_PLAIN, _THIN, _SOFT = 8, 2, 1
"""Grey levels by which compression blurs a border of one colour; rows that are hardly one; its inner edge."""
DARKEST, BRIGHTEST = 2, 253
"""Grey levels at or beyond which detail is lost."""


def sharpness(gray: Gray) -> float:
    """Variance of the Laplacian (4 neighbours), in grey levels squared; 0 where there is no inner pixel.

    J. L. Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000.
    """
    return float(_laplacian(gray).var(dtype=np.float32)) if min(gray.shape) >= 3 else 0.0


def crispness(gray: Gray) -> float:
    """How sharp the softer half of the picture's inner parts are: the mean of log2(1 + variance / 32).

    Text that somebody wrote over a soft picture, or a border, makes a few parts sharp, not the picture.
    """
    rows, columns = (max(0, length - 2) // _PARTS for length in gray.shape)
    if min(rows, columns) < 2:
        return float(np.log2(1 + sharpness(gray) / _NOISE))
    edges = _laplacian(gray)[rows : -rows or None, columns : -columns or None]
    inner = _PARTS - 2
    parts = edges[: inner * rows, : inner * columns].reshape(inner, rows, inner, columns).astype(np.float32)
    softest = np.sort(parts.var(axis=(1, 3)).ravel())[: round(inner * inner * _SOFTER)]
    return float(np.log2(1 + softest / _NOISE).mean())


def _laplacian(gray: Gray) -> NDArray[np.int16]:
    """Of the inner pixels."""
    wide = gray.astype(np.int16)
    around = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]
    return np.asarray(around - 4 * wide[1:-1, 1:-1])


def without_border(gray: Gray) -> Gray:
    """The picture within a border of one grey level; itself where there is none, or nothing else."""
    top, bottom = _border(gray)
    left, right = _border(gray.T)
    inner = gray[top : gray.shape[0] - bottom, left : gray.shape[1] - right]
    return inner if inner.size else gray


def _border(gray: Gray) -> tuple[int, int]:
    """Rows of one level at the top and at the bottom; none where it is only one of them, as with a sky."""
    level = int(np.median(gray[0]))
    spread = np.abs(gray.astype(np.int16) - level).max(axis=1)
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
    return float((gray <= DARKEST).mean()), float((gray >= BRIGHTEST).mean())
