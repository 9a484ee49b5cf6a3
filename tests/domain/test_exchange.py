"""A taxonomy as a text says the same when it is read again, and what is wrong with a text is named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.change import node_name
from lumina.domain.exchange import Branch, read_json, read_keywords, write_json, write_keywords
from lumina.domain.taxonomy import NodeKind
from lumina.errors import BadInput

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


def _is_name(text: str) -> bool:
    try:
        return node_name(text) == text
    except ValueError:
        return False


_NAME = st.one_of(
    st.sampled_from(["Hund", "a, b", "{half", "[x", '"q"', "AC/DC", "ünï 日本", "#1", "- x"]),
    st.text(min_size=1, max_size=12),
).filter(_is_name)
_PLAIN = st.lists(_NAME, max_size=3, unique=True)


def _keyword(below: st.SearchStrategy[list[Branch]]) -> st.SearchStrategy[Branch]:
    def made(name: str, synonyms: list[str], children: list[Branch]) -> Branch:
        return Branch(name, [("", each) for each in sorted(set(synonyms) - {name})], below=children)

    return st.builds(made, _NAME, _PLAIN, below)


def _full(below: st.SearchStrategy[list[Branch]]) -> st.SearchStrategy[Branch]:
    spoken = st.lists(st.tuples(st.sampled_from(["", "de", "pt-br"]), _NAME), max_size=3, unique=True).map(sorted)
    threshold = st.one_of(st.none(), st.integers(0, 10_000).map(lambda n: n / 10_000))
    key = st.one_of(st.none(), st.text(max_size=5))
    return st.builds(Branch, _NAME, spoken, st.sampled_from(list(NodeKind)), threshold, key, below)


_KEYWORDS = st.recursive(st.just([]), lambda below: st.lists(_keyword(below), max_size=3), max_leaves=8)
_TREES = st.recursive(st.just([]), lambda below: st.lists(_full(below), max_size=3), max_leaves=8)


@settings(max_examples=30, deadline=None)
@given(_KEYWORDS)
def test_lists_of_keywords_come_back_as_they_were(branches: list[Branch]) -> None:
    assert read_keywords(write_keywords(branches)) == branches


@settings(max_examples=30, deadline=None)
@given(_TREES)
def test_json_keeps_everything(branches: list[Branch]) -> None:
    assert read_json(write_json(branches)) == branches


def test_a_list_as_lightroom_writes_it() -> None:
    text = "\ufeff[Places]\r\n\tItaly\r\n\t\t{Italia}\r\n\t\tRome\r\n\r\nFriends\r\n"
    (places, friends) = read_keywords(text)
    assert (places.name, friends.name) == ("Places", "Friends")
    assert places.below == [Branch("Italy", [("", "Italia")], below=[Branch("Rome")])]


def test_bad_lines_are_named() -> None:
    with pytest.raises(BadInput) as said:
        read_keywords("{alone}\ngood\n\t\ttoo deep\n" + "x" * 300 + "\na|b\n" + "\t\ty\n" * 9)
    assert str(said.value).startswith(
        "The list of keywords cannot be read: line 1: '{alone}' is a synonym of nothing; line 3: 'too"
    )
    assert "line 4: 'xxxx" in str(said.value)
    assert str(said.value).endswith("(and 8 more).")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no taxonomy of Lumina"),
        ('{"lumina": "taxonomy", "version": 9}', "version 9"),
        ({}, "below the top is no list"),
        ([3], "'\\?': it is no object"),
        ([{"name": "a", "below": [{"name": ""}]}], "'a/': a node's name has 1 to 200"),
        ([{"name": "a", "colour": 1}], "'a': it has 'colour'"),
        ([{"name": "a", "kind": "x"}], "'a': 'x' is not a valid NodeKind"),
        ([{"name": "a", "threshold": "NaN"}], "from 0 to 1"),
        ([{"name": "a", "names": [["d e", "x"]]}], "'d e' is no language"),
    ],
)
def test_json_that_is_no_taxonomy_is_refused(text: object, reason: str) -> None:
    document = text if isinstance(text, str) else json.dumps({"lumina": "taxonomy", "version": 1, "nodes": text})
    with pytest.raises(BadInput, match=reason):
        read_json(document)


def test_what_is_too_deep_is_refused() -> None:
    deep: list[Branch] = []
    for _ in range(40):
        deep = [Branch("x", below=deep)]
    with pytest.raises(BadInput, match="more than 30 levels"):
        read_json(write_json(deep))
    with pytest.raises(BadInput, match="indented by more than one level"):
        read_keywords(write_keywords(deep))
