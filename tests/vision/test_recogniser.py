"""Nodes over the classes of a classifier: the deepest that is sure, beside heads that people have taught."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumina.domain.recognition import Head, HeadKind
from lumina.vision.heads import softmax
from lumina.vision.recogniser import SURE, Recogniser, tree_of

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]

# 1 animal: 2 dog: 3 pug, 4 beagle; 10 cat. 20 vehicle. One class means nothing.
PATHS = [(1, 2, 3), (20,), (1, 2, 4), None, (1, 10)]
PUG, VEHICLE, BEAGLE, NOTHING, CAT = range(5)


def recogniser(
    *heads: Head, thresholds: dict[int, float] | None = None, mute: frozenset[int] = frozenset()
) -> Recogniser:
    """Vectors of five numbers are the logits themselves."""
    given_ = thresholds or {}
    return Recogniser(
        "m", 2, np.eye(5, dtype=np.float32), np.zeros(5, np.float32), tree_of(PATHS, given_), heads, given_, mute
    )


def logits(**chance: float) -> np.ndarray:
    """One row that becomes these probabilities; the rest is spread over the others."""
    named = {name: chance[name] for name in chance}
    rest = (1 - sum(named.values())) / (5 - len(named))
    row = [named.get(name, rest) for name in ("pug", "vehicle", "beagle", "nothing", "cat")]
    return np.log(np.maximum(np.array([row], np.float32), 1e-9))


def labels(found: Recogniser, row: np.ndarray) -> dict[int, float]:
    return {node: round(sure, 3) for node, sure in found.recognise(row)[0].labels}


def learnt(node: int, weights: list[float], threshold: float, *, prior: float = 0.0) -> Head:
    return Head(
        node, 1, HeadKind.PROBE, 1, np.array(weights, np.float32), 0.0, threshold, prior=prior, slope=4.0, applied=True
    )


def test_the_deepest_node_that_is_sure_is_the_label() -> None:
    found = recogniser()
    assert labels(found, logits(pug=0.9)) == {3: 0.9}
    assert labels(found, logits(pug=0.45, beagle=0.45)) == {2: 0.9}
    assert labels(found, logits(pug=0.2, beagle=0.2, cat=0.3, vehicle=0.1)) == {1: 0.7}
    assert labels(found, logits(nothing=0.99)) == {}
    result = found.recognise(logits(pug=0.9))[0]
    assert (result.model, result.version) == ("m", 2)


def test_thresholds_of_nodes_decide_and_mute_ones_are_never_labels() -> None:
    row = logits(pug=0.6, beagle=0.3)
    assert labels(recogniser(), row) == {3: 0.6}
    assert labels(recogniser(thresholds={3: 0.7}), row) == {2: 0.9}
    assert labels(recogniser(mute=frozenset({3})), row) == {}
    assert labels(recogniser(thresholds={20: 0.05}), logits(vehicle=0.06)) == {1: 0.705, 20: 0.06}


def test_what_is_near_a_threshold_is_in_doubt() -> None:
    doubts = recogniser().recognise(logits(pug=0.55, beagle=0.4, cat=0.01))[0].doubts
    assert [doubt.node_id for doubt in doubts] == [3, 4], "the nearest first"
    assert doubts[0].distance == pytest.approx(0.05, abs=1e-3)
    assert not recogniser().recognise(logits(pug=0.99))[0].doubts


def test_what_people_have_taught_stands_beside_the_classifier_and_above_it() -> None:
    zoey = learnt(77, [1, 0, 0, 0, 0], -0.5)
    assert labels(recogniser(zoey), logits(pug=0.9)).keys() == {3, 77}
    assert labels(recogniser(zoey), logits(cat=0.9)).keys() == {10}
    never = learnt(3, [0, 0, 0, 0, 0], 1.0)
    assert labels(recogniser(never), logits(pug=0.9)) == {2: 0.925}, "taught, the node is no longer the classifier's"


def test_a_corrected_node_refuses_what_lies_below_it() -> None:
    row = logits(pug=0.9)
    gate = learnt(2, [0, 0, 0, 0, 0], 20.0, prior=1.0)
    assert labels(recogniser(gate), row) == {1: 0.95}
    agrees = learnt(2, [0, 0, 0, 0, 0], 0.0, prior=1.0)
    found = labels(recogniser(agrees), row)
    assert found.keys() == {2, 3}
    assert found[3] == 0.9


def test_without_a_classifier_heads_alone_decide() -> None:
    alone = Recogniser(
        "m", 1, np.empty((0, 5), np.float32), np.empty(0, np.float32), tree_of([], {}),
        (learnt(5, [0, 1, 0, 0, 0], 0.5),), {},
    )  # fmt: skip
    said = alone.recognise(np.eye(5, dtype=np.float16))
    assert [len(each.labels) for each in said] == [0, 1, 0, 0, 0]
    assert alone.of_node(np.eye(5), 5) is None
    assert alone.recognise(np.empty((0, 5))) == []


@given(st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=4), min_size=1, max_size=12), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_sums_are_those_of_the_classes_below(shape: list[list[int]], seed: int) -> None:
    """Any tree: each node's probability is the sum of its classes', and labels are never above one another."""
    ids: dict[tuple[int, ...], int] = {}
    paths = []
    for steps in shape:
        begun = [tuple(steps[: depth + 1]) for depth in range(len(steps))]
        paths.append(tuple(ids.setdefault(each, len(ids) + 1) for each in begun))
    count = len(paths)
    found = Recogniser("m", 1, np.eye(count, dtype=np.float32), np.zeros(count, np.float32), tree_of(paths, {}), (), {})
    rows = np.random.default_rng(seed).normal(0, 2, (3, count)).astype(np.float32)
    chance = softmax(rows)
    sums = found.probabilities(rows)
    for place, node in enumerate(found.tree.nodes.tolist()):
        mine = [at for at, path in enumerate(paths) if node in path]
        np.testing.assert_allclose(sums[:, place], chance[:, mine].sum(axis=1), atol=1e-5)
    above = {path[-1]: path for path in [*paths, *(path[:n] for path in paths for n in range(1, len(path)))]}
    for row, said in enumerate(found.recognise(rows)):
        named = {node for node, _ in said.labels}
        assert all(not named & set(above[node][:-1]) for node in named)
        sure = {n for place, n in enumerate(found.tree.nodes.tolist()) if sums[row, place] >= SURE}
        assert all(node in named or any(node in above[one] for one in named) for node in sure)
