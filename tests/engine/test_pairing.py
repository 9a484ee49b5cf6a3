"""Which pairs of faces are compared: the same as by trying all of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.duplicates import Relation
from lumina.engine.pairing import CAP, MAX_CELL, WINDOW, candidates, may_be_capped
from lumina.store.features import Faces
from lumina.vision.candidates import PHASH_RADIUS, PROBE_RADIUS, TURN_RADIUS

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

NEAR = st.builds(
    lambda base, bits: base ^ bits, st.sampled_from([0, 2**64 - 1, 0x5A5A1234, 2**63 + 99]), st.integers(0, 2**20)
)
"""Hashes that are often equal or near."""
FACE = st.tuples(
    NEAR, NEAR, st.lists(NEAR, min_size=2, max_size=2), st.lists(NEAR, min_size=7, max_size=7), st.booleans()
)


def faces(rows: list[tuple[int, int, list[int], list[int], bool]]) -> Faces:
    def numbers(column: int) -> np.ndarray:
        return np.array([row[column] for row in rows], np.uint64)

    places = np.arange(len(rows))
    return Faces(
        places, places, numbers(0), numbers(1), numbers(2), numbers(3), np.array([row[4] for row in rows], np.bool_)
    )


def apart(one: int, other: int) -> int:
    return int(one ^ other).bit_count()


def related(first: tuple, second: tuple, threshold: int, turned: bool) -> Relation | None:
    """What the joins take the second to be to the first."""
    if turned and min(apart(t, b[1]) for a, b in ((first, second), (second, first)) for t in a[3]) <= TURN_RADIUS:
        return Relation.TURNED
    if min(apart(probe, first[1]) for probe in second[2]) <= PROBE_RADIUS:
        return Relation.CONTAINS
    if min(apart(probe, second[1]) for probe in first[2]) <= PROBE_RADIUS:
        return Relation.CROP
    telling = not {first[0], second[0]} & {0, 2**64 - 1}
    if (telling and apart(first[0], second[0]) <= threshold) or apart(first[1], second[1]) <= PHASH_RADIUS:
        return Relation.SAME
    return None


@settings(max_examples=40, deadline=None)
@given(st.lists(FACE, min_size=1, max_size=10), st.integers(0, 16), st.booleans())
def test_every_pair_within_a_radius_is_compared_once(rows: list, threshold: int, turned: bool) -> None:
    given_faces = faces(rows)
    found = candidates(given_faces, threshold, turned=turned, fresh=given_faces.fresh, check=lambda: None)
    wanted = {
        (a, b): relation
        for a, b in combinations(range(len(rows)), 2)
        if (rows[a][4] or rows[b][4]) and (relation := related(rows[a], rows[b], threshold, turned)) is not None
    }
    pairs = list(zip(found.a.tolist(), found.b.tolist(), strict=True))
    assert sorted(pairs) == sorted(wanted)
    assert {pair: Relation(hint) for pair, hint in zip(pairs, found.hint.tolist(), strict=True)} == wanted
    assert found.capped == 0


def test_thousands_with_one_hash_are_compared_with_their_next_ones_and_that_is_said() -> None:
    count = 4_000
    random = np.random.default_rng(1)
    places = np.arange(count)
    same = np.full(count, 0x5A5A1234, np.uint64)
    other = random.integers(0, 2**63, (count, 10), dtype=np.uint64)
    template = Faces(places, places, same, other[:, 0], other[:, 1:3], other[:, 3:], np.ones(count, np.bool_))
    found = candidates(template, 5, turned=False, fresh=template.fresh, check=lambda: None)
    assert len(found.a) < count * WINDOW
    assert found.capped == count * (count - 1) // 2 - (count * WINDOW - WINDOW * (WINDOW + 1) // 2)
    assert may_be_capped(found.crowd)


def test_a_crowd_at_the_limit_has_lost_nothing() -> None:
    assert not may_be_capped(min(CAP, MAX_CELL))
    assert may_be_capped(min(CAP, MAX_CELL) + 1)


def test_many_hashes_near_each_other_are_bounded_too() -> None:
    """Two hundred hashes within a few bits of each other, of fifty faces each."""
    random = np.random.default_rng(2)
    count = 10_000
    near = (
        np.uint64(0x5A5A1234)
        ^ np.arange(200, dtype=np.uint64) % np.uint64(16)
        ^ (np.arange(200, dtype=np.uint64) // np.uint64(16) << np.uint64(20))
    )
    other = random.integers(0, 2**63, (count, 10), dtype=np.uint64)
    places = np.arange(count)
    crowd = Faces(
        places, places, np.resize(near, count), other[:, 0], other[:, 1:3], other[:, 3:], np.ones(count, np.bool_)
    )
    found = candidates(crowd, 8, turned=False, fresh=crowd.fresh, check=lambda: None)
    assert found.capped > 0
    assert len(found.a) <= count * (2 * CAP + 2 * 50)
    assert np.bincount(np.concatenate([found.a, found.b]), minlength=count).min() >= CAP / 2
