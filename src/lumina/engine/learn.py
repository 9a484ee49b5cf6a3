"""Apply to all images what a node was taught, and train it anew when people have said more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumina.domain.recognition import Doubt, Head
from lumina.domain.stage import Lane
from lumina.domain.vectors import Space
from lumina.domain.work import Batch, BatchKind, Job, JobState, Priority
from lumina.engine import tagging
from lumina.engine.dispatch import Dispatcher
from lumina.engine.progress import Progress
from lumina.engine.training import Trainer
from lumina.errors import BadInput
from lumina.store import (
    Store,
    Transaction,
    doubts,
    heads,
    jobs,
    ledger,
    spaces,
    taxonomy,
    teaching,
    vectors,
)
from lumina.vision.recogniser import UNSURE, confidence

LEARN = "learn"
NEW_WORDS = 5
"""So many words that a node's head does not know yet are a reason to train it anew."""
PIECE = 1_000
"""Images whose tags are written in one transaction."""
BLOCK = 20_000
"""Vectors that are read at once."""
DOUBTS = 500
"""Of one node, that are kept for people."""
APPLY, PROPOSE = "apply", "propose"


def start(
    tx: Transaction, dispatcher: Dispatcher, node_id: int, what: str = APPLY, priority: int = Priority.ASKED
) -> Job:
    """A job that brings the labels of a node in line with its head, or trains it anew; one is joined, once more."""
    key = f"{LEARN}:{what}:{node_id}"
    running = jobs.running_with(tx, key)
    if running is not None and not (running := jobs.locked(tx, running.id)).state.ended:
        if running.state is JobState.PENDING:
            return running
        jobs.release_key(tx, running.id)  # it may have passed what is new: another one follows
    payload: dict[str, Any] = {"node": node_id, "what": what}
    job = jobs.create(tx, LEARN, None, payload, priority=priority, exclusive_key=key)
    ledger.add(tx, job.id, BatchKind.LEARN, Lane.CPU, payload=payload)
    dispatcher.after(tx, Lane.CPU)
    return jobs.get(tx, job.id)


def noticed(tx: Transaction, dispatcher: Dispatcher, node_id: int) -> Job | None:
    """People have said something of a node: where that is enough that its head does not know, it is trained anew."""
    target = taxonomy.targets(tx, [node_id]).get(node_id)
    if target is None or teaching.words_since(tx, target) < NEW_WORDS or not teaching.examples(tx, target).yes:
        return None
    return start(tx, dispatcher, target, PROPOSE, Priority.NORMAL)


def undone(tx: Transaction, dispatcher: Dispatcher, action_id: int) -> list[Job]:
    """After an action was undone: labels follow the heads that it has brought back."""
    return [start(tx, dispatcher, node) for node in heads.of_action(tx, action_id)]


def relearn(tx: Transaction, dispatcher: Dispatcher, model: str) -> list[Job]:
    """What people have taught in the space of another encoder, or of an older version, is proposed for this one."""
    space = spaces.live(tx, model)
    if space is None:
        return []
    nodes = heads.learnt_elsewhere(tx, space)
    waiting = {node for node, head in heads.waiting(tx, nodes).items() if head.space_id == space.id}
    return [start(tx, dispatcher, node, PROPOSE, Priority.BACKGROUND) for node in nodes if node not in waiting]


class Learner:
    """Runs `learn` batches."""

    def __init__(self, store: Store, dispatcher: Dispatcher, trainer: Trainer, version: int) -> None:
        self.store, self.dispatcher, self.trainer, self.version = store, dispatcher, trainer, version

    def run(self, batch: Batch, stop: Callable[[], bool]) -> None:
        """Train or apply; a node that was merged or removed meanwhile has nothing to be applied.

        Raises:
            BadInput: there is no vector, or the model is not installed.
        """
        node_id = int(batch.payload["node"])
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            there = taxonomy.targets(tx, [node_id]).get(node_id) == node_id
        if batch.payload.get("what") == PROPOSE:
            message = self._train(node_id) if there else "The node is no longer there"
        else:
            message = self._apply(batch, node_id, stop)
        with self.store.transaction() as tx:
            ledger.hold(tx, batch)
            jobs.merge_result(tx, batch.job_id, {"message": message, "node": node_id})
            ledger.end(tx, batch)
            self.dispatcher.after(tx, Lane.IO)

    def _train(self, node_id: int) -> str:
        found = self.trainer.propose(node_id)
        self.refresh(found.head)
        return f"Trained anew: would add {found.preview.adds:,} images and remove {found.preview.removes:,}"

    def _apply(self, batch: Batch, node_id: int, stop: Callable[[], bool]) -> str:
        if (waiting := self.trainer.recognisers.models.waiting(self.trainer.model)) is not None:
            raise BadInput(waiting)
        space = self.trainer.space()
        with self.store.transaction() as tx:
            head = heads.applied_of(tx, node_id)
            mine = teaching.shown_by_model(tx, node_id, space.model)
            known = taxonomy.nodes(tx, [node_id])
        head = head if head is not None and head.space_id == space.id and node_id in known else None
        changed = self._affected(head, space, node_id, mine, stop)
        progress = Progress(self.store, batch, stop, "tagging", len(changed))
        done = tagging.tag(progress, self.trainer.recognisers, space, changed, self.version)
        with self.store.transaction() as tx:
            jobs.reach(tx, batch.job_id, len(changed), len(changed))
        return f"{done:,} images with other tags than before"

    def _affected(
        self,
        head: Head | None,
        space: Space,
        node_id: int,
        mine: dict[int, tuple[bool, float]],
        stop: Callable[[], bool],
    ) -> list[int]:
        """Images whose labels may have to change, by rising id; and what is in doubt now is kept."""
        if head is None:
            return self._restored(space, node_id, mine)
        level, found, unsure = self.trainer.level(head.node_id), set[int](), dict[int, Doubt]()
        for ids, sure in self._scored(head, space):
            found |= _differing(ids, sure, level, mine)
            near = np.abs(sure - level) < UNSURE
            for image, confident in zip(ids[near].tolist(), sure[near].tolist(), strict=True):
                unsure[image] = Doubt(head.node_id, confident, abs(confident - level))
            if stop():
                break
        self._keep(head.node_id, unsure)
        return sorted(found)

    def _restored(self, space: Space, node_id: int, mine: dict[int, tuple[bool, float]]) -> list[int]:
        """Without a learnt head: what has the node's labels, and what the model alone would give them to.

        A head that corrected a classifier may have taken away what lies below its node as well.
        """
        found = set(mine)
        recogniser = self.trainer.recognisers.of(space)
        place = recogniser.tree.place(node_id)
        named = [head for head in recogniser.heads if head.node_id == node_id]
        if place is not None or named:
            for ids, matrix in self._blocks(space):
                holds = np.zeros(len(ids), np.bool_)
                if place is not None:
                    below = slice(place, int(recogniser.tree.last[place]) + 1)
                    sure = recogniser.probabilities(np.asarray(matrix, np.float32))[:, below]
                    holds |= (sure >= recogniser.tree.thresholds[below]).any(axis=1)
                for head in named:
                    holds |= confidence(head, matrix) >= recogniser.thresholds.get(node_id, 0.5)
                found |= set(ids[holds].tolist())
        with self.store.transaction() as tx:
            doubts.of_node(tx, node_id, {})
        return sorted(found)

    def refresh(self, head: Head) -> None:
        """Ask people about what a head that was just trained is in doubt of."""
        space = self.trainer.space()
        level, unsure = self.trainer.level(head.node_id), dict[int, Doubt]()
        for ids, sure in self._scored(head, space):
            near = np.abs(sure - level) < UNSURE
            for image, confident in zip(ids[near].tolist(), sure[near].tolist(), strict=True):
                unsure[image] = Doubt(head.node_id, confident, abs(confident - level))
        self._keep(head.node_id, unsure)

    def _keep(self, node_id: int, unsure: dict[int, Doubt]) -> None:
        nearest = sorted(unsure.items(), key=lambda each: (each[1].distance, each[0]))[:DOUBTS]
        with self.store.transaction() as tx:
            doubts.of_node(tx, node_id, dict(nearest))

    def _scored(self, head: Head, space: Space) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """All vectors of a space in blocks: ids, and how sure the head is of each."""
        for ids, matrix in self._blocks(space):
            yield ids, self.trainer.confident(head, space, matrix)

    def _blocks(self, space: Space) -> Iterator[tuple[NDArray[np.int64], NDArray[np.floating]]]:
        after = -1
        while True:
            tail = f"WHERE v.image_id > %(after)s ORDER BY v.image_id LIMIT {BLOCK}"
            with self.store.transaction() as tx:
                ids, matrix = vectors.read(tx, space, tail, after=after)
            if not len(ids):
                return
            yield ids, matrix
            after = int(ids[-1])


def _differing(
    ids: NDArray[np.int64], sure: NDArray[np.float32], level: float, mine: dict[int, tuple[bool, float]]
) -> set[int]:
    """Images that are said something else of: the node's label would come, go, or be of another confidence."""
    holds = dict(zip(ids[sure >= level].tolist(), sure[sure >= level].tolist(), strict=True))
    seen = set(ids.tolist())
    come = {image for image in holds if image not in mine}
    gone = {image for image in mine if image in seen and image not in holds}
    other = {image for image, now in holds.items() if image in mine and abs(mine[image][1] - now) > 0.005}
    return come | gone | other
