"""A drawn stand-in for films whose frames cannot be decoded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_WIDTH, _HEIGHT = 640, 360
_GROUND, _SIGN = 40, 200


def blank_poster() -> NDArray[np.uint8]:
    """360 x 640 x 3: a light triangle that points right, on dark grey."""
    rows, columns = np.mgrid[:_HEIGHT, :_WIDTH].astype(np.float32)
    right, off_middle = (columns - 270) / 110, np.abs(rows - _HEIGHT / 2) / 64
    inside = (right >= 0) & (right + off_middle <= 1)
    return np.repeat(np.where(inside, _SIGN, _GROUND).astype(np.uint8)[..., None], 3, axis=2)
