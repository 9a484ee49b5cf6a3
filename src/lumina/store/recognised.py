"""What was recognised in images, as labels and tags; what people have said stands whatever comes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from lumina.domain.curation import Field
from lumina.domain.recognition import Recognised
from lumina.domain.taxonomy import Evidence, LabelSource
from lumina.domain.vectors import Space
from lumina.domain.work import Status
from lumina.errors import Unavailable
from lumina.store import doubts, heads, spaces, tags
from lumina.store.database import Transaction
from lumina.store.inputs import Input


class Outdated(Unavailable):
    """What was recognised was recognised by heads that no longer hold."""


def save_recognised(tx: Transaction, results: Sequence[tuple[Input, Recognised]]) -> None:
    """The saver of the stage that tags."""
    save(tx, {source.image_id: result for source, result in results})


def save(tx: Transaction, results: dict[int, Recognised]) -> int:
    """Labels in place of what the same model said before, of whatever version, and the tags that follow from them.

    The caller holds the tree (`taxonomy.hold_tree`); the images are locked.

    Returns:
        How many images are said something else of than before.

    Raises:
        Outdated: other heads hold by now, and the job that brings labels in line with them may have passed the images.
    """
    changed: list[int] = []
    _check(tx, results.values())
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


def _check(tx: Transaction, results: Collection[Recognised]) -> None:
    for model, version, mark in {(each.model, each.version, each.mark) for each in results}:
        space = spaces.get(tx, model, version)
        if mark is not None and space is not None and heads.mark(tx, space) != mark:
            raise Outdated("What images are recognised by has changed meanwhile: they are looked at once more.")


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


def meant_others(tx: Transaction, action_id: int, stage: str) -> list[UUID]:
    """Make images due for being tagged whose labels were given while an action held that is undone now.

    A class whose node was merged or removed meant another node until then: the one that it was merged into, or the one
    above. Returns the catalogs of these images.
    """
    rows = tx.rows(
        f"""WITH meant AS (
            SELECT DISTINCT CAST(coalesce(j.after ->> 'merged_into', j.after ->> 'parent') AS bigint) AS id,
                a.created_at
            FROM journal j JOIN action a ON a.id = j.action_id WHERE j.action_id = :action AND j.field = :node
              AND CAST(j.after ->> 'removed' AS boolean) AND NOT CAST(j.before ->> 'removed' AS boolean)
        ), said AS (
            SELECT DISTINCT l.image_id FROM meant m JOIN label l ON l.node_id = m.id AND l.source = 'model'
              AND l.created_at > m.created_at
        ), due AS (
            UPDATE stage_state s SET status = {Status.STALE:d} FROM said, stage g
            WHERE s.image_id = said.image_id AND s.stage_id = g.id AND g.name = :stage AND s.status = {Status.DONE:d}
            RETURNING s.image_id
        ) SELECT DISTINCT i.catalog_id FROM due JOIN image i ON i.id = due.image_id ORDER BY i.catalog_id""",
        action=action_id,
        node=Field.NODE.value,
        stage=stage,
    )
    return [row["catalog_id"] for row in rows]
