"""One photograph of one product."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lumina.demo.drawing import backdrops, sheets, vessels
from lumina.demo.drawing.layer import Plane, blurred, moved, over
from lumina.demo.drawing.view import View, view
from lumina.demo.products import FAMILIES, Product

_HUNG = ("print", "clock")


def take(product: Product, seed: tuple[int, int, int], width: int, height: int) -> NDArray[np.uint8]:
    """The product before a backdrop; the same pixels each time.

    Args:
        product: what is shown.
        seed: of the world, number of the listing, rank of the photograph (1: from the front).
        width: pixels.
        height: pixels.

    Returns:
        height x width x 3, sRGB.
    """
    seen = view(seed)
    wide, high = width * 5 // 4, height * 5 // 4  # edges come out smoother
    name = FAMILIES[product.family].name
    if name in vessels.OUTLINES:
        picture = _standing(product, seen, wide, high)
    else:
        backdrop = (backdrops.hanging if name in _HUNG else backdrops.lying)(seen, wide, high)
        layer = sheets.lay(product, seen, wide, high)
        picture = over(_shadowed(backdrop, layer[..., 3], seen, 0.012 * wide, 0.42), layer)
    return _developed(picture, seen, width, height)


def _standing(product: Product, seen: View, width: int, height: int) -> Plane:
    layer, foot = vessels.stand(product, seen, width, height)
    backdrop = backdrops.standing(seen, width, height)
    dark = blurred(foot[..., 3], width * 0.012)
    cast = blurred(moved(foot[..., 3], -seen.light[0] * width * 0.10, 0), width * 0.05)
    ground = backdrop * (1 - 0.45 * dark[..., None]) * (1 - 0.35 * cast[..., None])
    return over(ground.astype(np.float32), layer)


def _shadowed(below: Plane, mask: Plane, seen: View, far: float, depth: float) -> Plane:
    near = blurred(moved(mask, -seen.light[0] * far, seen.light[1] * far), far * 0.6)
    wide = blurred(moved(mask, -seen.light[0] * far * 2.5, seen.light[1] * far * 2.5), far * 2.5)
    return np.asarray(below * (1 - depth * near[..., None]) * (1 - 0.5 * depth * wide[..., None]), np.float32)


def _developed(picture: Plane, seen: View, width: int, height: int) -> NDArray[np.uint8]:
    """Brightness, warmth, darker corners, grain."""
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    across, down = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    light = seen.bright * (1 - 0.07 * (across**2 + down**2))
    tint = np.array([1 + seen.warm, 1.0, 1 - seen.warm])
    noise = np.random.default_rng(seen.chance).normal(0, 0.008, (height, width, 1))
    pixels = np.clip(small * light[..., None] * tint + noise, 0, 1) * 255
    pixels = pixels[:, ::-1] if seen.mirrored else pixels
    return np.ascontiguousarray(pixels, np.uint8)
