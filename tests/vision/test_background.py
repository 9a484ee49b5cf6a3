"""What chance gives in a space of vectors, with clusters whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lumina.domain.vectors import Near
from lumina.vision.background import alike, bell, calibrate, cut, height

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]
DIMENSIONS, SUBJECTS, EACH = 512, 30, 50


class Clusters:
    """Vectors of 30 subjects, 50 of each."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(3)
        self.centres = unit(self.random.normal(size=(SUBJECTS, DIMENSIONS)))
        self.subject = np.repeat(np.arange(SUBJECTS), EACH)
        self.vectors = self.of(self.subject)
        sample = self.vectors[self.random.choice(len(self.vectors), 400, replace=False)]
        self.calibration = calibrate(sample, nearest_of(self.vectors), len(self.vectors))

    def of(self, subjects: NDArray[np.int64]) -> NDArray[np.float32]:
        noise = self.random.normal(0, 0.9 / np.sqrt(DIMENSIONS), (len(subjects), DIMENSIONS))
        return unit(self.centres[subjects] + noise)


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def nearest_of(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -1)
    return np.asarray(scores.max(axis=1))


@pytest.fixture(scope="module")
def clusters() -> Clusters:
    return Clusters()


def test_a_subject_that_is_there_is_found_whole_and_one_that_is_not_gives_nothing(clusters: Clusters) -> None:
    right = found = wanted = 0
    for subject in range(SUBJECTS):
        question = clusters.of(np.array([subject]))[0]
        for there in (True, False):
            kept = np.ones(len(clusters.vectors), np.bool_) if there else clusters.subject != subject
            vectors, subjects = clusters.vectors[kept], clusters.subject[kept]
            scores = vectors @ question
            results = cut(scores, len(vectors), clusters.calibration).kept(
                [Near(place, float(score)) for place, score in enumerate(scores)]
            )
            if not there:
                assert results == []
                continue
            right += sum(subjects[near.image_id] == subject for near in results)
            found += len(results)
            wanted += EACH
    assert right / found > 0.99
    assert right / wanted > 0.95


def test_words_are_judged_by_their_own_background_alone(clusters: Clusters) -> None:
    """Between words and pictures all similarities are small: what stands out among them counts."""
    scores = 0.2 + 0.1 * (clusters.vectors @ clusters.centres[4])
    found = [Near(place, float(score)) for place, score in enumerate(scores)]
    assert cut(scores, len(scores), clusters.calibration).kept(found) == []
    kept = cut(scores, len(scores), clusters.calibration, picture=False).kept(found)
    assert {clusters.subject[near.image_id] for near in kept} == {4}
    assert [near.similarity for near in kept] == sorted((near.similarity for near in kept), reverse=True)


def test_the_bell_is_measured_without_what_stands_out() -> None:
    random = np.random.default_rng(0)
    chance = random.normal(0.3, 0.05, 1400)
    middle, width = bell(np.concatenate([chance, random.normal(0.8, 0.03, 600)])[None])
    assert np.tanh(middle[0]) == pytest.approx(0.3, abs=0.02)
    assert width[0] * (1 - 0.3**2) == pytest.approx(0.05, rel=0.25)


def test_copies_of_one_vector_and_a_handful_of_vectors_say_nothing() -> None:
    assert calibrate(np.eye(20, dtype=np.float32), np.zeros(20), 20) is None
    assert cut(np.zeros(20), 20, None).kept([Near(1, 1.0)]) == []
    same = calibrate(np.tile(unit(np.ones((1, 8))), (100, 1)), np.ones(100), 100)
    assert same is not None
    assert np.tanh(same.middle) == pytest.approx(1, abs=1e-4)
    assert alike(same, 100) == pytest.approx(1, abs=1e-4)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_more_vectors_the_higher_the_cut(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert height(low) <= height(high) < 8
