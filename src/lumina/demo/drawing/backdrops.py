"""What is behind and below a product: walls, tables, cloths."""

from __future__ import annotations

import cv2
import numpy as np

from lumina.demo.drawing.layer import Plane, blurred, colour
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
    plane: Plane = np.broadcast_to(wall, (height, width, 3)).astype(np.float32)
    if kind == 0:  # a studio's paper without an edge
        fall = np.clip((np.linspace(0, 1, height) - 0.5) * 1.4, 0, 1) ** 2
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
    grain = draw.normal(0, 0.010, (height, width, 1)).astype(np.float32)
    return np.asarray(base + grain, np.float32)


def wood(draw: np.random.Generator, view: View, width: int, height: int) -> Plane:
    """Boards that run across."""
    base = colour(_WOODS[view.backdrop // 64 % len(_WOODS)])
    boards = int(draw.integers(3, 6))
    plane = grain(draw, width, height)
    rows = np.arange(height) * boards // height
    tone = draw.uniform(-0.05, 0.05, boards + 1)[rows]
    seam = np.where(np.diff(rows, append=rows[-1]) > 0, 0.7, 1.0)
    light = (1 + plane * 0.16 + tone[:, None]) * seam[:, None]
    return np.asarray(base * light[..., None], np.float32)


def grain(draw: np.random.Generator, width: int, height: int) -> Plane:
    """Lines of wood that run across, about -1 to 1."""
    small = draw.normal(0, 1, (height // 2 + 1, width // 40 + 2)).astype(np.float32)
    fine = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    wide = cv2.resize(small[::6], (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(0.5 * fine + 0.6 * wide, np.float32)


def cloth(draw: np.random.Generator, view: View, width: int, height: int) -> Plane:
    """Linen with soft folds."""
    base = colour(_CLOTHS[view.backdrop // 64 % len(_CLOTHS)])
    weave = draw.normal(0, 0.012, (height, 1, 1)) + draw.normal(0, 0.012, (1, width, 1))
    folds = draw.normal(0, 1, (5, 4)).astype(np.float32)
    soft = cv2.resize(folds, (width, height), interpolation=cv2.INTER_CUBIC)
    noise = draw.normal(0, 0.010, (height, width, 1))
    return np.asarray(base * (1 + 0.05 * soft[..., None]) + weave + noise, np.float32)


def stone(draw: np.random.Generator, view: View, width: int, height: int) -> Plane:
    """Light marble with veins."""
    base = colour("#e9e8e6" if view.backdrop // 64 % 2 else "#d5d2cd")
    field = np.zeros((height, width), np.float32)
    for cells, weight in ((4, 1.0), (8, 0.5), (17, 0.25)):
        small = draw.normal(0, weight, (cells, cells)).astype(np.float32)
        field += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    veins = np.exp(-np.abs(field) * 22) * 0.16 + np.exp(-np.abs(field - 0.6) * 40) * 0.08
    return np.asarray(base * (1 - veins[..., None]) + draw.normal(0, 0.005, (height, width, 1)), np.float32)


def _window(plane: Plane, view: View, draw: np.random.Generator) -> Plane:
    """Light that falls off to a side; sometimes the soft shadow of a window or of a branch."""
    height, width = plane.shape[:2]
    across, down = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    light: Plane = 1 + 0.07 * (view.light[0] * across - view.light[1] * down)
    if view.backdrop // 256 % 3 == 0:
        slope = float(draw.uniform(0.5, 1.1)) * np.sign(view.light[0])
        bars = np.sin((across + slope * down) * float(draw.uniform(2.5, 4)) + draw.random() * 6)
        light = light + 0.06 * np.tanh(bars * 6)
        light = blurred(light.astype(np.float32), width * 0.012)
    return np.asarray(plane * light[..., None], np.float32)
