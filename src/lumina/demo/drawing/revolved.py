"""Things that were turned on a wheel: seen from slightly above, with their pattern around them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lumina.demo.drawing.layer import Plane, clear, colour, lit
from lumina.demo.drawing.view import View

STEPS = 160
"""Into how many slices a body is cut."""


@dataclass(frozen=True, slots=True)
class Body:
    """A turned thing on the canvas.

    Attributes:
        x, base: where its axis is and where it stands, pixels. height: pixels, before it is seen from above.
        radii: `STEPS` of them from the foot to the rim, pixels. texture: goes around it once.
        gloss: 0 to 1. glow: light of its own.
    """

    x: float
    base: float
    height: float
    radii: Plane
    texture: Plane
    gloss: float = 0.3
    glow: float = 0.0

    def rim(self, view: View) -> tuple[float, float, float]:
        """Middle of the opening and its half width."""
        return self.x, self.base - self.height * np.cos(view.rise), float(self.radii[-1])


def outline(points: tuple[tuple[float, float], ...], scale: float) -> Plane:
    """Radii of a body through points (share of the height, radius), rounded off, times `scale`."""
    heights, radii = np.array(points).T
    plain = np.interp(np.linspace(0, 1, STEPS), heights, radii)
    padded = np.pad(plain, 10, mode="reflect", reflect_type="odd")
    return np.asarray(np.convolve(padded, np.hanning(21) / np.hanning(21).sum(), "valid") * scale, np.float32)


def draw(body: Body, view: View, width: int, height: int) -> Plane:
    """The body as a layer, without what is inside its opening."""
    layer = clear(width, height)
    reach = float(body.radii.max())
    left, right = max(0, int(body.x - reach) - 1), min(width, int(body.x + reach) + 2)
    top = max(0, int(body.base - body.height * np.cos(view.rise) - reach * np.sin(view.rise)) - 2)
    bottom = min(height, int(body.base + reach * np.sin(view.rise)) + 2)
    if right <= left or bottom <= top:
        return layer
    across = np.arange(left, right, dtype=np.float32) - body.x
    up = body.base - np.arange(top, bottom, dtype=np.float32)
    place, alpha = _seen(body, view, across, up)
    layer[top:bottom, left:right, :3] = _shaded(body, view, across, place)
    layer[top:bottom, left:right, 3] = alpha
    return layer


def _seen(body: Body, view: View, across: Plane, up: Plane) -> tuple[Plane, Plane]:
    """Which slice (0 to 1) is seen at each pixel, and how far the pixel is covered.

    Each slice is a disc, seen as an ellipse; looked at from above, the highest disc that covers a pixel is seen.
    """
    heights = np.linspace(0, body.height, STEPS, dtype=np.float32)[:, None] * np.cos(view.rise)
    depth = np.sqrt(np.maximum(body.radii[:, None] ** 2 - across[None, :] ** 2, 0)) * np.sin(view.rise)
    there = np.abs(across)[None, :] <= body.radii[:, None]
    near = np.where(there, heights - depth, np.inf)
    far = np.where(there, heights + depth, -np.inf).max(axis=0)
    lowest = np.minimum.accumulate(near[::-1], axis=0)[::-1]
    place, alpha = np.zeros((len(up), len(across)), np.float32), np.zeros((len(up), len(across)), np.float32)
    slices = np.arange(STEPS, dtype=np.float32) / (STEPS - 1)
    for column in range(len(across)):
        edges = lowest[:, column]
        finite = np.isfinite(edges)
        if not finite.any():
            continue
        place[:, column] = np.interp(up, edges[finite], slices[finite])
        alpha[:, column] = np.clip(up - edges[finite][0] + 0.5, 0, 1) * np.clip(far[column] - up + 0.5, 0, 1)
    side = np.clip(body.radii.max() - np.abs(across) + 0.5, 0, 1)
    return place, alpha * side


def _shaded(body: Body, view: View, across: Plane, place: Plane) -> Plane:
    steps = np.arange(STEPS) / (STEPS - 1)
    radius = np.interp(place, steps, body.radii).astype(np.float32)
    slope = np.interp(place, steps, np.gradient(body.radii) * (STEPS - 1) / body.height).astype(np.float32)
    sine = np.clip(across[None, :] / np.maximum(radius, 1), -1, 1)
    cosine = np.sqrt(1 - sine**2)
    side = body.texture.shape[1]
    times = max(1, round(2 * np.pi * float(body.radii.max()) / body.height))  # so that dots stay round
    around = ((np.arcsin(sine) + view.turn) * times / (2 * np.pi)) % 1 * (side - 1)
    down = (1 - place) * (body.texture.shape[0] - 1)
    mapped = cv2.remap(body.texture, around.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR)
    length = np.sqrt(1 + slope**2)
    toward = (sine * view.light[0] - slope * view.light[1] + cosine * view.light[2]) / length
    light = 0.42 + 0.62 * np.clip(toward, 0, 1) + 0.10 * cosine + body.glow
    shine = (
        body.gloss * np.clip(toward, 0, 1) ** 28 + 0.4 * body.gloss * np.clip(-sine * view.light[0], 0, 1) ** 6 * 0.3
    )
    return lit(np.asarray(mapped, np.float32), (np.minimum(light, 1.04 + body.glow) + shine).astype(np.float32))


def ellipse(layer: Plane, middle: tuple[float, float], half: tuple[float, float], fill: Plane) -> None:
    """Fills an ellipse on a layer, with soft edges."""
    height, width = layer.shape[:2]
    top, bottom = max(0, int(middle[1] - half[1]) - 1), min(height, int(middle[1] + half[1]) + 3)
    left, right = max(0, int(middle[0] - half[0]) - 1), min(width, int(middle[0] + half[0]) + 3)
    if bottom <= top or right <= left:
        return
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    far = np.hypot((x - middle[0]) / max(half[0], 0.5), (y - middle[1]) / max(half[1], 0.5))
    mask = np.clip((1 - far) * min(half) + 0.5, 0, 1)[..., None]
    part = layer[top:bottom, left:right]
    part[..., :3] = part[..., :3] * (1 - mask) + fill * mask
    part[..., 3:] = np.maximum(part[..., 3:], mask)


def opening(layer: Plane, body: Body, view: View, inside: Plane, content: Plane | None = None) -> None:
    """The rim, the inside wall and, a little below the rim, what is in it."""
    x, y, radius = body.rim(view)
    flat = max(1.0, radius * np.sin(view.rise))
    edge = body.texture[4].mean(axis=0)
    ellipse(layer, (x, y), (radius, flat), lit(edge[None], np.array([1.12], np.float32))[0])
    thin = max(2.0, radius * 0.07)
    hole = (radius - thin, max(0.5, flat - thin * 0.7))
    ellipse(layer, (x, y), hole, inside * 0.62)
    ellipse(
        layer,
        (x + 0.06 * radius * np.sign(-view.light[0]), y + 0.14 * flat),
        (hole[0] * 0.94, hole[1] * 0.86),
        inside * 0.72,
    )
    if content is not None:
        ellipse(layer, (x, y + flat * 0.16), (hole[0] * 0.93, hole[1] * 0.82), content)


def ring(layer: Plane, body: Body, view: View, at: tuple[float, float], size: tuple[float, float]) -> Plane | None:
    """A handle; `at`: share of the height and angle around the body, `size`: half height and reach, pixels.

    Returns None where it is hidden behind the body.
    """
    share, angle = at
    around = angle - view.turn
    out = np.sin(around)
    radius = float(np.interp(share, np.linspace(0, 1, STEPS), body.radii))
    x = body.x + out * radius * 0.94
    y = body.base - body.height * np.cos(view.rise) * share + np.cos(around) * radius * np.sin(view.rise)
    canvas = np.zeros((*layer.shape[:2], 3), np.uint8)
    fill = body.texture[body.texture.shape[0] // 2].mean(axis=0)
    thick = max(3, round(size[0] * 0.30))
    reach = max(abs(out) * size[1], thick * 0.3)
    box = ((x + np.sign(out or 1) * reach * 0.35, y), (2 * reach, 2 * size[0]), 0.0)
    canvas = cv2.ellipse(canvas, box, (255, 0, 0), thick, cv2.LINE_AA)
    shifted = ((box[0][0] + 0.25 * thick * view.light[0], box[0][1] - 0.25 * thick), box[1], 0.0)
    canvas[..., 1] = cv2.ellipse(np.zeros(layer.shape[:2], np.uint8), shifted, 255, max(1, thick // 4), cv2.LINE_AA)
    mask, shine = canvas[..., 0].astype(np.float32) / 255, canvas[..., 1].astype(np.float32) / 255
    drawn = clear(layer.shape[1], layer.shape[0])
    drawn[..., :3] = lit(np.broadcast_to(fill, drawn[..., :3].shape), (0.86 + 0.3 * shine).astype(np.float32))
    drawn[..., 3] = mask
    return drawn


def soil() -> Plane:
    """Dark earth."""
    return colour("#3b2c22")
