"""Words are the same in documents and queries, in any script."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.document import Said, compose, tsvector
from lumina.domain.query import parse
from lumina.domain.reasons import holds, reasons
from lumina.domain.terms import Phrase, Word
from lumina.domain.words import LONGEST, asked, fold, words
from lumina.domain.words import _remembered as known

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

_MIXED = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.sampled_from(
            ["IMG_", "RedTruck", "2019-07", "iPhone12", "東京", "Straße", "हिन्दी", "🚒", "a1b2c3d4e5", "É", "\u200d"]
        ),
    ),
    max_size=8,
).map("".join)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=60)
@given(_MIXED, _MIXED, _MIXED)
def test_what_stands_in_a_text_is_found_there(before: str, middle: str, after: str) -> None:
    """In any case: as a phrase, and word by word where a name is taken apart in the middle."""
    text = words(f"{before} {middle} {after}")
    for written in (middle, middle.upper(), middle.lower()):
        for piece in written.split():
            if asked(piece) != asked(fold(piece)):
                continue  # a few letters have several small forms
            apart = any(len(forms) > 1 for forms in words(middle))
            for phrase in asked(piece) if apart else [piece] if asked(piece) else []:
                assert holds(Phrase(phrase), text, {})


@settings(max_examples=60)
@given(_MIXED)
def test_words_are_short_and_without_marks_that_mean_something_to_the_database(text: str) -> None:
    document = compose(Said(captions=(text,)))
    for word in document.words:
        assert 0 < len(word) <= LONGEST
        assert word == fold(word)
        assert not set(word) & set("'\\\x00 ~:&|!()<>*")
    tsvector(document, {})


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("IMG_2019-07-04.JPG", "2019-07-04"),
        ("IMG_2019-07-04.JPG", "img_2019"),
        ("RedTruck", "truck"),
        ("RedTruck", "redtruck"),
        ("iPhone12Pro", "iphone"),
        ("NIKON D70", "d70"),
        ("Zürich", "zurich"),
        ("zurich", "Zürich"),
        ("Straße", "STRASSE"),
        ("東京駅で", "京駅"),
        ("東京", "京"),
        ("서울에서", "서울"),
        ("Łódź Ærø", "lodz aero"),
        ("ｆｕｌｌ", "full"),
        ("🚒 red", "🚒"),
        ("مَدِينَة", "مدينة"),
    ],
)
def test_names_are_taken_apart(text: str, query: str) -> None:
    assert holds(Word(query), words(text), {})


def test_a_word_finds_its_other_forms_by_their_stem_and_a_phrase_does_not() -> None:
    stems = {"trucks": "truck", "truck": "truck"}
    assert holds(Word("trucks"), words("a truck"), stems)
    assert not holds(Phrase("trucks"), words("a truck"), stems)
    assert not holds(Word("tru"), words("a truck"), stems)
    assert holds(Word("tru", prefix=True), words("a truck"), stems)


def test_a_document_weighs_titles_over_names_and_keeps_texts_apart() -> None:
    document = compose(Said(titles=("Red truck",), captions=("x" * 9_000, "lake"), names=("red.jpg", "red.jpg")))
    assert [weight for _, weight in document.words["red"]] == ["A", "D"]
    assert document.words["lake"][0][0] > document.words["truck"][0][0] + 1


def test_what_filters_count_on_stands_in_the_longest_document() -> None:
    said = Said(tags=tuple(f"keyword {n}" for n in range(900)), gear=("NIKON D70",), names=("heron.jpg",))
    assert {"nikon", "heron"} <= set(compose(said).words)


def test_captions_are_not_kept_in_memory() -> None:
    before = known.cache_info().currsize
    for number in range(50):
        words(f"a caption of many words, which no other image has, number {number:06} of them all")
    assert known.cache_info().currsize == before


def test_reasons_of_long_queries_are_found_without_looking_through_every_text_for_each_word() -> None:
    caption = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600))
    query = parse(" OR ".join(["wordaa", *(f"none{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(190))]))
    begun = time.process_time()
    for _ in range(20):
        assert [reason.term for reason in reasons(query.root, Said(captions=(caption,)), {})] == ["wordaa"]
    assert time.process_time() - begun < 0.5
