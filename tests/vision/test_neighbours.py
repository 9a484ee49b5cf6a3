"""Near pairs and their stars, beside the obvious way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.vision import neighbours
from lumina.vision.neighbours import Pairs, near, stars

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60), st.integers(0, 2**32 - 1), st.floats(-0.2, 0.9), st.integers(1, 80))
def test_all_near_pairs_are_found_however_they_are_cut_into_blocks(
    count: int, seed: int, level: float, most: int
) -> None:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(count, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    before = neighbours.ROWS, neighbours.COLUMNS
    neighbours.ROWS, neighbours.COLUMNS = 7, 11
    try:
        pairs = near(vectors, level, most)
    finally:
        neighbours.ROWS, neighbours.COLUMNS = before
    wanted = set()
    for a in range(count):
        scores = vectors @ vectors[a]
        others = [b for b in np.argsort(-scores, kind="stable") if b != a and scores[b] >= level + 1e-5][:most]
        wanted |= {(min(a, int(b)), max(a, int(b))) for b in others}
    found = set(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))
    assert wanted <= found
    assert len(found) == len(pairs.a)
    close = {(a, b) for a, b in found if vectors[a] @ vectors[b] >= level - 1e-5}
    assert close == found


def test_progress_is_told_and_may_stop_it() -> None:
    class Stop(Exception):
        pass

    def check(_share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        near(np.eye(3, dtype=np.float32), 0.5, 3, check)


@settings(max_examples=50, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda pair: pair[0] < pair[1])))
def test_stars_are_no_chains_and_share_no_image(edges: set[tuple[int, int]]) -> None:
    ordered = sorted(edges)
    pairs = Pairs(
        np.array([a for a, _ in ordered], np.int64),
        np.array([b for _, b in ordered], np.int64),
        np.linspace(0.5, 0.9, len(ordered)).astype(np.float32),
    )
    seen: set[int] = set()
    for places, scores in stars(15, pairs):
        middle, *others = places.tolist()
        assert others
        assert not seen & set(places.tolist())
        seen |= set(places.tolist())
        assert all((min(middle, other), max(middle, other)) in edges for other in others)
        assert scores[1:].tolist() == sorted(scores[1:].tolist(), reverse=True)
    left = {pair for pair in edges if not seen & set(pair)}
    assert not left, "whoever has a free neighbour is in a star"
