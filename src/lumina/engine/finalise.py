"""The end of a job: one effect, however often it is tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lumina.domain.work import Batch, Job, JobState
from lumina.store import Transaction, jobs, ledger


def finalise(tx: Transaction, batch: Batch) -> None:
    """Give the job its final state and its result, in the transaction that ends the finaliser's batch."""
    ledger.end(tx, batch)
    job = jobs.get(tx, batch.job_id)
    state = JobState.CANCELLED if job.cancel_requested else JobState.SUCCESS
    jobs.finish(tx, job.id, state, summary(job, state))


def summary(job: Job, state: JobState) -> Mapping[str, Any]:
    """The job's result: what it gathered on the way, a message, and counts."""
    words = {JobState.CANCELLED: "Cancelled: ", JobState.FAILURE: "Failed: "}.get(state, "")
    images = "image" if job.done == 1 else "images"
    message = f"{words}{job.done:,} {images} done" + (f", {job.failed:,} failed" if job.failed else "")
    return {"message": message, **job.result, "total": job.total, "done": job.done, "failed": job.failed}
