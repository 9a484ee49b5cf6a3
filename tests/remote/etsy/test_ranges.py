"""Searches cut into pieces that can be paged through."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.remote.etsy.ranges import Range, read, split, uncut, written

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]
cents = st.integers(0, 10**7) | st.sampled_from([999, 1000, 2500])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 10**7) | st.sampled_from([999, 1000, 2500]), min_size=1, max_size=200), st.integers(1, 20)
)
def test_every_price_lies_in_exactly_one_piece_and_no_piece_is_too_large(prices: list[int], most: int) -> None:
    def inside(piece: Range) -> list[int]:
        return [
            price for price in prices if (piece.low or 0) <= price <= (10**12 if piece.high is None else piece.high)
        ]

    left, done, asked = [Range()], [], 0
    while left:
        piece, asked = left.pop(), asked + 1
        parts = split(piece, ()) if len(inside(piece)) > most else []
        left += parts
        done += [] if parts else [piece]
    assert sorted(price for piece in done for price in inside(piece)) == sorted(prices)
    assert all(len(inside(piece)) <= most or (piece.low or 0) == piece.high for piece in done)
    assert asked <= 4 * 24 * len(prices), "halving, not counting"


def test_one_price_is_cut_by_what_is_sold_and_a_shop_by_nothing() -> None:
    assert split(Range(500, 500, 1), (2, 3)) == [Range(500, 500, 2), Range(500, 500, 3)]
    assert split(Range(500, 500, 1), ()) == []
    assert split(Range(by_price=False, by_taxonomy=False), (2, 3)) == []


def test_what_was_of_no_use_is_not_tried_again() -> None:
    whole = Range()
    whole = uncut(whole, split(whole, (2, 3)))
    parts = split(whole, (2, 3))
    assert parts == [Range(taxonomy=2, by_price=False), Range(taxonomy=3, by_price=False)]
    assert split(uncut(whole, parts), (2, 3)) == []


def test_a_piece_is_asked_for_and_written_as_it_is() -> None:
    pieces = [Range(100, 250, 7, newest_first=True), Range()]
    assert read(json.loads(json.dumps(written(pieces)))) == pieces
    assert read([[100, 250, 7, True]]) == pieces[:1], "of an earlier version"
    assert pieces[0].parameters == {
        "min_price": 1.0,
        "max_price": 2.5,
        "taxonomy_id": 7,
        "sort_on": "created",
        "sort_order": "desc",
    }
