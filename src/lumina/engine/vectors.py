"""Look after the spaces of vectors: build indexes, measure the background, switch to new versions, drop old ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import psutil

from lumina.domain.stage import Lane
from lumina.domain.vectors import Space, SpaceKind, SpaceState
from lumina.domain.work import Batch, BatchKind, Job, JobState, Priority
from lumina.engine.dispatch import Dispatcher
from lumina.engine.progress import Progress
from lumina.store import Store, Transaction, jobs, ledger, spaces, vector_index, vectors
from lumina.store.vector_index import Building
from lumina.vision.background import FEW, calibrate
from lumina.vision.cores import cores

INDEX_VECTORS = "index-vectors"
INDEXED = 20_000
"""Vectors above which a space is searched by an index; fewer are compared one by one within 10 to 20 ms."""
SAMPLE = 2_000
"""Vectors that stand for the whole space."""
LONELY_SAMPLE = 200
"""Vectors whose nearest neighbour is looked up."""
GROWTH = 1.5
"""The background is measured again when a space has grown by this factor."""
MEMORY_SHARE = 0.5
"""Of the memory that is free, what building an index may take."""
LOOK_SECONDS = 1.0


class Care(StrEnum):
    """What a space needs."""

    INDEX = "index"
    CALIBRATE = "calibrate"
    SWITCH = "switch"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do for a space of so many vectors."""

    space: Space
    care: Care
    size: int


def due(tx: Transaction, *, rebuild: bool = False) -> list[Due]:
    """What the spaces need, in the order in which it is done; with `rebuild` all indexes anew."""
    found: list[Due] = []
    for space in spaces.every(tx):
        if space.state is SpaceState.RETIRED:
            found.append(Due(space, Care.DROP, 0))
        elif space.state is SpaceState.LIVE or spaces.is_complete(tx, space):
            found += _of_space(tx, space, rebuild=rebuild)
    return found


def _of_space(tx: Transaction, space: Space, *, rebuild: bool) -> list[Due]:
    size = spaces.size(tx, space)
    cares = []
    if _wants_index(tx, space, size, rebuild=rebuild):
        cares.append(Care.INDEX)
    if size >= FEW and (rebuild or _outgrown(tx, space, size)):
        cares.append(Care.CALIBRATE)
    if space.state is SpaceState.BUILDING:
        cares.append(Care.SWITCH)
    return [Due(space, care, size) for care in cares]


def _wants_index(tx: Transaction, space: Space, size: int, *, rebuild: bool) -> bool:
    if vector_index.broken(tx, space):
        return True
    return size > INDEXED and (rebuild or not vector_index.has_index(tx, space))


def _outgrown(tx: Transaction, space: Space, size: int) -> bool:
    known = spaces.calibration(tx, space)
    return known is None or not known.size / GROWTH < size < known.size * GROWTH


def start(tx: Transaction, dispatcher: Dispatcher, *, rebuild: bool = False, priority: int = Priority.ASKED) -> Job:
    """A job that does what the spaces need.

    Raises:
        Conflict: one is already running; the message says which.
    """
    payload = {"rebuild": rebuild}
    job = jobs.create(tx, INDEX_VECTORS, None, payload, priority=priority, exclusive_key=INDEX_VECTORS)
    ledger.add(tx, job.id, BatchKind.VECTORS, Lane.CPU, payload=payload)
    dispatcher.after(tx, Lane.CPU)
    return jobs.get(tx, job.id)


def ask(tx: Transaction, dispatcher: Dispatcher) -> None:
    """At low priority, where something is due. A job that is under way already is followed by another."""
    found = jobs.running_with(tx, INDEX_VECTORS)
    if found is not None and not (found := jobs.locked(tx, found.id)).state.ended:
        if found.state is not JobState.PENDING:
            jobs.ask_again(tx, found.id)
    elif due(tx):
        start(tx, dispatcher, priority=Priority.BACKGROUND)


class Keeper:
    """Runs `vectors` batches."""

    def __init__(self, store: Store, dispatcher: Dispatcher) -> None:
        self.store = store
        self.dispatcher = dispatcher

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Do what is due, one thing after the other; what was done before an interruption stays done."""
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            tasks = due(tx, rebuild=bool(batch.payload.get("rebuild")))
        progress = Progress(self.store, batch, stop, "care of the vectors", sum(task.size for task in tasks) or 1)
        done = []
        for task in tasks:
            progress.check()
            if self._do(task, progress):
                done.append(_named(task))
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            jobs.reach(tx, batch.job_id, progress.total, progress.total)
            jobs.merge_result(tx, batch.job_id, {"message": _message(done), "did": done})
            ledger.end(tx, batch)
            self.dispatcher.after(tx, Lane.IO)

    def _do(self, task: Due, progress: Progress) -> bool:
        if task.care is Care.INDEX:
            self.index(task.space, task.size, progress)
        elif task.care is Care.CALIBRATE:
            self.measure(task.space)
        else:
            with self.store.transaction() as tx:
                return (spaces.drop if task.care is Care.DROP else spaces.switch)(tx, task.space)
        return True

    def index(self, space: Space, size: int, progress: Progress) -> None:
        """Build a space's index; searches use the old one, or none, until the new one is whole.

        Raises:
            Interrupted: told to stop; the index is as before.
            Unavailable: somebody else builds it.
        """
        before = progress.done
        with Building(self.store, space, megabytes=_megabytes(space, size), workers=cores() - 1) as building:
            while not building.wait(LOOK_SECONDS):
                with self.store.transaction() as tx:
                    progress.done = before + int(building.share(tx) * size)
                progress.check()
        progress.done = before + size

    def measure(self, space: Space) -> None:
        """Measure what similarity means in a space."""
        with self.store.transaction() as tx:
            size = spaces.size(tx, space)
            ids, sample = vectors.sample(tx, space, SAMPLE)
        near = []
        for image, vector in zip(ids[:LONELY_SAMPLE].tolist(), sample, strict=False):
            with self.store.transaction() as tx:
                found = vectors.nearest(tx, space, vector.astype(np.float32), count=2)
            near += [other.similarity for other in found if other.image_id != image][:1]
        calibration = calibrate(sample, np.array(near), size)
        if calibration is not None:
            with self.store.transaction() as tx:
                spaces.calibrate(tx, space, calibration)


def _megabytes(space: Space, size: int) -> int:
    free = int(psutil.virtual_memory().available * MEMORY_SHARE)
    return max(min(vector_index.memory(space, size), free) >> 20, 64)


def _named(task: Due) -> str:
    kind = "" if task.space.kind is SpaceKind.IMAGE else f" {task.space.kind.value}"
    return f"{task.care.value} {task.space.model}{kind} {task.space.version}"


def _message(done: list[str]) -> str:
    return "Nothing was due" if not done else f"Done: {', '.join(done)}"
