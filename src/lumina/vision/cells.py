"""What the bytes of two signatures say before anything is moved or fitted. Compiled; imported late."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.vision.compiled import compiled
from lumina.vision.planes import CELLS, Plane

Bytes = NDArray[np.uint8]

LUMA_AT, _CHROMA, _END = 16, 1040, 1168


@compiled
def rough(a: Bytes, b: Bytes, columns: NDArray[np.int64]) -> Any:
    """Correlation of two pictures' luma beyond rows and columns of even tone; sums of whole numbers, hence exact."""
    columns[:] = 0
    zero: Any = np.int32(0)
    aa, bb, ab, all_a, all_b = 0, 0, 0, 0, 0
    row_aa, row_bb, row_ab = np.int64(0), np.int64(0), np.int64(0)
    for y in range(CELLS):
        row_a, row_b, line_aa, line_bb, line_ab = zero, zero, zero, zero, zero
        for x in range(CELLS):
            u, v = np.int32(a[LUMA_AT + y * CELLS + x]), np.int32(b[LUMA_AT + y * CELLS + x])
            row_a += u
            row_b += v
            line_aa += u * u
            line_bb += v * v
            line_ab += u * v
            columns[0, x] += u
            columns[1, x] += v
        aa, bb, ab = aa + line_aa, bb + line_bb, ab + line_ab
        all_a, all_b = all_a + row_a, all_b + row_b
        wide_a, wide_b = np.int64(row_a), np.int64(row_b)
        row_aa, row_bb, row_ab = row_aa + wide_a * wide_a, row_bb + wide_b * wide_b, row_ab + wide_a * wide_b
    for x in range(CELLS):
        row_aa += columns[0, x] * columns[0, x]
        row_bb += columns[1, x] * columns[1, x]
        row_ab += columns[0, x] * columns[1, x]
    energy_a = CELLS * CELLS * aa - CELLS * row_aa + all_a * all_a
    energy_b = CELLS * CELLS * bb - CELLS * row_bb + all_b * all_b
    both = CELLS * CELLS * ab - CELLS * row_ab + all_a * all_b
    energy: Any = max(energy_a, 1.0)
    return both / np.sqrt(energy * max(energy_b, 1.0))


@compiled
def farthest(a: Bytes, b: Bytes) -> int:
    """The largest difference between their cells."""
    most: Any = np.int32(0)
    for i in range(LUMA_AT, _CHROMA):
        most = max(most, abs(np.int32(a[i]) - np.int32(b[i])))
    return int(most)


@compiled
def colour(a: Bytes, b: Bytes) -> float:
    """The mean difference of their colours."""
    total: Any = np.int32(0)
    for i in range(_CHROMA, _END):
        total += abs(np.int32(a[i]) - np.int32(b[i]))
    return float(total / (_END - _CHROMA))


@compiled
def proportion(a: Bytes, b: Bytes) -> float:
    """Width over height of the second over that of the first."""
    first = max(1, a[0] + 256 * np.int64(a[1])) / max(1, a[2] + 256 * np.int64(a[3]))
    second = max(1, b[0] + 256 * np.int64(b[1])) / max(1, b[2] + 256 * np.int64(b[3]))
    return float(second / first)


@compiled
def in_order(a: Bytes, b: Bytes) -> bool:
    """Whether a pair stands in the order of its bytes, so that both orders are measured alike."""
    for i in range(len(a)):
        if a[i] != b[i]:
            return bool(a[i] < b[i])
    return True


@compiled
def spread_out(signature: Bytes, out: Plane) -> None:
    """The luma of a signature."""
    for y in range(CELLS):
        for x in range(CELLS):
            out[y, x] = signature[LUMA_AT + y * CELLS + x]
