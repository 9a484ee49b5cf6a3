"""What was recognised in images, as labels and tags; what people have said stands whatever comes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lumina.domain.recognition import Recognised
from lumina.domain.taxonomy import Evidence, LabelSource
from lumina.domain.vectors import Space
from lumina.store import doubts, spaces, tags
from lumina.store.database import Transaction
from lumina.store.inputs import Input


def save_recognised(tx: Transaction, results: Sequence[tuple[Input, Recognised]]) -> None:
    """The saver of the stage that tags."""
    save(tx, {source.image_id: result for source, result in results})


def save(tx: Transaction, results: dict[int, Recognised]) -> int:
    """Labels in place of what the same model said before, of whatever version, and the tags that follow from them.

    The caller holds the tree (`taxonomy.hold_tree`); the images are locked.

    Returns:
        How many images are said something else of than before.
    """
    changed: list[int] = []
    for model in sorted({result.model for result in results.values()}):
        of_model = {image: result for image, result in results.items() if result.model == model}
        rows = [
            Evidence(image, node, LabelSource.MODEL, model, result.version, min(max(confidence, 0.0), 1.0))
            for image, result in of_model.items()
            for node, confidence in dict(reversed(result.labels)).items()
        ]
        changed += tags.replace_labels(tx, of_model.keys(), LabelSource.MODEL, model, rows)
    tags.settle(tx, changed)
    doubts.of_images(tx, {image: result.doubts for image, result in results.items()})
    return len(changed)


def due(tx: Transaction, space: Space, catalog_id: UUID, stage: str, version: int, *, everything: bool) -> list[int]:
    """Ids of a catalog's images with a vector whose row of this stage is missing, stale or of an older version; or all.

    An image that failed before is due again, since a vector is all that it takes.
    """
    rows = tx.rows(
        f"""SELECT v.image_id FROM {spaces.table(space)} v JOIN image i ON i.id = v.image_id
        WHERE i.catalog_id = :catalog AND i.missing_since IS NULL AND (:everything OR NOT EXISTS (
            SELECT FROM stage_state s JOIN stage g ON g.id = s.stage_id
            WHERE s.image_id = i.id AND g.name = :stage AND s.status = 1 AND s.version >= :version))
        ORDER BY v.image_id""",
        catalog=catalog_id,
        everything=everything,
        stage=stage,
        version=version,
    )
    return [row["image_id"] for row in rows]
