"""What values the fields of the journal take."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.domain import change
from lumina.domain.curation import Change, Field
from lumina.errors import BadInput

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        (Field.RATING, 6, "rating: 6 is not possible; it is a whole number from 0 to 5."),
        (Field.RATING, True, "rating: True"),
        (Field.RATING, 2.0, "rating: 2.0"),
        (Field.FLAG, "yes", "one of pick, reject, or nothing"),
        (Field.LABEL, "orange", "red, yellow, green, blue, purple"),
        (Field.ARCHIVED, None, "true or false"),
        (Field.TITLE, "a\0b", "zero byte"),
        (Field.TITLE, "x" * 1001, "at most 1,000 characters"),
        (Field.CAPTION, "\ud800", "half a character"),
        (Field.KEYWORDS, "word", "list of texts"),
        (Field.KEYWORDS, [1], "list of texts"),
        (Field.KEYWORDS, ["x" * 501], "at most 500 characters"),
        (Field.KEYWORDS, ["a\0"], "zero byte"),
        (Field.LOCATION, [91, 0], "latitude"),
        (Field.LOCATION, [1], "latitude and longitude"),
        (Field.LOCATION, [1, float("nan")], "degrees"),
        (Field.ALBUM_NAME, "  ", "not blank"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(field: Field, value: Any, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        change.normal(Change(1, field, value))
    assert says in str(refused.value)


def test_equal_values_take_one_form() -> None:
    assert change.normal(Change(1, Field.KEYWORDS, (" a  b ", "c", "a b", ""))) == ["a b", "c"]
    assert change.normal(Change(1, Field.LOCATION, (47, -7.5))) == [47.0, -7.5]
    assert change.normal(Change(None, Field.ALBUM_NAME, " My \n trip ")) == "My trip"
    assert change.normal(Change(1, Field.TITLE, "")) == ""


@given(st.sampled_from(Field), st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text())))
def test_normal_values_stay_as_they_are(field: Field, value: Any) -> None:
    try:
        once = change.normal(Change(1, field, value))
    except BadInput:
        return
    assert change.normal(Change(1, field, once)) == once
