"""Jobs as people see them: how far, how fast, how long still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lumina.domain.work import Job, JobState
from lumina.store import Transaction, shelf


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with what follows from it. `rate` is images per second since it began, `progress` goes from 0 to 1."""

    id: UUID
    kind: str
    catalog_id: UUID | None
    catalog_name: str | None
    state: JobState
    parameters: Mapping[str, Any]
    priority: int
    total: int
    done: int
    failed: int
    progress: float
    rate: float | None
    eta_seconds: float | None
    paused: bool
    cancel_requested: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    message: str | None
    result: Mapping[str, Any]


def views(tx: Transaction, jobs: Iterable[Job]) -> list[JobView]:
    """Jobs with their catalogs' names."""
    names, now = shelf.names(tx), datetime.now(UTC)
    return [view(job, names.get(job.catalog_id) if job.catalog_id else None, now) for job in jobs]


def view(job: Job, catalog_name: str | None, now: datetime) -> JobView:
    """One job at a moment."""
    over = job.done + job.failed
    rate = _rate(job, over, now)
    left = max(job.total - over, 0)
    return JobView(
        id=job.id,
        kind=job.kind,
        catalog_id=job.catalog_id,
        catalog_name=catalog_name,
        state=job.state,
        parameters=job.parameters,
        priority=job.priority,
        total=job.total,
        done=job.done,
        failed=job.failed,
        progress=_progress(job, over),
        rate=rate,
        eta_seconds=left / rate if rate and not job.state.ended and not job.paused else None,
        paused=job.paused,
        cancel_requested=job.cancel_requested,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        message=job.result.get("message"),
        result=job.result,
    )


def _progress(job: Job, over: int) -> float:
    if job.state is JobState.SUCCESS:
        return 1.0
    return min(over / job.total, 1.0) if job.total else 0.0


def _rate(job: Job, over: int, now: datetime) -> float | None:
    if job.started_at is None or not over:
        return None
    seconds = ((job.finished_at or now) - job.started_at).total_seconds()
    return round(over / seconds, 3) if seconds > 0 else None
