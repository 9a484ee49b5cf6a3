"""Actions: what somebody did, one row each, whose changes are in the journal (`lumina.store.journal`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lumina.domain.curation import Action, ActionState
from lumina.errors import NotFound
from lumina.store.database import Row, Transaction


def create(
    tx: Transaction,
    *,
    catalog_id: UUID | None,
    kind: str,
    title: str,
    actor: str,
    parameters: Mapping[str, Any],
    state: ActionState,
    job_id: UUID | None,
) -> Action:
    """Add an action without changes."""
    row = tx.row(
        """INSERT INTO action (catalog_id, kind, title, actor, parameters, state, job_id)
        VALUES (:catalog, :kind, :title, :actor, :parameters, :state, :job) RETURNING *""",
        catalog=catalog_id,
        kind=kind,
        title=title,
        actor=actor,
        parameters=json.dumps(dict(parameters)),
        state=state.value,
        job=job_id,
    )
    assert row is not None
    return _action(row)


def get(tx: Transaction, action_id: int, *, lock: bool = False) -> Action:
    """One action; with `lock` nobody else changes it before the transaction ends.

    Raises:
        NotFound: there is none of this id.
    """
    locked = " FOR NO KEY UPDATE" if lock else ""
    row = tx.row(f"SELECT * FROM action WHERE id = :id{locked}", id=action_id)
    if row is None:
        raise NotFound(f"There is no action {action_id}.")
    return _action(row)


def mark(tx: Transaction, action_id: int, state: ActionState, *, job_id: UUID | None = None) -> Action:
    """Say how far an action is; `job_id` is the job that goes on with it, where there is another one now."""
    tx.execute(
        """UPDATE action SET state = CAST(:state AS text), job_id = coalesce(:job, job_id),
            undone_at = CASE WHEN CAST(:state AS text) = 'undone' THEN now() ELSE undone_at END WHERE id = :id""",
        id=action_id,
        state=state.value,
        job=job_id,
    )
    return get(tx, action_id)


def settle(tx: Transaction, job_id: UUID) -> None:
    """The action that waits for this job is done: whatever has happened of it can be undone."""
    tx.execute(
        """UPDATE action SET state = 'done' WHERE job_id = :job AND state IN ('doing', 'undoing') AND EXISTS (
            SELECT FROM job WHERE job.id = :job AND job.finished_at IS NOT NULL)""",
        job=job_id,
    )


def count(tx: Transaction, action_id: int) -> Action:
    """Count again how many images an action has changed.

    Raises:
        NotFound: there is none of this id.
    """
    row = tx.row(
        "UPDATE action SET images = (SELECT count(DISTINCT image_id) FROM journal WHERE action_id = :id)"
        " WHERE id = :id RETURNING *",
        id=action_id,
    )
    if row is None:
        raise NotFound(f"There is no action {action_id}.")
    return _action(row)


def forget_empty(tx: Transaction, action_id: int) -> bool:
    """Remove an action under which nothing has changed; returns whether it was one."""
    removed = tx.execute(
        "DELETE FROM action a WHERE id = :id AND NOT EXISTS (SELECT FROM journal j WHERE j.action_id = a.id)",
        id=action_id,
    )
    return removed.rowcount > 0


_MATTERS = "(a.state IN ('doing', 'undoing') OR EXISTS (SELECT FROM journal j WHERE j.action_id = a.id))"


def listed(
    tx: Transaction, *, catalog_id: UUID | None = None, before: int | None = None, limit: int = 50
) -> list[Action]:
    """Actions that changed something or are about to, newest first; `before` is the id of the last one seen."""
    rows = tx.rows(
        f"""SELECT * FROM action a WHERE (CAST(:catalog AS uuid) IS NULL OR a.catalog_id = :catalog)
          AND (CAST(:before AS bigint) IS NULL OR a.id < :before) AND {_MATTERS} ORDER BY a.id DESC LIMIT :limit""",
        catalog=catalog_id,
        before=before,
        limit=limit,
    )
    return [_action(row) for row in rows]


def newest(tx: Transaction, *, catalog_id: UUID | None = None) -> Action | None:
    """The last thing that a person did and that has not been undone, None where there is none."""
    row = tx.row(
        f"""SELECT * FROM action a WHERE (CAST(:catalog AS uuid) IS NULL OR a.catalog_id = :catalog)
          AND a.actor = 'person' AND a.state IN ('doing', 'done') AND {_MATTERS} ORDER BY a.id DESC LIMIT 1""",
        catalog=catalog_id,
    )
    return _action(row) if row else None


def _action(row: Row) -> Action:
    return Action(
        id=row["id"],
        catalog_id=row["catalog_id"],
        kind=row["kind"],
        title=row["title"],
        actor=row["actor"],
        state=ActionState(row["state"]),
        images=row["images"],
        parameters=row["parameters"],
        job_id=row["job_id"],
        created_at=row["created_at"],
        undone_at=row["undone_at"],
    )
