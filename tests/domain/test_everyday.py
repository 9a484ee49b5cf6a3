"""The starting tree is a tree, and every class of ImageNet-1k has its place in it."""

from __future__ import annotations

import pytest

from lumina.domain import everyday
from lumina.domain.change import node_name, node_names
from lumina.domain.everyday import Seed

pytestmark = [pytest.mark.unit, pytest.mark.timeout(10)]


def test_the_tree_is_whole() -> None:
    seeds = everyday.seeds()
    own = [seed for seed in seeds if not seed.key.startswith("imagenet:")]
    assert 500 <= len(own) <= 700
    for seed in seeds:
        assert node_name(seed.name) == seed.name
        assert len(node_names(seed.names)) == len(set(seed.names))
    tops = {seed.key for seed in own if seed.parent is None}
    assert tops >= {"person", "animal", "plant", "food", "vehicle", "building", "landscape", "sport", "document"}


def test_each_class_of_a_thousand_has_its_node() -> None:
    classes = everyday.class_keys()
    parents = {seed.key: seed.parent for seed in everyday.seeds()}
    assert len(classes) == 1000
    assert set(classes.values()) <= parents.keys()
    assert classes["imagenet:n03930630"] == "pickup"
    assert _way(parents, classes["imagenet:n02088364"]) == ["animal", "mammal", "dog", "hunting-dog"]
    assert _way(parents, classes["imagenet:n03345487"]) == ["vehicle", "truck", "fire-engine"]


def _way(parents: dict[str, str | None], key: str | None) -> list[str]:
    """Keys from the top down, without classes."""
    found: list[str] = []
    while key is not None:
        found = ([key] if not key.startswith("imagenet:") else []) + found
        key = parents[key]
    return found


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["a: A", "    b: B"], "line 2"),
        (["a: A", " b: B"], "line 2"),
        (["# x", "", "nothing"], "line 3: 'nothing'"),
    ],
)
def test_lines_of_the_tree_that_make_no_sense_are_named(lines: list[str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        list(everyday.read_tree(lines))


def test_lines_of_classes_that_make_no_sense_are_named() -> None:
    with pytest.raises(ValueError, match="line 2: 'n1 pickup'"):
        list(everyday.read_classes(["n0 = pickup", "n1 pickup"]))


@pytest.mark.parametrize(
    ("seeds", "reason"),
    [
        ([Seed("a", None, "A"), Seed("a", None, "B")], "'a' is there twice"),
        ([Seed("a", "b", "A"), Seed("b", None, "B")], "'a' stands below 'b'"),
        ([Seed("a", None, "Á"), Seed("b", None, "a")], "'a' is there twice below None"),
    ],
)
def test_what_is_no_tree_is_refused(seeds: list[Seed], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        everyday.checked(seeds)
