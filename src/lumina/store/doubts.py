"""Images about which heads are in doubt, for people to decide. What a person has judged is never among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from lumina.domain.recognition import Doubt
from lumina.store.database import Row, Transaction


def of_images(tx: Transaction, said: Mapping[int, Sequence[Doubt]]) -> None:
    """Keep what is in doubt of these images, in place of what was. The caller has locked them."""
    tx.execute("DELETE FROM doubt WHERE image_id = ANY(:ids)", ids=list(said))
    _add(tx, [(image, doubt) for image, doubts in said.items() for doubt in doubts])


def of_node(tx: Transaction, node_id: int, said: Mapping[int, Doubt]) -> None:
    """Keep what is in doubt of a node, in place of what was."""
    tx.execute("DELETE FROM doubt WHERE node_id = :node", node=node_id)
    _add(tx, sorted(said.items()))


def _add(tx: Transaction, rows: Collection[tuple[int, Doubt]]) -> None:
    if not rows:
        return
    tx.execute(
        """INSERT INTO doubt (node_id, image_id, confidence, distance)
        SELECT d.node, d.image, d.confidence, d.distance FROM unnest(CAST(:nodes AS bigint[]),
            CAST(:images AS bigint[]), CAST(:confidences AS real[]), CAST(:distances AS real[]))
            d (node, image, confidence, distance) JOIN image i ON i.id = d.image ORDER BY d.node, d.image
        ON CONFLICT (node_id, image_id) DO UPDATE
        SET confidence = excluded.confidence, distance = excluded.distance""",
        nodes=[doubt.node_id for _, doubt in rows],
        images=[image for image, _ in rows],
        confidences=[doubt.confidence for _, doubt in rows],
        distances=[doubt.distance for _, doubt in rows],
    )


_OPEN = """doubt d JOIN taxonomy_node n ON n.id = d.node_id JOIN taxonomy_node t ON t.id = n.target_id
    JOIN image i ON i.id = d.image_id AND i.shown
    WHERE (CAST(:catalog AS uuid) IS NULL OR i.catalog_id = :catalog)
      AND NOT EXISTS (SELECT FROM verdict v JOIN taxonomy_node s ON s.id = v.node_id
        JOIN taxonomy_node j ON j.id = s.target_id
        WHERE v.image_id = d.image_id AND CASE WHEN v.yes THEN j.path <@ t.path ELSE j.path @> t.path END)"""


def nodes(tx: Transaction, catalog: UUID | None, limit: int) -> dict[int, int]:
    """Node -> how many of its images wait for a person; those with most first."""
    rows = tx.rows(
        f"SELECT t.id, count(DISTINCT d.image_id) AS doubts FROM {_OPEN}"
        " GROUP BY t.id ORDER BY doubts DESC, t.id LIMIT :limit",
        catalog=catalog,
        limit=limit,
    )
    return {row["id"]: row["doubts"] for row in rows}


def of(tx: Transaction, node_id: int, catalog: UUID | None, limit: int) -> Sequence[Row]:
    """image_id, confidence, distance of what waits at a node, the nearest to its threshold first."""
    return tx.rows(
        f"""SELECT d.image_id, min(d.confidence) AS confidence, min(d.distance) AS distance FROM {_OPEN}
        AND t.id = :node GROUP BY d.image_id ORDER BY distance, d.image_id LIMIT :limit""",
        catalog=catalog,
        node=node_id,
        limit=limit,
    )
