"""Are two pictures copies? Signatures of candidate pairs are compared, many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from lumina.domain.duplicates import Relation
from lumina.vision.cores import cores
from lumina.vision.signature import Signatures, chroma, ratio, turned

_CHUNK = 2048
"""Pairs that a thread measures at a time."""

# Tuned on the tuning half of the labelled set (bench/labelled.py); docs/duplicates.md has what they give on the other.
_GATE, _PART_GATE = 0.45, -0.3
"""Correlation, frame upon frame, below which a pair is not looked at more closely; parts may have hardly any."""
_PARTS = np.array([1.0, 0.92, 0.83])
"""Sizes of parts to begin the search with; gradient steps reach those between."""
_WHOLES = np.array([1.0])
_SAME_WINDOW = 0.012
"""Half frames by which the frames of two whole pictures may be off."""
_SMALLEST_PART = 0.7
_SIMILAR, _MEDIAN, _QUARTILE = 0.87, 0.17, 0.25
"""For whole frames: least similarity, and most that half and three quarters of the cells may differ by."""
_PART_SIMILAR, _PART_MEDIAN, _PART_QUARTILE = 0.78, 0.16, 0.30
"""For parts, whose cells have to be made from others."""
_STRUCTURE = 1.5
"""Grey levels. With less beyond rows and columns of even tone there is nothing to tell pictures apart by."""
_SHIFT, _LEAST_STEEP, _MOST_STEEP = 24.0, 0.2, 2.5
"""Changes of tone that an edit may make; the next exposure of a bracket changes more."""
_COLOUR, _PART_COLOUR = 6.0, 12.0
_GREY = 3
"""Colour up to which a picture counts as grey: one without colours may be a copy of one with them."""
_PROPORTION = 0.04
_BAD = 120
"""Cells of whole frames that may differ by much; 999 of 1,000 copies have at most 89. Two skies with the same
dark corners have more."""
_DRAWN, _DRAWN_BAD, _DRAWN_PART_BAD = 200, 10, 50
"""Of drawn pictures with large plain parts (screenshots, pages) hardly a cell may differ, or it is another text.
Parts of them have to be made from other cells; two programs whose windows are divided alike differ in twice as many."""
_PARTLY_DRAWN, _PARTLY_DRAWN_BAD = 40, 40
"""With smaller plain parts it may be a page full of bubbles and lines, or a photo within a border."""
_EQUAL, _EQUAL_COLOUR = 3, 2
"""Grey levels that decoders make of the same pixels, shrunk."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One of each per pair.

    Attributes:
        accepted: they are copies.
        similarity: 0-1, of what both show.
        relation: how the second came from the picture of the first (`lumina.domain.duplicates.Relation`).
        equal: so alike that their decoded pixels may be the same.
    """

    accepted: NDArray[np.bool_]
    similarity: NDArray[np.float32]
    relation: NDArray[np.int8]
    equal: NDArray[np.bool_]


def verify(a: Signatures, b: Signatures, hint: NDArray[np.int8] | None = None) -> Verdicts:
    """Compare pairs of signatures; the verdict on (a, b) is that on (b, a).

    Args:
        a: n x SIZE.
        b: n x SIZE.
        hint: what the join that found the pair takes the second for (`Relation`); for a part it is looked for with
            more effort, and only those hinted at as turned are compared turned.
    """
    hints = np.full(len(a), Relation.SAME, np.int8) if hint is None else hint
    verdicts = _empty(len(a))

    def compare(at: int) -> None:
        chunk = slice(at, at + _CHUNK)
        for kind in np.unique(hints[chunk]):
            rows = at + np.flatnonzero(hints[chunk] == kind)
            _put(verdicts, rows, _HINTED[Relation(kind)](a[rows], b[rows]))

    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(compare, range(0, len(a), _CHUNK)))
    return verdicts


def _whole(a: Signatures, b: Signatures) -> Verdicts:
    """Pairs of which either may be the whole."""
    return _judged(a, b, _measured(a, b, _WHOLES, _GATE, fixed=False))


def _part(a: Signatures, b: Signatures) -> Verdicts:
    """Pairs of which the second is taken for a part of the first."""
    return _judged(a, b, _measured(a, b, _PARTS, _PART_GATE, fixed=True))


def _container(a: Signatures, b: Signatures) -> Verdicts:
    """Pairs of which the first is taken for a part of the second."""
    verdicts = _part(b, a)
    relation = verdicts.relation
    mirrored = np.select([relation == Relation.CROP, relation == Relation.CONTAINS], [2, 1], relation)
    return Verdicts(verdicts.accepted, verdicts.similarity, mirrored.astype(np.int8), verdicts.equal)


def _turned(a: Signatures, b: Signatures) -> Verdicts:
    """Pairs of which the second may be the first mirrored or turned by quarters, if it is not a copy as it is."""
    best = _whole(a, b)
    for orientation in range(2, 9):
        rows = np.flatnonzero(~best.accepted)
        found = _whole(turned(a[rows], orientation), b[rows])
        found.accepted[:] &= found.relation == Relation.SAME
        found.relation[:] = Relation.TURNED
        found.equal[:] = False
        better = found.accepted
        _put(best, rows[better], Verdicts(*(getattr(found, field.name)[better] for field in fields(Verdicts))))
    return best


_HINTED = {
    Relation.SAME: _whole,
    Relation.CROP: _part,
    Relation.CONTAINS: _container,
    Relation.TURNED: _turned,
}


def _measured(
    a: Signatures, b: Signatures, starts: NDArray[np.float64], gate: float, *, fixed: bool
) -> NDArray[np.float32]:
    from lumina.vision import compare

    out = np.zeros((len(a) + 1, compare.COLUMNS), np.float32)
    compare.compare(np.ascontiguousarray(a), np.ascontiguousarray(b), starts, gate, fixed, compare.desk(), out)
    return out[:-1]


def _judged(a: Signatures, b: Signatures, found: NDArray[np.float32]) -> Verdicts:
    """The verdicts; the rules are asked only about what is similar."""
    from lumina.vision import compare as c

    verdicts = _empty(len(found))
    verdicts.similarity[:] = found[:, c.SIMILAR].clip(0, 1)
    verdicts.equal[:] = (found[:, c.FARTHEST] <= _EQUAL) & (found[:, c.COLOUR] <= _EQUAL_COLOUR)
    rows = np.flatnonzero(found[:, c.SIMILAR] > _PART_SIMILAR)
    verdicts.accepted[rows], verdicts.relation[rows] = _ruled(a[rows], b[rows], found[rows])
    return verdicts


def _ruled(a: Signatures, b: Signatures, found: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.int8]]:
    """The rules: which are accepted, and as what."""
    from lumina.vision import compare as c

    swapped = found[:, c.SWAPPED] > 0
    similar, median, quartile = found[:, c.SIMILAR], found[:, c.MEDIAN], found[:, c.QUARTILE]
    same, part = _same_frame(found), _inside(found)
    whole = same & (similar > _SIMILAR) & (median < _MEDIAN) & (quartile < _QUARTILE)
    cropped = part & (similar > _PART_SIMILAR) & (median < _PART_MEDIAN) & (quartile < _PART_QUARTILE)
    accepted = (whole & _coloured(a, b, found, _COLOUR)) | (cropped & _coloured(a, b, found, _PART_COLOUR))
    accepted &= _toned(found) & _proportioned(a, b, found) & (found[:, c.STRUCTURE] > _STRUCTURE)
    accepted &= found[:, c.BAD] <= _most_bad(found[:, c.DRAWN], part)
    relation = np.where(part, np.where(swapped, Relation.CONTAINS, Relation.CROP), Relation.SAME)
    return accepted, relation.astype(np.int8)


def _most_bad(drawn: NDArray[np.float32], part: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Cells that may differ by much, by how many plain ones somebody has drawn."""
    kinds = [drawn >= _DRAWN, drawn >= _PARTLY_DRAWN]
    return np.where(
        part,
        np.select(kinds[:1], [_DRAWN_PART_BAD], np.inf),
        np.select(kinds, [_DRAWN_BAD, _PARTLY_DRAWN_BAD], _BAD),
    ).astype(np.float32)


def _same_frame(found: NDArray[np.float32]) -> NDArray[np.bool_]:
    from lumina.vision import compare as c

    off = np.abs(found[:, [c.X, c.WIDTH, c.Y, c.HEIGHT]] - np.array([0, 1, 0, 1], np.float32))
    return np.asarray(off.max(axis=1) < _SAME_WINDOW)


def _inside(found: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Windows that lie within the whole and are clearly smaller. A camera that moved on sees beyond the frame."""
    from lumina.vision import compare as c

    x, width, y, height = (found[:, column] for column in (c.X, c.WIDTH, c.Y, c.HEIGHT))
    reach = np.maximum(np.abs(x) + width, np.abs(y) + height)
    smaller = np.minimum(width, height)
    return np.asarray(~_same_frame(found) & (reach < 1 + _SAME_WINDOW) & (smaller > _SMALLEST_PART) & (smaller < 0.99))


def _toned(found: NDArray[np.float32]) -> NDArray[np.bool_]:
    from lumina.vision import compare as c

    steep = (found[:, c.LEAST_STEEP] > _LEAST_STEEP) & (found[:, c.MOST_STEEP] < _MOST_STEEP)
    return np.asarray(steep & (found[:, c.SHIFT] < _SHIFT))


def _coloured(a: Signatures, b: Signatures, found: NDArray[np.float32], limit: float) -> NDArray[np.bool_]:
    from lumina.vision import compare as c

    return np.asarray((found[:, c.COLOUR] < limit) | _grey(a) | _grey(b))


def _grey(signatures: Signatures) -> NDArray[np.bool_]:
    return np.asarray(np.abs(chroma(signatures).astype(np.int16) - 128).max(axis=(1, 2, 3)) <= _GREY)


def _proportioned(a: Signatures, b: Signatures, found: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Width over height of the part is that of the window."""
    from lumina.vision import compare as c

    swapped = found[:, c.SWAPPED] > 0
    whole, part = np.where(swapped, ratio(b), ratio(a)), np.where(swapped, ratio(a), ratio(b))
    return np.asarray(np.abs(np.log(part * found[:, c.HEIGHT] / (whole * found[:, c.WIDTH]))) < _PROPORTION)


def _empty(count: int) -> Verdicts:
    no, zero = np.zeros(count, np.bool_), np.zeros(count, np.float32)
    return Verdicts(no, zero, np.zeros(count, np.int8), no.copy())


def _put(verdicts: Verdicts, rows: NDArray[np.int64], found: Verdicts) -> None:
    for field in fields(Verdicts):
        getattr(verdicts, field.name)[rows] = getattr(found, field.name)
