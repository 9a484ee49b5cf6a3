"""What is printed, woven or glazed on a product. All patterns go on without a seam where left and right meet."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np

from lumina.demo.drawing.layer import Plane, blurred, colour
from lumina.demo.products import COLOURS, PATTERNS, Product

SIDE = 512


@lru_cache(maxsize=64)
def texture(product: Product) -> Plane:
    """The product's pattern in its colours, `SIDE` x `SIDE` x 3; not to be written to."""
    draw = np.random.default_rng(product.seed)
    ground, accent = colour(COLOURS[product.colour][1]), colour(COLOURS[product.accent][1])
    mask = _MASKS[PATTERNS[product.pattern][0]](draw)
    plane = ground * (1 - mask[..., None]) + accent * mask[..., None]
    if PATTERNS[product.pattern][0] in ("terrazzo", "flowers", "arches"):
        third = colour(COLOURS[(product.colour + 5) % len(COLOURS)][1])
        extra = _MASKS["terrazzo" if PATTERNS[product.pattern][0] != "arches" else "dots"](draw) * 0.9
        plane = plane * (1 - extra[..., None]) + third * extra[..., None]
    cloud = blurred(draw.normal(0, 1, (SIDE, SIDE)).astype(np.float32), 24) * 0.5
    return np.asarray(np.clip(plane + cloud[..., None], 0, 1), np.float32)


def _grid() -> tuple[Plane, Plane]:
    """Places across and down, each 0 to 1."""
    across = np.arange(SIDE, dtype=np.float32) / SIDE
    return np.broadcast_to(across, (SIDE, SIDE)), np.broadcast_to(across[:, None], (SIDE, SIDE))


def _soft(values: Plane, width: float = 0.03) -> Plane:
    """0 below nothing, 1 above it, with a soft edge."""
    return np.asarray(np.clip(values / width + 0.5, 0, 1), np.float32)


def _plain(_: np.random.Generator) -> Plane:
    return np.zeros((SIDE, SIDE), np.float32)


def _stripes(draw: np.random.Generator) -> Plane:
    across, down = _grid()
    count, share = int(draw.integers(5, 14)), float(draw.uniform(-0.4, 0.5))
    return _soft(np.sin(2 * np.pi * count * (down if draw.random() < 0.6 else across)) - share, 0.2)


def _dots(draw: np.random.Generator) -> Plane:
    across, down = _grid()
    count = int(draw.integers(6, 13))
    row = np.floor(down * count)
    x, y = (across * count + 0.5 * (row % 2)) % 1 - 0.5, (down * count) % 1 - 0.5
    return _soft(float(draw.uniform(0.17, 0.32)) - np.hypot(x, y), 0.05)


def _waves(draw: np.random.Generator) -> Plane:
    across, down = _grid()
    count, bends = int(draw.integers(6, 11)), int(draw.integers(3, 8))
    bent = down + 0.025 * np.sin(2 * np.pi * bends * across)
    return _soft(np.sin(2 * np.pi * count * bent) - 0.2, 0.2)


def _checks(draw: np.random.Generator) -> Plane:
    across, down = _grid()
    count = 2 * int(draw.integers(3, 7))
    one, other = np.sin(np.pi * count * across) > 0, np.sin(np.pi * count * down) > 0
    return np.asarray(0.5 * one + 0.5 * other, np.float32)


def _chevron(draw: np.random.Generator) -> Plane:
    across, down = _grid()
    count, bends = int(draw.integers(5, 9)), int(draw.integers(5, 10))
    bent = down + 0.06 * np.abs((across * bends) % 1 - 0.5) * 2
    return _soft(np.sin(2 * np.pi * count * bent), 0.15)


def _dipped(draw: np.random.Generator) -> Plane:
    across, down = _grid()
    edge = float(draw.uniform(0.35, 0.65))
    for bends in (2, 3, 5):
        edge = edge + float(draw.uniform(0.005, 0.03)) * np.sin(2 * np.pi * (bends * across + draw.random()))
    return _soft(down - edge if draw.random() < 0.5 else edge - down, 0.01)


def _stamped(shapes: list[list[tuple[float, float]]]) -> Plane:
    """Polygons with corners from 0 to 1, filled; what sticks out at a side comes in at the other."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for shape in shapes:
        points = np.array(shape, np.float64) * SIDE
        for shift in (-SIDE, 0, SIDE):
            fixed = np.round((points + np.array([shift, 0.0])) * 16).astype(np.int32)
            cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, shift=4)
    return np.asarray(mask, np.float32) / 255


def _blob(x: float, y: float, long: float, wide: float, turn: float, corners: int = 24) -> list[tuple[float, float]]:
    """An ellipse with a pointed end, as leaves have."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    along, beside = long * np.cos(angles), wide * np.sin(angles) * (1 - 0.5 * np.cos(angles))
    return [
        (x + a * np.cos(turn) - b * np.sin(turn), y + a * np.sin(turn) + b * np.cos(turn))
        for a, b in zip(along, beside, strict=True)
    ]


def _scattered(draw: np.random.Generator, step: float) -> list[tuple[float, float]]:
    """Places that keep a distance: a shaken grid."""
    count = round(1 / step)
    places = [(x + 0.5 * (y % 2), y) for x in range(count) for y in range(count)]
    return [((x + draw.uniform(0.2, 0.8)) * step, (y + draw.uniform(0.2, 0.8)) * step) for x, y in places]


def _speckle(draw: np.random.Generator) -> Plane:
    places = draw.random((240, 2))
    sizes = draw.exponential(0.0035, 240) + 0.0012
    return _stamped([_blob(x, y, s, s * 0.8, 0, 10) for (x, y), s in zip(places, sizes, strict=True)])


def _terrazzo(draw: np.random.Generator) -> Plane:
    shapes = []
    for x, y in _scattered(draw, 0.11):
        angles, size = np.sort(draw.uniform(0, 2 * np.pi, 6)), draw.uniform(0.012, 0.036)
        shapes.append([(x + size * np.cos(a), y + size * np.sin(a)) for a in angles])
    return _stamped(shapes)


def _leaves(draw: np.random.Generator) -> Plane:
    shapes = []
    for x, y in _scattered(draw, 0.17):
        turn, size = draw.uniform(0, 2 * np.pi), draw.uniform(0.035, 0.055)
        for at in (-1, 0, 1):
            for side in (-1, 1):
                middle = (x + at * size * 0.9 * np.cos(turn), y + at * size * 0.9 * np.sin(turn))
                bend = turn + side * 0.9
                place = (middle[0] + 0.6 * size * np.cos(bend), middle[1] + 0.6 * size * np.sin(bend))
                shapes.append(_blob(*place, size * 0.55, size * 0.2, bend + np.pi))
    return _stamped(shapes)


def _flowers(draw: np.random.Generator) -> Plane:
    shapes = []
    for x, y in _scattered(draw, 0.2):
        size, petals = draw.uniform(0.026, 0.05), int(draw.integers(5, 8))
        for turn in np.linspace(0, 2 * np.pi, petals, endpoint=False) + draw.random():
            place = (x + size * 0.75 * np.cos(turn), y + size * 0.75 * np.sin(turn))
            shapes.append(_blob(*place, size * 0.62, size * 0.34, turn + np.pi, 16))
    return _stamped(shapes)


def _arches(draw: np.random.Generator) -> Plane:
    across, down = _grid()
    mask = np.zeros((SIDE, SIDE), np.float32)
    for x in (np.arange(3) + draw.uniform(0.2, 0.8)) / 3:
        bottom, rings = draw.uniform(0.45, 0.95), int(draw.integers(2, 4))
        beside = np.abs((across - x + 0.5) % 1 - 0.5)
        far = np.where(down < bottom - 0.08, np.hypot(beside, down - bottom + 0.08), beside)
        inside = (down < bottom) & (far < 0.145)
        mask = np.maximum(mask, inside * _soft(np.cos(2 * np.pi * rings * far / 0.145), 0.3))
    return mask


_MASKS: dict[str, Callable[[np.random.Generator], Plane]] = {
    "plain": _plain,
    "stripes": _stripes,
    "dots": _dots,
    "waves": _waves,
    "checks": _checks,
    "leaves": _leaves,
    "dipped": _dipped,
    "speckle": _speckle,
    "terrazzo": _terrazzo,
    "chevron": _chevron,
    "arches": _arches,
    "flowers": _flowers,
}
