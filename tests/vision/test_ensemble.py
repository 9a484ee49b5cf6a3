"""Several models' opinions as one order: what must hold whatever they say, and what chance may not do."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lumina.domain.ensemble import Gauge
from lumina.vision.background import FEW, straightened
from lumina.vision.ensemble import NO_CHANCE, Ranking, corrected, gauge, heard, rank, strengths, weights

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]
KNOWN = Gauge(middle=0.2, width=0.1, level=0.6, present=0.65, top=1.0)
Floats = NDArray[np.float64]
cosines = st.floats(-0.99, 0.999, allow_nan=False)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Similarities of 1 to 4 voices to some candidates, their listings, and how many images these have."""
    voices, listings = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    of = list(range(listings)) + draw(st.lists(st.integers(0, listings - 1), max_size=6))
    rows = [draw(st.lists(cosines, min_size=len(of), max_size=len(of))) for _ in range(voices)]
    images = [of.count(each) + draw(st.integers(0, 5)) for each in range(listings)]
    return np.array(rows), np.array(of), np.tile(images, (voices, 1))


def ranked(question: tuple[Floats, NDArray[np.int64], NDArray[np.int64]], families: list[str] | None = None) -> Ranking:
    voices = len(question[0])
    return rank(*question, [KNOWN] * voices, families or [str(at) for at in range(voices)])


def scores(found: Ranking) -> dict[int, float]:
    return dict(zip(found.listings.tolist(), found.scores.tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_voices_and_candidates_changes_nothing(question, random) -> None:  # type: ignore[no-untyped-def]
    similarities, of, images = question
    families = ["a", "a", "b", "c"][: len(similarities)]
    voices, columns = list(range(len(similarities))), list(range(len(of)))
    random.shuffle(voices)
    random.shuffle(columns)
    other = ranked(
        (similarities[voices][:, columns], of[columns], images[voices]), [families[voice] for voice in voices]
    )
    assert scores(other) == pytest.approx(scores(ranked(question, families)))


@settings(max_examples=60, deadline=None)
@given(questions(), st.data())
def test_no_score_falls_when_a_similarity_rises(question, data) -> None:  # type: ignore[no-untyped-def]
    similarities, of, images = question
    before = scores(ranked(question))
    voice = data.draw(st.integers(0, len(similarities) - 1))
    at = data.draw(st.integers(0, len(of) - 1))
    risen = similarities.copy()
    risen[voice, at] = data.draw(st.floats(float(risen[voice, at]), 0.9999))
    after = scores(ranked((risen, of, images)))
    for listing, score in before.items():
        if listing == of[at]:
            assert after[listing] >= score - 1e-12
        else:
            assert after[listing] == pytest.approx(score)


@settings(max_examples=40, deadline=None)
@given(questions())
def test_a_voice_that_sees_everything_alike_changes_no_order(question) -> None:  # type: ignore[no-untyped-def]
    similarities, of, images = question
    blind = np.full((1, len(of)), 0.1)
    with_it = ranked((np.vstack([similarities, blind]), of, np.vstack([images, images[:1]])))
    without = scores(ranked(question))
    assert [without[listing] for listing in with_it.listings.tolist()] == pytest.approx(sorted(without.values())[::-1])


@settings(max_examples=40, deadline=None)
@given(questions())
def test_a_voice_of_a_known_family_that_says_the_same_adds_nothing(question) -> None:  # type: ignore[no-untyped-def]
    similarities, of, images = question
    families = [str(at) for at in range(len(similarities))]
    twice = np.vstack([similarities, similarities[:1]]), of, np.vstack([images, images[:1]])
    assert scores(ranked(twice, [*families, "0"])) == pytest.approx(scores(ranked(question, families)))


@settings(max_examples=40, deadline=None)
@given(questions())
def test_one_voice_alone_keeps_its_own_order(question) -> None:  # type: ignore[no-untyped-def]
    similarities, of, images = question
    found = ranked((similarities[:1], of, images[:1]))
    strong = found.strengths[0]
    assert (np.diff(strong) <= 1e-12).all()
    assert np.array_equal(found.matched[0], strong >= NO_CHANCE)
    each = strengths(similarities[0], KNOWN)
    assert each[found.best[0]] == max(each[of == found.listings[0]])
    assert sorted(found.places[0].tolist()) == list(range(1, len(found.listings) + 1))


def test_a_voice_without_a_vector_abstains() -> None:
    nothing = np.array([[0.9, 0.3], [np.nan, 0.3]])
    found = rank(nothing, np.array([0, 1]), np.ones((2, 2), int), [KNOWN] * 2, ["a", "b"])
    assert found.listings.tolist() == [0, 1]
    assert found.places[:, 0].tolist() == [1, 0]
    alone = rank(nothing[:1], np.array([0, 1]), np.ones((1, 2), int), [KNOWN], ["a"])
    assert found.scores[0] == pytest.approx(alone.scores[0])


def test_two_families_that_agree_beat_one_that_is_surer() -> None:
    """Twins of a family do not outvote two that stand alone."""
    similarities = np.array([[0.95, 0.7], [0.95, 0.7], [0.2, 0.7], [0.2, 0.7]])
    found = rank(similarities, np.array([0, 1]), np.ones((4, 2), int), [KNOWN] * 4, ["a", "a", "b", "c"])
    assert found.listings.tolist() == [1, 0]
    assert found.matched.sum(axis=0).tolist() == [4, 2]
    assert weights(["a", "a", "b", "c"]) == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 3])


def test_many_images_bring_no_listing_up_by_chance() -> None:
    """The best of ten draws, corrected, is spread as one draw is; without that it lies 1.5 widths higher."""
    random = np.random.default_rng(1)
    draws = KNOWN.middle + KNOWN.width * random.normal(size=(4000, 10))
    best = np.tanh(draws.max(axis=1))
    as_one = (straightened(corrected(best, np.full(4000, 10), KNOWN)) - KNOWN.middle) / KNOWN.width
    assert as_one.mean() == pytest.approx(0, abs=0.06)
    assert as_one.std() == pytest.approx(1, abs=0.05)
    assert (straightened(best) - KNOWN.middle).mean() / KNOWN.width > 1.4


@settings(max_examples=60, deadline=None)
@given(cosines, st.integers(1, 20))
def test_the_correction_takes_little_away_far_from_chance_and_nothing_from_one_image(cosine: float, n: int) -> None:
    similarity = np.array([cosine])
    once = corrected(similarity, np.array([n]), KNOWN)
    assert once <= similarity + 1e-9
    assert corrected(similarity, np.array([n + 1]), KNOWN) <= once + 1e-9
    assert corrected(similarity, np.array([1]), KNOWN) == similarity
    z = (math.atanh(cosine) - KNOWN.middle) / KNOWN.width
    if z > 6:
        moved = (math.atanh(float(once[0])) - KNOWN.middle) / KNOWN.width
        assert z - moved < 1.1 * math.log(n) / (z - 1) + 1e-6


def test_strength_is_half_where_chance_ends() -> None:
    given_ = np.array([math.tanh(0.2) - 0.3, math.tanh(0.2), 0.6, 1.0, np.nan])
    strong = strengths(given_, KNOWN)
    assert strong[:4].tolist() == pytest.approx([0, 0, 0.5, 1])
    assert math.isnan(strong[4])
    quiet = heard(KNOWN, 0.62)
    assert (strengths(np.array([0.62]), quiet) < NO_CHANCE).all(), "the best is too low for an answer"
    assert heard(KNOWN, 0.7) == KNOWN


def test_a_gauge_is_read_from_chance() -> None:
    random = np.random.default_rng(2)
    chance = np.tanh(0.3 + 0.05 * random.normal(size=2000))
    known = gauge(chance, 100_000, None)
    assert known is not None
    assert known.middle == pytest.approx(0.3, abs=0.01)
    assert known.width == pytest.approx(0.05, rel=0.1)
    wanted = math.tanh(0.3 + 0.05 * NormalDist().inv_cdf(1 - 0.05 / 100_000))
    assert known.level == pytest.approx(wanted, abs=0.02)
    more = gauge(chance, 100_000, None, voices=5)
    assert more is not None
    assert more.level > known.level, "five that may err together as often as one"
    words = gauge(0.2 * chance, 100_000, None, like=False)
    assert words is not None
    assert words.level < words.top < 0.2
    assert gauge(chance[: FEW - 1], 100_000, None) is None
