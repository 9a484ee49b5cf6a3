"""The tree of what can be sold, in the shape of the seller's taxonomy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """A node; `path`: ids from the root to it."""

    id: int
    name: str
    path: tuple[int, ...]
    children: tuple[Node, ...] = ()


_TREE = (
    (
        (891, "Home & Living"),
        (
            ((1019, "Home Decor"), ((1020, "Vases"), (1021, "Planters & Pots"), (1022, "Candles"))),
            ((1010, "Lighting & Clocks"), ((1023, "Lamps"), (1024, "Wall Clocks"))),
            ((1040, "Textiles"), ((1041, "Cushions"), (1042, "Tea Towels"))),
            (
                (1055, "Kitchen & Dining"),
                ((1057, "Bowls"), (1058, "Carafes & Jugs"), (1059, "Cutting Boards"), (1062, "Mugs")),
            ),
        ),
    ),
    ((66, "Art & Collectibles"), (((1030, "Prints"), ((1031, "Giclée"),)),)),
    ((132, "Bags & Purses"), (((1070, "Totes"), ((1071, "Canvas Totes"),)),)),
    ((1179, "Jewelry"), (((1080, "Everyday"), ((1081, "Earrings"), (1082, "Necklaces"))),)),
)


def _leaf(path: tuple[int, ...], given: tuple[int, str]) -> Node:
    return Node(given[0], given[1], (*path, given[0]))


def _roots() -> Iterator[Node]:
    for (root, title), groups in _TREE:
        middle = tuple(
            Node(id_, name, (root, id_), tuple(_leaf((root, id_), leaf) for leaf in leaves))
            for (id_, name), leaves in groups
        )
        yield Node(root, title, (root,), middle)


ROOTS = tuple(_roots())


def every(nodes: tuple[Node, ...] = ROOTS) -> Iterator[Node]:
    """All nodes, parents before their children."""
    for node in nodes:
        yield node
        yield from every(node.children)


def leaves(taxonomy_id: int) -> frozenset[int]:
    """The node's leaves, or itself; empty where there is no such node."""
    return frozenset(node.id for node in every() if taxonomy_id in node.path and not node.children)
