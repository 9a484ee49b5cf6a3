"""Batches and leases: every change of a batch's state, each guarded by its lease token."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lumina.domain.stage import Lane
from lumina.domain.work import Batch, BatchKind
from lumina.errors import LeaseLost
from lumina.store.database import Row, Transaction

MAX_STRIKES = 3
"""A single item that has brought down this many workers is set aside."""

ASKED = """asked AS MATERIALIZED (
            SELECT j.id, j.priority, j.paused, greatest(
                coalesce((SELECT max(turn) FROM batch WHERE job_id = j.id), 0),
                coalesce((SELECT turn - 1 FROM batch WHERE lane = :lane AND state = 'ready' AND priority = j.priority
                          ORDER BY priority DESC, turn LIMIT 1), 0)) AS turn
            FROM job j WHERE j.id = :job AND NOT j.cancel_requested AND j.finished_at IS NULL
            FOR NO KEY UPDATE)"""
"""A job that takes more batches, locked, and the turn after which they come in its lane; no row where it takes none."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who claims: the node's name, and `pid of the worker/pid of its child`."""

    node: str
    name: str


def add(
    tx: Transaction,
    job_id: UUID,
    kind: BatchKind,
    lane: Lane,
    *,
    stages: Sequence[str] = (),
    items: Sequence[Sequence[int]] = ((),),
    payload: Mapping[str, Any] | None = None,
    strikes: int = 0,
    delay_seconds: float = 0,
    count_total: bool = True,
) -> list[int]:
    """Add one batch for each sequence of `items` and count them into the job's `pending` (and its `total`).

    A job that is to be cancelled takes no more.
    """
    if not items:
        return []
    rows = tx.rows(
        f"""
        WITH {ASKED}
        INSERT INTO batch (job_id, kind, lane, stages, items, payload, priority, turn, state, strikes, ready_at)
        SELECT asked.id, :kind, :lane, :stages, ARRAY(SELECT jsonb_array_elements_text(list.value)::bigint), :payload,
            asked.priority, asked.turn + list.ordinality, CASE WHEN asked.paused THEN 'held' ELSE 'ready' END, :strikes,
            now() + make_interval(secs => :delay)
        FROM asked, jsonb_array_elements(CAST(:items AS jsonb)) WITH ORDINALITY AS list
        RETURNING id
        """,
        job=job_id,
        kind=kind.value,
        lane=lane.value,
        stages=list(stages),
        items=json.dumps([list(part) for part in items]),
        payload=json.dumps(dict(payload or {})),
        strikes=strikes,
        delay=delay_seconds,
    )
    if not rows:
        return []
    total = sum(len(part) for part in items) if count_total else 0
    tx.execute(
        "UPDATE job SET pending = pending + :batches, total = total + :total WHERE id = :job",
        batches=len(rows),
        total=total,
        job=job_id,
    )
    return [row["id"] for row in rows]


def claim(tx: Transaction, lane: Lane, hint: int, worker: Worker, lease_seconds: int) -> Batch | None:
    """Lease the best ready batch of a lane: highest priority, then the job whose turn it is.

    `hint` is the batch whose message woke the worker. Marks (`sent_at`) count the messages on their way: where the
    batch that is taken was not marked, another one's mark is used up in its place, the hint's if it has one.
    """
    row = tx.row(
        """
        WITH next AS (
            SELECT id FROM batch
            WHERE state = 'ready' AND lane = :lane AND ready_at <= now()
            ORDER BY priority DESC, turn, id LIMIT 1 FOR UPDATE SKIP LOCKED
        ), before AS (SELECT b.id, b.sent_at FROM batch b JOIN next USING (id))
        UPDATE batch SET state = 'leased', lease_token = gen_random_uuid(), claimed_at = now(),
            lease_until = now() + make_interval(secs => :lease), node = :node, worker = :worker
        FROM before WHERE batch.id = before.id
        RETURNING batch.*, before.sent_at AS was_sent_at,
            (SELECT job.state FROM job WHERE job.id = batch.job_id) AS job_state
        """,
        lane=lane.value,
        lease=lease_seconds,
        node=worker.node,
        worker=worker.name,
    )
    if row is None or row["was_sent_at"] is None:
        _use_up_a_mark(tx, lane, hint)
    if row is None:
        return None
    if row["job_state"] == "PENDING":
        tx.execute(
            "UPDATE job SET state = 'STARTED', started_at = now() WHERE id = :job AND state = 'PENDING'",
            job=row["job_id"],
        )
    return _batch(row)


def _use_up_a_mark(tx: Transaction, lane: Lane, hint: int) -> None:
    tx.execute(
        """UPDATE batch SET sent_at = NULL WHERE id = (
            SELECT id FROM batch WHERE state = 'ready' AND lane = :lane AND sent_at IS NOT NULL
            ORDER BY id = :hint DESC, priority, turn DESC, id DESC LIMIT 1 FOR UPDATE SKIP LOCKED)""",
        lane=lane.value,
        hint=hint,
    )


def renew(tx: Transaction, batch: Batch, lease_seconds: int) -> bool:
    """Prolong a lease; False where it has been lost."""
    changed = tx.execute(
        """UPDATE batch SET lease_until = now() + make_interval(secs => :lease)
        WHERE id = :id AND lease_token = :token AND state = 'leased'""",
        lease=lease_seconds,
        id=batch.id,
        token=batch.token,
    )
    return bool(changed.rowcount)


def hold(tx: Transaction, batch: Batch) -> None:
    """Make sure of the lease until the end of this transaction.

    Raises:
        LeaseLost: somebody else has the batch by now.
    """
    found = tx.value(
        "SELECT id FROM batch WHERE id = :id AND lease_token = :token AND state = 'leased' FOR NO KEY UPDATE",
        id=batch.id,
        token=batch.token,
    )
    if found is None:
        raise LeaseLost(f"Batch {batch.id} was given to another worker; this late result is dropped.")


def end(tx: Transaction, batch: Batch, *, done: int = 0, failed: int = 0, error: str | None = None) -> bool:
    """End a leased batch and count it off its job. Whoever reaches 0 creates the finaliser, once.

    Returns:
        True where this was the job's last batch.

    Raises:
        LeaseLost: the lease token does not match any more; nothing is changed.
    """
    changed = tx.execute(
        """UPDATE batch SET state = 'ended', lease_token = NULL, lease_until = NULL, error = :error
        WHERE id = :id AND lease_token = :token AND state = 'leased'""",
        id=batch.id,
        token=batch.token,
        error=error,
    )
    if not changed.rowcount:
        raise LeaseLost(f"Batch {batch.id} was given to another worker; this late result is dropped.")
    if batch.kind is BatchKind.FINALISE:
        return False
    return count_off(tx, batch.job_id, batches=1, done=done, failed=failed)


def count_off(tx: Transaction, job_id: UUID, *, batches: int, done: int = 0, failed: int = 0) -> bool:
    """Subtract ended batches from a job; at 0 its finaliser is created under a unique key."""
    pending = tx.value(
        """UPDATE job SET pending = pending - :batches, done = done + :done, failed = failed + :failed
        WHERE id = :job RETURNING pending""",
        batches=batches,
        done=done,
        failed=failed,
        job=job_id,
    )
    if pending != 0:
        return False
    tx.execute(
        """INSERT INTO batch (job_id, kind, lane, priority) SELECT id, 'finalise', 'io', priority + 1 FROM job
        WHERE id = :job AND finished_at IS NULL ON CONFLICT DO NOTHING""",
        job=job_id,
    )
    return True


def leased_by(tx: Transaction, node: str, worker: str | None = None) -> list[Batch]:
    """Batches leased by a node, or by one of its workers (a pid; its children's count too)."""
    rows = tx.rows(
        """SELECT * FROM batch WHERE state = 'leased' AND node = :node
        AND (CAST(:worker AS text) IS NULL OR :worker = ANY(string_to_array(worker, '/')))
        ORDER BY id FOR UPDATE SKIP LOCKED""",
        node=node,
        worker=worker,
    )
    return [_batch(row) for row in rows]


def is_leasing(tx: Transaction, node: str, worker: str) -> bool:
    """Whether a node's worker leases any batch, as `leased_by`, also one whose row is locked."""
    return bool(
        tx.value(
            """SELECT EXISTS (SELECT FROM batch WHERE state = 'leased' AND node = :node
            AND :worker = ANY(string_to_array(worker, '/')))""",
            node=node,
            worker=worker,
        )
    )


def expired(tx: Transaction) -> list[Batch]:
    """Batches whose lease has run out by the database's clock."""
    rows = tx.rows(
        """SELECT * FROM batch WHERE state = 'leased' AND lease_until < now()
        ORDER BY id LIMIT 200 FOR UPDATE SKIP LOCKED"""
    )
    return [_batch(row) for row in rows]


def give_back(
    tx: Transaction, batch: Batch, *, strike: bool, error: str | None = None, delay_seconds: float = 0
) -> None:
    """Make a leased batch ready again, or end it where its job is to be cancelled; nothing where the lease is lost.

    What moves files is never ended half-way: it goes on, and leaves what it has not begun itself.
    """
    job = tx.row("SELECT paused, cancel_requested FROM job WHERE id = :job", job=batch.job_id)
    if job is None:
        return
    if job["cancel_requested"] and not (batch.kind is BatchKind.RESOLVE and batch.items):
        with suppress(LeaseLost):
            end(tx, batch, error="cancelled")
        return
    tx.execute(
        """UPDATE batch SET state = :state, lease_token = NULL, lease_until = NULL, sent_at = NULL,
            error = coalesce(:error, error), strikes = strikes + :strike,
            ready_at = now() + make_interval(secs => :delay)
        WHERE id = :id AND lease_token = :token AND state = 'leased'""",
        state="held" if job["paused"] else "ready",
        id=batch.id,
        token=batch.token,
        error=error,
        strike=int(strike),
        delay=delay_seconds,
    )


def take_unsent(tx: Transaction, lane: Lane, window: int) -> list[int]:
    """Mark ready batches of a lane as sent, so many that `window` messages are on their way, and return their ids."""
    rows = tx.rows(
        """
        WITH room AS (
            SELECT :window - count(*) AS free FROM batch WHERE state = 'ready' AND lane = :lane AND sent_at IS NOT NULL
        ), next AS (
            SELECT id FROM batch WHERE state = 'ready' AND lane = :lane AND sent_at IS NULL AND ready_at <= now()
            ORDER BY priority DESC, turn, id LIMIT greatest((SELECT free FROM room), 0) FOR UPDATE SKIP LOCKED
        )
        UPDATE batch SET sent_at = now() FROM next WHERE batch.id = next.id RETURNING batch.id
        """,
        lane=lane.value,
        window=window,
    )
    return sorted(row["id"] for row in rows)


def unsend(tx: Transaction, ids: Sequence[int]) -> None:
    """Take the marks back: these messages could not be sent."""
    tx.execute("UPDATE batch SET sent_at = NULL WHERE id = ANY(:ids) AND state = 'ready'", ids=list(ids))


def forget_lost_messages(tx: Transaction, silent_seconds: float, busy_seconds: float) -> int:
    """Take the marks back in lanes where messages are on their way but nobody has claimed for a while.

    A lost message is harmless through this; a superfluous one only wakes a worker for nothing. A lane whose workers are
    busy is silent for a good reason, so it gets `busy_seconds`.
    """
    changed = tx.execute(
        """
        WITH lane AS (
            SELECT name, now() - make_interval(secs => CASE WHEN EXISTS (
                SELECT 1 FROM batch WHERE state = 'leased' AND lane = name) THEN :busy ELSE :silent END) AS before
            FROM unnest(ARRAY['io', 'cpu', 'gpu']) AS name)
        UPDATE batch SET sent_at = NULL FROM lane
        WHERE state = 'ready' AND batch.lane = lane.name AND sent_at < lane.before AND coalesce(
            (SELECT claimed_at FROM batch b WHERE b.lane = lane.name ORDER BY claimed_at DESC NULLS LAST LIMIT 1),
            '-infinity') < lane.before
        """,
        silent=silent_seconds,
        busy=busy_seconds,
    )
    return changed.rowcount


def prioritise(tx: Transaction, image_ids: Sequence[int], priority: int) -> int:
    """Move the ready batches that hold any of these images to the front; returns how many moved."""
    changed = tx.execute(
        """UPDATE batch SET priority = :priority
        WHERE state = 'ready' AND priority < :priority AND items && CAST(:ids AS bigint[])""",
        ids=list(image_ids),
        priority=priority,
    )
    return changed.rowcount


def is_open(tx: Transaction, job_id: UUID, kind: BatchKind) -> bool:
    """Whether a job has a batch of this kind that has not ended."""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT 1 FROM batch WHERE job_id = :job AND kind = :kind AND state <> 'ended')",
            job=job_id,
            kind=kind.value,
        )
    )


def open_work(tx: Transaction) -> Mapping[str, int]:
    """Number of ready and leased batches for each lane."""
    rows = tx.rows("SELECT lane, count(*) AS n FROM batch WHERE state IN ('ready', 'leased') GROUP BY lane")
    return {row["lane"]: row["n"] for row in rows}


def _batch(row: Row) -> Batch:
    return Batch(
        id=row["id"],
        job_id=row["job_id"],
        kind=BatchKind(row["kind"]),
        lane=Lane(row["lane"]),
        stages=tuple(row["stages"]),
        items=tuple(row["items"]),
        payload=row["payload"],
        strikes=row["strikes"],
        token=row["lease_token"],
    )
