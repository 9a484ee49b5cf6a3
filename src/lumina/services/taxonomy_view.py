"""Look at the taxonomy: one level, the whole tree, or what has a name."""

from __future__ import annotations

from dataclasses import dataclass

from lumina.domain.card import ImageCard
from lumina.domain.taxonomy import Node
from lumina.store import Transaction, cards, taxonomy

MOST = 100
"""Nodes that a search for a name finds."""
SAMPLES = 4
"""Images that each node of a level is shown with."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A node and some of its images."""

    node: Node
    sample: tuple[ImageCard, ...] = ()


def everything(tx: Transaction, *, empty: bool = True) -> list[Shown]:
    """All nodes, parents before those below them, without samples."""
    return [Shown(node) for node in taxonomy.nodes(tx, empty=empty).values()]


def level(tx: Transaction, parent: int | None, *, empty: bool = False) -> list[Shown]:
    """The nodes right below one, or at the top, by name. Without `empty` only those that people or images have.

    Raises:
        NotFound: there is no such node.
    """
    if parent is not None:
        taxonomy.get(tx, parent)
    return _shown(tx, taxonomy.below(tx, parent), empty=empty)


def called(tx: Transaction, part: str, *, empty: bool = True) -> list[Shown]:
    """Nodes of which a name, in any language, has this part."""
    return _shown(tx, taxonomy.like(tx, part, limit=MOST), empty=empty)


def one(tx: Transaction, node_id: int) -> Shown:
    """One node.

    Raises:
        NotFound: there is none of this id.
    """
    taxonomy.get(tx, node_id)
    return _shown(tx, [node_id], empty=True)[0]


def _shown(tx: Transaction, ids: list[int], *, empty: bool) -> list[Shown]:
    there = taxonomy.nodes(tx, ids, empty=empty)
    samples = taxonomy.samples(tx, [node.id for node in there.values() if node.images], SAMPLES)
    found = cards.cards(tx, {image for some in samples.values() for image in some})
    ordered = [there[node] for node in ids if node in there]
    return [Shown(n, tuple(found[i] for i in samples.get(n.id, ()) if i in found)) for n in ordered]
