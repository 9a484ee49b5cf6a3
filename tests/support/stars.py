"""Groups in which every member is a copy of the group's keeper, so that nothing is chained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


def stars(count: int, a: Indices, b: Indices, rank: Indices) -> Indices:
    """Who keeps whom.

    Again and again the best-ranked free node that has a free neighbour becomes a keeper and takes its free neighbours.
    A pass over the nodes from best to worst does that, since a node without free neighbours never gets any.

    Args:
        count: nodes, numbered from 0.
        a: one end of each edge; edges may come in any order and direction, and more than once.
        b: the other end.
        rank: of each node, all different; the smallest is the best.

    Returns:
        The keeper of each node: itself for keepers, -1 for nodes that are in no group.
    """
    keeper = np.full(count, -1, np.int64)
    starts, neighbours = _neighbours(count, a, b)
    order = np.argsort(rank, kind="stable")
    for node in order[np.diff(starts)[order] > 0]:
        if keeper[node] >= 0:
            continue
        around = neighbours[starts[node] : starts[node + 1]]
        free = around[keeper[around] < 0]
        if len(free):
            keeper[free] = node
            keeper[node] = node
    return keeper


def _neighbours(count: int, a: Indices, b: Indices) -> tuple[Indices, Indices]:
    """Compressed rows: where each node's neighbours start, and the neighbours."""
    keep = a != b
    ends = np.concatenate([a[keep], b[keep]]), np.concatenate([b[keep], a[keep]])
    order = np.argsort(ends[0], kind="stable")
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(ends[0], minlength=count), out=starts[1:])
    return starts, ends[1][order]
