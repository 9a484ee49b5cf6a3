"""What failed between two moments."""

from __future__ import annotations

from dataclasses import dataclass

from lumina.store.database import Transaction

Marks = frozenset[tuple[int, int, int]]
"""(image, stage, attempts) of every failed or put-off stage: a new try that fails again gets a new mark."""


@dataclass(frozen=True, slots=True)
class FailedFile:
    """One file with one reason, and the stages that it kept from being done.

    Attributes:
        path: absolute, as its source is configured, in stored form; None where the file is gone.
        deferred: true where the reason lies outside the file, so that the next run tries again.
    """

    image_id: int
    path: str | None
    stages: tuple[str, ...]
    code: str | None
    reason: str | None
    deferred: bool


def marks(tx: Transaction) -> Marks:
    """All failures of this moment."""
    rows = tx.rows("SELECT image_id, stage_id, attempts FROM stage_state WHERE status IN (2, 4)")
    return frozenset((row["image_id"], row["stage_id"], row["attempts"]) for row in rows)


def since(tx: Transaction, before: Marks) -> list[FailedFile]:
    """What has failed since, one entry per image and reason, ordered by path."""
    new = sorted(marks(tx) - before)
    if not new:
        return []
    rows = tx.rows(
        """
        SELECT s.image_id, s.code, s.note AS reason, bool_and(s.status = 4) AS deferred,
            array_agg(stage.name ORDER BY stage.id) AS stages, min(original.path) AS path
        FROM unnest(CAST(:images AS bigint[]), CAST(:stages AS smallint[])) AS new (image_id, stage_id)
        JOIN stage_state s USING (image_id, stage_id) JOIN stage ON stage.id = s.stage_id
        LEFT JOIN LATERAL (
            SELECT source.path || '/' || file.path AS path FROM file JOIN source ON source.id = file.source_id
            WHERE file.image_id = s.image_id AND file.role = 'original' ORDER BY file.id LIMIT 1) AS original ON true
        GROUP BY s.image_id, s.code, s.note ORDER BY path, s.image_id
        """,
        images=[image for image, _, _ in new],
        stages=[stage for _, stage, _ in new],
    )
    return [
        FailedFile(
            row["image_id"], row["path"], tuple(row["stages"]), row["code"], row["reason"], deferred=row["deferred"]
        )
        for row in rows
    ]
