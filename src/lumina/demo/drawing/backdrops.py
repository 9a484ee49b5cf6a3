"""What is behind and below a product: walls, tables, cloths."""

from __future__ import annotations

import cv2
import numpy as np

from lumina.demo.drawing.layer import Plane, axes, blurred, colour
from lumina.demo.drawing.view import View

_WALLS = ("#efe9e0", "#dfe3e0", "#e9dccd", "#cfd6d3", "#f3f1ec", "#d9c7b8", "#b9c4bd", "#e6d3cc", "#aab4bd", "#f0e6d2")
_WOODS = ("#b98a5c", "#8a6242", "#d3b48c", "#6c4b35")
_CLOTHS = ("#e7e0d3", "#cfc6b8", "#d9dcd8", "#b8b3a8", "#eadfd8")

HORIZON = 0.62
"""Where the table begins, as a share of the height."""


def standing(view: View, width: int, height: int) -> Plane:
    """A wall and a table before it."""
    draw = np.random.default_rng(view.chance)
    wall = colour(_WALLS[view.backdrop % len(_WALLS)])
    kind = view.backdrop // 16 % 4
    plane: Plane = np.ascontiguousarray(np.broadcast_to(wall, (height, width, 3)), np.float32)
    if kind == 0:  # a studio's paper without an edge
        fall = np.clip((np.linspace(0, 1, height, dtype=np.float32) - 0.5) * 1.4, 0, 1) ** 2
        plane = plane * (1 - 0.10 * fall[:, None, None])
    else:
        edge = round(height * (HORIZON + view.down) - view.rise * height * 0.22)
        table = (wood, cloth, stone)[kind - 1](draw, view, width, height)
        mask = np.zeros((height, width), np.float32)
        mask[max(0, edge) :] = 1
        mask = blurred(mask, height * 0.004)[..., None]
        plane = plane * (1 - mask) + table * mask
        shade = np.clip(1 - np.abs(np.arange(height) - edge) / (0.05 * height), 0, 1) * 0.10
        plane = plane * (1 - shade[:, None, None])
    return _window(plane.astype(np.float32), view, draw)


def lying(view: View, width: int, height: int) -> Plane:
    """A surface seen from above."""
    draw = np.random.default_rng(view.chance)
    surface = (cloth, wood, stone, paper)[view.backdrop // 16 % 4]
    return _window(surface(draw, view, width, height), view, draw)


def hanging(view: View, width: int, height: int) -> Plane:
    """A wall, sometimes with a piece of furniture below."""
    draw = np.random.default_rng(view.chance)
    plane = paper(draw, view, width, height)
    if view.backdrop // 16 % 3 == 0 and view.zoom < 1.2:
        top = round(height * 0.9)
        plane[top:] = wood(draw, view, width, height)[top:] * 0.92
        plane[top : top + 2] *= 0.7
    return _window(plane, view, draw)


def paper(draw: np.random.Generator, view: View, width: int, height: int) -> Plane:
    """One colour with a fine grain."""
    base = colour(_WALLS[view.backdrop % len(_WALLS)])
    grain = 0.01 * draw.standard_normal((height, width, 1), np.float32)
    return np.asarray(base + grain, np.float32)


def wood(draw: np.random.Generator, view: View, width: int, height: int) -> Plane:
    """Boards that run across."""
    base = colour(_WOODS[view.backdrop // 64 % len(_WOODS)])
    boards = int(draw.integers(3, 6))
    plane = grain(draw, width, height)
    rows = np.arange(height) * boards // height
    tone = draw.uniform(-0.05, 0.05, boards + 1).astype(np.float32)[rows]
    seam = np.where(np.diff(rows, append=rows[-1]) > 0, 0.7, 1.0).astype(np.float32)
    light = (1 + plane * 0.16 + tone[:, None]) * seam[:, None]
    return np.asarray(base * light[..., None], np.float32)


def grain(draw: np.random.Generator, width: int, height: int) -> Plane:
    """Lines of wood that run across, about -1 to 1."""
    small = draw.standard_normal((height // 2 + 1, max(3, width // 190)), np.float32)
    fine = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    wide = cv2.resize(small[::7], (width, height), interpolation=cv2.INTER_CUBIC)
    slow = cv2.resize(small[::40], (width, height), interpolation=cv2.INTER_CUBIC)
    rings = np.sin(9 * wide + 14 * slow)
    return np.asarray(0.28 * fine + 0.30 * wide + 0.34 * rings, np.float32)


def cloth(draw: np.random.Generator, view: View, width: int, height: int) -> Plane:
    """Linen with soft folds."""
    base = colour(_CLOTHS[view.backdrop // 64 % len(_CLOTHS)])
    down, across = draw.standard_normal((height, 1, 1), np.float32), draw.standard_normal((1, width, 1), np.float32)
    folds = draw.normal(0, 1, (5, 4)).astype(np.float32)
    soft = cv2.resize(folds, (width, height), interpolation=cv2.INTER_CUBIC)
    noise = draw.standard_normal((height, width, 1), np.float32)
    return np.asarray(base * (1 + 0.05 * soft[..., None]) + 0.011 * (down + across + noise), np.float32)


def stone(draw: np.random.Generator, view: View, width: int, height: int) -> Plane:
    """Light marble with veins."""
    base = colour("#e9e8e6" if view.backdrop // 64 % 2 else "#d5d2cd")
    across, down = axes(width, height)
    field = 1.6 * across + float(draw.uniform(-1.5, 1.5)) * down
    for cells, weight in ((3, 0.9), (6, 0.5), (13, 0.22), (29, 0.1)):
        field = field + weight * _cloud(draw, cells, width, height)
    strong = np.clip(_cloud(draw, 5, width, height) * 0.7 + 0.3, 0, 1)
    veins = strong * (0.13 * np.exp(-np.abs(field) * 14) + 0.08 * np.exp(-np.abs(field - 0.9) * 26))
    tone = 1 - veins + 0.02 * _cloud(draw, 4, width, height)
    return np.asarray(base * tone[..., None], np.float32)


def _cloud(draw: np.random.Generator, cells: int, width: int, height: int) -> Plane:
    small = draw.standard_normal((cells, cells), np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _window(plane: Plane, view: View, draw: np.random.Generator) -> Plane:
    """Light that falls off to a side; sometimes the soft shadow of a window or of a branch."""
    height, width = plane.shape[:2]
    across, down = axes(width, height)
    light: Plane = 1 + 0.07 * (view.light[0] * across - view.light[1] * down)
    if view.backdrop // 256 % 3 == 0:
        slope = float(draw.uniform(0.5, 1.1)) * np.sign(view.light[0])
        bars = np.sin((across + slope * down) * float(draw.uniform(2.5, 4)) + draw.random() * 6)
        light = light + 0.06 * np.tanh(bars * 6)
        light = blurred(light.astype(np.float32), width * 0.012)
    return np.asarray(plane * light[..., None], np.float32)
