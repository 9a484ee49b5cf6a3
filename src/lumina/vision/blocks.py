"""Which bits hashes are put into buckets by, so that all near ones meet and few others do.

The pigeonhole principle: cut 64 bits into blocks with radii r1, r2, ... of which the sum of all (r + 1) is more than
`radius`. Two hashes within `radius` bits are then, in one block at least, within that block's radius (J. Qin et al.,
"GPH: Similarity Search in Hamming Space", 2018, after M. Norouzi et al., "Fast Search in Hamming Space with Multi-Index
Hashing", 2012). Which blocks are cheapest depends on how many hashes there are and on how alike their bits are;
both are estimated from a sample of pairs. All choices give the same pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb, expm1

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

HASH_BITS = 64
MAX_BLOCKS, MAX_WIDTH, MAX_FLIPS = 6, 22, 1 << 16
FEW = 1 << 20
"""Comparisons that take less time than a plan."""
SAMPLE = 1 << 16
"""Pairs. How often a block brings together one pair in a thousand is known to within an eighth."""
COMPARE, ROW, PROBE, PLACE = 0.2, 5.0, 1.5, 25.0
"""Nanoseconds: of a comparison within a long row, of beginning a row, of looking for a bucket, of placing a hash."""


@dataclass(frozen=True, slots=True)
class Block:
    """`width` bits from `shift` up, of which at most `radius` may differ."""

    shift: int
    width: int
    radius: int

    @property
    def mask(self) -> int:
        """Its bits."""
        return ((1 << self.width) - 1) << self.shift

    def flips(self) -> NDArray[np.int64]:
        """All numbers of `width` bits with at most `radius` set, fewest first."""
        level = np.zeros(1, np.int64)
        levels = [level]
        for _ in range(min(self.radius, self.width)):
            grown = [level[level < 1 << bit] | 1 << bit for bit in range(self.width)]
            level = np.concatenate(grown)
            levels.append(level)
        return np.concatenate(levels)


def spread(hashes: Hashes) -> Hashes:
    """The hashes with their bits in another order, the same for all: distances stay.

    Neighbouring cells of a picture are alike, so neighbouring bits in one block would bring many strangers together
    (tried on dhash of real pictures, radius 5: four times as many). Here bits that follow each other come from other
    rows and columns.
    """
    moved = np.zeros_like(hashes)
    for begin in range(0, len(hashes), 1 << 16):
        part = hashes[begin : begin + (1 << 16)]
        for byte, table in enumerate(_TABLES):
            moved[begin : begin + (1 << 16)] |= table[(part >> np.uint64(8 * byte)) & np.uint64(255)]
    return moved


def _tables() -> Hashes:
    """8 x 256: where the bits of each byte go."""
    sources = [row * 8 + (column + 3 * row) % 8 for column in range(8) for row in range(8)]
    tables, values = np.zeros((8, 256), np.uint64), np.arange(256, dtype=np.uint64)
    for target, source in enumerate(sources):
        bit = (values >> np.uint64(source % 8)) & np.uint64(1)
        tables[source // 8] |= bit << np.uint64(target)
    return tables


_TABLES = _tables()


def choose(left: Hashes, right: Hashes, radius: int, same: bool) -> list[Block]:
    """The blocks that should find all pairs soonest.

    Args:
        left: spread hashes, at least one.
        right: likewise; with `same` the same array, of which each pair is wanted once.
        radius: bits, 0-64.
        same: see `right`.
    """
    if len(left) * len(right) <= FEW:
        return [_whole(radius)]
    random = np.random.default_rng(len(left))
    bits = random.choice(left, SAMPLE) ^ random.choice(right, SAMPLE)
    share = 0.5 if same else 1.0
    bits = bits[bits > 0]
    cheapest = min(choices(radius), key=lambda blocks: _cost(blocks, bits, len(left), len(right), share))
    return list(cheapest)


def _whole(radius: int) -> Block:
    """A block of no bits: all are compared with all."""
    return Block(0, 0, radius)


def choices(radius: int) -> Iterator[tuple[Block, ...]]:
    """All with all, and even cuts into up to `MAX_BLOCKS` blocks."""
    yield (_whole(radius),)
    for count in range(1, min(MAX_BLOCKS, radius + 1) + 1):
        radii = [(radius + 1 + place) // count - 1 for place in range(count)][::-1]
        for width in range(4, MAX_WIDTH + 1):
            blocks = _cut(radii, width)
            if all(_ball(block.width, block.radius) <= MAX_FLIPS for block in blocks):
                yield blocks


def _cut(radii: Sequence[int], most: int) -> tuple[Block, ...]:
    """Blocks with these radii of at most `most` bits each, so wide that all are about equally selective."""
    widths = [0] * len(radii)
    while sum(widths) < HASH_BITS and min(widths) < most:
        open_ = [place for place, width in enumerate(widths) if width < most]
        widths[max(open_, key=lambda place: _chance(widths[place], radii[place]))] += 1
    shifts = np.cumsum([0, *widths]).tolist()
    return tuple(Block(*values) for values in zip(shifts, widths, radii, strict=False))


def _chance(width: int, radius: int) -> float:
    """That random blocks are near."""
    return float(_ball(width, radius) / 2**width)


def _ball(width: int, radius: int) -> int:
    return sum(comb(width, bits) for bits in range(min(width, radius) + 1))


def _cost(blocks: Sequence[Block], bits: Hashes, left: int, right: int, share: float) -> float:
    """Nanoseconds, by sampled differences of pairs."""
    total = 0.0
    for block in blocks:
        near = np.count_nonzero(np.bitwise_count(bits & np.uint64(block.mask)) <= block.radius)
        rate = max(float(near) / max(len(bits), 1), _chance(block.width, block.radius))
        keys, ball = 2**block.width, _ball(block.width, block.radius)
        occupied = keys * -expm1(-left / keys)
        rows = left * ball * -expm1(-right / keys)
        total += share * (COMPARE * rate * left * right + ROW * rows + PROBE * occupied * ball)
        total += PLACE * (left + right) + keys
    return total
