"""Groups from neighbours: nothing is chained, nothing is in two groups, and the order of the input does not matter."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.domain.duplicates import Edge, Relation, Tier
from lumina.engine.cluster import Apart, Copies, Node
from tests.support.stars import stars

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

NODES = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=1, max_size=14)
"""Identity and face of each image; the bytes are the same for every other one of an identity."""
PAIRS = st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6)).filter(lambda pair: pair[0] < pair[1]), max_size=8)
SETS = st.lists(st.sets(st.integers(1, 14), min_size=2, max_size=3), max_size=3)


def nodes(shapes: list[tuple[int, int]]) -> list[Node]:
    return [
        Node(image, identity, identity * 10 + image % 2, face, b"%d" % identity)
        for image, (identity, face) in enumerate(shapes, 1)
    ]


def edge(pair: tuple[int, int], relation: Relation = Relation.SAME) -> Edge:
    return Edge(*pair, Tier.PICTURE, 1, 2, 0.99, relation)


def grouped(members: list[Node], pairs: set[tuple[int, int]], apart: Apart) -> list[list[int]]:
    copies = Copies(members, [edge(pair) for pair in pairs], apart)
    return [group for part in copies.components() for group in copies.stars(sorted(part))]


def apart(sets: list[set[int]]) -> Apart:
    images = {image for each in sets for image in each}
    return Apart({image: {at for at, each in enumerate(sets) if image in each} for image in images})


@given(NODES, PAIRS, SETS)
def test_every_member_is_a_neighbour_of_its_keeper_and_nothing_is_left(
    shapes: list[tuple[int, int]], pairs: set[tuple[int, int]], sets: list[set[int]]
) -> None:
    members, split = nodes(shapes), apart(sets)
    copies = Copies(members, [edge(pair) for pair in pairs], split)
    found = grouped(members, pairs, split)
    taken = [image for group in found for image in group]
    assert len(taken) == len(set(taken))
    for keeper, *others in found:
        assert others
        assert all(copies.evidence(keeper, other) for other in others)
        assert not any(a in each and b in each for each in sets for a, b in combinations([keeper, *others], 2))
    free = [node.image for node in members if node.image not in taken]
    for a, b in combinations(free, 2):
        assert copies.evidence(a, b) is None or any(a in each and b in each for each in sets)


@given(NODES, PAIRS, SETS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    shapes: list[tuple[int, int]], pairs: set[tuple[int, int]], sets: list[set[int]], chance: random.Random
) -> None:
    members, split = nodes(shapes), apart(sets)
    shuffled = [*members]
    chance.shuffle(shuffled)
    assert grouped(shuffled, pairs, split) == grouped(members, pairs, split)


@given(PAIRS)
def test_where_all_images_differ_groups_are_stars(pairs: set[tuple[int, int]]) -> None:
    members = [Node(image, image, image, image) for image in range(1, 7)]
    a, b = (np.array([pair[end] for pair in pairs], np.int64) for end in (0, 1))
    keepers = stars(7, a, b, np.arange(7)).tolist()
    wanted = [[keeper, *(m for m in range(1, 7) if m != keeper and keepers[m] == keeper)] for keeper in range(1, 7)]
    assert sorted(grouped(members, pairs, Apart())) == [group for group in wanted if len(group) > 1]


def test_what_is_no_copy_by_content_still_has_its_own_copies() -> None:
    members = [Node(1, 1, 1, 1, b"one"), Node(2, 2, 2, 1, b"two"), Node(3, 3, 3, 1, b"two")]
    by_content = {b"one": {7}, b"two": {7}}
    assert grouped(members, set(), Apart({9: {7}, 8: {7}}, by_content)) == [[2, 3]]


def test_relations_are_told_from_the_keepers_side() -> None:
    copies = Copies([Node(1, 1, 1, 5), Node(2, 2, 2, 9)], [edge((5, 9), Relation.CROP)], Apart())
    forth, back = copies.evidence(1, 2), copies.evidence(2, 1)
    assert forth is not None
    assert back is not None
    assert (forth.relation, back.relation) == (Relation.CROP, Relation.CONTAINS)
    assert copies.parts([1, 2]) == [(2, 1)]


def test_many_identical_images_take_linear_time() -> None:
    members = [Node(image, 1, 1, 1, b"x") for image in range(1, 25_001)]
    ((keeper, *others),) = grouped(members, set(), Apart())
    assert keeper == 1
    assert len(others) == 24_999


def test_many_images_that_were_told_apart_take_linear_time() -> None:
    members = [Node(image, 1, 1, 1, b"x") for image in range(1, 10_001)]
    told = Apart({image: {7} for image in range(1, 10_001)}, {b"x": {7}})
    assert grouped(members, set(), told) == []
    newcomer = Node(10_001, 1, 1, 1, b"x")
    assert grouped([*members, newcomer], set(), told) == [[1, 10_001]]
