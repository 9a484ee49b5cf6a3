"""The end of a job: one effect, however often it is tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lumina.domain.work import Batch, Job, JobState
from lumina.store import Store, Transaction, jobs, ledger, runs

Effect = Callable[[Transaction, Job], Mapping[str, Any]]
"""What the end of a job changes, in the transaction that ends it; returns what its result says besides."""
Finaliser = Callable[[Job], Effect]
"""Gets a job whose batches have all ended, outside of any transaction, where it may read and compute for long, and
returns the effect. Jobs of most kinds need none; of jobs that were cancelled none is asked for."""


Follow = Callable[[Transaction, Job], None]
"""Asks for what comes after a job, in the transaction that has ended it."""


def finalise(
    store: Store, batch: Batch, finalisers: Mapping[str, Finaliser], follow: Follow = lambda _tx, _job: None
) -> None:
    """Give the job its final state and its result, with the effect of its kind, in one transaction.

    Args:
        store: the database.
        batch: of kind `finalise`, leased.
        finalisers: kind of job -> its finaliser.
        follow: what comes after.
    """
    with store.transaction() as tx:
        job = jobs.get(tx, batch.job_id)
    effect = None if job.cancel_requested or job.kind not in finalisers else finalisers[job.kind](job)
    with store.transaction() as tx:
        ledger.end(tx, batch)
        job = jobs.locked(tx, batch.job_id)
        cancelled = job.cancel_requested or job.state.ended
        more = {} if cancelled or effect is None else effect(tx, job)
        job = jobs.get(tx, batch.job_id)
        state = JobState.CANCELLED if cancelled else JobState.SUCCESS
        if state is JobState.CANCELLED:
            runs.drop_of_job(tx, job.id)
        jobs.finish(tx, job.id, state, {**summary(job, state), **more})
        follow(tx, jobs.get(tx, job.id))


def summary(job: Job, state: JobState) -> Mapping[str, Any]:
    """The job's result: what it gathered on the way, a message, and counts."""
    words = {JobState.CANCELLED: "Cancelled: ", JobState.FAILURE: "Failed: "}.get(state, "")
    images = "image" if job.done == 1 else "images"
    message = f"{words}{job.done:,} {images} done" + (f", {job.failed:,} failed" if job.failed else "")
    return {"message": message, **job.result, "total": job.total, "done": job.done, "failed": job.failed}
