"""Who differs from most others of a group."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.consensus import MOST, Stray, Way, comparable, strays, telling

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


def differing(*parts: list[int], way: Way = Way.TONE) -> dict[tuple[int, int], Way]:
    """All pairs between looks of different parts."""
    of = {look: at for at, part in enumerate(parts) for look in part}
    return {pair: way for pair in combinations(sorted(of), 2) if of[pair[0]] != of[pair[1]]}


def test_one_that_differs_from_all_others_is_a_stray() -> None:
    assert strays([1, 2, 3, 4], differing([1, 2, 3], [4])) == {4: Stray(Way.TONE, 3)}


@pytest.mark.parametrize(
    "parts", [([1, 2], [3]), ([1, 2], [3, 4]), ([1, 2, 3], [4, 5]), ([1], [2], [3], [4]), ([1, 2], [3], [4], [5])]
)
def test_without_a_clear_majority_nobody_is(parts: tuple[list[int], ...]) -> None:
    assert strays([look for part in parts for look in part], differing(*parts)) == {}


def test_many_files_of_one_look_count_once() -> None:
    assert strays([1, *[2] * 9], differing([1], [2])) == {}
    assert strays([1, 2, 3, 4, 4, 4, 4], differing([1, 2, 3], [4])) == {4: Stray(Way.TONE, 3)}


def test_what_agrees_by_way_of_another_belongs_together() -> None:
    ways = differing([1, 2, 3], [4]) | {(1, 3): Way.EDITED}
    assert strays([1, 2, 3, 4], ways) == {4: Stray(Way.TONE, 3)}


def test_the_way_that_is_named_most_often_is_told() -> None:
    ways = differing([1, 2, 3, 4], [5], way=Way.EDITED) | {(1, 5): Way.MARK, (3, 5): Way.FRAME, (4, 5): Way.FRAME}
    assert strays([1, 2, 3, 4, 5], ways)[5].way is Way.FRAME


def test_only_one_pair_of_each_stray_is_looked_at_closer() -> None:
    ways = differing([1, 2, 3, 4], [5], [6], way=Way.EDITED) | {(1, 6): Way.COLOUR}
    assert telling([6, 5, 4, 3, 2, 1], ways) == [(1, 5)]


def test_looks_that_are_not_compared_and_crowds_are_left_alone() -> None:
    assert comparable([0, 0, 1, 2, 3]) == []
    assert len(comparable([0, *range(1, MOST + 1)])) == MOST * (MOST - 1) // 2
    assert comparable(range(1, MOST + 2)) == []


@settings(max_examples=60)
@given(
    st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda pair: pair[0] < pair[1])),
    st.randoms(use_true_random=False),
)
def test_the_order_does_not_matter_and_strays_are_the_lesser_part(
    pairs: set[tuple[int, int]], chance: random.Random
) -> None:
    looks = list(range(1, 10))
    ways = dict.fromkeys(pairs, Way.TONE)
    found = strays(looks, ways)
    chance.shuffle(looks)
    assert strays(looks, ways) == found
    assert 2 * len(found) < len(looks) or not found or min(each.peers for each in found.values()) >= 3
    for stray in found.values():
        assert stray.peers + len(found) == len(looks)
