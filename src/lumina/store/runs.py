"""Runs: sets of copies or sequences that are built aside and published in one step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from lumina.store.database import Row, Transaction


class RunKind(StrEnum):
    """What a run finds."""

    DUPLICATES = "duplicates"
    BURSTS = "bursts"
    SUBJECTS = "subjects"


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `counts` are figures for people."""

    id: int
    catalog_id: UUID
    kind: RunKind
    job_id: UUID | None
    parameters: Mapping[str, Any]
    counts: Mapping[str, Any]
    created_at: datetime
    published_at: datetime | None


def start(
    tx: Transaction, catalog_id: UUID, kind: RunKind, job_id: UUID, parameters: Mapping[str, Any] | None = None
) -> Run:
    """A new run of a job; what an earlier try of the job has left is dropped."""
    drop_of_job(tx, job_id)
    row = tx.row(
        """INSERT INTO run (catalog_id, kind, job_id, parameters) VALUES (:catalog, :kind, :job, :parameters)
        RETURNING *""",
        catalog=catalog_id,
        kind=kind.value,
        job=job_id,
        parameters=json.dumps(dict(parameters or {})),
    )
    assert row is not None
    return _run(row)


def of_job(tx: Transaction, job_id: UUID) -> Run | None:
    """The run that a job has under way."""
    row = tx.row("SELECT * FROM run WHERE job_id = :job AND published_at IS NULL ORDER BY id DESC LIMIT 1", job=job_id)
    return None if row is None else _run(row)


def published(tx: Transaction, catalog_id: UUID, kind: RunKind) -> Run | None:
    """The run that people see."""
    row = tx.row(
        "SELECT run.* FROM published JOIN run ON run.id = run_id WHERE published.catalog_id = :catalog"
        " AND published.kind = :kind",
        catalog=catalog_id,
        kind=kind.value,
    )
    return None if row is None else _run(row)


def count(tx: Transaction, run_id: int, counts: Mapping[str, Any]) -> None:
    """Add figures to a run."""
    tx.execute(
        "UPDATE run SET counts = counts || CAST(:counts AS jsonb) WHERE id = :id", id=run_id, counts=json.dumps(counts)
    )


def publish(tx: Transaction, run: Run) -> None:
    """Let people see this run instead of the one before, which is dropped."""
    before = tx.value(
        "SELECT run_id FROM published WHERE catalog_id = :catalog AND kind = :kind FOR UPDATE",
        catalog=run.catalog_id,
        kind=run.kind.value,
    )
    tx.execute("UPDATE run SET published_at = now() WHERE id = :id", id=run.id)
    tx.execute(
        """INSERT INTO published (catalog_id, kind, run_id) VALUES (:catalog, :kind, :run)
        ON CONFLICT (catalog_id, kind) DO UPDATE SET run_id = excluded.run_id""",
        catalog=run.catalog_id,
        kind=run.kind.value,
        run=run.id,
    )
    if before is not None:
        tx.execute("DELETE FROM run WHERE id = :id", id=before)


def drop_of_job(tx: Transaction, job_id: UUID) -> int:
    """Drop what a job has under way; returns how many runs that were."""
    return tx.execute("DELETE FROM run WHERE job_id = :job AND published_at IS NULL", job=job_id).rowcount


def drop_abandoned(tx: Transaction) -> int:
    """Drop unpublished runs whose job has ended or is gone; returns how many."""
    return tx.execute(
        """DELETE FROM run WHERE published_at IS NULL AND NOT EXISTS (
            SELECT FROM job WHERE job.id = run.job_id AND job.state IN ('PENDING', 'STARTED'))"""
    ).rowcount


def _run(row: Row) -> Run:
    values = {name: row[name] for name in Run.__slots__}
    return Run(**{**values, "kind": RunKind(row["kind"])})
