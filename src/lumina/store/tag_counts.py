"""How many images each node has, kept by differences: see `taxonomy_delta`."""

from __future__ import annotations

from collections.abc import Sequence

from lumina.store.database import Transaction

PENDING = 4_096
"""From so many differences on they are added up."""


def take_out(tx: Transaction, image_ids: Sequence[int]) -> None:
    """Count these images no longer, by their tags and the tree as they are now."""
    _count(tx, image_ids, -1)


def put_in(tx: Transaction, image_ids: Sequence[int]) -> None:
    """Count these images, by their tags and the tree as they are now."""
    _count(tx, image_ids, 1)


def _count(tx: Transaction, image_ids: Sequence[int], sign: int) -> None:
    if not image_ids:
        return
    tx.execute(
        """WITH tags AS MATERIALIZED (
            SELECT image_id, node_id FROM tag WHERE image_id = ANY(CAST(:ids AS bigint[]))
        ), line AS MATERIALIZED (
            SELECT n.id AS node_id, CAST(unnest(string_to_array(ltree2text(n.path), '.')) AS bigint) AS above
            FROM taxonomy_node n WHERE n.id IN (SELECT node_id FROM tags)
        )
        INSERT INTO taxonomy_delta (node_id, own, images)
        SELECT node_id, :sign * sum(own), :sign * sum(images) FROM (
            SELECT node_id, count(*) AS own, 0 AS images FROM tags GROUP BY node_id
            UNION ALL
            SELECT above, 0, count(DISTINCT image_id) FROM tags JOIN line USING (node_id) GROUP BY above
        ) counted GROUP BY node_id""",
        ids=list(image_ids),
        sign=sign,
    )


def fold(tx: Transaction) -> None:
    """Add up the differences where there are many, unless somebody else is at it."""
    if (tx.value("SELECT max(id) - min(id) FROM taxonomy_delta") or 0) < PENDING:
        return
    if not tx.value("SELECT pg_try_advisory_xact_lock(hashtext('lumina.taxonomy.count'))"):
        return
    tx.execute(
        """WITH gone AS (DELETE FROM taxonomy_delta RETURNING node_id, own, images)
        INSERT INTO taxonomy_count AS c (node_id, own, images)
        SELECT node_id, sum(own), sum(images) FROM gone GROUP BY node_id ORDER BY node_id
        ON CONFLICT (node_id) DO UPDATE SET own = c.own + excluded.own, images = c.images + excluded.images"""
    )
