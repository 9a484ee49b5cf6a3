"""What nodes are recognised by in spaces of vectors: what models bring along, and what people have taught."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

import numpy as np

from lumina.domain.recognition import GIVEN, LEARNT, Head, HeadKind
from lumina.domain.vectors import Space
from lumina.store.database import Row, Transaction

_COLUMNS = (
    "node_id, space_id, kind, revision, weights, bias, prior, threshold, slope, applied, proposed, examples, figures,"
    " trained_at"
)
_LEARNT = [kind.value for kind in LEARNT]
_GIVEN = [kind.value for kind in GIVEN]


def stamp(tx: Transaction, space: Space) -> tuple[int, ...]:
    """Changes with whatever a space's images are recognised by: heads that are applied, and the tree.

    It takes some milliseconds. The tree counts with where its nodes stand, what they were merged into, and the
    thresholds that people have set.
    """
    tree: int = tx.value(
        """SELECT coalesce(sum(hashtextextended(concat_ws(' ', id, ltree2text(path), coalesce(target_id, 0),
            coalesce(threshold, -1)), 0)), 0) FROM taxonomy_node"""
    )
    return mark(tx, space), int(tree)


def mark(tx: Transaction, space: Space) -> int:
    """Changes with the heads that are applied in a space."""
    found: int = tx.value(
        """SELECT coalesce(sum(hashtextextended(concat_ws(' ', node_id, kind, revision, trained_at), 0)), 0)
        FROM head WHERE space_id = :space AND applied""",
        space=space.id,
    )
    return int(found)


def applied(tx: Transaction, space: Space) -> list[Head]:
    """All heads of a space that are in force, of nodes that are still there."""
    rows = tx.rows(
        f"""SELECT {_prefixed("h")} FROM head h JOIN taxonomy_node n ON n.id = h.node_id AND NOT n.removed
        WHERE h.space_id = :space AND h.applied ORDER BY h.node_id, h.kind""",
        space=space.id,
    )
    return [_head(row) for row in rows]


def applied_of(tx: Transaction, node_id: int) -> Head | None:
    """The learnt head of a node that is in force."""
    return _one(tx, "node_id = :node AND applied AND kind = ANY(:kinds)", node_id)


def proposal(tx: Transaction, node_id: int) -> Head | None:
    """What was trained for a node and waits for a person."""
    return _one(tx, "node_id = :node AND proposed AND kind = ANY(:kinds)", node_id)


def last(tx: Transaction, node_id: int) -> Head | None:
    """The newest learnt head of a node, whatever has become of it."""
    return _one(tx, "node_id = :node AND kind = ANY(:kinds)", node_id)


def _one(tx: Transaction, where: str, node_id: int) -> Head | None:
    row = tx.row(
        f"SELECT {_COLUMNS} FROM head WHERE {where} ORDER BY revision DESC LIMIT 1", node=node_id, kinds=_LEARNT
    )
    return None if row is None else _head(row)


def waiting(tx: Transaction, node_ids: Collection[int] | None = None) -> dict[int, Head]:
    """Node -> its proposal, for all nodes or some that are still there."""
    rows = tx.rows(
        f"""SELECT {_prefixed("h")} FROM head h JOIN taxonomy_node n ON n.id = h.node_id AND NOT n.removed
        WHERE h.proposed AND (CAST(:ids AS bigint[]) IS NULL OR h.node_id = ANY(:ids)) ORDER BY h.revision""",
        ids=None if node_ids is None else list(node_ids),
    )
    return {row["node_id"]: _head(row) for row in rows}


def propose(tx: Transaction, head: Head) -> Head:
    """Keep what was trained as the node's proposal, in place of an older one; its revision is the next one."""
    tx.execute("SELECT 1 FROM taxonomy_node WHERE id = :node FOR NO KEY UPDATE", node=head.node_id)
    discard(tx, head.node_id)
    row = tx.row(
        f"""INSERT INTO head (node_id, space_id, kind, revision, weights, bias, prior, threshold, slope, proposed,
            examples, figures, trained_at)
        SELECT :node, :space, :kind, coalesce(max(revision), 0) + 1, :weights, :bias, :prior, :threshold, :slope, true,
            :examples, CAST(:figures AS jsonb), coalesce(CAST(:trained_at AS timestamptz), clock_timestamp())
        FROM head WHERE node_id = :node AND kind = ANY(:kinds) RETURNING {_COLUMNS}""",
        kinds=_LEARNT,
        trained_at=head.trained_at,
        **_values(head),
    )
    assert row is not None
    return _head(row)


def discard(tx: Transaction, node_id: int) -> bool:
    """Drop a node's proposal; False where it has none."""
    return bool(tx.execute("DELETE FROM head WHERE node_id = :node AND proposed", node=node_id).rowcount)


def give(tx: Transaction, space: Space, kind: HeadKind, heads: Sequence[Head]) -> None:
    """Keep what a model brings along for a space, in place of what it brought before."""
    tx.execute(
        "DELETE FROM head WHERE space_id = :space AND kind = :kind AND node_id <> ALL(CAST(:nodes AS bigint[]))",
        space=space.id,
        kind=kind.value,
        nodes=[head.node_id for head in heads],
    )
    for head in heads:
        tx.execute(
            """INSERT INTO head (node_id, space_id, kind, weights, bias, prior, threshold, slope, applied, examples,
                figures)
            VALUES (:node, :space, :kind, :weights, :bias, :prior, :threshold, :slope, true, :examples,
                CAST(:figures AS jsonb))
            ON CONFLICT (node_id, space_id, kind, revision) DO UPDATE SET weights = excluded.weights,
                bias = excluded.bias, threshold = excluded.threshold, slope = excluded.slope,
                figures = excluded.figures, trained_at = excluded.trained_at""",
            **_values(head),
        )


def measured(tx: Transaction, space: Space) -> int | None:
    """How many vectors a space had when the thresholds of what its model brings along were measured; None: never."""
    found = tx.value(
        "SELECT max(CAST(figures ->> 'size' AS bigint)) FROM head WHERE space_id = :space AND kind = ANY(:kinds)",
        space=space.id,
        kinds=_GIVEN,
    )
    return None if found is None else int(found)


def learnt_elsewhere(tx: Transaction, space: Space) -> list[int]:
    """Nodes whose applied head belongs to another space, by rising id: what was taught to another model."""
    rows = tx.rows(
        """SELECT DISTINCT h.node_id FROM head h JOIN taxonomy_node n ON n.id = h.node_id AND NOT n.removed
        WHERE h.applied AND h.kind = ANY(:kinds) AND h.space_id <> :space ORDER BY h.node_id""",
        kinds=_LEARNT,
        space=space.id,
    )
    return [row["node_id"] for row in rows]


def of_action(tx: Transaction, action_id: int) -> list[int]:
    """Nodes whose applied head an action has changed, by rising id."""
    rows = tx.rows(
        "SELECT DISTINCT key FROM journal WHERE action_id = :action AND field = 'head' ORDER BY key", action=action_id
    )
    return [row["key"] for row in rows]


def _prefixed(alias: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in _COLUMNS.split(","))


def _values(head: Head) -> dict[str, object]:
    return {
        "node": head.node_id,
        "space": head.space_id,
        "kind": head.kind.value,
        "weights": np.ascontiguousarray(head.weights, "<f4").tobytes(),
        "bias": head.bias,
        "prior": head.prior,
        "threshold": head.threshold,
        "slope": head.slope,
        "examples": head.examples,
        "figures": json.dumps(dict(head.figures)),
    }


def _head(row: Row) -> Head:
    return Head(**{**row, "kind": HeadKind(row["kind"]), "weights": np.frombuffer(row["weights"], "<f4")})
