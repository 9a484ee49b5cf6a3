from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lumina.vision.hamming import Pairs, collapse, join

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

Hashes = NDArray[np.uint64]
Found = set[tuple[int, int, int]]


def scattered(count: int, seed: int) -> Hashes:
    return np.unique(np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64))


def skewed(count: int, seed: int) -> Hashes:
    """As pictures have them: families around few shapes, rows that repeat, and a share of mere noise."""
    random = np.random.default_rng(seed)
    rows = random.integers(0, 256, 12, dtype=np.uint64) * np.uint64(0x0101010101010101)
    family = rows[random.integers(0, len(rows), count)]
    for _ in range(7):
        family ^= np.uint64(1) << random.integers(0, 64, count).astype(np.uint64)
    family[: count // 4] = random.integers(0, 2**64, count // 4, dtype=np.uint64)
    planted = family[: count // 5] ^ np.uint64(1) << random.integers(0, 64, count // 5).astype(np.uint64)
    return np.unique(np.concatenate([family, planted]))


def distances(left: Hashes, right: Hashes) -> NDArray[np.uint8]:
    return np.bitwise_count(left[:, None] ^ right[None, :])


def expected(hashes: Hashes, radius: int) -> Found:
    far = distances(hashes, hashes)
    left, right = np.nonzero(np.triu(far <= radius, 1))
    return set(zip(left.tolist(), right.tolist(), far[left, right].tolist(), strict=True))


def found(pairs: Pairs) -> Found:
    values = list(zip(pairs.left.tolist(), pairs.right.tolist(), pairs.distance.tolist(), strict=True))
    assert len(set(values)) == len(values), "no pair comes twice"
    return set(values)


@pytest.mark.parametrize("radius", range(17))
@pytest.mark.parametrize("make", [scattered, skewed])
def test_every_pair_within_the_radius_is_found_and_no_other(make: Callable[[int, int], Hashes], radius: int) -> None:
    hashes = make(1500, radius)
    pairs = join(hashes, radius, cap=len(hashes))
    assert found(pairs) == expected(hashes, radius)
    assert pairs.capped == 0


LISTS = st.lists(st.integers(0, 2**64 - 1), max_size=40)
NEAR_LISTS = st.lists(st.integers(0, 2**9 - 1).map(lambda low: low * 0x0040201008040201 % 2**64), max_size=60)


@settings(max_examples=60, deadline=None)
@given(LISTS | NEAR_LISTS, st.integers(0, 16), st.randoms(use_true_random=False))
def test_fresh_pairs_and_old_ones_are_all_pairs(numbers: list[int], radius: int, random: object) -> None:
    hashes = collapse(np.array(numbers, np.uint64))[0]
    fresh = np.array([hash((number, str(random))) % 3 == 0 for number in hashes.tolist()], bool)
    wanted = {pair for pair in expected(hashes, radius) if fresh[pair[0]] or fresh[pair[1]]}
    assert found(join(hashes, radius, fresh=fresh, cap=100)) == wanted
    assert found(join(hashes, radius, cap=100)) == expected(hashes, radius)
