"""Landscapes painted with numpy. Every scene takes a size and a random generator and gives height x width x 3, 0-1."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.float32]
Colour = tuple[float, float, float]
Scene = Callable[[int, int, np.random.Generator], Canvas]

SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((0.16, 0.38, 0.72), (0.78, 0.88, 0.95)),  # noon
    ((0.20, 0.22, 0.45), (0.98, 0.62, 0.40)),  # sunset
    ((0.36, 0.45, 0.66), (0.98, 0.82, 0.72)),  # dawn
    ((0.52, 0.60, 0.66), (0.84, 0.86, 0.86)),  # overcast
)


def mountains(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """Ridges behind ridges, each paler with distance, under a sun."""
    top, bottom = SKIES[rng.integers(len(SKIES))]
    canvas = _gradient(width, height, top, bottom)
    _sun(canvas, rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.4), 0.04)
    near = np.array(rng.uniform((0.04, 0.10, 0.08), (0.16, 0.22, 0.24)), np.float32)
    for level in np.linspace(0, 1, 5):
        line = _ridge(width, rng, roughness=0.55) * 0.16 + 0.42 + 0.42 * level
        colour = near * level + np.array(bottom, np.float32) * 0.82 * (1 - level)
        _fill_below(canvas, line, colour)
    return canvas


def sea(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """A low sun, its glitter on the waves."""
    canvas = _gradient(width, height, *SKIES[rng.integers(1, 3)])
    horizon, at = rng.uniform(0.45, 0.6), rng.uniform(0.3, 0.7)
    _sun(canvas, at, horizon - 0.07, 0.05)
    row = int(horizon * height)
    mirrored = (2 * row - 1 - np.arange(row, height)).clip(0)
    canvas[row:] = canvas[mirrored] * np.array((0.45, 0.55, 0.65), np.float32)
    y, x = _grid(width, height)
    waves = np.sin(900 * (y - horizon) / (0.25 + 4 * (y - horizon).clip(0)) + 6 * np.sin(9 * x + 40 * y))
    path = np.exp(-(((x - at) / (0.03 + 0.25 * (y - horizon).clip(0))) ** 2))
    canvas[row:] += (0.06 * waves + 0.75 * path * (waves > 0.35))[row:, :, None] * np.array((1, 0.86, 0.62), np.float32)
    return canvas


def dunes(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """Sand, lit from one side."""
    canvas = _gradient(width, height, (0.30, 0.52, 0.82), (0.90, 0.88, 0.80))
    for level in np.linspace(0, 1, 4):
        line = _ridge(width, rng, roughness=0.25) * 0.2 + 0.38 + 0.5 * level
        light = np.gradient(line) * width / 2
        shade = (0.78 - 0.28 * np.tanh(light)) * (0.72 + 0.28 * level)
        _fill_below(canvas, line, shade[:, None] * np.array((1.0, 0.72, 0.44), np.float32))
    return canvas


def night(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """Stars, a band of milky light, a black ridge."""
    canvas = _gradient(width, height, (0.01, 0.02, 0.07), (0.08, 0.14, 0.24))
    y, x = _grid(width, height)
    band = np.exp(-(((y - 0.9 + rng.uniform(0.6, 0.9) * x) / 0.16) ** 2))
    canvas += (0.16 * band * (0.6 + 0.4 * _noise(width, height, 24, rng)))[:, :, None] * np.array(
        (0.9, 0.85, 1), np.float32
    )
    stars = rng.random((height, width)) > 0.9975 - 0.003 * band
    canvas[stars] += rng.random((int(stars.sum()), 1)).astype(np.float32) ** 2
    _fill_below(canvas, _ridge(width, rng, roughness=0.6) * 0.14 + 0.8, np.array((0.01, 0.015, 0.03), np.float32))
    return canvas


def forest(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """Rows of firs that fade into fog."""
    canvas = _gradient(width, height, (0.70, 0.77, 0.78), (0.90, 0.91, 0.86))
    x = np.arange(width, dtype=np.float32) / width
    for level in np.linspace(0, 1, 5):
        spacing = 0.018 + 0.05 * level
        tops = rng.uniform(0.4, 1, int(1 / spacing) + 2).astype(np.float32)
        tree = (x / spacing).astype(int)
        slope = 1 - np.abs((x / spacing) % 1 - 0.5) * 2
        jagged = 0.85 + 0.15 * np.sin(slope * 40)
        line = (
            0.45 + 0.4 * level - tops[tree] * slope * jagged * spacing * 3.4 + 0.05 * _ridge(width, rng, roughness=0.4)
        )
        colour = np.array((0.05, 0.14, 0.11), np.float32) * level + np.array((0.66, 0.74, 0.74), np.float32) * (
            1 - level
        )
        _fill_below(canvas, line, colour)
    return canvas


def city(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """A skyline at dusk, windows lit."""
    canvas = _gradient(width, height, (0.10, 0.12, 0.32), (0.93, 0.54, 0.44))
    for level in (0.35, 1.0):
        left = 0
        while left < width:
            wide = int(width * rng.uniform(0.03, 0.09))
            top = int(height * rng.uniform(0.35, 0.62 + 0.14 * level))
            wall = np.array((0.07, 0.08, 0.14), np.float32) * level + np.array((0.45, 0.33, 0.42), np.float32) * (
                1 - level
            )
            canvas[top:, left : left + wide] = wall
            if level == 1.0:
                _windows(canvas, left, top, wide, rng)
            left += wide + int(width * rng.uniform(0, 0.012))
    return canvas


def meadow(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """Flowers, sharp in the middle and soft circles elsewhere."""
    canvas = _gradient(width, height, (0.62, 0.78, 0.60), (0.18, 0.38, 0.14))
    y, x = _grid(width, height)
    palette = np.array(((0.95, 0.35, 0.38), (0.98, 0.78, 0.25), (0.93, 0.93, 0.96), (0.62, 0.42, 0.85)), np.float32)
    for _ in range(46):
        cx, cy = rng.random(2)
        radius = 0.012 + 0.05 * abs(cy - 0.6) + rng.uniform(0, 0.012)
        soft = 0.1 + 1.6 * abs(cy - 0.6)
        area = _window(canvas, cx, cy, radius * 1.6)
        far = np.hypot(x[area] - cx, (y[area] - cy) * height / width) / radius
        cover = ((1 - far) / soft + 0.5).clip(0, 1)[:, :, None] * 0.8
        canvas[area] = canvas[area] * (1 - cover) + palette[rng.integers(len(palette))] * cover
    return canvas


def plate(width: int, height: int, rng: np.random.Generator) -> Canvas:
    """Something to eat, seen from above."""
    canvas = _gradient(width, height, (0.42, 0.28, 0.18), (0.34, 0.22, 0.14))
    y, x = _grid(width, height)
    canvas *= (0.88 + 0.12 * np.sin(60 * y + 3 * np.sin(8 * x)))[:, :, None]
    far = np.hypot(x - 0.5, (y - 0.5) * height / width)
    for radius, colour in ((0.30, 0.90), (0.285, 0.97), (0.21, 0.92), (0.20, 0.98)):
        canvas[far < radius] = colour
    palette = np.array(((0.80, 0.18, 0.12), (0.35, 0.55, 0.15), (0.95, 0.70, 0.20), (0.55, 0.30, 0.12)), np.float32)
    for _ in range(60):
        angle, reach = rng.uniform(0, 2 * np.pi), 0.16 * np.sqrt(rng.random())
        cx, cy = 0.5 + reach * np.cos(angle), 0.5 + reach * np.sin(angle) * width / height
        radius = rng.uniform(0.012, 0.034)
        area = _window(canvas, cx, cy, radius)
        blob = np.hypot(x[area] - cx, (y[area] - cy) * height / width) / radius
        light = (1.1 - 0.5 * blob - 6 * (x[area] - cx) - 4 * (y[area] - cy)).clip(0.4, 1.3)
        inside = blob < 1
        canvas[area][inside] = palette[rng.integers(len(palette))] * light[inside][:, None]
    return canvas


ALL: Sequence[Scene] = (mountains, sea, dunes, night, forest, city, meadow, plate)


def paint(scene: Scene, width: int, height: int, seed: int) -> NDArray[np.uint8]:
    """The scene with a little grain, as height x width x 3 bytes; equal for equal arguments."""
    rng = np.random.default_rng(seed)
    canvas = scene(width, height, rng)
    canvas += rng.normal(0, 0.008, (height, width, 1)).astype(np.float32)
    return (canvas.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def _gradient(width: int, height: int, top: Colour, bottom: Colour) -> Canvas:
    mix = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** np.float32(0.8)
    column: Canvas = np.array(top, np.float32) * (1 - mix) + np.array(bottom, np.float32) * mix
    return np.repeat(column, width, axis=1)


def _grid(width: int, height: int) -> tuple[Canvas, Canvas]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return y / height, x / width


def _ridge(width: int, rng: np.random.Generator, *, roughness: float) -> Canvas:
    """A line between about -1 and 1: octaves of sines, each weaker by `roughness`."""
    x = np.linspace(0, 1, width, dtype=np.float32)
    line = np.zeros(width, np.float32)
    for octave in range(8):
        frequency = 2.1**octave * 1.7
        line += roughness**octave * np.sin(2 * np.pi * (frequency * x + rng.random())).astype(np.float32)
    line /= np.abs(line).max()
    return line


def _noise(width: int, height: int, cells: int, rng: np.random.Generator) -> Canvas:
    """Blotches, 0-1."""
    coarse = rng.random((cells, cells)).astype(np.float32)
    rows, columns = np.linspace(0, cells - 1.01, height), np.linspace(0, cells - 1.01, width)
    r, c = rows.astype(int)[:, None], columns.astype(int)[None, :]
    fr, fc = (rows % 1)[:, None], (columns % 1)[None, :]
    upper = coarse[r, c] * (1 - fc) + coarse[r, c + 1] * fc
    lower = coarse[r + 1, c] * (1 - fc) + coarse[r + 1, c + 1] * fc
    mixed: Canvas = (upper * (1 - fr) + lower * fr).astype(np.float32)
    return mixed


def _sun(canvas: Canvas, cx: float, cy: float, radius: float) -> None:
    height, width = canvas.shape[:2]
    y, x = _grid(width, height)
    far = np.hypot(x - cx, (y - cy) * height / width) / radius
    glow = 0.9 * (far < 1) + 0.35 * np.exp(-0.35 * far)
    canvas += glow[:, :, None] * np.array((1.0, 0.88, 0.66), np.float32)


def _fill_below(canvas: Canvas, line: Canvas, colour: Canvas) -> None:
    """Paint everything below `line` (0 top, 1 bottom, per column) in `colour` (one, or one per column)."""
    height, width = canvas.shape[:2]
    rows = np.arange(height, dtype=np.float32)[:, None]
    cover = (rows - line[None, :] * height + 0.5).clip(0, 1)[:, :, None]
    canvas *= 1 - cover
    canvas += cover * np.broadcast_to(colour, (width, 3))[None, :, :]


def _window(canvas: Canvas, cx: float, cy: float, reach: float) -> tuple[slice, slice]:
    height, width = canvas.shape[:2]
    half = int(reach * width) + 1
    row, column = int(cy * height), int(cx * width)
    return slice(max(0, row - half), row + half), slice(max(0, column - half), column + half)


def _windows(canvas: Canvas, left: int, top: int, wide: int, rng: np.random.Generator) -> None:
    step = max(6, canvas.shape[1] // 110)
    for row in range(top + step, canvas.shape[0] - step, step):
        for column in range(left + step // 2, left + wide - step // 2, step):
            if rng.random() < 0.42:
                glow = np.array((1.0, 0.82, 0.48), np.float32) * rng.uniform(0.45, 1)
                canvas[row : row + step // 2, column : column + step // 2] = glow
