"""One photograph of one product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumina.demo.drawing import backdrops, sheets, vessels
from lumina.demo.drawing.layer import Plane, axes, blurred, moved, over
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
    name = FAMILIES[product.family].name
    if name in vessels.OUTLINES:
        picture = _standing(product, seen, width, height)
    else:
        backdrop = (backdrops.hanging if name in _HUNG else backdrops.lying)(seen, width, height)
        layer = sheets.lay(product, seen, width, height)
        picture = over(_shadowed(backdrop, layer[..., 3], seen, 0.012 * width, 0.42), layer)
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
    across, down = axes(width, height)
    light = 255 * seen.bright * (1 - 0.07 * (across**2 + down**2))
    tint = np.array([1 + seen.warm, 1.0, 1 - seen.warm], np.float32)
    noise = np.random.default_rng(seen.chance).standard_normal((height, width, 1), np.float32)
    pixels = np.clip(picture * (light[..., None] * tint) + 2 * noise, 0, 255)
    pixels = pixels[:, ::-1] if seen.mirrored else pixels
    return np.ascontiguousarray(pixels, np.uint8)
