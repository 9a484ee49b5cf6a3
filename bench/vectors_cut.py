"""How well a list is cut off: questions about subjects that a catalog has, and about some that it does not have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.vectors_data import World
from lumina.domain.vectors import Near, Space
from lumina.store import Store, spaces, vectors
from lumina.vision.background import cut

ASKED = 100
MOST = 1_000


def cut_figures(
    store: Store,
    space: Space,
    made: World,
    matrix: NDArray[np.float16],
    subjects: NDArray[np.int64],
    random: np.random.Generator,
) -> None:
    """Print how many lists are right. What a catalog does not have is left out of its vectors and their sample."""
    with store.transaction() as tx:
        calibration = spaces.calibration(tx, space)
        ids, sample = vectors.sample(tx, space, 2_000)
    of_sample, sample = subjects[ids - 1], sample.astype(np.float32)
    precisions, recalls, empty, wrong = [], [], 0, 0
    for subject in random.choice(np.unique(subjects), ASKED):
        query = made.draw(1, random, np.array([subject]))[0]
        scores = np.concatenate([part.astype(np.float32) @ query for part in np.array_split(matrix, 20)])
        cutting = cut(sample @ query, len(scores), calibration)
        found = cutting.kept(_best(scores, np.ones(len(scores), np.bool_)))
        right = [subjects[near.image_id - 1] == subject for near in found]
        if right:
            precisions.append(np.mean(right))
            recalls.append(sum(right) / min(MOST, np.count_nonzero(subjects == subject)))
        empty += not right
        without = cut((sample @ query)[of_sample != subject], len(scores), calibration)
        wrong += bool(without.kept(_best(scores, subjects != subject)))
    print(
        f"cut-off, {ASKED} subjects: present {ASKED - empty} found, precision {np.mean(precisions):.3f}, recall of the"
        f" first {MOST:,} {np.mean(recalls):.3f}; absent {ASKED - wrong} with an empty list"
    )


def _best(scores: NDArray[np.float32], chosen: NDArray[np.bool_]) -> list[Near]:
    scores = np.where(chosen, scores, -9)
    top = np.argsort(-scores)[:MOST]
    return [Near(int(at) + 1, float(scores[at])) for at in top]
