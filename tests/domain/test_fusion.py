"""Fusion of rankings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.fusion import K, reciprocal_rank

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]
rankings = st.lists(st.integers(1, 30), max_size=12, unique=True)


@settings(max_examples=40, deadline=None)
@given(st.lists(rankings, max_size=4))
def test_everything_stands_once_with_a_score_up_to_one(lists: list[list[int]]) -> None:
    fused = reciprocal_rank(lists)
    assert sorted(each for each, _ in fused) == sorted({each for ranking in lists for each in ranking})
    assert all(0 < score <= 1 for _, score in fused)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


@settings(max_examples=40, deadline=None)
@given(rankings)
def test_one_list_keeps_its_order_and_empty_ones_change_nothing(ranking: list[int]) -> None:
    assert [each for each, _ in reciprocal_rank([ranking])] == ranking
    assert reciprocal_rank([[], ranking, []]) == reciprocal_rank([ranking])


@settings(max_examples=40, deadline=None)
@given(rankings, rankings)
def test_agreement_counts_more_than_any_place_of_one_list_alone(one: list[int], other: list[int]) -> None:
    """With lists shorter than k, what both have stands before what only one has."""
    assert len(one) < K
    both = set(one) & set(other)
    fused = [each for each, _ in reciprocal_rank([one, other])]
    assert set(fused[: len(both)]) == both


@settings(max_examples=40, deadline=None)
@given(st.lists(rankings, min_size=1, max_size=3), st.data())
def test_who_moves_up_in_a_list_never_falls(lists: list[list[int]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(lists) - 1))
    if len(lists[at]) < 2:
        return
    place = data.draw(st.integers(1, len(lists[at]) - 1))
    moved = lists[at][place]
    risen = [*lists[at][: place - 1], moved, lists[at][place - 1], *lists[at][place + 1 :]]
    before = [each for each, _ in reciprocal_rank(lists)].index(moved)
    after = [each for each, _ in reciprocal_rank([*lists[:at], risen, *lists[at + 1 :]])].index(moved)
    assert after <= before


def test_equals_stand_in_the_order_of_the_lists() -> None:
    assert [each for each, _ in reciprocal_rank([[1, 2], [3, 4]])] == [1, 3, 2, 4]


def test_first_on_every_way_is_a_score_of_one() -> None:
    assert reciprocal_rank([[7, 8], [7, 9]])[0] == (7, 1.0)
