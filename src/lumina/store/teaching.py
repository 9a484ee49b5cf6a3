"""What people have said that can be learnt from, and what is safe to learn against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lumina.domain.vectors import Space
from lumina.store import spaces
from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Examples:
    """Images by rising id that people say show a node, and do not show it; as of `read_at`."""

    yes: tuple[int, ...]
    no: tuple[int, ...]
    read_at: datetime | None = None


def examples(tx: Transaction, node_id: int) -> Examples:
    """What people have said of a node.

    A yes on a node below it is one on the node; a no on a node above it is one as well, unless there is a yes. Words on
    nodes that were merged count for what they were merged into, where nothing was said of that itself.
    """
    rows = tx.rows(
        """WITH node AS (SELECT path FROM taxonomy_node WHERE id = :node AND NOT removed), said AS (
            SELECT DISTINCT ON (v.image_id, t.id) v.image_id, t.path, v.yes
            FROM node a JOIN taxonomy_node t ON (t.path <@ a.path OR t.path @> a.path) AND NOT t.removed
            JOIN taxonomy_node n ON n.target_id = t.id JOIN verdict v ON v.node_id = n.id
            ORDER BY v.image_id, t.id, v.node_id = t.id DESC, v.decided_at DESC, v.node_id)
        SELECT s.image_id, bool_or(s.yes AND s.path <@ a.path) AS yes FROM said s, node a
        WHERE CASE WHEN s.yes THEN s.path <@ a.path ELSE s.path @> a.path END
        GROUP BY s.image_id ORDER BY s.image_id""",
        node=node_id,
    )
    return Examples(
        tuple(row["image_id"] for row in rows if row["yes"]),
        tuple(row["image_id"] for row in rows if not row["yes"]),
        tx.value("SELECT now()"),
    )


def words_since(tx: Transaction, node_id: int) -> int:
    """How many words on a node itself are newer than its newest learnt head; all of them where it has none."""
    found: int = tx.value(
        """SELECT count(*) FROM verdict v JOIN taxonomy_node n ON n.id = v.node_id
        WHERE n.target_id = :node AND v.decided_at > coalesce((SELECT max(trained_at) FROM head
            WHERE node_id = :node AND kind IN ('prototype', 'probe')), '-infinity')""",
        node=node_id,
    )
    return found


def shown_by(tx: Transaction, node_id: int) -> list[int]:
    """Images with a tag of a node or one below it, by rising id: none of them is a background for it."""
    rows = tx.rows(
        """SELECT DISTINCT t.image_id FROM taxonomy_node a JOIN taxonomy_node n ON n.path <@ a.path
        JOIN tag t ON t.node_id = n.id WHERE a.id = :node ORDER BY t.image_id""",
        node=node_id,
    )
    return [row["image_id"] for row in rows]


def shown_by_model(tx: Transaction, node_id: int, model: str) -> dict[int, tuple[bool, float]]:
    """Image -> whether the label is of the node itself, and its confidence; of the node or one below it, by a model."""
    rows = tx.rows(
        """SELECT l.image_id, bool_or(n.id = :node) AS own, max(l.confidence) FILTER (WHERE n.id = :node) AS confidence
        FROM taxonomy_node a JOIN taxonomy_node t ON t.path <@ a.path JOIN taxonomy_node n ON n.target_id = t.id
        JOIN label l ON l.node_id = n.id AND l.source = 'model' AND l.model = :model
        WHERE a.id = :node GROUP BY l.image_id""",
        node=node_id,
        model=model,
    )
    return {row["image_id"]: (row["own"], row["confidence"] or 0.0) for row in rows}


def other_things(tx: Transaction, node_id: int, space: Space, *, by_models: bool, limit: int) -> list[int]:
    """Images that show something else, by rising id: nodes that are neither above nor below this one.

    People's words come first. Models' labels count with `by_models` alone: of an entity that has no place among the
    concepts (one dog) any label of a model may speak as well.
    """
    rows = tx.rows(
        f"""SELECT image_id FROM (
            SELECT DISTINCT ON (t.image_id) t.image_id, t.source FROM tag t JOIN taxonomy_node n ON n.id = t.node_id
            JOIN taxonomy_node a ON a.id = :node AND NOT (n.path <@ a.path OR n.path @> a.path)
            JOIN {spaces.table(space)} v ON v.image_id = t.image_id
            WHERE (t.source = 'human' OR (:models AND t.source = 'model'))
              AND NOT EXISTS (SELECT FROM tag o JOIN taxonomy_node m ON m.id = o.node_id
                WHERE o.image_id = t.image_id AND m.path <@ a.path)
            ORDER BY t.image_id, t.source) found
        ORDER BY source, hashint8(image_id) LIMIT :limit""",
        node=node_id,
        models=by_models,
        limit=limit,
    )
    return sorted(row["image_id"] for row in rows)
