"""Queries are read as people mean them; what cannot be read is named, with its place."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.filters import HAS, IS, LABELS, TYPES
from lumina.domain.grammar import DEEPEST, MOST_TERMS
from lumina.domain.query import BadQuery, Query, parse
from lumina.domain.terms import (
    And,
    Choice,
    Days,
    Filter,
    Node,
    Not,
    Numbers,
    Or,
    Phrase,
    Spot,
    Text,
    Word,
    either,
    every,
)

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

_WORDS = st.sampled_from(["red", "Trucks", "2019", "東京駅", "IMG_12", "don't", "а", "🚒", "semi-automatic", "AND1"])
_NAMES = st.sampled_from(["nikon d70", "x", "Summer (2019)", "-a", "50%", "a:b", "São Paulo", "..", "*"])
_HUNDREDTHS = st.integers(0, 10_000).map(lambda number: number / 100)
_SORTED = st.tuples(_HUNDREDTHS, _HUNDREDTHS).map(sorted)
_DAYS = st.dates(date(1, 1, 2), date(9999, 12, 30))
_NUMBERS = st.one_of(
    _SORTED.map(lambda ends: Numbers(*ends)),
    st.builds(Numbers, low=_HUNDREDTHS, above=st.booleans()),
    st.builds(Numbers, high=_HUNDREDTHS, below=st.booleans()),
)
_VALUES = {
    **dict.fromkeys(("album", "camera", "folder", "lens", "name", "place", "tag"), _NAMES.map(Text)),
    **dict.fromkeys(("f", "iso", "mm", "quality", "rating"), _NUMBERS),
    "date": st.one_of(
        st.tuples(_DAYS, _DAYS).map(sorted).map(lambda ends: Days(*ends)),
        st.builds(Days, end=_DAYS),
        st.builds(Days, _DAYS),
    ),
    "is": st.sampled_from(IS).map(Choice),
    "has": st.sampled_from(HAS).map(Choice),
    "type": st.sampled_from(TYPES).map(Choice),
    "label": st.sampled_from(LABELS).map(Choice),
    "near": st.one_of(
        st.builds(Spot, st.sampled_from(["lisbon", "new york", "paris, texas"]), km=st.integers(1, 999).map(float)),
        st.builds(Spot, st.none(), st.integers(-90, 90).map(float), _HUNDREDTHS, st.integers(1, 999).map(float)),
    ),
}
_LEAVES = st.one_of(
    st.builds(Word, _WORDS, st.booleans()),
    st.builds(Phrase, st.sampled_from(["red truck", "a", "OR", "near: me", "東京 駅"])),
    st.sampled_from(sorted(_VALUES)).flatmap(lambda name: st.builds(Filter, st.just(name), _VALUES[name])),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    _LEAVES,
    lambda part: st.one_of(
        part.map(Not),
        st.lists(part, min_size=2, max_size=3).map(every),
        st.lists(part, min_size=2, max_size=3).map(either),
    ),
    max_leaves=8,
)


@given(TREES)
def test_a_tree_that_is_written_is_read_as_the_same(tree: Node) -> None:
    assert parse(str(Query("", tree))).root == tree


_SCRAPS = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.sampled_from(
            [*'()":-*,.<>=“”', " ", "NOT ", "OR ", "AND ", "date:", "near:", "rating:", "is:", "x", "2019", "\x00"]
        ),
    ),
    max_size=25,
).map("".join)


@settings(max_examples=200)
@given(_SCRAPS, st.booleans())
def test_any_text_is_read_or_refused_with_the_place(text: str, typing: bool) -> None:
    places = []
    try:
        query = parse(text, typing=typing)
    except BadQuery as error:
        places.append((error.start, error.end))
    else:
        assert parse(str(query)).root == query.root
        places += [(piece.start, piece.end) for piece in query.understood]
    assert all(0 <= start < end <= len(text) for start, end in places)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("red truck", And((Word("red"), Word("truck")))),
        ("a b OR c", Or((And((Word("a"), Word("b"))), Word("c")))),
        ("a (b OR c)", And((Word("a"), Or((Word("b"), Word("c")))))),
        ('-dog NOT "a cat"', And((Not(Word("dog")), Not(Phrase("a cat"))))),
        ("-(a b)", Not(And((Word("a"), Word("b"))))),
        ("a AND b", And((Word("a"), Word("b")))),
        ("tru*", Word("tru", prefix=True)),
        ("“red truck”", Phrase("red truck")),
        ("rock & roll - !", And((Word("rock"), Word("roll")))),
        ('camera:"nikon d70"', Filter("camera", Text("nikon d70"))),
        ("Camera:Nikon", Filter("camera", Text("Nikon"))),
        ("date:2019-02", Filter("date", Days(date(2019, 2, 1), date(2019, 2, 28)))),
        ("date:>2020", Filter("date", Days(date(2021, 1, 1)))),
        ("date:..2019-07-04", Filter("date", Days(None, date(2019, 7, 4)))),
        ("near:38.7,-9.1,10km", Filter("near", Spot(None, 38.7, -9.1, 10.0))),
        ("near:lisbon,500m", Filter("near", Spot("lisbon", km=0.5))),
        ("rating:3..5", Filter("rating", Numbers(3, 5))),
        ("quality:>60", Filter("quality", Numbers(60, above=True))),
        ("is:favorite type:jpg", And((Filter("is", Choice("favourite")), Filter("type", Choice("jpeg"))))),
        ("http://example.org 10:30", And((Word("http://example.org"), Word("10:30")))),
    ],
)
def test_what_people_write_is_read_as_they_mean_it(text: str, tree: Node) -> None:
    assert parse(text).root == tree


@pytest.mark.parametrize(
    ("text", "part", "said"),
    [
        ("red cmera:nikon", "cmera:", "camera:"),
        ('red "truck', '"', "quotation mark"),
        ("(red", "(", "not closed"),
        ("red)", ")", "closes nothing"),
        ("red ()", "()", "nothing between"),
        ("red OR", "OR", "both sides"),
        ("NOT", "NOT", "a word after it"),
        ("is:bursts", "is:bursts", "burst"),
        ("date:2019-13", "date:2019-13", "no such day"),
        ("date:yesterday", "date:yesterday", "2019-07"),
        ("rating:many", "rating:many", "number"),
        ("rating:5..3", "rating:5..3", "smaller"),
        ("near:99,1", "near:99,1", "latitude"),
        ("camera:", "camera:", "camera:nikon"),
        ("!!!", "!!!", "no word"),
        ("NOT " * (DEEPEST + 2) + "x", "NOT", str(DEEPEST)),
        ("word " * 4_000, "word", str(MOST_TERMS)),
        ("word " * 10_000, "word " * 10_000, "20,000"),
        ("(" * 15_000, "(", str(DEEPEST)),
    ],
)
def test_an_error_points_at_the_word_and_says_what_is_possible(text: str, part: str, said: str) -> None:
    with pytest.raises(BadQuery) as raised:
        parse(text)
    assert text[raised.value.start : raised.value.end] == part
    assert said in str(raised.value)


def test_pictures_are_compared_with_the_plain_words_alone() -> None:
    query = parse('red truck 2019 -dog camera:nikon ("at the lake" OR sea)')
    assert query.semantic == "red truck at the lake sea"
    assert [(piece.kind, piece.text, piece.negated) for piece in query.understood] == [
        ("word", "red", False),
        ("word", "truck", False),
        ("year", "2019", False),
        ("word", "dog", True),
        ("camera", "nikon", False),
        ("phrase", "at the lake", False),
        ("word", "sea", False),
    ]


def test_a_blank_query_means_everything() -> None:
    assert parse(" \t ").root is None
    assert str(parse("")) == ""
