"""Find images of one subject in a catalog: neighbours above what chance gives; published in one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from lumina.domain.stage import Lane
from lumina.domain.subjects import SubjectGroup
from lumina.domain.vectors import Calibration, Space, SpaceKind, SpaceState
from lumina.domain.work import Batch
from lumina.engine.dispatch import Dispatcher
from lumina.engine.group import number
from lumina.engine.progress import Progress
from lumina.engine.vectors import Keeper
from lumina.errors import BadInput
from lumina.store import Store, Transaction, jobs, ledger, runs, spaces, subjects, vector_index, vectors
from lumina.store.runs import Run, RunKind
from lumina.vision.background import alike
from lumina.vision.neighbours import Pairs, most_similar, near, stars, unique

EXACT = 50_000
"""Images up to which all are compared with all: a minute or so on two cores."""
MOST = 12
"""Neighbours that one image brings in."""
PART = 256
"""Images looked up by the index in one transaction."""
PAIRS = 4_000_000
"""Pairs in memory at most, the most similar ones: some 400 MB while they are sorted."""
GROUPS = 50_000
"""Groups that are kept at most, the largest."""
_Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
_NONE: _Columns = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))


class SubjectFinder:
    """Runs `subject` batches.

    Args:
        store: the database. dispatcher: of messages.
        models: whose vectors are compared: the first of these that has some, else any.
    """

    def __init__(self, store: Store, dispatcher: Dispatcher, models: Sequence[str] = ()) -> None:
        self.store = store
        self.dispatcher = dispatcher
        self.models = models

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Look through a catalog and write what is found aside.

        Raises:
            BadInput: no image has been embedded yet.
        """
        catalog_id = UUID(str(batch.payload["catalog_id"]))
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            space = self._space(tx, batch.payload.get("model"))
            run = runs.start(tx, catalog_id, RunKind.SUBJECTS, batch.job_id, {"model": space.model})
            ids = subjects.load_images(tx, space, catalog_id)
        progress = Progress(self.store, batch, stop, "search for subjects", len(ids))
        progress.check()
        calibration = self._calibration(space)
        level = None if calibration is None else alike(calibration, len(ids))
        found = (
            []
            if level is None
            else list(islice(groups(ids, self._pairs(space, catalog_id, ids, level, progress)), GROUPS))
        )
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            runs.count(tx, run.id, {"images": len(ids), "level": None if level is None else round(level, 4)})
            subjects.save(tx, run.id, found)
            jobs.reach(tx, batch.job_id, progress.total, progress.total)
            ledger.end(tx, batch)
            self.dispatcher.after(tx, Lane.IO)

    def _space(self, tx: Transaction, wanted: str | None) -> Space:
        live = [space for space in spaces.every(tx) if space.state is SpaceState.LIVE and space.kind is SpaceKind.IMAGE]
        by_model = {space.model: space for space in live}
        for model in [wanted] if wanted else [*self.models, *by_model]:
            if (space := by_model.get(model)) is not None and spaces.size(tx, space, 1):
                return space
        what = f"by {wanted}" if wanted else "by any model"
        raise BadInput(f"No image has been embedded {what} yet, so there is nothing to compare.")

    def _calibration(self, space: Space) -> Calibration | None:
        """Of the space; measured now where that was never done. None where there are too few images to tell."""
        with self.store.transaction() as tx:
            known = spaces.calibration(tx, space)
        if known is None:
            Keeper(self.store, self.dispatcher).measure(space)
        with self.store.transaction() as tx:
            return known or spaces.calibration(tx, space)

    def _pairs(self, space: Space, catalog_id: UUID, ids: NDArray[np.int64], level: float, progress: Progress) -> Pairs:
        """Near images, by their places among the ids."""
        with self.store.transaction() as tx:
            if len(ids) <= EXACT:
                known, matrix = vectors.load(tx, space, ids)
            elif not vector_index.has_index(tx, space):
                raise BadInput(
                    f"{len(ids):,} images cannot be compared all with all, and the index of {space.model} is not built"
                    " yet: it follows embedding by itself, or `lumina verify vectors --rebuild` builds it."
                )
        if len(ids) > EXACT:
            return self._by_index(space, catalog_id, ids, level, progress)
        places = np.searchsorted(ids, known)
        pairs = near(matrix, level, MOST, progress.reach)
        return Pairs(places[pairs.a], places[pairs.b], pairs.similarity)

    def _by_index(
        self, space: Space, catalog_id: UUID, ids: NDArray[np.int64], level: float, progress: Progress
    ) -> Pairs:
        found, waiting, parts = Pairs(*_NONE), 0, []
        for start in range(0, len(ids), PART):
            progress.reach(start / len(ids))
            wanted = ids[start : start + PART].tolist()
            with self.store.transaction() as tx:
                parts.append(subjects.neighbours(tx, space, catalog_id, wanted, count=MOST, level=level))
            waiting += len(parts[-1][0])
            if waiting > PAIRS // 4:
                found, waiting, parts = _gathered(ids, found, parts), 0, []
        return _gathered(ids, found, parts)


def _gathered(ids: NDArray[np.int64], before: Pairs, parts: Sequence[_Columns]) -> Pairs:
    """Pairs of places among the ids from pairs of images, with those of before."""
    first, second, scores = (np.concatenate(column) for column in zip(_NONE, *parts, strict=True))
    inside = np.isin(second, ids)
    a, b = np.searchsorted(ids, first[inside]), np.searchsorted(ids, second[inside])
    joined = (np.concatenate([before.a, a]), np.concatenate([before.b, b]))
    return most_similar(unique(*joined, np.concatenate([before.similarity, scores[inside]])), PAIRS)


def groups(ids: NDArray[np.int64], pairs: Pairs) -> Iterator[SubjectGroup]:
    """Stars of near images."""
    for places, scores in stars(len(ids), pairs):
        images = ids[places].tolist()
        similarities = np.minimum(scores, 1).tolist()
        members = tuple(zip(images, similarities, strict=True))
        yield SubjectGroup(number(images), min(similarities), members)


def publish(tx: Transaction, run: Run) -> Mapping[str, Any]:
    """Let people see what was found; gives the job's result."""
    found, images = subjects.count(tx, run.id)
    runs.count(tx, run.id, {"groups": found, "members": images})
    runs.publish(tx, run)
    if run.counts.get("level") is None:
        return {"message": "Too few images to tell what they have in common by chance", "run": run.id}
    word = "group" if found == 1 else "groups"
    return {"message": f"{found:,} {word} of one subject, {images:,} images", "run": run.id, **run.counts}
