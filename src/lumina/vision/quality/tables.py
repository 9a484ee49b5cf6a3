"""The quality of a JPEG from its quantisation table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BASE = """
16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99
"""
BASE: NDArray[np.float64] = np.array(_BASE.split(), dtype=np.float64)
"""Luma's steps at quality 50, row by row: ITU-T T.81, table K.1."""


def quality_of(steps: Sequence[int]) -> float:
    """The quality, 1-100, at which libjpeg writes a table that is as coarse as this one.

    Tables of other makers are not multiples of libjpeg's; the mean ratio of the steps then counts.

    Args:
        steps: 64 steps, row by row, lowest frequency first.
    """
    return quality_at(float(np.mean(np.asarray(steps, dtype=np.float64) / BASE)))


def quality_at(scale: float) -> float:
    """The quality, 1-100, whose table is `scale` times the one of quality 50 (libjpeg's `jpeg_quality_scaling`)."""
    return float(np.clip(100 - 50 * scale if scale <= 1 else 50 / scale, 1, 100))


def steps_at(quality: float) -> NDArray[np.float64]:
    """The 64 steps of libjpeg, row by row, at a quality of 1-100."""
    scale = 50 / quality if quality < 50 else 2 - quality / 50
    return np.clip(np.floor(BASE * scale + 0.5), 1, 255)
