"""Puts together what the images of a space are recognised by, and keeps it until something of it changes."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from lumina.domain import everyday
from lumina.domain.model import Classifier
from lumina.domain.recognition import Head, HeadKind
from lumina.domain.vectors import Space
from lumina.inference.models import Models
from lumina.store import Store, Transaction, heads, taxonomy
from lumina.vision.recogniser import Recogniser, tree_of

MUTE = ("other-object", "abstract")
"""Keys of nodes that gather what has no better place, and tell nobody anything as tags."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was put together, and from what."""

    stamp: tuple[int, ...]
    classifier: Classifier | None
    recogniser: Recogniser


class Recognisers:
    """One per process, safe to use from several threads.

    Args:
        store: the database. models: for the classifier. model: the encoder whose vectors are looked at.
    """

    def __init__(self, store: Store, models: Models, model: str) -> None:
        self.store, self.models, self.model = store, models, model
        self._lock = threading.Lock()
        self._kept: dict[int, _Kept] = {}

    def of(self, space: Space) -> Recogniser:
        """What holds now for a space.

        Raises:
            Unavailable: the model is not installed, so that its classifier cannot be asked.
        """
        classifier = self.classifier(space)
        with self._lock, self.store.transaction() as tx:
            stamp = heads.stamp(tx, space)
            kept = self._kept.get(space.id)
            if kept is None or kept.stamp != stamp or kept.classifier is not classifier:
                kept = self._kept[space.id] = _Kept(stamp, classifier, build(tx, space, classifier))
        return kept.recogniser

    def classifier(self, space: Space) -> Classifier | None:
        """The last layer of the space's model; None where it has none, or of another version.

        Raises:
            Unavailable: the model is not installed.
        """
        found = self.models.classifier(space.model)
        return found if found is not None and found.version == space.version else None


def build(tx: Transaction, space: Space, classifier: Classifier | None) -> Recogniser:
    """Everything by which the images of a space are recognised, as the database has it now."""
    known = taxonomy.nodes(tx)
    applied = heads.applied(tx, space)
    thresholds = {head.node_id: head.threshold for head in applied if head.kind is HeadKind.CLASSIFIER}
    thresholds |= {node.id: node.threshold for node in known.values() if node.threshold is not None}
    paths = {} if classifier is None else class_paths(tx, {node.id: node.path for node in known.values()})
    dimensions = space.dimensions
    return Recogniser(
        model=space.model,
        version=space.version,
        weights=np.empty((0, dimensions), np.float32) if classifier is None else _scaled(classifier),
        bias=np.empty(0, np.float32) if classifier is None else classifier.bias,
        tree=tree_of([] if classifier is None else [paths.get(key) for key in classifier.keys], thresholds),
        heads=_chosen(applied, dimensions),
        thresholds={node.id: node.threshold for node in known.values() if node.threshold is not None},
        mute=frozenset(node.id for node in known.values() if node.key in MUTE),
        mark=heads.mark(tx, space),
    )


def _scaled(classifier: Classifier) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(classifier.weights * np.float32(classifier.scale), np.float32)


def _chosen(applied: list[Head], dimensions: int) -> tuple[Head, ...]:
    """The linear heads; what people have taught stands instead of what a name alone says."""
    taught = {head.node_id for head in applied if head.kind in (HeadKind.PROTOTYPE, HeadKind.PROBE)}
    return tuple(
        head
        for head in applied
        if len(head.weights) == dimensions and not (head.kind is HeadKind.PROMPT and head.node_id in taught)
    )


def class_paths(tx: Transaction, live: dict[int, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Class of a model -> ids from the root to the node that it means now.

    A class whose node was removed means the next one above it that is still there.
    """
    parents = {seed.key: seed.parent for seed in everyday.seeds()}
    there = taxonomy.by_keys(tx, list(parents))
    found = {}
    for name, key in everyday.class_keys().items():
        meant: str | None = key
        while meant is not None and there.get(meant) not in live:
            meant = parents[meant]
        if meant is not None:
            found[name] = live[there[meant]]
    return found
