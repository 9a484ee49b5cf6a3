"""Ask people about what the tagger is in doubt of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lumina.domain.card import ImageCard
from lumina.domain.taxonomy import NodeKind
from lumina.services import taxonomy
from lumina.store import Row, Transaction, cards, catalogs, doubts, heads, spaces, vectors
from lumina.store import taxonomy as tree
from lumina.vision.heads import diverse

NODES = 50
"""Nodes that are listed."""
LOOKED_AT = 200
"""Doubts of one node, the nearest to its threshold, among which those are chosen that differ."""
AT_LEAST = 5
"""Questions about one node before the next one comes, where no node is asked for."""


@dataclass(frozen=True, slots=True)
class Question:
    """An image and a node that may hold for it."""

    node_id: int
    name: str
    path: tuple[str, ...]
    image: ImageCard
    confidence: float
    question: str


@dataclass(frozen=True, slots=True)
class NodeOfDoubts:
    """A node with images that wait for a person; `proposal`: whether a head waits for being applied."""

    id: int
    name: str
    path: tuple[str, ...]
    doubts: int
    proposal: bool


def queue(
    tx: Transaction, model: str, *, node: int | None = None, catalog: UUID | None = None, limit: int = 20
) -> tuple[list[Question], list[NodeOfDoubts]]:
    """Questions that differ from each other, the most doubtful first, and the nodes that have any.

    Args:
        tx: the transaction.
        model: by whose vectors images are said to differ.
        node: only this one.
        catalog: only images of this one.
        limit: questions at most.

    Raises:
        NotFound: there is no such node or catalog.
    """
    if catalog is not None:
        catalogs.get(tx, catalog)
    if node is not None:
        node = taxonomy.resolve(tx, node)
    open_ = doubts.nodes(tx, catalog, NODES)
    waiting = heads.waiting(tx)
    names = tree.paths(tx, {*open_, *waiting, *([] if node is None else [node])})
    asked = [node] if node is not None else list(open_)
    found = _questions(tx, model, asked, names, catalog, limit)
    listed = [*open_, *(each for each in waiting if each not in open_)]
    return found, [
        NodeOfDoubts(each, names[each][-1], names[each], open_.get(each, 0), each in waiting) for each in listed
    ]


def _questions(
    tx: Transaction,
    model: str,
    nodes: Sequence[int],
    names: dict[int, tuple[str, ...]],
    catalog: UUID | None,
    limit: int,
) -> list[Question]:
    each = limit if len(nodes) == 1 else max(AT_LEAST, limit // max(len(nodes), 1))
    rows: list[tuple[int, Row]] = []
    for node in nodes:
        if len(rows) >= limit:
            break
        near = doubts.of(tx, node, catalog, LOOKED_AT)
        rows += [(node, row) for row in _different(tx, model, near, min(each, limit - len(rows)))]
    shown = cards.cards(tx, {row["image_id"] for _, row in rows})
    kinds = tree.nodes(tx, {node for node, _ in rows})
    return [
        Question(
            node,
            names[node][-1],
            names[node],
            shown[row["image_id"]],
            row["confidence"],
            _asked(names[node][-1], kinds[node].kind),
        )
        for node, row in rows
        if row["image_id"] in shown and node in kinds
    ]


def _asked(name: str, kind: NodeKind) -> str:
    return f"Is this {name}?" if kind is NodeKind.ENTITY else f'Does this show "{name}"?'


def _different(tx: Transaction, model: str, rows: Sequence[Row], count: int) -> list[Row]:
    """Some of the rows whose images differ, in the order in which they are worth asking."""
    space = spaces.live(tx, model)
    if space is None or len(rows) <= count:
        return list(rows[:count])
    ids, matrix = vectors.load(tx, space, [row["image_id"] for row in rows])
    place = {image: at for at, image in enumerate(ids.tolist())}
    known = [row for row in rows if row["image_id"] in place]
    return [known[at] for at in diverse(matrix[[place[row["image_id"]] for row in known]], count)]
