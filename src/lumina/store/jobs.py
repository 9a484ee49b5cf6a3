"""Jobs: requests and how far they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from lumina.domain.work import Job, JobState
from lumina.errors import Conflict, NotFound
from lumina.store import actions, ledger
from lumina.store.database import Row, Transaction


def create(
    tx: Transaction,
    kind: str,
    catalog_id: UUID | None,
    parameters: Mapping[str, Any],
    *,
    priority: int,
    exclusive_key: str | None = None,
) -> Job:
    """Add a PENDING job without batches.

    Raises:
        Conflict: a job with the same `exclusive_key` has not ended yet.
    """
    row = tx.row(
        """INSERT INTO job (kind, catalog_id, parameters, priority, exclusive_key)
        VALUES (:kind, :catalog, :parameters, :priority, :key)
        ON CONFLICT (exclusive_key) WHERE state IN ('PENDING', 'STARTED') DO NOTHING RETURNING *""",
        kind=kind,
        catalog=catalog_id,
        parameters=json.dumps(dict(parameters)),
        priority=priority,
        key=exclusive_key,
    )
    if row is None:
        running = running_with(tx, exclusive_key or "")
        raise Conflict(f"A job of this kind is already running here: {running.id if running else 'just ended'}.")
    return _job(row)


def running_with(tx: Transaction, exclusive_key: str) -> Job | None:
    """The open job that holds a key."""
    row = tx.row("SELECT * FROM job WHERE exclusive_key = :key AND state IN ('PENDING', 'STARTED')", key=exclusive_key)
    return None if row is None else _job(row)


def get(tx: Transaction, job_id: UUID) -> Job:
    """One job.

    Raises:
        NotFound: there is none of this id (any more).
    """
    row = tx.row("SELECT * FROM job WHERE id = :id", id=job_id)
    if row is None:
        raise NotFound(f"There is no job {job_id}; finished jobs are kept for a limited time.")
    return _job(row)


def listed(
    tx: Transaction,
    *,
    states: Sequence[JobState] = (),
    catalog_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Job]:
    """Jobs, newest first; `before` is the key of the last one seen."""
    rows = tx.rows(
        """SELECT * FROM job
        WHERE (CAST(:states AS text[]) = '{}' OR state = ANY(:states))
          AND (CAST(:catalog AS uuid) IS NULL OR catalog_id = :catalog)
          AND (CAST(:at AS timestamptz) IS NULL OR (created_at, id) < (:at, CAST(:id AS uuid)))
        ORDER BY created_at DESC, id DESC LIMIT :limit""",
        states=[state.value for state in states],
        catalog=catalog_id,
        at=before[0] if before else None,
        id=before[1] if before else None,
        limit=limit,
    )
    return [_job(row) for row in rows]


def request_cancel(tx: Transaction, job_id: UUID) -> Job:
    """Drop what has not begun; what is leased ends by itself, and then the job's finaliser.

    Files that were on their way when a worker was lost are not left half-way: their batches see that through.
    """
    job = locked(tx, job_id)
    if not job.state.ended:
        _drop_what_waits(tx, job_id)
    return get(tx, job_id)


def fail(tx: Transaction, job_id: UUID, result: Mapping[str, Any]) -> None:
    """End a job that makes no sense: FAILURE, and what has not begun is dropped."""
    locked(tx, job_id)
    finish(tx, job_id, JobState.FAILURE, result)
    _drop_what_waits(tx, job_id)


def _drop_what_waits(tx: Transaction, job_id: UUID) -> None:
    tx.execute("UPDATE job SET cancel_requested = true, paused = false WHERE id = :id", id=job_id)
    dropped = tx.execute(
        """UPDATE batch SET state = 'ended', error = 'cancelled' WHERE id IN (
            SELECT id FROM batch WHERE job_id = :id AND state IN ('ready', 'held') AND kind <> 'finalise'
            AND NOT (kind = 'resolve' AND items <> '{}' AND (claimed_at IS NOT NULL OR strikes > 0))
            ORDER BY id FOR UPDATE SKIP LOCKED)""",
        id=job_id,
    ).rowcount
    if dropped:
        ledger.count_off(tx, job_id, batches=dropped)
    tx.execute("UPDATE batch SET state = 'ready' WHERE job_id = :id AND state = 'held'", id=job_id)


def set_paused(tx: Transaction, job_id: UUID, *, paused: bool) -> Job:
    """Hold back what has not begun, or let it go on.

    Raises:
        Conflict: the job has ended.
    """
    job = locked(tx, job_id)
    if job.state.ended:
        raise Conflict(f"Job {job_id} has ended ({job.state}): it cannot be paused or resumed.")
    tx.execute("UPDATE job SET paused = :paused WHERE id = :id", paused=paused, id=job_id)
    tx.execute(
        """UPDATE batch SET state = :after, sent_at = NULL WHERE id IN (
            SELECT id FROM batch WHERE job_id = :id AND state = :before AND kind <> 'finalise'
            ORDER BY id FOR UPDATE SKIP LOCKED)""",
        id=job_id,
        before="ready" if paused else "held",
        after="held" if paused else "ready",
    )
    return get(tx, job_id)


def finish(tx: Transaction, job_id: UUID, state: JobState, result: Mapping[str, Any]) -> bool:
    """Give a job its final state, once; False where it already has one. The action that waited for it is over."""
    changed = tx.execute(
        """UPDATE job SET state = :state, result = :result, finished_at = now(), finalised = finalised + 1,
            started_at = coalesce(started_at, now())
        WHERE id = :id AND finished_at IS NULL""",
        id=job_id,
        state=state.value,
        result=json.dumps(dict(result)),
    )
    actions.settle(tx, job_id)
    return bool(changed.rowcount)


def reach(tx: Transaction, job_id: UUID, done: int, total: int) -> None:
    """Say how far a job is whose work is no number of images to go through; it never goes back."""
    tx.execute(
        "UPDATE job SET total = :total, done = greatest(done, :done) WHERE id = :id AND finished_at IS NULL",
        id=job_id,
        done=min(done, total),
        total=total,
    )


def ask_again(tx: Transaction, job_id: UUID) -> None:
    """Have a job that is under way done once more when it has ended."""
    tx.execute("""UPDATE job SET parameters = parameters || '{"again": true}' WHERE id = :id""", id=job_id)


def merge_result(tx: Transaction, job_id: UUID, result: Mapping[str, Any]) -> None:
    """Add keys to a running job's result."""
    tx.execute(
        "UPDATE job SET result = result || CAST(:result AS jsonb) WHERE id = :id",
        id=job_id,
        result=json.dumps(dict(result)),
    )


def failures(tx: Transaction, job_id: UUID, *, examples: int = 5) -> list[Row]:
    """What failed in a job, grouped by stage and cause: stage, code, the commonest reason, count, examples."""
    return list(
        tx.rows(
            """
            WITH item AS (SELECT DISTINCT unnest(items) AS image_id FROM batch WHERE job_id = :id AND kind = 'work'),
            failed AS (
                SELECT st.name AS stage, s.code, s.note, s.image_id,
                    row_number() OVER (PARTITION BY st.name, s.code ORDER BY s.image_id) AS place
                FROM item JOIN stage_state s USING (image_id) JOIN stage st ON st.id = s.stage_id
                WHERE s.status IN (2, 4))
            SELECT stage, code, mode() WITHIN GROUP (ORDER BY note) AS reason, count(*) AS count,
                coalesce(jsonb_agg(jsonb_build_object('image_id', failed.image_id, 'reason', note, 'path', path))
                    FILTER (WHERE place <= :examples), '[]') AS examples
            FROM failed LEFT JOIN LATERAL (
                SELECT source.path || '/' || file.path AS path FROM file JOIN source ON source.id = file.source_id
                WHERE file.image_id = failed.image_id AND role = 'original' LIMIT 1) AS original ON place <= :examples
            GROUP BY stage, code ORDER BY count(*) DESC, stage, code
            """,
            id=job_id,
            examples=examples,
        )
    )


def failed_images(tx: Transaction, job_id: UUID, code: str | None = None) -> list[int]:
    """The images of a job that have a failed stage, of one cause or of any."""
    rows = tx.rows(
        """SELECT DISTINCT s.image_id FROM (SELECT unnest(items) AS image_id FROM batch WHERE job_id = :id) item
        JOIN stage_state s USING (image_id) WHERE s.status = 2 AND (CAST(:code AS text) IS NULL OR s.code = :code)
        ORDER BY 1""",
        id=job_id,
        code=code,
    )
    return [row["image_id"] for row in rows]


def catalogs_of_work(tx: Transaction, job_id: UUID) -> list[UUID]:
    """The catalogs whose images a job has been working on."""
    rows = tx.rows(
        """SELECT DISTINCT i.catalog_id FROM image i
        WHERE i.id IN (SELECT unnest(items) FROM batch WHERE job_id = :id AND kind = 'work') ORDER BY 1""",
        id=job_id,
    )
    return [row["catalog_id"] for row in rows]


def release_key(tx: Transaction, job_id: UUID) -> None:
    """Let another job take this one's exclusive key."""
    tx.execute("UPDATE job SET exclusive_key = NULL WHERE id = :id", id=job_id)


def prune(tx: Transaction, keep_days: int) -> int:
    """Delete finished jobs, and with them their batches, older than `keep_days`; returns how many."""
    return tx.execute(
        "DELETE FROM job WHERE finished_at < now() - make_interval(days => :days)", days=keep_days
    ).rowcount


def locked(tx: Transaction, job_id: UUID) -> Job:
    """A job, locked until the end of the transaction."""
    tx.execute("SELECT 1 FROM job WHERE id = :id FOR NO KEY UPDATE", id=job_id)
    return get(tx, job_id)


def _job(row: Row) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        catalog_id=row["catalog_id"],
        state=JobState(row["state"]),
        parameters=row["parameters"],
        priority=row["priority"],
        total=row["total"],
        done=row["done"],
        failed=row["failed"],
        pending=row["pending"],
        cancel_requested=row["cancel_requested"],
        paused=row["paused"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        result=row["result"],
    )
