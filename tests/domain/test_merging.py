"""What a keeper takes over from the copies that leave."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.curation import Field
from lumina.domain.merging import Said, merged

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


def taken(keeper: Said, *others: Said) -> dict[Any, Any]:
    """Field (and album) -> value."""
    return {
        (change.field, change.key) if change.key else change.field: change.value for change in merged(1, keeper, others)
    }


def test_a_keeper_that_lacks_nothing_takes_nothing() -> None:
    full = Said(5, "pick", "red", True, "t", "c", ("k",), (1.0, 2.0), albums=frozenset({3}))
    assert taken(full, Said(3, "pick", "blue", True, "u", "d", ("k",), (3.0, 4.0), albums=frozenset({3}))) == {}


def test_ratings_the_highest_labels_and_flags_where_there_are_none() -> None:
    found = taken(Said(rating=2), Said(rating=4, label="red"), Said(rating=3, flag="pick", label="blue"))
    assert found == {Field.RATING: 4, Field.FLAG: "pick", Field.LABEL: "red"}


def test_a_reject_is_never_taken_over_and_never_taken_back() -> None:
    assert taken(Said(), Said(flag="reject")) == {}
    assert taken(Said(flag="reject"), Said(flag="pick")) == {}


def test_favourites_albums_and_keywords_come_together() -> None:
    keeper = Said(own_keywords=("sea",), keywords=("beach",), albums=frozenset({1}))
    others = (
        Said(favourite=True, keywords=("sea", "sun"), albums=frozenset({1, 7})),
        Said(own_keywords=("beach", "dog")),
    )
    assert taken(keeper, *others) == {
        Field.FAVOURITE: True,
        Field.KEYWORDS: ["sea", "sun", "dog"],
        (Field.ALBUM, 7): True,
    }


def test_titles_captions_and_places_only_where_the_keeper_has_none() -> None:
    other = Said(title="of the file", own_caption="of a person", location=(1.0, 2.0))
    assert taken(Said(), other) == {
        Field.TITLE: "of the file",
        Field.CAPTION: "of a person",
        Field.LOCATION: [1.0, 2.0],
    }
    assert taken(Said(title="t", caption="c", location=(0.0, 0.0)), other) == {}
    assert taken(Said(own_title="", caption="c", own_location=(0.0, 0.0)), other) == {}  # "" says that there is none


WORDS = st.lists(st.sampled_from("abcd"), max_size=3).map(tuple)
SAID = st.builds(
    Said,
    rating=st.integers(0, 5),
    flag=st.sampled_from([None, "pick", "reject"]),
    favourite=st.booleans(),
    own_keywords=WORDS,
    keywords=WORDS,
    albums=st.frozensets(st.integers(1, 4), max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(keeper=SAID, others=st.lists(SAID, max_size=4))
def test_nothing_that_was_said_is_lost(keeper: Said, others: list[Said]) -> None:
    found = taken(keeper, *others)
    everybody = [keeper, *others]
    assert found.get(Field.RATING, keeper.rating) == max(each.rating for each in everybody)
    assert found.get(Field.FAVOURITE, keeper.favourite) == any(each.favourite for each in everybody)
    words = {*found.get(Field.KEYWORDS, keeper.own_keywords), *keeper.keywords}
    assert words == {word for each in everybody for word in (*each.own_keywords, *each.keywords)}
    albums = {key[1] for key in found if isinstance(key, tuple)}
    assert albums | keeper.albums == {album for each in everybody for album in each.albums}
