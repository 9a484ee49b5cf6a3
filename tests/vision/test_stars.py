from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.vision.stars import stars

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40)


def grouped(count: int, edges: list[tuple[int, int]], rank: list[int]) -> list[int]:
    a, b = (np.array([edge[end] for edge in edges], np.int64) for end in (0, 1))
    return stars(count, a, b, np.array(rank, np.int64)).tolist()


def test_a_chain_is_not_one_group() -> None:
    assert grouped(4, [(0, 1), (1, 2), (2, 3)], [0, 1, 2, 3]) == [0, 0, 2, 2]


def test_the_best_in_the_middle_takes_all() -> None:
    assert grouped(4, [(0, 1), (1, 2), (1, 3)], [3, 0, 1, 2]) == [1, 1, 1, 1]


def test_nodes_without_edges_and_those_left_over_are_in_no_group() -> None:
    assert grouped(4, [(0, 1), (1, 2)], [0, 1, 2, 3]) == [0, 0, -1, -1]
    assert grouped(3, [(1, 1)], [0, 1, 2]) == [-1, -1, -1]


@settings(max_examples=80, deadline=None)
@given(EDGES, st.permutations(range(12)), st.randoms())
def test_members_are_linked_with_their_keeper_in_whatever_order_edges_come(edges, rank, random) -> None:
    keepers = grouped(12, edges, rank)
    links = {frozenset(edge) for edge in edges}
    for node, keeper in enumerate(keepers):
        if keeper >= 0 and keeper != node:
            assert frozenset((node, keeper)) in links
            assert rank[keeper] < rank[node]
            assert keepers[keeper] == keeper
    shuffled = [(b, a) if random.random() < 0.5 else (a, b) for a, b in edges]
    random.shuffle(shuffled)
    assert grouped(12, shuffled, rank) == keepers
    free = {node for node in range(12) if keepers[node] == -1}
    assert not any(set(edge) <= free and len(set(edge)) == 2 for edge in edges)
