"""Train a node's head from what people have said of it, and tell what it would change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from lumina.domain.recognition import Head, HeadKind
from lumina.domain.taxonomy import NodeKind
from lumina.domain.vectors import Space
from lumina.engine.recognisers import Recognisers
from lumina.errors import BadInput, Unavailable
from lumina.store import Store, heads, spaces, taxonomy, teaching, vectors
from lumina.store.teaching import Examples
from lumina.vision.recogniser import confidence
from lumina.vision.training import Material, Trained, train

BACKGROUND = 1_000
"""Images drawn at random that a head is trained against."""
OTHERS = 2_000
"""Images of other things among which those are looked for that are most like the examples."""
HARD = 100
"""Of these, how many are trained against."""
MOST = 400
"""Examples and counterexamples, each, that one training takes; of more, the newest by id."""
LOOKED_AT = 30_000
"""Vectors by which the change is told; of a larger space it is an estimate from as many."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying a head would change.

    Attributes:
        adds, removes: images that would get the node, or lose it; counted in a sample, if `estimated`.
        added, removed: some of them: the surest ones first, and the least sure ones.
    """

    adds: int
    removes: int
    added: tuple[int, ...]
    removed: tuple[int, ...]
    estimated: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A head that waits for a person's yes.

    Attributes:
        examples: what it was trained from, those without a vector included. without: these.
    """

    head: Head
    preview: Preview
    examples: Examples
    without: tuple[int, ...]


class Trainer:
    """Trains heads in the space of the model that tags.

    Args:
        store: the database. recognisers: what holds now.
    """

    def __init__(self, store: Store, recognisers: Recognisers) -> None:
        self.store, self.recognisers = store, recognisers

    @property
    def model(self) -> str:
        """The encoder in whose space is trained."""
        return self.recognisers.model

    def space(self) -> Space:
        """The space in which nodes are taught.

        Raises:
            BadInput: nothing has been embedded yet; the message says why.
        """
        with self.store.transaction() as tx:
            space = spaces.live(tx, self.model)
        if space is None:
            waiting = self.recognisers.models.waiting(self.model)
            reason = waiting or f"the stage embed:{self.model} has not run"
            raise BadInput(f"No image has a vector of {self.model} yet, so nothing can be learnt: {reason}.")
        return space

    def propose(self, node_id: int) -> Proposal:
        """Train a node from all that people have said of it, and keep the head as a proposal.

        Raises:
            NotFound: the node is gone. BadInput: there is no example, or none with a vector.
        """
        space = self.space()
        with self.store.transaction() as tx:
            node = taxonomy.get(tx, node_id)
            said = teaching.examples(tx, node_id)
        material, without = self._material(space, node_id, node.kind, said)
        trained = train(material)
        with self.store.transaction() as tx:
            head = heads.propose(tx, _head(node_id, space, trained, said.read_at))
        return Proposal(head, self.preview(head, space), said, without)

    def _material(self, space: Space, node_id: int, kind: NodeKind, said: Examples) -> tuple[Material, tuple[int, ...]]:
        with self.store.transaction() as tx:
            size = spaces.size(tx, space)
            yes_ids, yes = vectors.load(tx, space, said.yes[-MOST:])
            no_ids, no = vectors.load(tx, space, said.no[-MOST:])
            shown = {*said.yes, *said.no, *teaching.shown_by(tx, node_id)}
            ids, background = vectors.sample(tx, space, BACKGROUND + min(len(shown), BACKGROUND))
            background = background[_beside(ids, shown)][:BACKGROUND]
            other = teaching.other_things(tx, node_id, space, by_models=kind is NodeKind.CONCEPT, limit=OTHERS)
            _, others = vectors.load(tx, space, [image for image in other if image not in shown])
        if not said.yes:
            raise BadInput("Nobody has said of any image that it shows this: at least one example is needed.")
        without = tuple(sorted({*said.yes[-MOST:], *said.no[-MOST:]} - {*yes_ids.tolist(), *no_ids.tolist()}))
        if not len(yes):
            raise BadInput(f"None of the {len(said.yes):,} examples has a vector of {space.model} yet.")
        hard = _like(yes, others)
        parts = [yes, no, background, hard]
        known = self._known(space, np.concatenate(parts), node_id)
        return Material(yes, no, background, hard, known, size), without

    def _known(self, space: Space, matrix: NDArray[np.floating], node_id: int) -> NDArray[np.float32] | None:
        """What the classifier says of the node; None where it knows nothing of it, or is not there."""
        try:
            return self.recognisers.of(space).of_node(matrix, node_id)
        except Unavailable:
            return None

    def confident(self, head: Head, space: Space, matrix: NDArray[np.floating]) -> NDArray[np.float32]:
        """How sure a head is of vectors, n."""
        known = self._known(space, matrix, head.node_id) if head.prior else None
        return confidence(head, matrix, known)

    def level(self, node_id: int) -> float:
        """The confidence from which a learnt node holds: one half, or what a person has set."""
        with self.store.transaction() as tx:
            threshold = taxonomy.get(tx, node_id).threshold
        return 0.5 if threshold is None else threshold

    def preview(self, head: Head, space: Space, samples: int = 12) -> Preview:
        """What applying a head would change for tags; what people have said stays in any case."""
        with self.store.transaction() as tx:
            size = spaces.size(tx, space)
            exact = size <= LOOKED_AT
            ids, matrix = vectors.load(tx, space) if exact else vectors.sample(tx, space, LOOKED_AT)
            said = teaching.examples(tx, head.node_id)
            shown = set(teaching.shown_by(tx, head.node_id))
            mine = teaching.shown_by_model(tx, head.node_id, space.model)
        sure = self.confident(head, space, matrix)
        holds = sure >= self.level(head.node_id)
        judged = _beside(ids, {*said.yes, *said.no})
        own = np.array([image in mine and (mine[image][0] or bool(head.prior)) for image in ids.tolist()], np.bool_)
        adds = holds & judged & _beside(ids, shown)
        removes = ~holds & judged & own
        share = 1.0 if exact else size / len(ids)
        return Preview(
            round(int(adds.sum()) * share),
            round(int(removes.sum()) * share),
            _surest(ids, np.where(adds, sure, -1.0), int(adds.sum()), samples),
            _surest(ids, np.where(removes, 1 - sure, -1.0), int(removes.sum()), samples),
            not exact,
        )


def _head(node_id: int, space: Space, trained: Trained, read_at: datetime | None) -> Head:
    return Head(
        node_id=node_id,
        space_id=space.id,
        kind=HeadKind.PROBE if trained.probe else HeadKind.PROTOTYPE,
        revision=1,
        weights=trained.linear.weights,
        bias=trained.linear.bias,
        prior=trained.prior,
        threshold=trained.threshold,
        slope=trained.slope,
        examples=int(trained.figures["examples"]) + int(trained.figures["refused"]),
        figures=trained.figures,
        trained_at=read_at,
    )


def _beside(ids: NDArray[np.int64], others: Collection[int]) -> NDArray[np.bool_]:
    """Which of the ids are none of the others."""
    return np.asarray(~np.isin(ids, np.fromiter(others, np.int64, len(others))))


def _like(yes: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.floating]:
    """Those of the others that are most like the examples."""
    if not len(others):
        return others
    near = (others.astype(np.float32) @ yes.astype(np.float32).T).max(axis=1)
    return others[np.argsort(-near, kind="stable")[:HARD]]


def _surest(ids: NDArray[np.int64], order: NDArray[np.floating], count: int, most: int) -> tuple[int, ...]:
    return tuple(ids[np.argsort(-order, kind="stable")[: min(count, most)]].tolist())
