"""What follows for tags when people's words about images, or the tree itself, change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from lumina.domain.curation import Field
from lumina.store import tag_counts, tags, taxonomy
from lumina.store.database import Transaction

_DECIDES = ("parent", "removed", "merged_into", "threshold")
"""Parts of a node's state that decide about tags; names do not."""


@contextmanager
def around(tx: Transaction, nodes: Mapping[int, Mapping[str, Any]], images: Collection[int]) -> Iterator[None]:
    """Within, the journal brings `nodes` into these states and writes verdicts on `images`; then tags are settled."""
    if not nodes:
        if images:
            taxonomy.hold_tree(tx)
        yield
        tags.settle(tx, images)
        return
    taxonomy.lock_tree(tx)
    touched = sorted({*images, *touched_by(tx, _deciding(tx, nodes))})
    tags.lock(tx, touched)  # one that is removed between the two counts would be taken out twice
    tag_counts.take_out(tx, touched)
    yield
    tags.settle(tx, touched, counted=True)
    tag_counts.put_in(tx, touched)


def around_undo(tx: Transaction, action_id: int, fields: Sequence[Field]) -> AbstractContextManager[None]:
    """As `around`, for what undoing these fields of an action changes.

    While a head is exchanged nobody saves what was recognised by the one before.
    """
    if Field.HEAD in fields:
        taxonomy.lock_tree(tx)
    return around(tx, _before(tx, action_id, fields), _judged(tx, action_id, fields))


def _before(tx: Transaction, action_id: int, fields: Sequence[Field]) -> dict[int, Mapping[str, Any]]:
    if Field.NODE not in fields:
        return {}
    rows = tx.rows(
        "SELECT DISTINCT ON (key) key, before FROM journal WHERE action_id = :action AND field = :field"
        " ORDER BY key, id",
        action=action_id,
        field=Field.NODE.value,
    )
    return {row["key"]: row["before"] for row in rows}


def _judged(tx: Transaction, action_id: int, fields: Sequence[Field]) -> list[int]:
    if Field.VERDICT not in fields:
        return []
    rows = tx.rows(
        "SELECT DISTINCT image_id FROM journal WHERE action_id = :action AND field = :field",
        action=action_id,
        field=Field.VERDICT.value,
    )
    return [row["image_id"] for row in rows]


def touched_by(tx: Transaction, node_ids: Collection[int]) -> list[int]:
    """Images of which something is said with these nodes, nodes below them, or nodes that were merged into those."""
    rows = tx.execute(
        f"""{_REGION} SELECT image_id FROM label WHERE node_id IN (SELECT id FROM region)
        UNION SELECT image_id FROM verdict WHERE node_id IN (SELECT id FROM region) ORDER BY image_id""",
        ids=list(node_ids),
    ).all()
    return [row[0] for row in rows]


_REGION = """WITH RECURSIVE region AS (
    SELECT id FROM taxonomy_node WHERE id = ANY(CAST(:ids AS bigint[]))
    UNION
    SELECT n.id FROM region r JOIN taxonomy_node n ON n.parent_id = r.id OR n.merged_into = r.id
)"""


def overridden(tx: Transaction, merged: Mapping[int, int | None]) -> int:
    """Images of which people have said the opposite of a node and of the one that it is to be merged into."""
    pairs = [(node, into) for node, into in merged.items() if into is not None]
    found: int = tx.value(
        """SELECT count(DISTINCT v.image_id) FROM unnest(CAST(:nodes AS bigint[]), CAST(:targets AS bigint[])) m (a, b)
        JOIN verdict v ON v.node_id = m.a JOIN verdict t ON t.node_id = m.b AND t.image_id = v.image_id
        WHERE t.yes <> v.yes""",
        nodes=[node for node, _ in pairs],
        targets=[into for _, into in pairs],
    )
    return found


def _deciding(tx: Transaction, nodes: Mapping[int, Mapping[str, Any]]) -> list[int]:
    """Those of the nodes that are to be changed in what decides about tags."""
    rows = tx.rows(
        "SELECT id, parent_id AS parent, removed, merged_into, threshold FROM taxonomy_node WHERE id = ANY(:ids)",
        ids=list(nodes),
    )
    return [row["id"] for row in rows if any(row[part] != nodes[row["id"]][part] for part in _DECIDES)]
