"""Pairs of vectors that are near to each other, by comparing all with all in blocks, and groups of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
_Found = tuple[Ints, Ints, Floats]
ROWS, COLUMNS = 1_024, 8_192
"""Vectors compared at a time: 32 MB of similarities."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Places of near vectors, `a < b`, each pair once, and how similar they are."""

    a: Ints
    b: Ints
    similarity: Floats


def near(
    matrix: NDArray[np.floating], level: float, most: int, check: Callable[[float], None] = lambda _share: None
) -> Pairs:
    """All pairs that are at least so similar, of which each vector brings in at most `most`, its nearest.

    Args:
        matrix: n x dimensions, of length 1.
        level: the lowest cosine.
        most: pairs per vector.
        check: called now and then with the share that is done; may raise.
    """
    found = []
    for start in range(0, len(matrix), ROWS):
        check(start / len(matrix))
        found.append(_nearest_of_rows(matrix, start, level, most))
    return unique(*_joined([_none(), *found]))


def _nearest_of_rows(matrix: NDArray[np.floating], start: int, level: float, most: int) -> _Found:
    rows = matrix[start : start + ROWS].astype(np.float32)
    best = _none()
    for first in range(0, len(matrix), COLUMNS):
        scores = rows @ matrix[first : first + COLUMNS].astype(np.float32).T
        row, column = np.nonzero(scores >= level)
        apart = row + start != column + first
        row, column = row[apart], column[apart]
        best = _capped(_joined([best, (row, column + first, scores[row, column])]), most)
    return best[0] + start, best[1], best[2]


def _capped(found: _Found, most: int) -> _Found:
    """The nearest of each row."""
    rows, columns, scores = found
    order = np.lexsort((columns, -scores, rows))
    rows = rows[order]
    kept = np.arange(len(rows)) - np.searchsorted(rows, rows) < most
    return rows[kept], columns[order][kept], scores[order][kept]


def _joined(parts: Sequence[_Found]) -> _Found:
    rows, columns, scores = zip(*parts, strict=True)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(scores)


def unique(first: Ints, second: Ints, scores: Floats) -> Pairs:
    """Pairs that may stand there twice, in either order, each once."""
    a, b = np.minimum(first, second), np.maximum(first, second)
    order = np.lexsort((b, a))
    a, b, scores = a[order], b[order], scores[order]
    new = np.ones(len(a), np.bool_)
    new[1:] = (np.diff(a) != 0) | (np.diff(b) != 0)
    return Pairs(a[new], b[new], scores[new])


def most_similar(pairs: Pairs, most: int) -> Pairs:
    """At most so many of the pairs, the most similar ones; ties by place."""
    if len(pairs.a) <= most:
        return pairs
    kept = np.sort(np.lexsort((pairs.b, pairs.a, -pairs.similarity))[:most])
    return Pairs(pairs.a[kept], pairs.b[kept], pairs.similarity[kept])


def _none() -> _Found:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)


def stars(count: int, pairs: Pairs) -> Iterator[tuple[Ints, Floats]]:
    """Groups without chains: again and again the vector with the most pairs takes all its free neighbours.

    Args:
        count: vectors.
        pairs: of them.

    Yields:
        Places, the middle of the star first and the others nearest first; and their similarity to it.
    """
    starts, others, scores = _sorted_by_place(count, pairs)
    degrees = np.diff(starts)
    free = np.ones(count, np.bool_)
    for middle in np.lexsort((np.arange(count), -degrees)):
        if not degrees[middle]:
            return
        if not free[middle]:
            continue
        mine = slice(starts[middle], starts[middle + 1])
        kept = free[others[mine]]
        members = others[mine][kept]
        if len(members):
            free[members] = free[middle] = False
            yield np.concatenate([[middle], members]), np.concatenate([np.ones(1, np.float32), scores[mine][kept]])


def _sorted_by_place(count: int, pairs: Pairs) -> tuple[Ints, Ints, Floats]:
    """Of each vector its neighbours, nearest first: where they start, places, similarities."""
    ends = np.concatenate([pairs.a, pairs.b])
    others = np.concatenate([pairs.b, pairs.a])
    scores = np.concatenate([pairs.similarity, pairs.similarity])
    order = np.lexsort((others, -scores, ends))
    return np.searchsorted(ends[order], np.arange(count + 1)), others[order], scores[order]
