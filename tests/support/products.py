"""Photos of products that nobody took: a vase before a wall, and where exactly it stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lumina.domain.market import Downloaded, RemoteImage
from lumina.domain.picture import Pixels
from lumina.vision.encode import jpeg

Mask = NDArray[np.bool_]
"""Height x width: where the product is."""
SPECK = 21
"""A marketplace's number of an image that shows next to nothing."""


def product(width: int = 480, height: int = 360, seed: int = 0, size: float = 0.3) -> tuple[Pixels, Mask]:
    """A shaded vase on a wall with a little noise, and its mask.

    Args:
        width: pixels.
        height: pixels.
        seed: of its colour and place.
        size: half of its height, as a share of the picture's.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    down, across = np.mgrid[0:height, 0:width]
    middle, top = width * random.uniform(0.4, 0.6), height * random.uniform(0.48, 0.55)
    x, y = (across - middle) / (height * size * 0.65), (down - top) / (height * size)
    mask = (np.abs(y) <= 1) & (np.abs(x) <= 0.6 + 0.4 * np.cos(2.2 * y))
    light = np.clip(1.1 - 0.5 * np.abs(x + 0.3), 0.3, 1.2)[..., None]
    vase = light * np.array(random.permutation([210, 60, 40]))
    wall = np.array([205, 200, 190]) - 30 * (down / height)[..., None] + random.normal(0, 3, (height, width, 1))
    pixels: Pixels = np.clip(np.where(mask[..., None], vase, wall), 0, 255).astype(np.uint8)
    return pixels, mask


def overlap(one: Mask, other: Mask) -> float:
    """What two masks share of what either covers, 0 to 1."""
    return float(np.count_nonzero(one & other)) / max(1, np.count_nonzero(one | other))


def fetched(items: Sequence[RemoteImage]) -> list[Downloaded]:
    """Photos of products in their places, as if a marketplace had sent them."""
    found = []
    for item in items:
        name = f"{item.path}.jpg"
        place = item.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        pixels, _ = product(seed=item.remote_id, size=0.05 if item.remote_id == SPECK else 0.3)
        place.write_bytes(jpeg(pixels, 90))
        known = place.stat()
        found.append(Downloaded(name, "jpeg", known.st_size, known.st_mtime_ns, known.st_dev, known.st_ino))
    return found
