"""The end of a search whose results people see all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lumina.domain.work import Job
from lumina.engine.finalise import Effect
from lumina.store import Store, Transaction, runs
from lumina.store.runs import Run

Publish = Callable[[Transaction, Run], Mapping[str, Any]]
"""Lets people see a run; gives the job's result."""


class Publication:
    """Finaliser of jobs that look for something and need no more than to have their run published."""

    def __init__(self, store: Store, publish: Publish) -> None:
        self.store = store
        self.publish = publish

    def __call__(self, job: Job) -> Effect:
        """The effect publishes the job's run, where it has one."""
        with self.store.transaction() as tx:
            run = runs.of_job(tx, job.id)
        return lambda tx, _job: {} if run is None else self.publish(tx, run)
