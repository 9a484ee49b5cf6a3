"""The ledger's rows: what came of each stage for each image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lumina.domain.work import Status
from lumina.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one stage for one image.

    Attributes:
        basis: what a done picture stage was computed from, its `render_key`.
        code, note: cause and reason of a failure, or a remark on a result.
    """

    image_id: int
    stage: str
    version: int
    status: Status
    basis: bytes | None = None
    code: str | None = None
    note: str | None = None


def declare(tx: Transaction, versions: Mapping[str, int]) -> None:
    """Make the stages of this program known to the database; numbers stay with their names for ever."""
    for name, version in versions.items():
        tx.execute(
            """INSERT INTO stage (id, name, version)
            VALUES ((SELECT coalesce(max(id), 0) + 1 FROM stage), :name, :version)
            ON CONFLICT (name) DO UPDATE SET version = excluded.version WHERE stage.version <> excluded.version""",
            name=name,
            version=version,
        )


def unchanged(tx: Transaction, revisions: Mapping[int, int]) -> frozenset[int]:
    """Lock these images until the end of the transaction; returns those still at the given revision."""
    rows = tx.rows(
        """SELECT id, revision FROM image WHERE id = ANY(:ids) AND (missing_since IS NULL OR awaited)
        ORDER BY id FOR NO KEY UPDATE""",
        ids=sorted(revisions),
    )
    return frozenset(row["id"] for row in rows if revisions[row["id"]] == row["revision"])


def lock(tx: Transaction, image_ids: Sequence[int]) -> list[int]:
    """Lock images until the end of the transaction; returns those that exist."""
    rows = tx.rows("SELECT id FROM image WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE", ids=list(image_ids))
    return [row["id"] for row in rows]


def record(tx: Transaction, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes, the latest one of an image and stage winning. The caller has locked the images."""
    if not outcomes:
        return
    tx.execute(
        """
        INSERT INTO stage_state (image_id, stage_id, version, status, basis, code, note)
        SELECT o.image_id, stage.id, o.version, o.status, o.basis, o.code, o.note
        FROM unnest(CAST(:images AS bigint[]), CAST(:stages AS text[]), CAST(:versions AS smallint[]),
            CAST(:statuses AS smallint[]), CAST(:bases AS bytea[]), CAST(:codes AS text[]), CAST(:notes AS text[]))
            AS o (image_id, stage, version, status, basis, code, note)
        JOIN stage ON stage.name = o.stage
        ORDER BY o.image_id, stage.id
        ON CONFLICT (image_id, stage_id) DO UPDATE SET version = excluded.version, status = excluded.status,
            basis = excluded.basis, code = excluded.code, note = excluded.note,
            attempts = CASE WHEN excluded.status = 1 THEN 1 ELSE least(stage_state.attempts + 1, 32767) END
        """,
        images=[o.image_id for o in outcomes],
        stages=[o.stage for o in outcomes],
        versions=[o.version for o in outcomes],
        statuses=[o.status.value for o in outcomes],
        bases=[o.basis for o in outcomes],
        codes=[o.code for o in outcomes],
        notes=[None if o.note is None else o.note.replace("\0", "\N{REPLACEMENT CHARACTER}")[:2000] for o in outcomes],
    )
