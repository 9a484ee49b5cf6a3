"""Two drawn pictures with one layout: screenshots of one program, forms, pages of one template.

Where bars, columns and rims lie upon each other to the grey level, the frames do, and no other window has to be looked
for: scaled by a hundredth, hardly an edge would stay where it is. So thousands of screenshots can be told apart by
counting cells of their signatures. Compiled; imported late (`lumina.vision.compiled`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lumina.vision.cells import LUMA_AT, Bytes, proportion
from lumina.vision.compiled import compiled
from lumina.vision.planes import CELLS

OPEN, ALIGNED, APART = range(3)
"""What is known: nothing; that only whole frames can be copies; that they show other things in one layout."""

_SAME = 2
"""Grey levels that encoding moves a cell by."""
_EDGE = 12
"""Grey levels between the two neighbours of a cell on an edge."""
_FEWEST, _SHARE = 12, 0.03
"""Edge cells that have to be the same, at once and of all of them: at 99 of 100 real crops 4, and 0.01, are so."""
_BAND = 3
"""Columns, or rows, that scaling around one of them leaves where they are: what is the same there proves nothing."""
_PROPORTION = 0.02
_OTHER = 8
"""Grey levels beyond which a cell shows something else."""
_KNOWN = 16
"""Cells of one tone that are the same in both pictures, from which on that tone is known to have been left alone.
Where another tone differs, somebody may have changed the tones."""


class Sheet(NamedTuple):
    """To count on."""

    near: NDArray[np.uint8]
    between: NDArray[np.uint8]
    around: NDArray[np.uint8]
    columns: NDArray[np.int32]
    rows: NDArray[np.int32]
    tones: NDArray[np.int32]


def sheet() -> Sheet:
    """A new one."""
    planes: Any = [np.zeros((CELLS, CELLS), np.uint8) for _ in range(3)]
    tables: Any = [np.zeros(shape, np.int32) for shape in (CELLS, CELLS, (2, 256))]
    return Sheet(*planes, *tables)


@compiled
def agree(p: Bytes, q: Bytes, sheet: Sheet) -> None:
    """Mark the cells that are the same, in `near`, and those whose neighbours are as well, in `around`."""
    near, between, around = sheet.near, sheet.between, sheet.around
    for y in range(CELLS):
        for x in range(CELLS):
            i = LUMA_AT + y * CELLS + x
            near[y, x] = max(p[i], q[i]) - min(p[i], q[i]) <= _SAME
    for y in range(1, CELLS - 1):
        for x in range(CELLS):
            between[y, x] = near[y - 1, x] & near[y, x] & near[y + 1, x]
    for y in range(1, CELLS - 1):
        for x in range(1, CELLS - 1):
            around[y, x] = between[y, x - 1] & between[y, x] & between[y, x + 1]


@compiled
def step(signature: Bytes, i: int, k: int) -> Any:
    """How far two bytes are apart."""
    return max(signature[i], signature[k]) - min(signature[i], signature[k])


@compiled
def edges(p: Bytes, q: Bytes, sheet: Sheet) -> int:
    """Count the edge cells that are the same, upright ones by column and level ones by row; returns all of them."""
    around, columns, rows = sheet.around, sheet.columns, sheet.rows
    columns[:] = 0
    total: Any = np.int32(0)
    for y in range(1, CELLS - 1):
        row: Any = np.int32(0)
        for x in range(1, CELLS - 1):
            i = LUMA_AT + y * CELLS + x
            upright = np.int32(max(step(p, i - 1, i + 1), step(q, i - 1, i + 1)) >= _EDGE)
            level = np.int32(max(step(p, i - CELLS, i + CELLS), step(q, i - CELLS, i + CELLS)) >= _EDGE)
            columns[x] += upright * around[y, x]
            row += level * around[y, x]
            total += upright + level
        rows[y] = row
    return int(total)


@compiled
def beyond(amounts: NDArray[np.int32]) -> int:
    """The sum of all amounts but those of the band that has most."""
    most, total = 0, 0
    for i in range(CELLS - _BAND + 1):
        band = 0
        for k in range(_BAND):
            band += amounts[i + k]
        most = max(most, band)
    for i in range(CELLS):
        total += amounts[i]
    return total - most


@compiled
def others(p: Bytes, q: Bytes, sheet: Sheet) -> int:
    """Cells that differ although their tone, in one of the pictures, is that of many that don't."""
    near, tones = sheet.near, sheet.tones
    tones[:] = 0
    for y in range(CELLS):
        for x in range(CELLS):
            i = LUMA_AT + y * CELLS + x
            tones[0, p[i]] += near[y, x]
            tones[1, q[i]] += near[y, x]
    found = 0
    for i in range(LUMA_AT, LUMA_AT + CELLS * CELLS):
        if max(p[i], q[i]) - min(p[i], q[i]) > _OTHER:
            found += tones[0, p[i]] >= _KNOWN or tones[1, q[i]] >= _KNOWN
    return found


@compiled
def layout(p: Bytes, q: Bytes, most: int, sheet: Sheet) -> int:
    """What two drawn pictures' frames have in common: OPEN, ALIGNED or APART; the same in either order.

    Args:
        p: a signature.
        q: another.
        most: cells in which copies may differ, of tones that were left alone.
        sheet: to count on.
    """
    if abs(np.log(proportion(p, q))) > _PROPORTION:
        return OPEN
    agree(p, q, sheet)
    total = edges(p, q, sheet)
    same = beyond(sheet.columns) + beyond(sheet.rows)
    if same < _FEWEST or same < _SHARE * total:
        return OPEN
    return APART if others(p, q, sheet) > most else ALIGNED
