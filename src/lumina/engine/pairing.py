"""Pairs of faces that are worth comparing: joins of their hashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumina.domain.duplicates import Relation
from lumina.store.features import Faces
from lumina.vision import hamming
from lumina.vision.candidates import PHASH_RADIUS, PROBE_RADIUS, TURN_RADIUS
from lumina.vision.hamming import CAP, Pairs

Check = Callable[[], None]
Indices = NDArray[np.int64]

MAX_CELL = 256
"""Faces with one and the same hash that are all compared with each other, and with those of another hash."""
WINDOW = 64
"""Of more (screenshots of one template, say) each is compared with so many next ones, by the order of another hash."""
EMPTY, FULL = np.uint64(0), np.uint64(2**64 - 1)
"""Hashes of pictures without any structure, however they were taken."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of faces by place, `a < b`, each once.

    Attributes:
        hint: how the join that found a pair takes the second to relate to the first (`Relation`).
        capped: pairs that were left out, because too many faces have nearly the same hash.
        crowd: the most neighbours that any hash has.
    """

    a: Indices
    b: Indices
    hint: NDArray[np.int8]
    capped: int
    crowd: int


def candidates(faces: Faces, threshold: int, *, turned: bool, fresh: NDArray[np.bool_], check: Check) -> Candidates:
    """All pairs of which at least one is fresh.

    Args:
        faces: what is compared.
        threshold: radius of dhash, bits.
        turned: mirrored and quarter-turned copies as well.
        fresh: faces that have not been compared yet.
        check: called now and then; may raise.
    """
    if not fresh.any():
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int8), 0, 0)
    telling = np.flatnonzero((faces.dhash != EMPTY) & (faces.dhash != FULL))
    found = [
        _alike(faces.dhash, telling, threshold, fresh, faces.phash, check),
        _alike(faces.phash, np.arange(len(faces)), PHASH_RADIUS, fresh, faces.dhash, check),
        _across(faces.probes, faces, PROBE_RADIUS, Relation.CROP, fresh, check),
    ]
    if turned:
        found.append(_across(faces.turns, faces, TURN_RADIUS, Relation.TURNED, fresh, check))
    return _united(found, len(faces))


def _alike(
    hashes: NDArray[np.uint64],
    rows: Indices,
    radius: int,
    fresh: NDArray[np.bool_],
    other: NDArray[np.uint64],
    check: Check,
) -> Candidates:
    """Pairs of these rows with hashes within a radius; `other` orders those with equal ones."""
    unique, back = hamming.collapse(hashes[rows])
    cells = _Cells(back, len(unique), rows, other)
    pairs = hamming.join(unique, radius, fresh=_any(fresh[rows], back, len(unique)), check=check)
    outer, left_out = cells.products(pairs.left, pairs.right, cells)
    inner, more = cells.within()
    found = np.concatenate([outer[0], inner[0]]), np.concatenate([outer[1], inner[1]])
    crowd = max(_crowd(pairs.left, pairs.right, cells, cells), int(cells.sizes.max(initial=0)))
    return _among_fresh(*found, Relation.SAME, fresh, pairs.capped + left_out + more, crowd)


def _across(
    variants: NDArray[np.uint64], faces: Faces, radius: int, hint: Relation, fresh: NDArray[np.bool_], check: Check
) -> Candidates:
    """Pairs in which one's phash is within a radius of what the other's would be, were it cropped or turned."""
    unique, back = hamming.collapse(faces.phash)
    wanted, want = hamming.collapse(variants.reshape(-1))
    places = np.arange(len(faces))
    owner = np.repeat(places, variants.shape[1])
    owners = _Cells(want, len(wanted), owner, faces.dhash)
    cells = _Cells(back, len(unique), places, faces.dhash)
    new, news = _any(fresh[owner], want, len(wanted)), _any(fresh, back, len(unique))
    parts = [
        _crossed(wanted, unique, new, np.ones(len(unique), np.bool_), radius, check),
        _crossed(wanted, unique, ~new, news, radius, check),
    ]
    left, right = (np.concatenate([part[end] for part in parts]) for end in (0, 1))
    (a, b), left_out = owners.products(left, right, cells)
    crowd = _crowd(left, right, owners, cells)
    return _among_fresh(a, b, hint, fresh, sum(part[2] for part in parts) + left_out, crowd)


def _crossed(
    left: NDArray[np.uint64],
    right: NDArray[np.uint64],
    ours: NDArray[np.bool_],
    theirs: NDArray[np.bool_],
    radius: int,
    check: Check,
) -> tuple[Indices, Indices, int]:
    """The pairs between the chosen ones of both sides, and how many were left out."""
    rows, columns = np.flatnonzero(ours), np.flatnonzero(theirs)
    if not len(rows) or not len(columns):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), 0
    pairs: Pairs = hamming.cross(left[rows], right[columns], radius, check=check)
    return rows[pairs.left], columns[pairs.right], pairs.capped


def _any(flags: NDArray[np.bool_], cell: Indices, count: int) -> NDArray[np.bool_]:
    """For each cell whether any of its members is flagged."""
    return np.bincount(cell, flags, minlength=count) > 0


def _crowd(left: Indices, right: Indices, ours: _Cells, theirs: _Cells) -> int:
    """The most neighbours that any hash or any face has."""
    hashes = [np.bincount(end, minlength=len(cells.sizes)) for end, cells in ((left, ours), (right, theirs))]
    faces = [
        np.bincount(left, theirs.sizes[right], minlength=len(ours.sizes)),
        np.bincount(right, ours.sizes[left], minlength=len(theirs.sizes)),
    ]
    if ours is theirs:
        hashes, faces = [hashes[0] + hashes[1]], [faces[0] + faces[1]]
    return int(max(each.max(initial=0) for each in (*hashes, *faces)))


def _among_fresh(
    a: Indices, b: Indices, hint: Relation, fresh: NDArray[np.bool_], capped: int, crowd: int
) -> Candidates:
    keep = (a != b) & (fresh[a] | fresh[b])
    a, b = a[keep], b[keep]
    hints = np.full(len(a), hint, np.int8)
    if hint is Relation.CROP:
        hints[a > b] = Relation.CONTAINS
    return Candidates(np.minimum(a, b), np.maximum(a, b), hints, capped, crowd)


def _united(found: list[Candidates], count: int) -> Candidates:
    """Each pair once; of several hints the one that says more: turned, then a part, then the whole."""
    key = np.concatenate([each.a * count + each.b for each in found])
    hint = np.concatenate([each.hint for each in found])
    order = np.lexsort((-hint, key))
    key, hint = key[order], hint[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = key[1:] != key[:-1]
    key, hint = key[first], hint[first]
    capped, crowd = sum(each.capped for each in found), max(each.crowd for each in found)
    return Candidates(key // max(count, 1), key % max(count, 1), hint, capped, crowd)


class _Cells:
    """Faces by the hash that they have.

    Args:
        cell: of each face its cell.
        count: cells.
        faces: the faces.
        other: a hash of every face, by which those of one cell are ordered.
    """

    def __init__(self, cell: Indices, count: int, faces: Indices, other: NDArray[np.uint64]) -> None:
        order = np.lexsort((faces, other[faces], cell))
        self.members = faces[order]
        self.sizes = np.bincount(cell, minlength=count)
        self.starts = np.cumsum(self.sizes) - self.sizes

    def products(self, left: Indices, right: Indices, other: _Cells) -> tuple[tuple[Indices, Indices], int]:
        """Every member of the left cells with every one of the right, where those are not too many.

        The pairs of cells come nearest first: a face that has met `CAP` others is compared with those only that have
        not. Of large cells the first members stand for all.
        """
        amounts = self.sizes[left] * other.sizes[right]
        near = (_before(left, other.sizes[right]) < CAP) | (_before(right, self.sizes[left]) < CAP)
        left, right = left[near], right[near]
        wide, high = np.minimum(self.sizes[left], MAX_CELL), np.minimum(other.sizes[right], MAX_CELL)
        pair, at = _counted(wide * high)
        a = self.members[self.starts[left[pair]] + at // high[pair]]
        b = other.members[other.starts[right[pair]] + at % high[pair]]
        return (a, b), int(amounts.sum()) - len(pair)

    def within(self) -> tuple[tuple[Indices, Indices], int]:
        """Every two members of one cell; where those are too many each with the next ones."""
        everything = int((self.sizes * (self.sizes - 1) // 2).sum())
        reach = np.where(self.sizes > MAX_CELL, WINDOW, self.sizes)
        place = np.arange(len(self.members)) - np.repeat(self.starts, self.sizes)
        after = np.minimum(np.repeat(self.sizes, self.sizes) - 1 - place, np.repeat(reach, self.sizes))
        first, at = _counted(after)
        return (self.members[first], self.members[first + 1 + at]), everything - len(first)


def _before(cells: Indices, amounts: Indices) -> Indices:
    """For each entry the sum of the amounts of earlier entries with the same cell."""
    order = np.argsort(cells, kind="stable")
    total = np.cumsum(amounts[order]) - amounts[order]
    starts = np.ones(len(order), np.bool_)
    starts[1:] = cells[order[1:]] != cells[order[:-1]]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    sums = np.zeros(len(order), np.int64)
    sums[order] = total - total[first] if len(order) else total
    return sums


def _counted(counts: Indices) -> tuple[Indices, Indices]:
    """0 0 0 1 1 ..., each number as often as its count says, and beside it 0 1 2 0 1 ..."""
    number = np.repeat(np.arange(len(counts)), counts)
    return number, np.arange(len(number)) - np.repeat(np.cumsum(counts) - counts, counts)


def may_be_capped(crowd: int) -> bool:
    """Whether a hash with so many neighbours may have lost some."""
    return crowd > min(CAP, MAX_CELL)
