"""Check the vectors and their indexes, and have them put right."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.vector_report import SpaceReport
from lumina.domain.vectors import Space, SpaceKind, SpaceState
from lumina.domain.work import Job
from lumina.engine.dispatch import Dispatcher
from lumina.engine.vectors import INDEXED, start
from lumina.services.wording import images as counted
from lumina.store import Store, Transaction, spaces, vector_check, vector_index, vectors
from lumina.store.nearest import by_index

COUNT = 20
QUERIES = 200
PART = 20_000
LOWEST_RECALL = 0.95
_INDEX = {
    "missing": "It has no index, so that searches compare every vector.",
    "broken": "Its index was left half-built.",
}
_COUNTED = (
    "{} should have a vector and have none.",
    "{} have a vector that nothing has made.",
    "{} have a vector that is not of length 1.",
)


def check(store: Store, queries: int = QUERIES) -> list[SpaceReport]:
    """A report on each space of vectors that is in use or being filled.

    Args:
        store: the database.
        queries: vectors drawn at random whose neighbours the index is asked for.
    """
    with store.transaction() as tx:
        known = [space for space in spaces.every(tx) if space.state is not SpaceState.RETIRED]
    return [_report(store, space, queries) for space in known]


def _report(store: Store, space: Space, queries: int) -> SpaceReport:
    with store.transaction() as tx:
        kind = vector_check.column(tx, space)
    if kind is None:
        return SpaceReport(**_named(space), problems=("Its table is gone.",))
    with store.transaction() as tx:
        size, index = spaces.size(tx, space), _index(tx, space)
        embedded = space.kind is SpaceKind.IMAGE
        lost = vector_check.without_vector(tx, space) if embedded else 0
        orphaned = vector_check.without_ledger(tx, space) if embedded else 0
        bad = vector_check.bad(tx, space)
    recall = measured_recall(store, space, queries) if index == "ready" and size else None
    problems = [] if kind == f"halfvec({space.dimensions})" else [f"Its vectors are {kind}, not {space.dimensions}."]
    problems += [_INDEX[index]] if index in _INDEX else []
    problems += [_COUNTED[0].format(counted(lost))] if lost else []
    problems += [_COUNTED[1].format(counted(orphaned))] if orphaned else []
    problems += [_COUNTED[2].format(counted(bad))] if bad else []
    if recall is not None and recall < LOWEST_RECALL:
        problems.append(f"Its index finds only {recall:.0%} of the nearest images.")
    return SpaceReport(
        **_named(space),
        vectors=size,
        index=index,
        without_vector=lost,
        without_ledger=orphaned,
        bad=bad,
        recall=recall,
        problems=tuple(problems),
    )


def _named(space: Space) -> dict[str, Any]:
    return {name: getattr(space, name) for name in ("model", "version", "state", "dimensions")}


def _index(tx: Transaction, space: Space) -> str:
    if vector_index.broken(tx, space):
        return "broken"
    if vector_index.has_index(tx, space):
        return "ready"
    wanted = space.state is SpaceState.LIVE and spaces.size(tx, space, INDEXED + 1) > INDEXED
    return "missing" if wanted else "none"


def measured_recall(store: Store, space: Space, queries: int = QUERIES) -> float:
    """Share of the nearest 20 of vectors drawn at random that the index finds; what is as near counts as well."""
    with store.transaction() as tx:
        _, sample = vectors.sample(tx, space, queries)
    asked = sample.astype(np.float32)
    level = _levels(store, space, asked)
    hits = 0
    for query, lowest in zip(asked, level.tolist(), strict=True):
        with store.transaction() as tx:
            found = by_index(tx, space, query, COUNT)
        hits += sum(near.similarity >= lowest - 1e-3 for near in found)
    with store.transaction() as tx:
        most = min(COUNT, spaces.size(tx, space, COUNT))
    return min(hits / (most * len(asked)), 1.0)


def _levels(store: Store, space: Space, asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each vector the similarity of the last of its nearest, by comparing with all."""
    best: NDArray[np.float32] = np.full((len(asked), COUNT), -2, np.float32)
    after = 0
    while True:
        with store.transaction() as tx:
            tail = f"WHERE v.image_id > %(after)s ORDER BY v.image_id LIMIT {PART}"
            ids, matrix = vectors.read(tx, space, tail, after=after)
        if not len(ids):
            break
        scores = np.concatenate([best, asked @ matrix.astype(np.float32).T], axis=1)
        best = -np.partition(-scores, COUNT - 1, axis=1)[:, :COUNT]
        after = int(ids[-1])
    return np.asarray(best.min(axis=1))


def request(store: Store, dispatcher: Dispatcher, *, rebuild: bool = False) -> Job:
    """A job that builds what indexes are due, or all anew.

    Raises:
        Conflict: one is running; the message says which.
    """
    with store.transaction() as tx:
        return start(tx, dispatcher, rebuild=rebuild)


def mend(store: Store) -> dict[str, int]:
    """Put vectors and ledger right; returns the stages for which images are due by that, with how many."""
    due = {}
    with store.transaction() as tx:
        for space in spaces.every(tx):
            if space.kind is SpaceKind.IMAGE and space.state is not SpaceState.RETIRED:
                due[spaces.stage(space)] = vector_check.mend(tx, space)
    return {stage: images for stage, images in due.items() if images}
