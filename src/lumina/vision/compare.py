"""What the signatures of two pictures have in common, measured pair by pair; `lumina.vision.verify` judges it.

The second picture is taken for the first, or a part of it, with other tones: the part is found by Gauss-Newton steps
(B. D. Lucas, T. Kanade, 1981), the tones by least squares, and what is left is compared with what each cell's
surroundings vary. Compiled; imported late (`lumina.vision.compiled`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lumina.vision.cells import Bytes, colour, farthest, in_order, proportion, rough, spread_out
from lumina.vision.compiled import compiled
from lumina.vision.layout import ALIGNED, APART, OPEN, Sheet, layout, sheet
from lumina.vision.planes import (
    CELLS,
    MOVED,
    TONE,
    Plane,
    Terms,
    blur,
    drawn,
    explain,
    fit,
    structure,
    unexplained,
    variation,
    window,
)

Row = NDArray[np.float32]

ROUGH, SIMILAR, STRUCTURE, MEDIAN, QUARTILE, BAD, DRAWN, FARTHEST = range(8)
X, WIDTH, Y, HEIGHT, SHIFT, LEAST_STEEP, MOST_STEEP, COLOUR, SWAPPED = range(8, 17)
COLUMNS = 17
"""What is measured of a pair:

ROUGH: correlation of the luma beyond rows and columns of even tone, frame upon frame, -1 to 1.
SIMILAR: the same of what both show, tones matched, strange spots (a watermark) left out; 0 where it was not looked at.
STRUCTURE: that luma's deviation, the lesser of both, in grey levels.
MEDIAN, QUARTILE: of the differences in cells with texture, in shares of what the cell's surroundings vary; the
    quartile is the third.
BAD: cells that differ by much, of their own and of their surroundings.
DRAWN: plain cells, of 900, of a picture that a program drew, as screenshots and pages are; the lesser of both.
FARTHEST: the largest difference of two cells, frame upon frame, in grey levels.
X, WIDTH, Y, HEIGHT: the window of the whole that the part shows; (0, 1, 0, 1) is all of it.
SHIFT: the mean change of tone, in grey levels. LEAST_STEEP, MOST_STEEP: slopes of the tone curve; 1 changes nothing.
COLOUR: mean difference of the colours. SWAPPED: 1 where the second picture of the pair is the whole.
"""

_TEXTURE = 6
"""Grey levels that a cell's surroundings vary by before the cell counts as one with texture."""
_SURE = 0.97
"""ROUGH from which on the frames are taken to lie upon each other."""
_EVEN = 3
"""FARTHEST up to which nothing needs to be fitted."""
_CLOSE = 0.1
"""MEDIAN below which frames that lie upon each other need not be searched for a better window."""
_PARTLY, _OTHERS, _PARTLY_OTHERS = 40, 10, 40
"""DRAWN from which on the layouts are compared, and cells that may show something else in one layout; of 6,000 pairs of
copies of mostly plain pictures none had more than ten."""
_MOSTLY, _ONE_LAYOUT = 200, 0.995
"""DRAWN beyond which pictures are taken for windows of programs, and SIMILAR beyond which for windows of one, which no
other window fits better."""
_ALIKE = 0.87
"""SIMILAR beyond which frames that are not close are measured the other way round as well."""
_OF_FIT = (SIMILAR, STRUCTURE, MEDIAN, QUARTILE, BAD, X, WIDTH, Y, HEIGHT, SHIFT, LEAST_STEEP, MOST_STEEP)
_HOPELESS = 0.4
"""Correlation, blurred, below which a search from there finds no window; 99 of 100 crops have twice that."""
_STEPS = 8


class Desk(NamedTuple):
    """Planes and rows to work on, made once for many pairs."""

    first: Plane
    second: Plane
    soft_first: Plane
    soft_second: Plane
    moved: Plane
    rest: Plane
    kept: Plane
    low: Plane
    high: Plane
    between: Plane
    terms: Terms
    normal: NDArray[np.float64]
    shares: NDArray[np.float64]
    sums: Row
    rows: Row
    places: NDArray[np.int64]
    weights: NDArray[np.float32]
    counts: NDArray[np.int64]
    columns: NDArray[np.int64]
    sheet: Sheet


def desk() -> Desk:
    """A new one."""
    planes: Any = [np.zeros((CELLS, CELLS), np.float32) for _ in range(10)]
    rows: Any = np.zeros(CELLS, np.float32), np.zeros(CELLS, np.float32)
    fitting: Any = np.zeros((MOVED, CELLS, CELLS), np.float32), np.zeros((MOVED, MOVED)), np.zeros(MOVED)
    taps: Any = np.zeros((CELLS, 4), np.int64), np.zeros((CELLS, 4), np.float32)
    tables: Any = np.zeros(512, np.int64), np.zeros((2, CELLS), np.int64), sheet()
    return Desk(*planes, *fitting, *rows, *taps, *tables)


@compiled
def align(whole: Plane, part: Plane, at: NDArray[np.float64], steps: int, desk: Desk) -> None:
    """Improve the window `at` (x, width, y, height) of the whole that looks like the part; its proportions stay."""
    shares = desk.shares
    for _ in range(steps):
        window(whole, at[0], at[1], at[2], at[3], desk.moved, desk.between, desk.places, desk.weights)
        explain(desk.moved, MOVED, desk.terms)
        fit(desk.terms, MOVED, part, desk.normal, shares, desk.sums)
        gain = max(shares[1] / 64, 0.2)
        far = max(max(abs(shares[3]), abs(shares[4])), abs(shares[5])) / gain
        # Beyond an eighth of the frame, gradients say little.
        step = min(1.0, 0.12 / max(far, 1e-6)) / gain
        at[0] += at[1] * shares[3] * step
        at[2] += at[3] * shares[4] * step
        grown = 1 + shares[5] * step
        if max(at[1], at[3]) * grown > 1.7 or min(at[1], at[3]) * grown < 0.5:
            return
        at[1] *= grown
        at[3] *= grown
        if far < 0.001:
            return


@compiled
def standing_out(rest: Plane, counts: NDArray[np.int64]) -> float:
    """The difference beyond which cells are strange: the worst eighth, where it is far worse than the half."""
    counts[:] = 0
    for y in range(CELLS):
        for x in range(CELLS):
            counts[min(int(abs(rest[y, x]) * 8), 511)] += 1
    total, half, most = 0, -1, 511
    for i in range(512):
        total += counts[i]
        if half < 0 and total >= CELLS * CELLS // 2:
            half = i
        if total >= CELLS * CELLS * 7 // 8:
            most = i
            break
    return (max(most, 5 * half + 16) + 1) / 8


@compiled
def match_tones(second: Plane, desk: Desk) -> float:
    """Fit the tones of `desk.moved` to the second picture's, strange cells left out; what is left is in `desk.rest`.

    Returns the mean square of what is left, without the strange cells.
    """
    terms, shares, rest, kept = desk.terms, desk.shares, desk.rest, desk.kept
    explain(desk.moved, TONE, terms)
    fit(terms, TONE, second, desk.normal, shares, desk.sums)
    unexplained(terms, TONE, shares, second, rest)
    cut = np.float32(standing_out(rest, desk.counts))
    for y in range(CELLS):
        for x in range(CELLS):
            keep = np.float32(abs(rest[y, x]) <= cut)
            kept[y, x] = second[y, x] * keep
            for i in range(TONE):
                terms[i, y, x] *= keep
    fit(terms, TONE, kept, desk.normal, shares, desk.sums)
    explain(desk.moved, TONE, terms)
    unexplained(terms, TONE, shares, second, rest)
    cut = np.float32(standing_out(rest, desk.counts))
    total, count = 0.0, 0
    for y in range(CELLS):
        for x in range(CELLS):
            if abs(rest[y, x]) <= cut:
                total += rest[y, x] * rest[y, x]
                count += 1
    return total / count


@compiled
def by_texture(second: Plane, desk: Desk, out: Row) -> None:
    """What is left, in shares of what the surroundings vary in either picture."""
    counts, rest, kept = desk.counts, desk.rest, desk.kept
    variation(second, desk.low, desk.high, desk.between)
    for y in range(CELLS):
        for x in range(CELLS):
            kept[y, x] = desk.high[y, x] - desk.low[y, x]
            desk.moved[y, x] = second[y, x] - rest[y, x]
    variation(desk.moved, desk.low, desk.high, desk.between)
    counts[:] = 0
    textured, bad = 0, 0
    for y in range(CELLS):
        for x in range(CELLS):
            around = max(kept[y, x], desk.high[y, x] - desk.low[y, x])
            left = abs(rest[y, x])
            bad += left > 3 and left > np.float32(0.25) * around
            if around >= _TEXTURE:
                textured += 1
                counts[min(int(left / around * 256), 511)] += 1
    out[BAD], out[MEDIAN], out[QUARTILE] = bad, 2, 2
    total = 0
    for i in range(512):
        total += counts[i]
        if out[MEDIAN] == 2 and 2 * total >= textured:
            out[MEDIAN] = (i + 0.5) / 256
        if 4 * total >= 3 * textured:
            out[QUARTILE] = (i + 0.5) / 256
            break


@compiled
def measure(whole: Plane, part: Plane, at: NDArray[np.float64], desk: Desk, out: Row) -> None:
    """All that is measured once the window is known."""
    shares = desk.shares
    window(whole, at[0], at[1], at[2], at[3], desk.moved, desk.between, desk.places, desk.weights)
    left = match_tones(part, desk)
    shift, least, most = 0.0, 1e9, -1e9
    for y in range(CELLS):
        for x in range(CELLS):
            shift += abs(part[y, x] - desk.rest[y, x] - desk.moved[y, x])
            steep = (shares[1] + 2 * shares[2] * desk.terms[1, y, x]) / 64
            least, most = min(least, steep), max(most, steep)
    out[SHIFT], out[LEAST_STEEP], out[MOST_STEEP] = shift / (CELLS * CELLS), least, most
    by_texture(part, desk, out)  # leaves the whole with the part's tones in `moved`
    depth = min(structure(part, desk.rows, desk.sums), structure(desk.moved, desk.rows, desk.sums))
    out[STRUCTURE] = depth
    out[SIMILAR] = np.sqrt(max(0.0, 1 - left / max(depth * depth, 0.01)))
    for i in range(4):
        out[X + i] = at[i]


@compiled
def other_way(whole: Plane, part: Plane, at: NDArray[np.float64], desk: Desk, spare: Row, row: Row) -> None:
    """Measure the whole frames with the tones of one fitted to the other's and take it where it is closer.

    A watermark disturbs the fit more where it lies on the picture that the other is explained by.
    """
    at[0], at[1], at[2], at[3] = 0, 1, 0, 1
    measure(part, whole, at, desk, spare)
    if spare[MEDIAN] < row[MEDIAN] and spare[QUARTILE] < row[QUARTILE]:
        for column in _OF_FIT:
            row[column] = spare[column]


@compiled
def upon(
    p: Bytes, q: Bytes, at: NDArray[np.float64], whole: NDArray[np.float64], desk: Desk, spare: Row, row: Row
) -> bool:
    """Measure frame upon frame, where that is likely; True where no other window need be looked for."""
    most = _OTHERS if row[DRAWN] >= _MOSTLY else _PARTLY_OTHERS
    known = layout(p, q, most, desk.sheet) if row[DRAWN] >= _PARTLY else OPEN
    if known == APART:
        return True
    if known == OPEN and row[ROUGH] < _SURE and row[DRAWN] < _MOSTLY:
        return False
    measure(desk.first, desk.second, whole, desk, row)
    close = row[MEDIAN] < _CLOSE
    if known == ALIGNED and row[SIMILAR] > _ALIKE and not close:
        other_way(desk.first, desk.second, at, desk, spare, row)
    return known == ALIGNED or (close and (row[ROUGH] >= _SURE or row[SIMILAR] > _ONE_LAYOUT))


@compiled
def resemblance(whole: Plane, part: Plane, at: NDArray[np.float64], desk: Desk) -> float:
    """Correlation of the part and a window beyond rows and columns of even tone, -1 to 1."""
    window(whole, at[0], at[1], at[2], at[3], desk.moved, desk.between, desk.places, desk.weights)
    for y in range(CELLS):
        for x in range(CELLS):
            desk.kept[y, x] = desk.moved[y, x] + part[y, x]
            desk.rest[y, x] = desk.moved[y, x] - part[y, x]
    # (a + b)^2 - (a - b)^2 = 4 a b
    both, other = structure(desk.kept, desk.rows, desk.sums), structure(desk.rest, desk.rows, desk.sums)
    depth = structure(desk.moved, desk.rows, desk.sums) * structure(part, desk.rows, desk.sums)
    return (both * both - other * other) / max(4 * depth, 0.01)


@compiled
def badness(whole: Plane, part: Plane, at: NDArray[np.float64], desk: Desk) -> float:
    """The mean difference for a window: less is better."""
    window(whole, at[0], at[1], at[2], at[3], desk.moved, desk.between, desk.places, desk.weights)
    match_tones(part, desk)
    total = 0.0
    for y in range(CELLS):
        for x in range(CELLS):
            total += abs(desk.rest[y, x])
    return total


@compiled
def search(
    proportion: float, starts: NDArray[np.float64], at: NDArray[np.float64], best: NDArray[np.float64], desk: Desk
) -> bool:
    """Find the window of one picture that the other shows, into `best`; True where the second one is the whole.

    Args:
        proportion: of the second picture to the first, widths over heights.
        starts: sizes of windows to begin with.
        at: 4 numbers to work with.
        best: x, width, y, height.
        desk: with both pictures, blurred.
    """
    swapped = False
    # Frame upon frame is the likeliest, so another window has to be clearly better.
    best[0], best[1], best[2], best[3] = 0, 1, 0, 1
    least = 0.8 * badness(desk.soft_first, desk.soft_second, best, desk)
    for start in starts:
        at[0], at[1], at[2], at[3] = 0, start * min(1.0, proportion), 0, start * min(1.0, 1 / proportion)
        if resemblance(desk.soft_first, desk.soft_second, at, desk) < _HOPELESS:
            continue
        align(desk.soft_first, desk.soft_second, at, _STEPS, desk)
        turned = at[1] * at[3] > 1.01 * min(proportion, 1 / proportion)
        if turned:  # the other way round, so that the larger picture is the one that is read in part
            at[0], at[2] = -at[0] / at[1], -at[2] / at[3]
            at[1], at[3] = 1 / at[1], 1 / at[3]
            align(desk.soft_second, desk.soft_first, at, _STEPS // 2, desk)
            bad = badness(desk.soft_second, desk.soft_first, at, desk)
        else:
            bad = badness(desk.soft_first, desk.soft_second, at, desk)
        if bad < least:
            least, swapped = bad, turned
            best[:] = at
    return swapped


@compiled
def compare(
    a: Bytes, b: Bytes, starts: NDArray[np.float64], gate: float, fixed: bool, desk: Desk, out: NDArray[np.float32]
) -> None:
    """Measure pairs of signatures, into `out`.

    Args:
        a: the first of each, n x SIZE.
        b: the second.
        starts: sizes of windows to begin with, where the frames don't lie upon each other.
        gate: pairs whose ROUGH is less are left at that.
        fixed: the second is a part of the first, if anything; else either may be the whole.
        desk: to work on.
        out: (n + 1) x COLUMNS, zeros; the last row is to work on.
    """
    at, best = np.zeros(4), np.zeros(4)
    for k in range(len(a)):
        p, q, row = a[k], b[k], out[k]
        if not fixed and not in_order(p, q):
            p, q = q, p
            row[SWAPPED] = 1
        row[ROUGH] = rough(p, q, desk.columns)
        row[FARTHEST] = farthest(p, q)
        row[COLOUR] = colour(p, q)
        row[MOST_STEEP], row[LEAST_STEEP], row[WIDTH], row[HEIGHT] = 1, 1, 1, 1
        if row[ROUGH] < gate:
            continue
        spread_out(p, desk.first)
        spread_out(q, desk.second)
        if row[FARTHEST] <= _EVEN:
            row[STRUCTURE] = structure(desk.first, desk.rows, desk.sums)
            row[SIMILAR] = max(row[ROUGH], 0)
            continue
        row[DRAWN] = drawn(desk.first)
        if row[DRAWN] > 0:
            row[DRAWN] = min(row[DRAWN], drawn(desk.second))
        best[0], best[1], best[2], best[3] = 0, 1, 0, 1
        if upon(p, q, at, best, desk, out[len(a)], row):
            continue
        blur(desk.first, desk.soft_first, desk.between)
        blur(desk.second, desk.soft_second, desk.between)
        other = search(proportion(p, q), starts, at, best, desk)
        whole, part = (desk.second, desk.first) if other else (desk.first, desk.second)
        if other:
            row[SWAPPED] = 1 - row[SWAPPED]
        if best[1] < 0.995 or best[3] < 0.995:
            align(whole, part, best, 2, desk)
        measure(whole, part, best, desk, row)
        if row[SIMILAR] > _ALIKE and row[MEDIAN] >= _CLOSE:
            other_way(whole, part, at, desk, out[len(a)], row)
