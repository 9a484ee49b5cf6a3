"""`lumina up --once`: do what is due, then end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lumina.bootstrap import App, Settings
from lumina.domain.coverage import CatalogCoverage
from lumina.domain.work import Job, JobState
from lumina.errors import Unavailable
from lumina.services import coverage
from lumina.services.work import FOLLOWING
from lumina.store import failures
from lumina.store.failures import FailedFile
from lumina.supervisor.display import Display
from lumina.supervisor.progress import Meter, Progress
from lumina.supervisor.signals import Signals
from lumina.supervisor.supervisor import Supervisor

TICK = 0.05
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did.

    Attributes:
        jobs: the jobs of this run, ended, and those that followed them.
        catalogs: coverage of all catalogs after it.
        failures: what failed in this run.
        seconds: how long it took.
    """

    jobs: Sequence[Job]
    catalogs: Sequence[CatalogCoverage]
    failures: Sequence[FailedFile]
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 nothing failed, 1 a job could not be done or a source is offline, 3 some files failed."""
        if any(job.state is not JobState.SUCCESS or _is_offline(job) for job in self.jobs):
            return 1
        return 3 if self.failures else 0


def _is_offline(job: Job) -> bool:
    scan: Mapping[str, Any] = job.result.get("scan", {})
    return scan.get("state") == "offline"


def run_once(
    settings: Settings, request: Callable[[App], list[Job]], display: Display, *, service: bool = False
) -> Outcome | None:
    """Start everything but the web interface, see the jobs through that `request` asks for, and stop everything.

    Returns:
        None where a kill file keeps a service from running.

    Raises:
        LuminaError: it could not be started, or was stopped before the end.
    """
    began = time.monotonic()
    with Signals() as signals, Supervisor(settings, tell=display.tell, service=service) as supervisor:
        if supervisor.refused:
            return None
        app = supervisor.app
        with app.store.transaction() as tx:
            before = failures.marks(tx)
        jobs = _wait(supervisor, signals, display, request(app))
        display.line("")
        with app.store.transaction() as tx:
            failed = failures.since(tx, before)
            catalogs = coverage.coverage(tx, coverage.describe(app.shown_stages))
    return Outcome(jobs, catalogs, failed, time.monotonic() - began)


def _wait(supervisor: Supervisor, signals: Signals, display: Display, jobs: list[Job]) -> list[Job]:
    meter, look_at = Meter(), 0.0
    while any(not job.state.ended for job in jobs):
        if not supervisor.tick() or signals.wait(TICK):
            raise Unavailable(
                f"Stopped before the end ({signals.reason or 'kill file'}); the next run goes on from here."
            )
        if broken := supervisor.broken():
            raise Unavailable(
                f"Given up: {', '.join(broken)} crashed too often; see {supervisor.settings.home / 'logs'}."
            )
        if held := supervisor.held():
            raise Unavailable(f"Stopped before the end: a kill file stops {', '.join(held)}.")
        if time.monotonic() >= look_at:
            jobs = _refreshed(supervisor.app, jobs)
            look_at = time.monotonic() + LOOK_SECONDS
            display.line(meter.line(Progress.of(jobs), time.monotonic()))
    return jobs


def _refreshed(app: App, jobs: list[Job]) -> list[Job]:
    """The jobs as they are now, and those that have followed them."""
    try:
        now = [job if job.state.ended else app.work.get(job.id) for job in jobs]
        known, began = {job.id for job in now}, min(job.created_at for job in now)
        recent = [job for job in app.work.listed(limit=1000) if job.kind in FOLLOWING and job.id not in known]
        return now + [job for job in reversed(recent) if job.created_at > began or not job.state.ended]
    except Unavailable:
        return jobs  # the database is being started again, or is given up, which `broken` tells
