"""Mugs, vases, bowls, plant pots, candles, carafes and lamps."""

from __future__ import annotations

import cv2
import numpy as np

from lumina.demo.drawing import patterns
from lumina.demo.drawing.layer import Plane, clear, colour, stacked
from lumina.demo.drawing.revolved import Body, draw, ellipse, opening, outline, ring, soil
from lumina.demo.drawing.view import View
from lumina.demo.products import FAMILIES, Product

Points = tuple[tuple[float, float], ...]

OUTLINES: dict[str, tuple[tuple[float, Points], ...]] = {
    "mug": (
        (0.50, ((0, 0.40), (0.06, 0.46), (0.5, 0.47), (1, 0.47))),
        (0.42, ((0, 0.34), (0.1, 0.47), (0.45, 0.55), (0.85, 0.47), (1, 0.48))),
        (0.50, ((0, 0.34), (0.5, 0.42), (1, 0.52))),
    ),
    "vase": (
        (0.58, ((0, 0.16), (0.3, 0.34), (0.55, 0.33), (0.8, 0.12), (0.92, 0.10), (1, 0.14))),
        (0.56, ((0, 0.15), (0.6, 0.23), (0.85, 0.20), (1, 0.23))),
        (0.48, ((0, 0.2), (0.35, 0.45), (0.65, 0.40), (0.85, 0.15), (1, 0.17))),
        (0.58, ((0, 0.22), (0.25, 0.24), (0.5, 0.13), (0.75, 0.24), (1, 0.16))),
    ),
    "bowl": (
        (0.30, ((0, 0.35), (0.1, 0.42), (0.5, 0.85), (1, 1.05))),
        (0.26, ((0, 0.55), (0.2, 0.85), (0.6, 1.1), (1, 1.15))),
        (0.38, ((0, 0.30), (0.08, 0.30), (0.12, 0.22), (0.3, 0.5), (1, 0.82))),
    ),
    "planter": (
        (0.46, ((0, 0.36), (0.85, 0.5), (0.88, 0.56), (1, 0.57))),
        (0.44, ((0, 0.5), (0.5, 0.52), (1, 0.52))),
        (0.42, ((0, 0.3), (0.4, 0.56), (0.8, 0.5), (1, 0.42))),
    ),
    "candle": (
        (0.40, ((0, 0.42), (0.05, 0.45), (1, 0.45))),
        (0.48, ((0, 0.3), (0.05, 0.33), (1, 0.33))),
    ),
    "carafe": (
        (0.64, ((0, 0.24), (0.3, 0.30), (0.6, 0.18), (0.85, 0.12), (1, 0.17))),
        (0.66, ((0, 0.26), (0.45, 0.30), (0.75, 0.16), (1, 0.13))),
        (0.62, ((0, 0.22), (0.2, 0.32), (0.55, 0.26), (0.8, 0.2), (1, 0.25))),
    ),
    "lamp": (
        (0.36, ((0, 0.36), (0.3, 0.42), (0.7, 0.3), (0.9, 0.08), (1, 0.08))),
        (0.38, ((0, 0.40), (0.05, 0.40), (0.09, 0.06), (1, 0.06))),
        (0.36, ((0, 0.30), (0.3, 0.18), (0.6, 0.32), (0.9, 0.08), (1, 0.08))),
    ),
}
"""Of each family and shape: height as a share of the picture's shorter side, and the outline."""


def stand(product: Product, view: View, width: int, height: int) -> tuple[Plane, Plane]:
    """The thing and, as an own layer for its shadow, where it touches the table."""
    family, side = FAMILIES[product.family].name, min(width, height)
    share, points = OUTLINES[family][product.shape]
    tall = share * side * view.zoom * 1.08
    x, base = width * (0.5 + view.right), height * (0.82 + view.down) + (view.zoom - 1) * side * 0.22
    texture = patterns.texture(product)
    gloss = 0.12 if family in ("planter", "lamp") else 0.55 if family in ("carafe", "bowl") else 0.35
    body = Body(x, base, tall, outline(points, tall), texture, gloss)
    layer = _TOPS.get(family, _open)(product, view, body, width, height)
    foot = clear(width, height)
    ellipse(foot, (x, base), (float(body.radii[:20].max()) * 1.06, body.radii[0] * max(0.12, np.sin(view.rise))), _DARK)
    return layer, foot


_DARK = np.zeros(3, np.float32)


def _open(product: Product, view: View, body: Body, width: int, height: int) -> Plane:
    layer = draw(body, view, width, height)
    opening(layer, body, view, body.texture.mean(axis=(0, 1)))
    if FAMILIES[product.family].name == "vase" and product.seed % 3:
        return stacked(_stems(product, view, body, width, height), layer) if product.seed % 2 else layer
    return layer


def _mug(product: Product, view: View, body: Body, width: int, height: int) -> Plane:
    layer = draw(body, view, width, height)
    coffee = colour("#4a2c1b" if product.seed % 2 else "#a5652f")
    opening(layer, body, view, colour("#f1ece2"), coffee if product.seed % 3 else None)
    return _handled(layer, body, view, (0.52, 1.35), (body.height * 0.27, body.height * 0.30))


def _carafe(product: Product, view: View, body: Body, width: int, height: int) -> Plane:
    layer = draw(body, view, width, height)
    opening(layer, body, view, body.texture.mean(axis=(0, 1)))
    if product.seed % 2:
        return layer
    return _handled(layer, body, view, (0.66, 1.4), (body.height * 0.22, body.height * 0.2))


def _handled(layer: Plane, body: Body, view: View, at: tuple[float, float], size: tuple[float, float]) -> Plane:
    handle = ring(layer, body, view, at, size)
    if handle is None:
        return layer
    before = np.cos(at[1] - view.turn) > 0.25
    return stacked(layer, handle) if before else stacked(handle, layer)


def _planter(product: Product, view: View, body: Body, width: int, height: int) -> Plane:
    layer = draw(body, view, width, height)
    opening(layer, body, view, body.texture.mean(axis=(0, 1)), soil())
    return stacked(layer, _plant(product, view, body, width, height))


def _candle(product: Product, view: View, body: Body, width: int, height: int) -> Plane:
    layer = draw(body, view, width, height)
    wax = colour("#f3e7cf")
    opening(layer, body, view, body.texture.mean(axis=(0, 1)), wax)
    x, y, radius = body.rim(view)
    wick, flame = radius * 0.12, radius * 0.34
    ellipse(layer, (x, y + wick * 0.2), (radius * 0.03 + 1, wick), colour("#2b2622"))
    if product.seed % 4:
        ellipse(layer, (x, y - flame * 0.9), (flame * 0.36, flame), colour("#ffb545"))
        ellipse(layer, (x, y - flame * 0.7), (flame * 0.2, flame * 0.6), colour("#fff3c4"))
    return layer


def _lamp(product: Product, view: View, body: Body, width: int, height: int) -> Plane:
    """A foot and, on it, a shade that glows."""
    layer = draw(body, view, width, height)
    shade = patterns.texture(
        Product(product.family, 0, 7 if product.accent != 7 else 14, product.accent, 0, product.seed)
    )
    tall, wide = body.height * 0.78, body.height * (0.62, 0.5, 0.58)[product.shape]
    narrow = (0.62, 1.0, 0.8)[product.seed % 3]
    radii = outline(((0, 1.0), (1, narrow)), wide)
    above = Body(body.x, body.base - body.height * np.cos(view.rise) * 0.93, tall, radii, shade, 0.0, 0.16)
    lit_shade = draw(above, view, width, height)
    opening(lit_shade, above, view, colour("#ffe9b8") * 1.3)
    return stacked(layer, lit_shade)


def _plant(product: Product, view: View, body: Body, width: int, height: int) -> Plane:
    """Leaves that come out of the pot."""
    x, y, radius = body.rim(view)
    chance = np.random.default_rng(product.seed)
    canvas, mask = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    pointed = product.seed % 2
    for _ in range(15 if pointed else 22):
        angle = chance.uniform(-1.15, 1.15)
        long, wide = radius * chance.uniform(0.9, 1.9), radius * (0.13 if pointed else 0.26)
        swing = np.sin(angle + 0.25 * np.sin(view.turn + 9 * angle))
        tip = (x + swing * long, y - np.cos(angle) * long * 0.95)
        leaf = _leaf((x + swing * radius * 0.3, y), tip, wide, bool(pointed))
        green = np.array((52, 92, 58)) * chance.uniform(0.8, 1.45) + chance.uniform(-8, 14, 3)
        fixed = np.round(leaf * 16).astype(np.int32)
        cv2.fillPoly(canvas, [fixed], np.clip(green, 0, 255).tolist(), cv2.LINE_AA, shift=4)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, shift=4)
    return np.dstack([canvas.astype(np.float32) / 255, mask.astype(np.float32) / 255])


def _leaf(foot: tuple[float, float], tip: tuple[float, float], wide: float, pointed: bool) -> Plane:
    """Corners of a leaf from its foot to its tip."""
    start, along = np.array(foot), np.array(tip) - np.array(foot)
    beside = np.array((-along[1], along[0])) / max(1.0, float(np.hypot(*along)))
    shares = np.linspace(0, 1, 12)
    widths = wide * (
        np.sin(np.pi * shares**0.8) if pointed else np.where(shares < 0.45, 0.08, np.sin(np.pi * (shares - 0.4) / 0.6))
    )
    line = start + shares[:, None] * along
    return np.concatenate([line + beside * widths[:, None], (line - beside * widths[:, None])[::-1]]).astype(np.float32)


def _stems(product: Product, view: View, body: Body, width: int, height: int) -> Plane:
    """Dried grasses in a vase."""
    x, y, radius = body.rim(view)
    chance = np.random.default_rng(product.seed)
    canvas, mask = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    for _ in range(9):
        lean = chance.uniform(-0.5, 0.5) + 0.1 * np.sin(view.turn)
        long = body.height * chance.uniform(0.45, 0.8)
        shares = np.linspace(0, 1, 10)
        line = np.stack(
            [x + shares**1.6 * np.sin(lean) * long, y - shares * np.cos(lean) * long + radius * 0.2], axis=1
        )
        brown = (np.array((176, 141, 98)) * chance.uniform(0.75, 1.2)).clip(0, 255).tolist()
        fixed = np.round(line * 16).astype(np.int32)
        thick = max(1, int(body.height / 150))
        for target, ink in ((canvas, brown), (mask, 255)):
            cv2.polylines(target, [fixed], False, ink, thick, cv2.LINE_AA, shift=4)
        for share in (0.72, 0.8, 0.88, 0.95, 1.0):
            at = line[min(9, int(share * 9))]
            for target, ink in ((canvas, brown), (mask, 255)):
                head = (float(at[0]), float(at[1])), (thick * 5.0, thick * 12.0), float(np.degrees(lean))
                cv2.ellipse(target, head, ink, -1, cv2.LINE_AA)
    return np.dstack([canvas.astype(np.float32) / 255, mask.astype(np.float32) / 255])


_TOPS = {"mug": _mug, "carafe": _carafe, "planter": _planter, "candle": _candle, "lamp": _lamp}
