"""Pairs of faces that are worth comparing: joins of their hashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumina.domain.duplicates import Relation
from lumina.store.features import Faces
from lumina.vision.candidates import PHASH_RADIUS, PROBE_RADIUS, TURN_RADIUS

try:
    from lumina.vision import hamming  # type: ignore[attr-defined,unused-ignore]
except ImportError:  # TODO remove
    from lumina.engine import brute as hamming  # type: ignore

Check = Callable[[], None]
Indices = NDArray[np.int64]

MAX_CELL = 2_000
"""Faces with one and the same hash that are all compared with each other; of more (screenshots of one template, say)
each is compared with its neighbours in several orders."""
EMPTY, FULL = np.uint64(0), np.uint64(2**64 - 1)
"""Hashes of pictures without any structure, however they were taken."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of faces by place, `a < b`, each once.

    Attributes:
        hint: how the join that found a pair takes the second to relate to the first (`Relation`).
        capped: pairs that were left out, because too many faces have the same hash.
    """

    a: Indices
    b: Indices
    hint: NDArray[np.int8]
    capped: int


def candidates(faces: Faces, threshold: int, *, turned: bool, fresh: NDArray[np.bool_], check: Check) -> Candidates:
    """All pairs of which at least one is fresh.

    Args:
        faces: what is compared.
        threshold: radius of dhash, bits.
        turned: mirrored and quarter-turned copies as well.
        fresh: faces that have not been compared yet.
        check: called now and then; may raise.
    """
    found = [
        _alike(faces.dhash, threshold, fresh, check, telling=(faces.dhash != EMPTY) & (faces.dhash != FULL)),
        _alike(faces.phash, PHASH_RADIUS, fresh, check),
        _across(faces.probes, faces.phash, PROBE_RADIUS, Relation.CROP, fresh, check),
    ]
    if turned:
        found.append(_across(faces.turns, faces.phash, TURN_RADIUS, Relation.TURNED, fresh, check))
    return _united(found, len(faces))


def _alike(
    hashes: NDArray[np.uint64],
    radius: int,
    fresh: NDArray[np.bool_],
    check: Check,
    telling: NDArray[np.bool_] | None = None,
) -> Candidates:
    """Pairs with hashes within a radius."""
    rows = np.arange(len(hashes)) if telling is None else np.flatnonzero(telling)
    unique, back = hamming.collapse(hashes[rows])
    cells = _Cells(back, len(unique), rows)
    fresh_cells = np.zeros(len(unique), np.bool_)
    np.logical_or.at(fresh_cells, back, fresh[rows])
    pairs = hamming.join(unique, radius, fresh=fresh_cells, check=check)
    outer, left_out = cells.products(pairs.left, pairs.right)
    inner, more = cells.within()
    a, b = np.concatenate([outer[0], inner[0]]), np.concatenate([outer[1], inner[1]])
    return _among_fresh(a, b, Relation.SAME, fresh, pairs.capped + left_out + more)


def _across(
    variants: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    radius: int,
    hint: Relation,
    fresh: NDArray[np.bool_],
    check: Check,
) -> Candidates:
    """Pairs in which one's hash is within a radius of what the other's would be, were it cropped or turned."""
    unique, back = hamming.collapse(hashes)
    wanted, want = hamming.collapse(variants.reshape(-1))
    owners = _Cells(want, len(wanted), np.repeat(np.arange(len(variants)), variants.shape[1]))
    cells = _Cells(back, len(unique), np.arange(len(hashes)))
    pairs = hamming.cross(wanted, unique, radius, check=check)
    (a, b), left_out = owners.products(pairs.left, pairs.right, cells)
    return _among_fresh(a, b, hint, fresh, pairs.capped + left_out)


def _among_fresh(a: Indices, b: Indices, hint: Relation, fresh: NDArray[np.bool_], capped: int) -> Candidates:
    keep = (a != b) & (fresh[a] | fresh[b])
    a, b = a[keep], b[keep]
    hints = np.full(len(a), hint, np.int8)
    if hint is Relation.CROP:
        hints[a > b] = Relation.CONTAINS
    return Candidates(np.minimum(a, b), np.maximum(a, b), hints, capped)


def _united(found: list[Candidates], count: int) -> Candidates:
    """Each pair once; of several hints the one that says more: turned, then a part, then the whole."""
    key = np.concatenate([each.a * count + each.b for each in found])
    hint = np.concatenate([each.hint for each in found])
    order = np.lexsort((-hint, key))
    key, hint = key[order], hint[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = key[1:] != key[:-1]
    key, hint = key[first], hint[first]
    return Candidates(key // max(count, 1), key % max(count, 1), hint, sum(each.capped for each in found))


class _Cells:
    """Faces by the hash that they have.

    Args:
        cell: of each face its cell.
        count: cells.
        faces: the faces.
    """

    def __init__(self, cell: Indices, count: int, faces: Indices) -> None:
        order = np.argsort(cell, kind="stable")
        self.members = faces[order]
        self.sizes = np.bincount(cell, minlength=count)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)])

    def products(
        self, left: Indices, right: Indices, other: _Cells | None = None
    ) -> tuple[tuple[Indices, Indices], int]:
        """Every member of the left cells with every one of the right; where those are too many the first ones."""
        other = other or self
        wide, high = self.sizes[left], other.sizes[right]
        left_out = int((wide * high).sum())
        wide, high = np.minimum(wide, MAX_CELL), np.minimum(high, MAX_CELL)
        counts = wide * high
        left_out -= int(counts.sum())
        pair = np.repeat(np.arange(len(left)), counts)
        at = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
        a = self.members[self.starts[left[pair]] + at // high[pair]]
        b = other.members[other.starts[right[pair]] + at % high[pair]]
        return (a, b), left_out

    def within(self) -> tuple[tuple[Indices, Indices], int]:
        """Every two members of one cell."""
        cells = np.flatnonzero(self.sizes > 1)
        (a, b), left_out = self.products(cells, cells)
        keep = a < b
        return (a[keep], b[keep]), left_out
