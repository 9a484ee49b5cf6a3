"""Put the starting tree into the database, once, and later what a newer version adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from lumina.domain.everyday import Seed
from lumina.domain.taxonomy import Origin, folded
from lumina.store import taxonomy
from lumina.store.database import Transaction


def seed(tx: Transaction, seeds: Sequence[Seed]) -> int:
    """Add the nodes whose keys were never there; returns how many.

    What people have renamed, moved, merged or removed stays so: it is found by its key. A node that would stand below
    one that was removed comes below the next one above that; one whose name is taken there is merged into that node.

    Args:
        tx: the transaction.
        seeds: parents before those below them.
    """
    if not _missing(tx, seeds):
        return 0
    taxonomy.lock_tree(tx)
    missing = _missing(tx, seeds)
    parents = {each.key: each.parent for each in seeds}
    depth = {each.key: _depth(parents, each.key) for each in seeds}
    new = sorted((each for each in seeds if each.key in missing), key=lambda each: depth[each.key])
    called = {(place.parent, folded(place.name)): node for node, place in taxonomy.places(tx).items() if place.live}
    for _, level in groupby(new, key=lambda each: depth[each.key]):
        _add(tx, list(level), parents, called)
    return len(new)


def _missing(tx: Transaction, seeds: Sequence[Seed]) -> set[str]:
    rows = tx.rows("SELECT key FROM taxonomy_node WHERE key IS NOT NULL")
    return {each.key for each in seeds} - {row["key"] for row in rows}


def _depth(parents: dict[str, str | None], key: str) -> int:
    parent = parents[key]
    return 0 if parent is None else 1 + _depth(parents, parent)


def _add(
    tx: Transaction,
    level: Sequence[Seed],
    parents: dict[str, str | None],
    called: dict[tuple[int | None, str], int],
) -> None:
    there = taxonomy.by_keys(tx, [key for key in parents if key is not None])
    above = {each.key: _live(there, parents, each.parent) for each in level}
    same = {each.key: called.get((above[each.key], folded(each.name))) for each in level}
    rows = tx.rows(
        """INSERT INTO taxonomy_node (parent_id, name, key, origin, removed, merged_into)
        SELECT parent, name, key, :origin, same IS NOT NULL, same
        FROM unnest(CAST(:parents AS bigint[]), CAST(:names AS text[]), CAST(:keys AS text[]), CAST(:same AS bigint[]))
            AS s (parent, name, key, same) RETURNING id, key""",
        origin=Origin.LUMINA.value,
        parents=[above[each.key] for each in level],
        names=[each.name for each in level],
        keys=[each.key for each in level],
        same=[same[each.key] for each in level],
    )
    ids = {row["key"]: row["id"] for row in rows}
    called |= {(above[e.key], folded(e.name)): ids[e.key] for e in level if same[e.key] is None}
    spoken = [(ids[each.key], language, name) for each in level for language, name in each.names]
    tx.execute(
        """INSERT INTO taxonomy_name (node_id, language, name)
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:languages AS text[]), CAST(:names AS text[]))
        ON CONFLICT DO NOTHING""",
        ids=[node for node, _, _ in spoken],
        languages=[language for _, language, _ in spoken],
        names=[name for _, _, name in spoken],
    )


def _live(there: dict[str, int], parents: dict[str, str | None], key: str | None) -> int | None:
    """The node of a key, or the next one above it that is still there; None for the top."""
    while key is not None and key not in there:
        key = parents[key]
    return None if key is None else there[key]
