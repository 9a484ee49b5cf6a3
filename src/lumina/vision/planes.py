"""Loops over the 32 x 32 luma planes of signatures: moving, blurring, fitting.

Compiled; imported late (`lumina.vision.compiled`). A plane is 32 x 32 float32. A place across or down it is a number
from -1 (one edge) to 1 (the other), so a window is a centre and a half-width: (0, 1) is the whole. Sums run over
columns side by side, which needs no licence to reorder them: the same planes give the same numbers on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumina.vision.compiled import compiled

Plane = NDArray[np.float32]
Terms = NDArray[np.float32]
"""Terms x 32 x 32: what a picture is explained by, cell by cell."""

CELLS, HALF = 32, 16
TONE, MOVED = 3, 6
"""How many terms: constant, luma and its square; with shifts across and down, and a stretch of both."""

_EVENLY = 0.6
"""Share of the plain cells that have to be even in a drawn picture: in pages and screenshots it is 0.8 and more, in
skies up to a third."""


@compiled
def blur(plane: Plane, out: Plane, between: Plane) -> None:
    """Each cell with its neighbours, 1 4 6 4 1 both ways; edges repeat."""
    last = CELLS - 1
    for y in range(CELLS):
        for x in range(CELLS):
            far = plane[y, max(x - 2, 0)] + plane[y, min(x + 2, last)]
            near = plane[y, max(x - 1, 0)] + plane[y, min(x + 1, last)]
            between[y, x] = (far + np.float32(4) * near + np.float32(6) * plane[y, x]) * np.float32(0.0625)
    for y in range(CELLS):
        above, below = max(y - 1, 0), min(y + 1, last)
        top, bottom = max(y - 2, 0), min(y + 2, last)
        for x in range(CELLS):
            far = between[top, x] + between[bottom, x]
            near = between[above, x] + between[below, x]
            out[y, x] = (far + np.float32(4) * near + np.float32(6) * between[y, x]) * np.float32(0.0625)


@compiled
def taps(centre: float, half: float, places: NDArray[np.int64], weights: NDArray[np.float32]) -> None:
    """Where along an axis each cell of a window is read, and the weights of the 4 cells around (Catmull-Rom)."""
    for i in range(CELLS):
        at = (centre + half * ((i + 0.5) / HALF - 1) + 1) * HALF - 0.5
        at = min(max(at, -0.5), CELLS - 0.5)
        cell = int(np.floor(at))
        t = at - cell
        weights[i, 0] = ((-0.5 * t + 1) * t - 0.5) * t
        weights[i, 1] = (1.5 * t - 2.5) * t * t + 1
        weights[i, 2] = ((-1.5 * t + 2) * t + 0.5) * t
        weights[i, 3] = (0.5 * t - 0.5) * t * t
        for k in range(4):
            places[i, k] = min(max(cell - 1 + k, 0), CELLS - 1)


@compiled
def window(
    plane: Plane, x: float, width: float, y: float, height: float, out: Plane, between: Plane,
    places: NDArray[np.int64], weights: NDArray[np.float32],
) -> None:  # fmt: skip
    """The part of a plane around (x, y), spread over a whole plane; beyond the edges they repeat."""
    if x == 0 and y == 0 and width == 1 and height == 1:
        out[:] = plane
        return
    taps(x, width, places, weights)
    for i in range(CELLS):
        for k in range(CELLS):
            total = np.float32(0)
            for tap in range(4):
                total += plane[i, places[k, tap]] * weights[k, tap]
            between[i, k] = total
    taps(y, height, places, weights)
    for i in range(CELLS):
        for k in range(CELLS):
            out[i, k] = between[places[i, 0], k] * weights[i, 0] + between[places[i, 1], k] * weights[i, 1]
            out[i, k] += between[places[i, 2], k] * weights[i, 2] + between[places[i, 3], k] * weights[i, 3]


@compiled
def explain(plane: Plane, count: int, terms: Terms) -> None:
    """The first `count` terms of another picture of the same thing: this one's tones, and what moving it would add."""
    for y in range(CELLS):
        for x in range(CELLS):
            value = (plane[y, x] - np.float32(128)) * np.float32(1 / 64)
            terms[0, y, x] = 1
            terms[1, y, x] = value
            terms[2, y, x] = value * value
    if count <= TONE:
        return
    for y in range(CELLS):
        above, below = max(y - 1, 0), min(y + 1, CELLS - 1)
        v = np.float32((y + 0.5) / HALF - 1)
        down = np.float32(HALF) / np.float32(below - above)
        for x in range(CELLS):
            left, right = max(x - 1, 0), min(x + 1, CELLS - 1)
            u = np.float32((x + 0.5) / HALF - 1)
            gx = (plane[y, right] - plane[y, left]) * (np.float32(HALF) / np.float32(right - left))
            gy = (plane[below, x] - plane[above, x]) * down
            terms[3, y, x], terms[4, y, x], terms[5, y, x] = gx, gy, gx * u + gy * v


@compiled
def product(first: Plane, second: Plane, sums: NDArray[np.float32]) -> float:
    """The sum of the cells' products."""
    sums[:] = 0
    for y in range(CELLS):
        for x in range(CELLS):
            sums[x] += first[y, x] * second[y, x]
    total = 0.0
    for x in range(CELLS):
        total += sums[x]
    return total


@compiled
def fit(
    terms: Terms, count: int, plane: Plane, normal: NDArray[np.float64], shares: NDArray[np.float64],
    sums: NDArray[np.float32],
) -> None:  # fmt: skip
    """Least squares: how much of each of the first `count` terms makes up the plane best, into `shares`."""
    for i in range(count):
        for k in range(i + 1):
            normal[i, k] = product(terms[i], terms[k], sums)
        # Where a term says nothing (a plain picture), its share stays small.
        normal[i, i] = normal[i, i] * (1 + 1e-6) + 1e-3
        shares[i] = product(terms[i], plane, sums)
    for i in range(count):  # Cholesky, in place
        for k in range(i + 1):
            rest = normal[i, k]
            for j in range(k):
                rest -= normal[i, j] * normal[k, j]
            normal[i, k] = np.sqrt(max(rest, 1e-9)) if i == k else rest / normal[k, k]
    for i in range(count):
        for j in range(i):
            shares[i] -= normal[i, j] * shares[j]
        shares[i] /= normal[i, i]
    for i in range(count - 1, -1, -1):
        for j in range(i + 1, count):
            shares[i] -= normal[j, i] * shares[j]
        shares[i] /= normal[i, i]


@compiled
def unexplained(terms: Terms, count: int, shares: NDArray[np.float64], plane: Plane, out: Plane) -> None:
    """What is left of the plane after the terms have had their shares."""
    for y in range(CELLS):
        for x in range(CELLS):
            out[y, x] = plane[y, x]
    for i in range(count):
        share = np.float32(shares[i])
        for y in range(CELLS):
            for x in range(CELLS):
                out[y, x] -= share * terms[i, y, x]


@compiled
def structure(plane: Plane, rows: NDArray[np.float32], columns: NDArray[np.float32]) -> float:
    """How much a plane has beyond rows and columns of even tone, in grey levels (root of the mean square).

    A horizon, a gradient at any angle and two tones side by side have none.
    """
    rows[:] = 0
    columns[:] = 0
    for y in range(CELLS):
        for x in range(CELLS):
            columns[x] += plane[y, x]
    mean = np.float32(0)
    for x in range(CELLS):
        columns[x] *= np.float32(1 / CELLS)
        mean += columns[x] * np.float32(1 / CELLS)
    total = 0.0
    for y in range(CELLS):
        base = np.float32(0)
        for x in range(CELLS):
            base += plane[y, x] - columns[x]
        base *= np.float32(1 / CELLS)
        for x in range(CELLS):
            rest = plane[y, x] - columns[x] - base
            rows[x] += rest * rest
    for x in range(CELLS):
        total += rows[x]
    return float(np.sqrt(total / (CELLS * CELLS)))


@compiled
def variation(plane: Plane, low: Plane, high: Plane, between: Plane) -> None:
    """The darkest and the brightest of each cell and its 8 neighbours."""
    last = CELLS - 1
    for y in range(CELLS):
        above, below = max(y - 1, 0), min(y + 1, last)
        for x in range(CELLS):
            between[y, x] = min(min(plane[above, x], plane[below, x]), plane[y, x])
    for y in range(CELLS):
        for x in range(1, last):
            low[y, x] = min(min(between[y, x - 1], between[y, x + 1]), between[y, x])
        low[y, 0], low[y, last] = min(between[y, 0], between[y, 1]), min(between[y, last - 1], between[y, last])
    for y in range(CELLS):
        above, below = max(y - 1, 0), min(y + 1, last)
        for x in range(CELLS):
            between[y, x] = max(max(plane[above, x], plane[below, x]), plane[y, x])
    for y in range(CELLS):
        for x in range(1, last):
            high[y, x] = max(max(between[y, x - 1], between[y, x + 1]), between[y, x])
        high[y, 0], high[y, last] = max(between[y, 0], between[y, 1]), max(between[y, last - 1], between[y, last])


@compiled
def drawn(plane: Plane) -> int:
    """Plain cells of a picture that a program drew; none in a photo.

    What programs draw, also from one colour to another, is even to the last grey level along its rows or its columns.
    A sky or a wall is as plain, but hardly a third of its cells are even.
    """
    plain, rows, columns = 0, 0, 0
    for y in range(1, CELLS - 1):
        for x in range(1, CELLS - 1):
            across = abs(2 * plane[y, x] - plane[y, x - 1] - plane[y, x + 1])
            down = abs(2 * plane[y, x] - plane[y - 1, x] - plane[y + 1, x])
            if across > 1 or down > 1:
                continue
            plain += 1
            row, column = True, True
            for k in range(-1, 2):
                row &= plane[y + k, x - 1] == plane[y + k, x] and plane[y + k, x] == plane[y + k, x + 1]
                column &= plane[y - 1, x + k] == plane[y, x + k] and plane[y, x + k] == plane[y + 1, x + k]
            rows += row
            columns += column
    even = max(rows, columns)
    return even if even >= _EVENLY * plain else 0
