"""What a model brings along for tagging: thresholds of its classifier's nodes, and nodes known by their names alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lumina.domain.recognition import Head, HeadKind
from lumina.domain.taxonomy import Node, NodeKind
from lumina.domain.vectors import Space
from lumina.engine.recognisers import Recognisers
from lumina.store import Store, heads, taxonomy, vectors
from lumina.vision.heads import scores, tail
from lumina.vision.recogniser import SURE, Recogniser
from lumina.vision.training import rate_of

SAMPLE = 4_000
"""Vectors that stand for the whole space."""
LEAST = 50
"""Vectors below which nothing can be said about chance."""
GROWTH = 1.5
"""Thresholds are measured again when a space has grown by this factor."""
HIGHEST = 0.9
"""Threshold of a classifier's node at most."""
WRONG = 0.1
"""Share of a node's tags that may be wrong, going by the classifier's own doubts."""
TEMPLATES = (
    "a photo of a {}",
    "a photo of the {}",
    "a close-up photo of a {}",
    "a photo of a small {}",
    "a photo of a large {}",
    "a blurry photo of a {}",
    "a good photo of a {}",
)
"""Sentences whose vectors are averaged: one alone is not reliable."""
MOST_NAMES = 4
"""Names of one node that are put into sentences."""
TEXTS = 64
"""Sentences that are encoded at once."""


def due(store: Store, space: Space, size: int) -> bool:
    """Whether thresholds of a space that has `size` vectors were never measured, or when it was much smaller."""
    with store.transaction() as tx:
        known = heads.measured(tx, space)
    if known is None:
        return size >= LEAST
    return not known / GROWTH < max(size, LEAST) < max(known, LEAST) * GROWTH


def measure(
    store: Store, recognisers: Recognisers, space: Space, size: int, check: Callable[[], None] = lambda: None
) -> HeadKind | None:
    """Measure the thresholds of a space on a sample of it, and keep them.

    `check` is called now and then and may raise: putting all names into sentences takes minutes the first time.

    Returns:
        What the model brings along; None where it has neither a classifier nor words.

    Raises:
        Unavailable: the model is not installed.
    """
    with store.transaction() as tx:
        _, sample = vectors.sample(tx, space, SAMPLE)
        known = taxonomy.nodes(tx)
        before = {head.node_id: head for head in heads.applied(tx, space) if head.kind is HeadKind.PROMPT}
    if recognisers.classifier(space) is not None:
        kind, found = HeadKind.CLASSIFIER, classified(recognisers.of(space), sample, space, size)
    elif recognisers.models.entry(space.model).text is not None:
        texts = _by_names(recognisers, list(known.values()), before, check)
        kind, found = HeadKind.PROMPT, prompted(texts, sample, space, size)
    else:
        return None
    with store.transaction() as tx:
        taxonomy.lock_tree(tx)  # nobody saves meanwhile what was recognised by the thresholds before
        heads.give(tx, space, kind, found)
    return kind


def classified(recogniser: Recogniser, sample: NDArray[np.floating], space: Space, size: int) -> list[Head]:
    """A head for each node of a classifier: the probability from which few of its tags are wrong."""
    chance = recogniser.probabilities(np.asarray(sample, np.float32))
    nothing = np.empty(0, np.float32)
    return [
        Head(
            node_id=node,
            space_id=space.id,
            kind=HeadKind.CLASSIFIER,
            revision=1,
            weights=nothing,
            bias=0.0,
            threshold=lowest(chance[:, place], size),
            examples=len(sample),
            figures={"size": size},
        )
        for place, node in enumerate(recogniser.tree.nodes.tolist())
    ]


def lowest(chance: NDArray[np.floating], size: int) -> float:
    """The lowest threshold at which few tags of a node would be wrong, if its probabilities are true.

    Of the images above it, each is wrong with what it lacks of 1. These may be one in ten of the tags, or as much of
    the whole sample as chance is allowed anywhere: counting what lies above a quantile would take a common thing for
    chance.

    Args:
        chance: probabilities of the node for a sample.
        size: images that there are.
    """
    for threshold in np.arange(SURE, HIGHEST, 0.05):
        above = chance[chance >= threshold]
        if float((1 - above).sum()) <= max(rate_of(size) * len(chance), WRONG * len(above)):
            return float(threshold)
    return HIGHEST


def prompted(
    texts: dict[int, tuple[str, NDArray[np.float32]]], sample: NDArray[np.floating], space: Space, size: int
) -> list[Head]:
    """A head for each node that is known by its names: above what chance gives."""
    found = []
    for node, (names, weights) in texts.items():
        said = scores(sample, weights)
        level = tail(said, rate_of(size))
        wide = max(level - float(np.median(said)), 1e-4)
        found.append(
            Head(
                node_id=node,
                space_id=space.id,
                kind=HeadKind.PROMPT,
                revision=1,
                weights=weights,
                bias=0.0,
                threshold=level,
                slope=4.0 / wide,
                examples=len(sample),
                figures={"size": size, "names": names},
            )
        )
    return found


def _by_names(
    recognisers: Recognisers, nodes: list[Node], before: dict[int, Head], check: Callable[[], None]
) -> dict[int, tuple[str, NDArray[np.float32]]]:
    """Node -> its names and the direction that they mean; what was encoded before under the same names stays."""
    found: dict[int, tuple[str, NDArray[np.float32]]] = {}
    new: dict[int, tuple[str, list[str]]] = {}
    for node in nodes:
        if node.kind is not NodeKind.CONCEPT:
            continue
        names = called(node)
        key = "|".join(names)
        if node.id in before and before[node.id].figures.get("names") == key:
            found[node.id] = (key, before[node.id].weights)
        else:
            new[node.id] = (key, [template.format(name) for name in names for template in TEMPLATES])
    return found | _encoded(recognisers, new, check)


def called(node: Node) -> list[str]:
    """The English names of a node, the main one first."""
    names = [node.name, *(name for language, name in node.names if language in ("", "en"))]
    return list(dict.fromkeys(name.lower() for name in names))[:MOST_NAMES]


def _encoded(
    recognisers: Recognisers, wanted: dict[int, tuple[str, list[str]]], check: Callable[[], None]
) -> dict[int, tuple[str, NDArray[np.float32]]]:
    if not wanted:
        return {}
    encoder = recognisers.models.text_encoder(recognisers.model)
    sentences = [text for _, texts in wanted.values() for text in texts]
    parts = []
    for start in range(0, len(sentences), TEXTS):
        check()
        parts.append(encoder.encode_text(sentences[start : start + TEXTS]))
    matrix, start = np.concatenate(parts), 0
    found = {}
    for node, (key, texts) in wanted.items():
        mean = matrix[start : start + len(texts)].mean(axis=0)
        found[node] = (key, np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32))
        start += len(texts)
    return found
