"""Prints, cushions, towels, bags, boards, clocks and jewellery: seen from above or on a wall."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from lumina.demo.drawing import patterns
from lumina.demo.drawing.backdrops import grain
from lumina.demo.drawing.layer import Plane, axes, blurred, clear, colour, lit, paint
from lumina.demo.drawing.view import View
from lumina.demo.products import COLOURS, FAMILIES, Product

_METALS = ("#c9a35a", "#c8c8cb", "#b97a56")
_WOODS = ("#7d5332", "#b98d5b", "#c9a26c")

SIDE = 600
"""Pixels of a thing before it is put into the picture."""


def lay(product: Product, view: View, width: int, height: int) -> Plane:
    """The thing as a layer, turned and tilted as the view says."""
    flat = sheet(product)
    down, across = flat.shape[:2]
    side = 0.70 * min(width, height) * view.zoom
    scale = side / max(down, across)
    half = np.array([[-across, -down], [across, -down], [across, down], [-across, down]], np.float32) / 2 * scale
    cosine, sine = np.cos(view.lean), np.sin(view.lean)
    turned = half @ np.array([[cosine, sine], [-sine, cosine]], np.float32)
    away = 1 + 0.22 * (turned[:, 0] * view.tilt[0] + turned[:, 1] * view.tilt[1]) / side
    middle = np.array([width * (0.5 + view.right), height * (0.5 + view.down)], np.float32)
    corners = (turned / away[:, None] + middle).astype(np.float32)
    source = np.array([[0, 0], [across, 0], [across, down], [0, down]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners)
    shrunk, factor = _shrunk(flat, scale)
    matrix = matrix @ np.diag([1 / factor, 1 / factor, 1.0])
    premade = shrunk.copy()
    premade[..., :3] *= premade[..., 3:]
    warped: Plane = np.asarray(cv2.warpPerspective(premade, matrix, (width, height)), np.float32)
    warped[..., :3] = warped[..., :3] / np.maximum(warped[..., 3:], 1e-4)
    right, below = axes(width, height)
    warped[..., :3] = lit(warped[..., :3], 1 + 0.06 * (view.light[0] * right - view.light[1] * below))
    return np.asarray(warped, np.float32)


def _shrunk(flat: Plane, scale: float) -> tuple[Plane, float]:
    """Halved where it is going to be much smaller, against flicker; and by how much."""
    if scale > 0.6:
        return flat, 1.0
    return np.asarray(cv2.resize(flat, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32), 0.5


@lru_cache(maxsize=48)
def sheet(product: Product) -> Plane:
    """The thing itself, seen straight on; not to be written to."""
    return _SHEETS[FAMILIES[product.family].name](product)


def _mask(width: int, height: int, points: Plane) -> Plane:
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, shift=4)
    return mask.astype(np.float32) / 255


def _rounded(width: int, height: int, inset: float, radius: float) -> Plane:
    """A rectangle with round corners."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    beside = np.maximum(np.abs(x - width / 2 + 0.5) - width / 2 + inset + radius, 0)
    below = np.maximum(np.abs(y - height / 2 + 0.5) - height / 2 + inset + radius, 0)
    return np.asarray(np.clip(radius - np.hypot(beside, below) + 0.5, 0, 1), np.float32)


def _fill(product: Product, width: int, height: int) -> Plane:
    """The pattern in this size, its squares kept square."""
    texture = patterns.texture(product)
    side = max(width, height)
    large = cv2.resize(texture, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[:height, :width], np.float32)


def _print(product: Product) -> Plane:
    """A framed sheet: frame, passe-partout, picture."""
    width, height = (SIDE * 3 // 4, SIDE) if product.shape == 0 else (SIDE, SIDE * 3 // 4)
    frame = colour(("#2c2a29", "#b98d5b", "#f2efe9", "#7d5332")[product.seed % 4])
    plane = np.ascontiguousarray(np.broadcast_to(frame, (height, width, 3)), np.float32)
    border, mat = 16, 16 + 58 * (product.seed // 4 % 3 > 0)
    plane[border:-border, border:-border] = colour("#f7f4ee")
    plane[mat:-mat, mat:-mat] = _art(product, width - 2 * mat, height - 2 * mat)
    plane[border : border + 5, border:-border] *= 0.86  # the frame's own shadow
    plane[border:-border, border : border + 4] *= 0.90
    return paint(np.ones((height, width), np.float32), plane)


def _art(product: Product, width: int, height: int) -> Plane:
    """Hills under a sun, or the product's pattern."""
    if product.seed % 3 == 0:
        return _fill(product, width, height)
    chance = np.random.default_rng(product.seed)
    tones = [colour(COLOURS[(product.colour + step) % len(COLOURS)][1]) for step in (0, 3, 6, 9)]
    sky = (
        colour("#f3e9d8") * (1 - 0.2 * np.linspace(0, 1, height)[:, None, None])
        + 0.2 * tones[1] * np.linspace(0, 1, height)[:, None, None]
    )
    plane: Plane = np.ascontiguousarray(np.broadcast_to(sky, (height, width, 3)), np.float32)
    sun = (int(width * chance.uniform(0.25, 0.75)), int(height * chance.uniform(0.18, 0.4)))
    cv2.circle(
        plane, sun, int(width * chance.uniform(0.09, 0.2)), colour(COLOURS[product.accent][1]).tolist(), -1, cv2.LINE_AA
    )
    across = np.linspace(0, 1, width)
    for step, tone in enumerate(tones):
        line = 0.45 + 0.13 * step + 0.08 * np.sin(2 * np.pi * (across * chance.uniform(0.6, 1.8) + chance.random()))
        below = np.clip((np.arange(height)[:, None] - line[None, :] * height), 0, 1)[..., None]
        plane = plane * (1 - below) + tone * below
    return np.asarray(plane + chance.normal(0, 0.012, (height, width, 1)), np.float32)


def _cushion(product: Product) -> Plane:
    width, height = (SIDE, SIDE) if product.shape == 0 else (SIDE, SIDE * 2 // 3)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    pinch = 0.93 - 0.07 * np.cos(np.pi * np.clip(y, -1, 1) / 2) + 0.07 * np.abs(y) ** 4
    pinch_y = 0.93 - 0.07 * np.cos(np.pi * np.clip(x, -1, 1) / 2) + 0.07 * np.abs(x) ** 4
    edge = np.minimum(pinch - np.abs(x), pinch_y - np.abs(y))
    mask = np.clip(edge * width / 2, 0, 1)
    belly = np.sqrt(np.clip(1 - (x / pinch) ** 4, 0, 1) * np.clip(1 - (y / pinch_y) ** 4, 0, 1))
    light = 0.72 + 0.34 * belly - 0.05 * x - 0.07 * y
    folds = np.random.default_rng(product.seed).normal(0, 1, (6, 6)).astype(np.float32)
    light = light + 0.035 * cv2.resize(folds, (width, height), interpolation=cv2.INTER_CUBIC)
    weave = np.random.default_rng(1).normal(0, 0.02, (height, width, 1)).astype(np.float32)
    return paint(mask.astype(np.float32), lit(_fill(product, width, height) + weave, light.astype(np.float32)))


def _towel(product: Product) -> Plane:
    width, height = (SIDE * 2 // 3, SIDE) if product.shape == 0 else (SIDE * 4 // 5, SIDE)
    plane = _fill(product, width, height)
    hem = colour(COLOURS[product.accent][1])
    for row in (30, 46, height - 52, height - 36):
        plane[row : row + 8] = hem
    across = np.linspace(0, 1, width)[None, :]
    folds = 1 + 0.07 * np.sin(
        2 * np.pi * (across * (2.5 if product.shape else 1.5) + 0.05 * np.linspace(0, 1, height)[:, None])
    )
    weave = np.random.default_rng(2).normal(0, 0.025, (height, width, 1)).astype(np.float32)
    return paint(_rounded(width, height, 2, 6), lit(plane + weave, folds.astype(np.float32)))


def _tote(product: Product) -> Plane:
    width, height, top = SIDE * 3 // 4, SIDE, 170
    canvas = colour("#e9dfcb") if product.shape == 0 else colour(COLOURS[product.colour][1])
    layer = clear(width, height)
    handles = np.zeros((height, width), np.uint8)
    for shift in (-10, 12):
        cv2.ellipse(handles, (width // 2 + shift, top + 30), (width // 4, top), 0, 180, 360, 255, 22, cv2.LINE_AA)
    strap = canvas * (0.86 if product.shape == 0 else 0.8)
    layer = paint(
        handles.astype(np.float32) / 255, np.ascontiguousarray(np.broadcast_to(strap, (height, width, 3)), np.float32)
    )
    bag = np.zeros((height, width), np.float32)
    bag[top:] = _rounded(width, height - top, 4, 14)
    plane = np.ascontiguousarray(np.broadcast_to(canvas, (height, width, 3)), np.float32)
    box = width * 5 // 8
    left, down = (width - box) // 2, top + (height - top - box) // 2
    plane[down : down + box, left : left + box] = _badge(product, box, canvas)
    light = 1 + 0.05 * np.sin(np.linspace(0, 9, width))[None, :] - 0.06 * np.linspace(-1, 1, height)[:, None]
    weave = np.random.default_rng(3).normal(0, 0.03, (height, width, 1)).astype(np.float32)
    fill = lit(plane + weave, light.astype(np.float32))
    mixed = np.where(bag[..., None] > 0, fill, layer[..., :3])
    return np.dstack([mixed, np.maximum(bag, layer[..., 3])]).astype(np.float32)


def _badge(product: Product, side: int, ground: Plane) -> Plane:
    """A round print on cloth."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    mask = np.clip((1 - np.hypot(x, y)) * side / 2, 0, 1)[..., None]
    art = _art(product, side, side) if product.shape == 0 else _fill(product, side, side)
    return np.asarray(ground * (1 - mask) + art * mask, np.float32)


def _board(product: Product) -> Plane:
    height, width = SIDE, (SIDE * 11 // 20, SIDE * 9 // 20, SIDE * 14 // 20)[product.shape]
    chance = np.random.default_rng(product.seed)
    base = colour(_WOODS[product.seed % 3])
    lines = grain(chance, height, width).T
    plane = lit(np.broadcast_to(base, (height, width, 3)), (1 + 0.17 * lines).astype(np.float32))
    if product.pattern in (1, 6, 9):  # a painted end, as far as the pattern says
        cut = round(height * 0.72)
        plane[cut:] = colour(COLOURS[product.accent][1])
    mask = np.zeros((height, width), np.float32)
    if product.shape == 2:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        mask = np.clip((1 - np.hypot((x - width / 2) / (width / 2), (y - height * 0.6) / (height * 0.39))) * 200, 0, 1)
    else:
        mask[round(height * 0.2) :] = _rounded(width, height - round(height * 0.2), 2, 36 if product.shape else 18)
    neck = _rounded(width // 3, height // 2, 2, 26)
    left = (width - width // 3) // 2
    mask[: height // 2, left : left + width // 3] = np.maximum(mask[: height // 2, left : left + width // 3], neck)
    cv2.circle(mask, (width // 2, 42), 15, 0.0, -1, cv2.LINE_AA)
    return paint(mask.astype(np.float32), _edged(plane, mask.astype(np.float32)))


def _edged(plane: Plane, mask: Plane) -> Plane:
    """Light at the upper edge, shade at the lower one, as thick things have."""
    soft = blurred(mask, 4)
    slope = np.gradient(soft, axis=0) * 5
    return lit(plane, (1 + np.clip(slope, -0.35, 0.35)).astype(np.float32))


def _clock(product: Product) -> Plane:
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j].astype(np.float32)
    far = np.hypot(x, y)
    mask = np.clip((0.98 - far) * SIDE / 2, 0, 1)
    face = _fill(product, SIDE, SIDE) if product.shape == 0 else np.broadcast_to(colour("#f4f1ea"), (SIDE, SIDE, 3))
    rim = colour(COLOURS[product.accent][1]) if product.shape else colour(_WOODS[product.seed % 3])
    edge = np.clip((far - 0.88) * SIDE / 2, 0, 1)[..., None]
    plane = np.ascontiguousarray(face * (1 - edge) + rim * edge, np.float32)
    dark = face[SIDE // 3 : SIDE // 2].mean() < 0.45
    ink = [0.95, 0.93, 0.88] if dark else [0.16, 0.16, 0.17]
    for hour in range(12):
        turn = np.pi * hour / 6
        ends = [_at(turn, share) for share in (0.72 if hour % 3 else 0.66, 0.8)]
        cv2.line(plane, ends[0], ends[1], ink, 9 if hour % 3 == 0 else 5, cv2.LINE_AA)
    cv2.line(plane, _at(0, 0), _at(np.pi * (product.seed % 12) / 6, 0.42), ink, 15, cv2.LINE_AA)
    cv2.line(plane, _at(0, 0), _at(np.pi * (product.seed // 12 % 60) / 30, 0.62), ink, 10, cv2.LINE_AA)
    cv2.circle(plane, _at(0, 0), 15, ink, -1, cv2.LINE_AA)
    return paint(mask.astype(np.float32), _edged(plane, mask.astype(np.float32)))


def _at(turn: float, share: float) -> tuple[int, int]:
    return round(SIDE / 2 * (1 + share * np.sin(turn))), round(SIDE / 2 * (1 - share * np.cos(turn)))


def _earrings(product: Product) -> Plane:
    layer = clear(SIDE, SIDE)
    for x in (0.3, 0.7):
        layer = _hung(layer, product, round(SIDE * x), 0.20, 0.30)
    return layer


def _hung(layer: Plane, product: Product, x: int, wide: float, top: float) -> Plane:
    """A hook with a pendant below it."""
    metal = colour(_METALS[product.seed % 3])
    hook = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(hook, (x, round(SIDE * top * 0.55)), (22, 46), 0, 150, 380, 255, 6, cv2.LINE_AA)
    cv2.line(hook, (x, round(SIDE * top * 0.6)), (x, round(SIDE * top)), 255, 6, cv2.LINE_AA)
    first = paint(
        hook.astype(np.float32) / 255, np.ascontiguousarray(np.broadcast_to(metal, (SIDE, SIDE, 3)), np.float32)
    )
    points = _pendant(product.shape) * SIDE * wide + (x, SIDE * (top + wide))
    mask = _mask(SIDE, SIDE, points.astype(np.float32))
    rim = blurred(mask, 3)
    fill = (
        np.where((rim > 0.93)[..., None], _fill(product, SIDE, SIDE), metal)
        if product.seed % 2
        else _fill(product, SIDE, SIDE)
    )
    second = paint(mask, _edged(fill.astype(np.float32), mask))
    mixed = first if layer[..., 3].max() == 0 else np.where(layer[..., 3:] > 0, layer, first)
    return np.where(second[..., 3:] > 0, second, mixed).astype(np.float32)


def _pendant(shape: int) -> Plane:
    """Corners of a pendant, from -1 to 1."""
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    if shape == 0:  # a disc
        return np.stack([0.62 * np.cos(angles), 0.62 * np.sin(angles) - 0.3], axis=1)
    if shape == 1:  # a drop
        return np.stack([0.62 * np.sin(angles) * np.sin(angles / 2) ** 1.2, -np.cos(angles)], axis=1)
    if shape == 2:  # an arch
        half = np.linspace(np.pi, 2 * np.pi, 30)
        arch = np.stack([0.6 * np.cos(half), 0.7 * np.sin(half) - 0.25], axis=1)
        return np.concatenate([arch, [[0.6, 0.8], [0.22, 0.8], [0.22, -0.1], [-0.22, -0.1], [-0.22, 0.8], [-0.6, 0.8]]])
    if shape == 3:  # a triangle
        return np.array([[0, -1], [0.7, 0.6], [-0.7, 0.6]])
    wave = 1 + 0.18 * np.cos(6 * angles)  # a flower
    return np.stack([0.6 * wave * np.cos(angles), 0.6 * wave * np.sin(angles) - 0.3], axis=1)


def _necklace(product: Product) -> Plane:
    """A chain that hangs, and what hangs on it."""
    metal = colour(_METALS[product.seed % 3])
    chain = np.zeros((SIDE, SIDE), np.uint8)
    across = np.linspace(-1, 1, 90)
    for x, y in zip(SIDE / 2 + across * SIDE * 0.4, SIDE * (0.62 - 0.58 * np.abs(across) ** 2.2), strict=True):
        cv2.circle(chain, (round(x), round(y)), 5, 255, 3, cv2.LINE_AA)
    layer = paint(
        chain.astype(np.float32) / 255, np.ascontiguousarray(np.broadcast_to(metal, (SIDE, SIDE, 3)), np.float32)
    )
    points = _pendant(product.shape) * SIDE * 0.15 + (SIDE / 2, SIDE * 0.78)
    mask = _mask(SIDE, SIDE, points.astype(np.float32))
    fill = _edged(
        _fill(product, SIDE, SIDE)
        if product.seed % 2
        else np.ascontiguousarray(np.broadcast_to(metal, (SIDE, SIDE, 3)), np.float32),
        mask,
    )
    return np.where(mask[..., None] > 0, paint(mask, fill), layer).astype(np.float32)


_SHEETS = {
    "print": _print,
    "cushion": _cushion,
    "towel": _towel,
    "tote": _tote,
    "board": _board,
    "clock": _clock,
    "earrings": _earrings,
    "necklace": _necklace,
}
