"""Pictures with transparency, and putting one over the other."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating[Any]]
"""Height x width, or height x width x 3 or 4."""


def colour(code: str) -> Plane:
    """`#rrggbb` as three numbers from 0 to 1."""
    return np.array([int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)], np.float32)


def axes(width: int, height: int) -> tuple[Plane, Plane]:
    """Places across (1 x width) and down (height x 1), each from -1 to 1."""
    return np.linspace(-1, 1, width, dtype=np.float32)[None, :], np.linspace(-1, 1, height, dtype=np.float32)[:, None]


def clear(width: int, height: int) -> Plane:
    """A layer with nothing on it, height x width x 4."""
    return np.zeros((height, width, 4), np.float32)


def over(below: Plane, layer: Plane) -> Plane:
    """A layer (height x width x 4) over a picture (height x width x 3)."""
    alpha = layer[..., 3:]
    return below * (1 - alpha) + layer[..., :3] * alpha


def stacked(below: Plane, layer: Plane) -> Plane:
    """A layer over another layer."""
    alpha = layer[..., 3:]
    total = alpha + below[..., 3:] * (1 - alpha)
    mixed = layer[..., :3] * alpha + below[..., :3] * below[..., 3:] * (1 - alpha)
    return np.concatenate([mixed / np.maximum(total, 1e-6), total], axis=2).astype(np.float32)


def paint(mask: Plane, fill: Plane) -> Plane:
    """A layer: `fill` (three numbers, or height x width x 3) where the mask is."""
    wide = np.broadcast_to(fill, (*mask.shape, 3))
    return np.concatenate([wide, mask[..., None]], axis=2).astype(np.float32)


def blurred(plane: Plane, radius: float) -> Plane:
    """Softened by a Gaussian of that many pixels; large ones on a smaller picture, where nobody sees the difference."""
    if radius < 0.3:
        return plane
    shrink = max(1, int(radius / 4))
    height, width = plane.shape[:2]
    small = cv2.resize(plane, (max(1, width // shrink), max(1, height // shrink)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), radius / shrink)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def moved(plane: Plane, right: float, down: float) -> Plane:
    """Shifted; what comes in is empty."""
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return np.asarray(cv2.warpAffine(plane, matrix, plane.shape[1::-1]), np.float32)


def lit(fill: Plane, light: Plane) -> Plane:
    """Colours under a light: 1 leaves them, less darkens, more brightens towards white."""
    dark = fill * np.minimum(light, 1)[..., None]
    return dark + (1 - dark) * np.clip(light - 1, 0, 1)[..., None]
