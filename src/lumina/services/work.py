"""Ask for work, and look after it: submit, list, cancel, pause, retry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from blake3 import blake3

from lumina.domain.stage import Lane
from lumina.domain.work import BatchKind, Job, JobState, Priority
from lumina.engine import follow
from lumina.engine.dispatch import Dispatcher
from lumina.engine.finalise import summary
from lumina.engine.registry import Registry
from lumina.errors import BadInput, Conflict
from lumina.store import Row, Store, Transaction, catalogs, follows, jobs, ledger, resolutions

INGEST, STAGES = follow.INGEST, follow.STAGES
FOLLOWING = tuple(follow.FIRST)
"""Kinds of jobs that follow others without being asked for."""


class WorkService:
    """Requests for work. Each method is one transaction; messages go out after it."""

    def __init__(self, store: Store, registry: Registry, dispatcher: Dispatcher) -> None:
        self.store = store
        self.registry = registry
        self.dispatcher = dispatcher

    def ingest(
        self,
        catalog_id: UUID,
        source_id: int,
        scope: str = "",
        *,
        priority: int = Priority.NORMAL,
        accept_losses: bool = False,
    ) -> Job:
        """Scan a source, or a folder or file in it, and do whatever is due there.

        While such a job is open it is joined: it scans once more if its scan is over, and a person who asks for it
        wakes it where it was paused.

        Args:
            catalog_id: the source's catalog.
            source_id: the source.
            scope: relative path, in stored form; empty for all of it.
            priority: `Priority`.
            accept_losses: believe that what is gone is gone, however much it is.
        """
        where = blake3(scope.encode()).hexdigest(length=16) if scope else "all"  # an index takes no path of 4,096 bytes
        key = f"ingest:{source_id}:{where}" + (":losses" if accept_losses else "")
        payload = {"source_id": source_id, "scope": scope, "accept_losses": accept_losses}
        with self.store.transaction() as tx:
            if joined := self._join(tx, key, payload, asked=priority >= Priority.ASKED):
                return joined
            job = jobs.create(tx, INGEST, catalog_id, payload, priority=priority, exclusive_key=key)
            self._start(tx, job.id, BatchKind.SCAN, payload)
        return job

    def _join(self, tx: Transaction, key: str, payload: Mapping[str, Any], *, asked: bool) -> Job | None:
        running = jobs.running_with(tx, key)
        if running is None:
            return None
        running = jobs.locked(tx, running.id)
        if running.state.ended or running.cancel_requested or running.pending == 0:
            jobs.release_key(tx, running.id)  # it only has its end before it
            return None
        if running.paused and asked:
            jobs.set_paused(tx, running.id, paused=False)
            self.dispatcher.after(tx, *Lane)
        if not ledger.is_open(tx, running.id, BatchKind.SCAN):
            self._start(tx, running.id, BatchKind.SCAN, payload)
        return jobs.get(tx, running.id)

    def run_stages(
        self,
        stages: Sequence[str] = (),
        *,
        catalog_id: UUID | None = None,
        source_id: int | None = None,
        scope: str = "",
        images: Sequence[int] | None = None,
        failed: bool = False,
        code: str | None = None,
        priority: int = Priority.ASKED,
    ) -> Job:
        """Do what is due of these stages (of all, where none is named) within a scope.

        Args:
            stages: names; unknown ones are refused.
            catalog_id: only this catalog.
            source_id: only this source.
            scope: only this folder or file of the source, relative to it.
            images: only these.
            failed: failures are tried again, too.
            code: of the failures only those of one cause.
            priority: `Priority`.

        Raises:
            BadInput: a stage's name is unknown.
        """
        self._check_stages(stages)
        payload = {
            "stages": list(stages),
            "catalog_id": str(catalog_id) if catalog_id else None,
            "source_id": source_id,
            "scope": scope,
            "images": None if images is None else list(images),
            "failed": failed,
            "code": code,
        }
        with self.store.transaction() as tx:
            job = jobs.create(tx, STAGES, catalog_id, payload, priority=priority)
            self._start(tx, job.id, BatchKind.PLAN, payload)
        return job

    def detect(self, kind: str, catalog_id: UUID, parameters: Mapping[str, Any] | None = None) -> Job:
        """Look for something in a whole catalog: `detect-bursts` or `detect-duplicates`.

        Raises:
            NotFound: the catalog does not exist. Conflict: such a job is running there; the message says which.
        """
        with self.store.transaction() as tx:
            catalogs.get(tx, catalog_id)
            return follow.start(tx, self.dispatcher, kind, catalog_id, parameters)

    def retry(self, job_id: UUID, code: str | None = None) -> Job:
        """A new job for what failed in an old one, of one cause or of any.

        Raises:
            Conflict: nothing of it is failed.
        """
        with self.store.transaction() as tx:
            job = jobs.get(tx, job_id)
            images = jobs.failed_images(tx, job_id, code)
        if not images:
            raise Conflict(f"Job {job_id} has no failed images" + (f" of cause {code!r}." if code else "."))
        return self.run_stages(catalog_id=job.catalog_id, images=images, failed=True, code=code)

    def get(self, job_id: UUID) -> Job:
        """One job; `NotFound` where there is none."""
        with self.store.transaction() as tx:
            return jobs.get(tx, job_id)

    def listed(
        self,
        *,
        states: Sequence[JobState] = (),
        catalog_id: UUID | None = None,
        before: tuple[datetime, UUID] | None = None,
        limit: int = 50,
    ) -> list[Job]:
        """Jobs, newest first."""
        with self.store.transaction() as tx:
            return jobs.listed(tx, states=states, catalog_id=catalog_id, before=before, limit=limit)

    def cancel(self, job_id: UUID) -> Job:
        """Drop what has not begun. A job that has ended stays as it is, what it syncs goes on in its usual time."""
        with self.store.transaction() as tx:
            for number in follows.under_way(tx, job_id):
                follows.put_off(tx, number, "A person has stopped the sync; it goes on in its usual time.")
            job = jobs.request_cancel(tx, job_id)
            if job.pending == 0 and jobs.finish(tx, job.id, JobState.CANCELLED, summary(job, JobState.CANCELLED)):
                job = jobs.get(tx, job_id)
            self.dispatcher.after(tx, *Lane)
        return job

    def pause(self, job_id: UUID) -> Job:
        """Hold back what has not begun; `Conflict` where the job has ended."""
        with self.store.transaction() as tx:
            return jobs.set_paused(tx, job_id, paused=True)

    def resume(self, job_id: UUID) -> Job:
        """Let a paused job go on; `Conflict` where it has ended."""
        with self.store.transaction() as tx:
            job = jobs.set_paused(tx, job_id, paused=False)
            self.dispatcher.after(tx, *Lane)
        return job

    def failures(self, job_id: UUID) -> list[Row]:
        """What failed in a job, grouped by stage and cause."""
        with self.store.transaction() as tx:
            jobs.get(tx, job_id)
            return jobs.failures(tx, job_id) or resolutions.failures(tx, job_id)

    def look_at(self, images: Sequence[int]) -> int:
        """A person is looking at these images: what is waiting for them goes first."""
        with self.store.transaction() as tx:
            moved = ledger.prioritise(tx, images, Priority.LOOKING)
            if moved:
                self.dispatcher.after(tx, *Lane)
        return moved

    def _start(self, tx: Transaction, job_id: UUID, kind: BatchKind, payload: Mapping[str, Any]) -> None:
        ledger.add(tx, job_id, kind, Lane.IO, payload=payload)
        self.dispatcher.after(tx, Lane.IO)

    def _check_stages(self, stages: Sequence[str]) -> None:
        for name in stages:
            if name not in self.registry.names:
                raise BadInput(f"There is no stage {name!r}; the stages are {', '.join(self.registry.names)}.")
