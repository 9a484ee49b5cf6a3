"""Whether two pictures of one thing look the same but for how they were saved; and if not, what was changed.

Finer than what makes a copy (`lumina.vision.verify`): a copy may be toned, marked or cut. Here it counts whether it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumina.domain.consensus import Way
from lumina.vision.signature import CHROMA, LUMA, Signatures, chroma, luma

Planes = NDArray[np.float32]
"""n x 32 x 32."""
Places = NDArray[np.int64]
Ways = NDArray[np.int8]
"""`Way`, or 0 where two pictures look the same."""

# Set on copies of the tuning half of bench/keeper.py; docs/quality.md says what they separate.
_OFF = 0.35
"""Difference in shares of how much neighbouring cells differ, hence about the cells by which frames are off: copies
that were only saved again or made smaller stay below 0.3, and one that was cut by 2.5 % at each side is above 0.4."""
_SHADE = 3.0
"""Mean difference of tone, grey levels."""
_COLOUR = 2.0
"""Mean difference of colour."""
_STRANGE, _STRANGE_CELLS, _SLACK = 3.0, 6, 0.5
"""Grey levels by which so many cells differ beyond what being off by half a cell explains: something was put there."""
_FEW = 0.25
"""Share of the cells up to which it is a mark, not the picture as a whole."""
_PLAIN = 1.0
"""Grey levels: cells of plain pictures differ by so much without a reason."""
_EXPLAINED = 0.7
"""What is left of a difference where a shift, a stretch and a turn explain it."""
_EVEN = 3
"""Grey levels by which a border of one colour varies, its compression included."""
_CHUNK = 1024
_DOWN, _ACROSS = np.meshgrid(*[(np.arange(LUMA, dtype=np.float32) + 0.5) / (LUMA // 2) - 1] * 2, indexing="ij")


def ways(signatures: Signatures, left: Places, right: Places) -> Ways:
    """Whether the pictures of each pair differ: 0 where they look the same, `Way.COLOUR`, or `Way.EDITED` in luma.

    Args:
        signatures: n x SIZE.
        left: places in it, the first of each pair.
        right: the second.
    """
    soft = _soft(luma(signatures).astype(np.float32))
    slopes = _slopes(soft)
    steep = _spread(slopes)
    near = _widest(slopes)
    colours = chroma(signatures).reshape(len(signatures), 2 * CHROMA**2).astype(np.int16)
    found = np.zeros(len(left), np.int8)
    for at in range(0, len(left), _CHUNK):
        a, b = left[at : at + _CHUNK], right[at : at + _CHUNK]
        scale = _scale(steep[a], steep[b])
        edited = _looks_apart(soft[a] - soft[b], scale, _slack(near[a], near[b]))
        tinted = np.abs(colours[a] - colours[b]).mean(axis=1) > _COLOUR
        found[at : at + _CHUNK] = np.select([edited, tinted], [Way.EDITED, Way.COLOUR], 0)
    return found


def named(signatures: Signatures, left: Places, right: Places) -> Ways:
    """What was done to one of two pictures whose luma differs: `Way.TONE`, `Way.MARK` or `Way.FRAME`.

    Args: as of `ways`; a few pairs only.
    """
    first, second = (_soft(luma(signatures[places]).astype(np.float32)) for places in (left, right))
    one, other = _slopes(first), _slopes(second)
    return _kinds(first, second, _scale(_spread(one), _spread(other)), _slack(_widest(one), _widest(other)))


def framed(signatures: Signatures) -> NDArray[np.bool_]:
    """Pictures within a border of one grey level at all four sides, as programs add them; n."""
    planes = luma(signatures)
    sides = planes[:, 0], planes[:, -1], planes[:, :, 0], planes[:, :, -1]
    edges = np.concatenate(sides, axis=1).astype(np.int16)
    return np.asarray(np.ptp(edges, axis=1) <= _EVEN)


def _scale(steep: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Grey levels by which two pictures differ if they are off by a cell."""
    return np.asarray(np.maximum((steep + other) / 2, _PLAIN), np.float32)


def _slack(near: Planes, other: Planes) -> Planes:
    """Grey levels by which each cell differs if they are off by less than that."""
    return np.asarray(_SLACK * np.minimum(near, other), np.float32)


def _looks_apart(off: Planes, scale: NDArray[np.float32], slack: Planes) -> NDArray[np.bool_]:
    """Pairs whose luma differs by more than saving it again explains."""
    shade = np.abs(off.mean(axis=(1, 2))) > _SHADE
    return np.asarray(shade | (_spread(off) > _OFF * scale) | (_strangest(off, slack) > _STRANGE))


def _kinds(first: Planes, second: Planes, scale: NDArray[np.float32], slack: Planes) -> Ways:
    """What was done to pictures that look apart."""
    rest = _untoned(first, second)
    toned = (_spread(rest) <= _OFF * scale) & (_strangest(rest, slack) <= _STRANGE)
    moved = _spread(_untoned(first, second, moved=True)) < _EXPLAINED * _spread(rest)
    marked = ~moved & ((np.abs(rest) - slack > 1).mean(axis=(1, 2)) <= _FEW)
    return np.select([toned, marked], [Way.TONE, Way.MARK], Way.FRAME).astype(np.int8)


def _untoned(first: Planes, second: Planes, *, moved: bool = False) -> Planes:
    """What is left of the second where the first explains it best: its tones, bent by a square.

    Args:
        first: n x 32 x 32.
        second: the same.
        moved: a small shift, a stretch and a turn explain it as well.
    """
    value: Planes = first / np.float32(128) - np.float32(1)
    terms: list[Planes] = [np.ones_like(value), value, value * value]
    if moved:
        down, across = (np.asarray(slope, np.float32) for slope in np.gradient(first, axis=(1, 2)))
        stretch, turn = across * _ACROSS + down * _DOWN, down * _ACROSS - across * _DOWN
        terms += [down, across, np.asarray(stretch, np.float32), np.asarray(turn, np.float32)]
    columns = np.stack(terms, axis=3).reshape(len(first), -1, len(terms))
    wanted = second.reshape(len(second), -1, 1)
    normal = columns.transpose(0, 2, 1) @ columns + 0.1 * np.eye(len(terms), dtype=np.float32)
    shares = np.linalg.solve(normal, columns.transpose(0, 2, 1) @ wanted)
    return np.asarray((wanted - columns @ shares).reshape(first.shape), np.float32)


def _spread(planes: Planes) -> NDArray[np.float32]:
    return np.asarray(np.sqrt((planes**2).mean(axis=(1, 2))), np.float32)


def _strangest(off: Planes, slack: Planes) -> NDArray[np.float32]:
    """By how much at least a few cells differ, beyond the slack."""
    beyond = (np.abs(off) - slack).reshape(len(off), LUMA * LUMA)
    return np.asarray(np.partition(beyond, -_STRANGE_CELLS, axis=1)[:, -_STRANGE_CELLS])


def _soft(planes: Planes) -> Planes:
    """Each cell with its neighbours, 1 4 6 4 1 both ways: what scaling does to single cells says nothing."""
    for axis in (1, 2):
        wide = np.pad(planes, [(0, 0)] + [(2, 2) if each == axis else (0, 0) for each in (1, 2)], mode="edge")
        parts = [wide.take(range(start, start + LUMA), axis=axis) for start in range(5)]
        planes = (parts[0] + parts[4] + 4 * (parts[1] + parts[3]) + 6 * parts[2]) / np.float32(16)
    return planes


def _slopes(planes: Planes) -> Planes:
    """Grey levels per cell."""
    down, across = np.gradient(planes, axis=(1, 2))
    return np.asarray(np.sqrt(down**2 + across**2), np.float32)


def _widest(planes: Planes) -> Planes:
    """The most of each cell and its 8 neighbours."""
    for axis in (1, 2):
        wide = np.pad(planes, [(0, 0)] + [(1, 1) if each == axis else (0, 0) for each in (1, 2)], mode="edge")
        parts = [wide.take(range(start, start + LUMA), axis=axis) for start in range(3)]
        planes = np.maximum(np.maximum(parts[0], parts[1]), parts[2])
    return planes
