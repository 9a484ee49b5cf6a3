"""Made-up scenes that a camera looks at, and the frames it takes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lumina.vision.frames import SECOND, Frames
from lumina.vision.resize import box

HEIGHT, WIDTH = 96, 128
NOON = 1_560_000_000 * SECOND


def world(seed: int) -> NDArray[np.float32]:
    """A wide scene of large and small shapes, as photographs have them; height x 5 widths, 0-255."""
    random = np.random.default_rng(seed)
    scene = np.zeros((HEIGHT, 5 * WIDTH), np.float32)
    for size in (4, 8, 16, 32):
        noise = random.normal(0, 1, (size, 5 * size * WIDTH // HEIGHT)).astype(np.float32)
        scene += np.asarray(Image.fromarray(noise).resize((5 * WIDTH, HEIGHT), Image.Resampling.BICUBIC)) / size**0.5
    low, high = float(scene.min()), float(scene.max())
    return np.asarray((scene - low) / (high - low) * 255, np.float32)


def view(scene: NDArray[np.float32], x: float = 0, *, stops: float = 0.0, noise: int = 0) -> NDArray[np.uint8]:
    """What a camera sees that is turned `x` widths to the right: height x width x 3.

    Args:
        scene: of `world`.
        x: widths.
        stops: more light.
        noise: seed of the sensor's noise; 0 without.
    """
    at = round(x * WIDTH)
    seen = (scene[:, at : at + WIDTH] / 255) ** 2.2 * 2.0**stops
    seen = 255 * np.clip(seen, 0, 1) ** (1 / 2.2)
    if noise:
        seen = seen + np.random.default_rng(noise).normal(0, 4, seen.shape)
    return np.repeat(np.clip(seen, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def frames(views: Sequence[NDArray[np.uint8]], seconds: Sequence[float], **columns: Any) -> Frames:
    """Frames of one camera, taken at these seconds; `columns` take the place of what is usual."""
    count = len(views)
    lumas = np.stack([box(each[..., 0], 32, 32) for each in views])
    numbers = np.arange(count)
    zeros, unknown = np.zeros(count, np.int64), np.full(count, np.nan)
    usual = {
        "image": numbers + 1,
        "time": NOON + np.round(np.array(seconds) * SECOND).astype(np.int64),
        "camera": zeros + 1,
        "rendering": zeros + 1,
        "content": zeros,
        "name": numbers + 1,
        "series": zeros + 1,
        "rank": numbers,
        "scene": numbers + 1,
        "shot": zeros,
        "panel": zeros,
        "hdr": zeros,
        "bracketing": zeros > 0,
        "latitude": unknown,
        "longitude": unknown,
        "exposure": unknown,
        "bias": unknown,
        "shutter": zeros.astype(float),
        "focal": zeros.astype(float),
        "sharpness": zeros + 100.0,
        "brightness": lumas.mean((1, 2)) / 255,
        "clipped": zeros.astype(float),
        "verdict": zeros,
        "lumas": lumas,
    }
    return Frames(**{**usual, **{name: np.asarray(values) for name, values in columns.items()}})
