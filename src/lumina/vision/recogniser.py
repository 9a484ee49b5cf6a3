"""Everything that heads recognise in vectors: a tree of nodes over a classifier's classes, and heads of their own.

A classifier's classes are the leaves: a node's probability is the sum of those below it, so that "dog" is sure where
the breed is not. The nodes stand in the order of a walk through the tree, each before those below it, so that
everything below a node, nodes and classes alike, is one range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lumina.domain.recognition import Doubt, Head, Recognised
from lumina.vision.heads import BLOCK, Matrix, log_odds, scores, sigmoid, softmax

Numbers = NDArray[np.int64]
SURE = 0.5
"""Probability from which a node of a classifier holds where nothing better is known: more likely than not."""
UNSURE = 0.3
"""How far from its threshold a confidence is in doubt."""
DOUBTS = 2
"""Doubts of one image that are kept."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes over the classes of a classifier.

    Attributes:
        nodes: ids, in the order of a walk, each before those below it. last: place of the last node below each.
        first, end: range of each node's classes, in `order`. order: the classes, sorted by where their nodes stand;
            classes that mean no node are left out.
        thresholds: probability from which each node holds.
    """

    nodes: Numbers
    last: Numbers
    first: Numbers
    end: Numbers
    order: Numbers
    thresholds: Matrix

    def place(self, node: int) -> int | None:
        """Where a node stands; None where no class means it or anything below it."""
        found = np.flatnonzero(self.nodes == node)
        return int(found[0]) if len(found) else None


def tree_of(paths: Sequence[tuple[int, ...] | None], thresholds: dict[int, float]) -> Tree:
    """The tree over some classes.

    Args:
        paths: ids from the root to the node that each class means, None for a class that means none.
        thresholds: of nodes; `SURE` for all others.
    """
    meant = [(path, place) for place, path in enumerate(paths) if path]
    meant.sort()
    every = sorted({path[: depth + 1] for path, _ in meant for depth in range(len(path))})
    ordered = [path for path, _ in meant]
    first = [_at(ordered, path) for path in every]
    end = [_at(ordered, (*path[:-1], path[-1] + 1)) for path in every]
    last = [_at(every, (*path[:-1], path[-1] + 1)) - 1 for path in every]
    nodes = [path[-1] for path in every]
    return Tree(
        np.array(nodes, np.int64),
        np.array(last, np.int64),
        np.array(first, np.int64),
        np.array(end, np.int64),
        np.array([place for _, place in meant], np.int64),
        np.array([thresholds.get(node, SURE) for node in nodes], np.float32),
    )


def _at(ordered: Sequence[tuple[int, ...]], path: tuple[int, ...]) -> int:
    """How many of the sorted paths come before this one."""
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if ordered[middle] < path else (low, middle)
    return low


@dataclass(frozen=True, slots=True)
class Recogniser:
    """What is recognised in the vectors of one space.

    Attributes:
        model, version: of the encoder.
        weights, bias: of the classifier for vectors of length 1, k x d and k; without classes 0 x d.
        tree: over its classes.
        heads: of nodes that were taught, or are known by their names.
        thresholds: confidence from which a head's node holds, where a person has set one; else it is one half.
        mute: nodes that are no use as tags.
        mark: of the heads, as the database has it; what is recognised carries it.
    """

    model: str
    version: int
    weights: Matrix
    bias: Matrix
    tree: Tree
    heads: tuple[Head, ...]
    thresholds: dict[int, float]
    mute: frozenset[int] = frozenset()
    mark: int | None = None

    def recognise(self, vectors: NDArray[np.floating]) -> list[Recognised]:
        """What holds for each of n vectors (n x d, of length 1)."""
        found: list[Recognised] = []
        for start in range(0, len(vectors), BLOCK):
            found += self._block(np.asarray(vectors[start : start + BLOCK], np.float32))
        return found

    def probabilities(self, vectors: NDArray[np.floating]) -> Matrix:
        """What the classifier says of all nodes of the tree: n x nodes."""
        if not len(self.tree.order):
            return np.zeros((len(vectors), len(self.tree.nodes)), np.float32)
        chance = softmax(scores(vectors, self.weights, self.bias))[:, self.tree.order]
        sums = np.concatenate([np.zeros((len(chance), 1)), np.cumsum(chance, axis=1, dtype=np.float64)], axis=1)
        return np.asarray(np.clip(sums[:, self.tree.end] - sums[:, self.tree.first], 0, 1), np.float32)

    def of_node(self, vectors: NDArray[np.floating], node: int) -> Matrix | None:
        """What the classifier says of one node, n; None where none of its classes means it."""
        place = self.tree.place(node)
        if place is None:
            return None
        parts = [vectors[start : start + BLOCK] for start in range(0, len(vectors), BLOCK)]
        found = [self.probabilities(part)[:, place] for part in parts]
        return np.concatenate(found) if found else np.empty(0, np.float32)

    def _block(self, vectors: Matrix) -> list[Recognised]:
        chance = self.probabilities(vectors)
        levels = np.broadcast_to(self.tree.thresholds, chance.shape)
        holds = chance >= levels
        judged = [(head, *self._head(head, vectors, chance)) for head in self.heads]
        for head, confident, level in judged:
            place = self.tree.place(head.node_id)
            if place is not None:  # corrected, it decides about what is below it as well
                end = self.tree.last[place] + 1 if head.prior else place + 1
                holds[np.ix_(confident < level, np.arange(place, end))] = False
        own = {place for head in self.heads if (place := self.tree.place(head.node_id)) is not None}
        deepest = _deepest(holds, self.tree)
        unsure = _deepest(np.abs(chance - levels) < np.minimum(UNSURE, levels * 0.8), self.tree)
        for place in own:
            deepest[:, place] = unsure[:, place] = False
        return self._collected(chance, deepest, unsure, judged)

    def _head(self, head: Head, vectors: Matrix, chance: Matrix) -> tuple[Matrix, float]:
        """Confidence of a head, n, and from where on it holds."""
        place = self.tree.place(head.node_id) if head.prior else None
        known = chance[:, place] if place is not None else None
        return confidence(head, vectors, known), self.thresholds.get(head.node_id, 0.5)

    def _collected(
        self,
        chance: Matrix,
        deepest: NDArray[np.bool_],
        unsure: NDArray[np.bool_],
        judged: Sequence[tuple[Head, Matrix, float]],
    ) -> list[Recognised]:
        labels: list[list[tuple[int, float]]] = [[] for _ in chance]
        doubts: list[list[Doubt]] = [[] for _ in chance]
        nodes, levels = self.tree.nodes, self.tree.thresholds
        for row, place in np.argwhere(deepest).tolist():
            if int(nodes[place]) not in self.mute:
                labels[row].append((int(nodes[place]), float(chance[row, place])))
        for row, place in np.argwhere(unsure).tolist():
            if int(nodes[place]) not in self.mute:
                far = abs(float(chance[row, place] - levels[place]))
                doubts[row].append(Doubt(int(nodes[place]), float(chance[row, place]), far))
        for head, confident, level in judged:
            for row in np.flatnonzero(confident >= level).tolist():
                labels[row].append((head.node_id, float(confident[row])))
            for row in np.flatnonzero(np.abs(confident - level) < UNSURE).tolist():
                doubts[row].append(Doubt(head.node_id, float(confident[row]), abs(float(confident[row]) - level)))
        return [
            Recognised(
                self.model,
                self.version,
                tuple(sorted(said, key=lambda label: (-label[1], label[0]))),
                tuple(sorted(unsure_of, key=lambda doubt: doubt.distance)[:DOUBTS]),
                self.mark,
            )
            for said, unsure_of in zip(labels, doubts, strict=True)
        ]


def _deepest(holds: NDArray[np.bool_], tree: Tree) -> NDArray[np.bool_]:
    """Of the nodes that hold, those below which none does: n x nodes."""
    sums = np.concatenate([np.zeros((len(holds), 1), np.int32), np.cumsum(holds, axis=1, dtype=np.int32)], axis=1)
    places = np.arange(len(tree.nodes))
    return np.asarray(holds & (sums[:, tree.last + 1] == sums[:, places + 1]))


def confidence(head: Head, vectors: NDArray[np.floating], known: NDArray[np.floating] | None = None) -> Matrix:
    """How sure a head is of n vectors, 0 to 1, one half at its threshold.

    Args:
        head: with weights of its own.
        vectors: n x d.
        known: what the classifier says of its node, n, where it counts.
    """
    said = scores(vectors, head.weights, head.bias)
    if head.prior and known is not None:
        said = said + np.float32(head.prior) * log_odds(known).astype(np.float32)
    return np.asarray(sigmoid(head.slope * (said - head.threshold)), np.float32)
