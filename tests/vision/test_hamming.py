from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lumina.errors import BadInput
from lumina.vision import hamming, nearest
from lumina.vision.blocks import choices, spread
from lumina.vision.hamming import Pairs, collapse, cross, join
from lumina.vision.nearest import Nearest

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

Hashes = NDArray[np.uint64]
Found = set[tuple[int, int, int]]
FEW_PAIRS = 100


def scattered(count: int, seed: int) -> Hashes:
    return np.unique(np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64))


def skewed(count: int, seed: int) -> Hashes:
    """As pictures have them: families around few shapes, rows that repeat, and a share of mere noise."""
    random = np.random.default_rng(seed)
    shapes = random.integers(0, 256, (2, 16), dtype=np.uint64) * np.array(
        [[0x01010101], [0x0101010100000000]], np.uint64
    )
    family = shapes[0][random.integers(0, 16, count)] ^ shapes[1][random.integers(0, 16, count)]
    for _ in range(9):
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


@pytest.mark.parametrize(("radius", "least"), [(5, 2_000), (12, 100_000)])
def test_none_of_many_skewed_hashes_is_missed(radius: int, least: int) -> None:
    hashes = skewed(16_000, radius)
    wanted = sum(
        int(np.count_nonzero(distances(hashes[at : at + 500], hashes) <= radius)) for at in range(0, len(hashes), 500)
    )
    pairs = join(hashes, radius, cap=len(hashes))
    assert len(pairs) == (wanted - len(hashes)) / 2 > least
    assert np.array_equal(pairs.distance, np.bitwise_count(hashes[pairs.left] ^ hashes[pairs.right]))
    assert np.all(pairs.left < pairs.right)


LISTS = st.lists(st.integers(0, 2**64 - 1), max_size=40)
NEAR_LISTS = st.lists(st.integers(0, 2**9 - 1).map(lambda low: low * 0x0040201008040201 % 2**64), max_size=60)


@settings(max_examples=50, deadline=None)
@given(LISTS | NEAR_LISTS, st.integers(0, 16), st.randoms(use_true_random=False))
def test_any_cut_into_blocks_finds_the_same(numbers: list[int], radius: int, random: Random) -> None:
    hashes = collapse(np.array(numbers, np.uint64))[0]
    narrow = [blocks for blocks in choices(radius) if max(block.width for block in blocks) <= 12]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hamming, "choose", lambda *_: list(random.choice(narrow)))
        assert found(join(hashes, radius, cap=FEW_PAIRS)) == expected(hashes, radius)


@settings(max_examples=50, deadline=None)
@given(LISTS | NEAR_LISTS, st.integers(0, 16), st.randoms(use_true_random=False))
def test_fresh_hashes_are_joined_with_each_other_and_the_old(numbers: list[int], radius: int, random: Random) -> None:
    hashes = collapse(np.array(numbers, np.uint64))[0]
    fresh = np.array([random.random() < 0.3 for _ in hashes], bool)
    wanted = {pair for pair in expected(hashes, radius) if fresh[pair[0]] or fresh[pair[1]]}
    assert found(join(hashes, radius, fresh=fresh, cap=FEW_PAIRS)) == wanted


@settings(max_examples=50, deadline=None)
@given(LISTS | NEAR_LISTS, LISTS | NEAR_LISTS, st.integers(0, 16))
def test_cross_finds_all_between_two_sets_equal_ones_included(left: list[int], right: list[int], radius: int) -> None:
    ours, others = collapse(np.array(left, np.uint64))[0], collapse(np.array(right, np.uint64))[0]
    near = np.argwhere(distances(ours, others) <= radius)
    pairs = cross(ours, others, radius, cap=FEW_PAIRS)
    assert {pair[:2] for pair in found(pairs)} == {(int(i), int(j)) for i, j in near}


@pytest.mark.parametrize("radius", [4, 12])
def test_cross_and_fresh_of_many(radius: int) -> None:
    hashes = skewed(3000, 8)
    fresh = np.random.default_rng(2).random(len(hashes)) < 0.2
    old, new = np.flatnonzero(~fresh), np.flatnonzero(fresh)
    between = cross(hashes[new], hashes[old], radius, cap=len(hashes))
    among = join(hashes[new], radius, cap=len(hashes))
    apart = {(int(new[i]), int(old[j])) for i, j, _ in found(between)} | {
        (int(new[i]), int(new[j])) for i, j, _ in found(among)
    }
    together = found(join(hashes, radius, fresh=fresh, cap=len(hashes)))
    assert {tuple(sorted(pair)) for pair in apart} == {pair[:2] for pair in together}
    assert together == {pair for pair in expected(hashes, radius) if fresh[pair[0]] or fresh[pair[1]]}


def ball(bits: int) -> Hashes:
    """All hashes within so many bits of one: as dense as they can lie."""
    numbers = [sum(1 << place for place in places) for k in range(bits + 1) for places in combinations(range(64), k)]
    return np.array(sorted(0x5A5A << 17 ^ number for number in numbers), np.uint64)


def kept(hashes: Hashes, radius: int, cap: int) -> Found:
    """The pairs that are among the nearest of one of their two."""
    neighbours: dict[int, list[tuple[int, int]]] = {i: [] for i in range(len(hashes))}
    for i, j, distance in expected(hashes, radius):
        neighbours[i].append((distance, j))
        neighbours[j].append((distance, i))
    near = {(i, j, distance) for i, found in neighbours.items() for distance, j in sorted(found)[:cap]}
    return {(min(i, j), max(i, j), distance) for i, j, distance in near}


@pytest.mark.parametrize("threads", [1, 3])
def test_dense_hashes_keep_their_nearest_and_the_rest_is_counted(threads: int) -> None:
    hashes = ball(2)[::6]
    pairs = join(hashes, 4, cap=7, threads=threads)
    assert found(pairs) == kept(hashes, 4, 7)
    assert len(pairs) + pairs.capped == len(expected(hashes, 4))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.integers(65, 400), st.integers(1, 300), st.integers(0, 999))
def test_what_is_kept_depends_on_no_order(cap: int, room: int, chunk: int, seed: int) -> None:
    hashes, random = ball(1), np.random.default_rng(seed)
    shuffled = np.array([distance << 58 | i << 29 | j for i, j, distance in expected(hashes, 2)], np.uint64)
    outcomes = []
    for packed in (shuffled, random.permutation(shuffled)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(nearest, "ROOM", room)
            patch.setattr(nearest, "ROOM_PER_HASH", 0)
            pairs = Nearest(len(hashes), 2, cap, chunk)
        for at in range(0, len(packed), chunk):
            pairs.add(packed[at : at + chunk])
        left, right, distance, left_out = pairs.finish()
        assert left_out + len(left) == len(packed)
        assert len(left) <= 2 * room
        outcomes.append((left.tolist(), right.tolist(), distance.tolist()))
    assert outcomes[0] == outcomes[1]


def test_interrupted_scans_go_on_where_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = skewed(1500, 3)
    whole = join(hashes, 9, cap=len(hashes))
    monkeypatch.setattr(hamming, "EFFORT", 50)
    monkeypatch.setattr(hamming, "PAIRS", len(hashes))
    halting = join(hashes, 9, cap=len(hashes), threads=2)
    assert found(halting) == found(whole)
    assert np.array_equal(halting.left, whole.left)
    assert np.array_equal(halting.distance, whole.distance)


def test_oversized_buckets_are_searched_in_part_and_that_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = ball(2)
    monkeypatch.setattr(hamming, "WINDOW", 40)
    pairs, again = (join(hashes, 3, threads=threads) for threads in (1, 4))
    truth = expected(hashes, 3)
    assert found(pairs) < truth
    assert pairs.capped >= len(truth) - len(pairs)
    assert found(pairs) == found(again)
    assert pairs.capped == again.capped


def test_ten_thousand_screenshots_of_one_template_stay_few() -> None:
    random = np.random.default_rng(5)
    screens = np.full(10_000, 0x00FF_10EF_3344_8A21, np.uint64)
    for _ in range(3):
        screens ^= np.uint64(1) << random.integers(0, 40, 10_000).astype(np.uint64)
    screens = collapse(screens)[0]
    pairs = join(screens, 5)
    assert len(pairs) <= hamming.CAP * len(screens)
    assert pairs.capped > 1_000_000
    assert np.all(np.bincount(np.concatenate([pairs.left, pairs.right]), minlength=len(screens)) >= hamming.CAP)


def test_collapse_gives_each_hash_its_place() -> None:
    hashes = np.array([9, 2**64 - 1, 9, 0, 9], np.uint64)
    distinct, places = collapse(hashes)
    assert distinct.tolist() == [0, 9, 2**64 - 1]
    assert distinct[places].tolist() == hashes.tolist()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_hashes(count: int) -> None:
    hashes = np.arange(count, dtype=np.uint64)
    assert found(join(hashes, 5)) == expected(hashes, 5)
    assert len(join(hashes, 5, fresh=np.zeros(count, bool))) == 0
    assert len(cross(hashes, hashes[:0], 5)) == 0


@pytest.mark.parametrize("radius", [-1, 65])
def test_a_radius_that_makes_no_sense_is_named(radius: int) -> None:
    with pytest.raises(BadInput, match=f"radius: {radius} is outside 0-64"):
        join(scattered(4, 1), radius)


def test_distances_are_those_of_the_hashes_given() -> None:
    hashes = scattered(300, 9)
    assert np.array_equal(distances(spread(hashes), spread(hashes)), distances(hashes, hashes))
    assert len(np.unique(spread(hashes))) == len(hashes)


class Cancelled(Exception):
    pass


def test_a_check_that_raises_ends_the_search_and_its_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hamming, "PATIENCE", 0.01)
    monkeypatch.setattr(hamming, "EFFORT", 1_000_000)
    before = threading.active_count()
    calls = []

    def check() -> None:
        calls.append(len(calls))
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        join(scattered(200_000, 4), 24, check=check)
    assert calls == [0, 1, 2]
    assert threading.active_count() == before


def test_numba_is_imported_only_when_hashes_are_joined() -> None:
    program = "import sys, lumina.vision.hamming; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
