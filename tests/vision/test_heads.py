"""Scores, thresholds and heads made of a few examples, on vectors whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lumina.vision import heads
from lumina.vision.heads import BLOCK, diverse, folds, log_odds, probe, prototype, scores, sigmoid, tail
from lumina.vision.training import FEW, Material, train

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]
D = 48


def unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def strewn(count: int, seed: int) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).normal(0, 1, (count, D)))


def around(centre: int, count: int, seed: int, spread: float = 0.5) -> NDArray[np.float32]:
    """Vectors around a direction of its own for each number."""
    noise = np.random.default_rng(seed).normal(0, spread / np.sqrt(D), (count, D))
    return unit(strewn(1, 1_000 + centre) + noise)


def test_scores_in_blocks_are_those_of_one_product() -> None:
    vectors, weights = strewn(BLOCK + 7, 1).astype(np.float16), strewn(3, 2)
    found = scores(vectors, weights, np.array([1, 2, 3], np.float32))
    np.testing.assert_allclose(found, vectors.astype(np.float32) @ weights.T + [1, 2, 3], atol=1e-5)
    assert found.dtype == np.float32
    assert scores(vectors[:2], weights[0], 1.0).shape == (2,)
    assert scores(vectors[:0], weights).shape == (0, 3)


@given(st.floats(1e-6, 1 - 1e-6))
def test_log_odds_turn_probabilities_round(chance: float) -> None:
    said = log_odds(np.array([chance]))
    assert abs(said[0]) <= heads.MOST_LOGIT
    if abs(said[0]) < heads.MOST_LOGIT:
        assert sigmoid(said)[0] == pytest.approx(chance, abs=1e-9)


@pytest.mark.parametrize("size", [60, 400, 6_000])
@pytest.mark.parametrize("present", [0.0, 0.05])
def test_the_tail_is_that_of_the_bulk_however_many_photos_show_the_thing(size: int, present: float) -> None:
    random = np.random.default_rng(size)
    bulk = random.normal(0.1, 0.05, int(size * (1 - present)))
    level = tail(np.concatenate([bulk, np.full(int(size * present), 0.8)]), 1e-3)
    passed = float((random.normal(0.1, 0.05, 200_000) >= level).mean())
    assert passed <= 0.006
    assert level < 0.6, "the thing itself is no chance"


@given(st.integers(1, 4), st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_a_few_examples_find_their_like(count: int, seed: int) -> None:
    background, yes = strewn(300, seed), around(seed, count, seed)
    found = train(Material(yes, strewn(0, 0), background, strewn(0, 0), None, 300))
    assert not found.probe
    said = scores(np.concatenate([around(seed, 50, seed + 1), strewn(500, seed + 2)]), found.linear.weights)
    tagged = said + found.linear.bias >= found.threshold
    assert tagged[:50].mean() > 0.9
    assert tagged[50:].mean() <= 0.02


def test_one_example_without_any_background_finds_only_what_is_near() -> None:
    found = train(Material(around(1, 1, 1), strewn(0, 0), strewn(0, 0), strewn(0, 0), None, 1))
    said = scores(np.concatenate([around(1, 20, 2), strewn(100, 3)]), found.linear.weights, found.linear.bias)
    assert (said[:20] >= found.threshold).all()
    assert not (said[20:] >= found.threshold).any()


def test_a_refused_example_is_not_found_again() -> None:
    yes, no = around(1, 3, 1), unit(around(1, 2, 1) + 0.45 * strewn(2, 9))
    found = train(Material(yes, no, strewn(200, 2), strewn(0, 0), None, 200))
    assert (scores(no, found.linear.weights, found.linear.bias) < found.threshold).all()


def test_a_probe_tells_apart_what_lies_close_together() -> None:
    """Two things that share most of what they are: their mean says both, a probe one of them."""
    shared, own = 3 * strewn(1, 1), strewn(2, 2)
    things = [unit(shared + own[which] + 0.1 * strewn(40, 3 + which)) for which in (0, 1)]
    material = Material(things[0][:12], things[1][:12], strewn(300, 8), strewn(0, 0), None, 400)
    found = train(material)
    assert found.probe
    right, wrong = (scores(each[12:], found.linear.weights, found.linear.bias) >= found.threshold for each in things)
    assert right.mean() > 0.9
    assert wrong.mean() < 0.1
    assert found.figures["examples"] == 12
    assert found.figures["refused"] == 12
    assert found.figures["recall"] > 0.8


def test_figures_are_not_those_of_the_examples_that_were_learnt() -> None:
    """What cannot be learnt looks learnt on the examples themselves; on those left out it does not."""
    yes, no = strewn(20, 1), strewn(20, 2)
    found = train(Material(yes, no, strewn(200, 3), strewn(0, 0), None, 240))
    own = scores(np.concatenate([yes, no]), found.linear.weights, found.linear.bias)
    assert own[:20].mean() > own[20:].mean() + 1, "by heart"
    assert found.figures["recall"] <= 0.5


def test_a_classifier_that_is_right_stays_right_when_it_is_confirmed() -> None:
    vectors, known = strewn(200, 1), np.full(200, 0.02)
    known[:40] = 0.9
    order = np.concatenate([np.arange(8), [150, 151], np.r_[60:140]])
    parts = vectors[order[:8]], vectors[order[8:10]], vectors[order[10:]]
    found = train(Material(*parts, vectors[:0], known[order], 200))
    assert found.prior == 1
    said = scores(vectors, found.linear.weights, found.linear.bias) + log_odds(known)
    assert (said[:40] >= found.threshold).mean() > 0.9
    assert (said[40:] >= found.threshold).mean() < 0.05


def test_a_probe_finds_the_minimum() -> None:
    """The slope of what it minimises is nothing, in more dimensions than examples and in fewer."""
    for count in (20, 90):
        vectors, yes = strewn(count, count), np.arange(count) % 3 == 0
        found = probe(vectors, yes, strength=50.0)
        centre = vectors[~yes].mean(axis=0)
        weight = np.where(yes, 0.5 / yes.sum(), 0.5 / (~yes).sum())
        off = weight * (sigmoid(scores(vectors, found.weights, found.bias)) - yes)
        np.testing.assert_allclose((vectors - centre).T @ off + found.weights / 50, 0, atol=2e-4)
        assert abs(off.sum()) < 1e-4


def test_material_without_sense_is_refused() -> None:
    nothing = strewn(0, 0)
    with pytest.raises(ValueError, match="no example"):
        train(Material(nothing, strewn(3, 1), strewn(50, 2), nothing, None, 50))
    with pytest.raises(ValueError, match="not finite"):
        train(Material(np.full((2, D), np.nan), nothing, strewn(50, 2), nothing, None, 50))
    with pytest.raises(ValueError, match="counterexamples"):
        probe(strewn(4, 1), np.ones(4, np.bool_))
    alone = train(Material(strewn(FEW, 1), nothing, nothing, nothing, None, FEW))
    assert not alone.probe, "nothing to tell them from"
    assert np.isfinite(alone.threshold)


def test_differing_rows_are_chosen_among_many_alike() -> None:
    rows = np.concatenate([np.repeat(strewn(1, 1), 30, axis=0), strewn(4, 2)])
    chosen = diverse(rows, 5)
    assert chosen[0] == 0
    assert sorted(chosen) == [0, 30, 31, 32, 33]
    assert diverse(rows[:0], 3) == []
    assert sorted(diverse(rows[:2], 9)) == [0, 1]


@given(st.lists(st.booleans(), min_size=2, max_size=60))
def test_each_row_is_left_out_once(given_: list[bool]) -> None:
    yes = np.array(given_)
    masks = folds(yes)
    if yes.sum() < 2:
        assert masks == []
        return
    np.testing.assert_array_equal(np.sum(masks, axis=0), 1)
    assert all((yes & ~mask).any() for mask in masks)


def test_a_mean_without_length_is_no_direction() -> None:
    same = strewn(1, 1)
    assert np.isfinite(prototype(same, same).weights).all()
