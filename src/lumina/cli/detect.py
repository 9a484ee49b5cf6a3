"""Searches that commands start themselves: by the running Lumina, or right here where none runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from lumina.cli.logs import configure_logs
from lumina.cli.output import note
from lumina.cli.session import app as open_app
from lumina.cli.session import settings
from lumina.errors import Unavailable

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from lumina.domain.work import Job


def detect_here(
    context: typer.Context,
    catalogs: Sequence[UUID],
    parameters: Mapping[str, Any],
    *,
    kind: str = "detect-duplicates",
    quiet: bool = False,
) -> None:
    """Have these catalogs searched, and wait for it.

    Where a search is under way already, or was left behind by a Lumina that was killed, it is that one.

    Raises:
        Unavailable: it was stopped before the end, or failed.
    """

    def request(app: App) -> list[Job]:
        return [_running(app, kind, catalog) or app.work.detect(kind, catalog, parameters) for catalog in catalogs]

    for job in see_through(context, request, quiet=quiet):
        if job.state != "SUCCESS":
            raise Unavailable(f"Job {job.id}: {job.result.get('message', job.state.value)}")


def _running(app: App, kind: str, catalog: UUID) -> Job | None:
    from lumina.engine.follow import running

    with app.store.transaction() as tx:
        return running(tx, kind, catalog)


def see_through(context: typer.Context, request: Callable[[App], list[Job]], *, quiet: bool) -> list[Job]:
    """Jobs that were asked for, ended: by the Lumina that runs, or by this command itself."""
    from lumina.supervisor.home import HomeLock

    given = settings(context)
    if HomeLock(given.home).running() is not None:
        return _there(context, request)
    from lumina.supervisor.display import Display
    from lumina.supervisor.once import run_once

    configure_logs(given.log_level)
    with Display(given.home / "logs", quiet=quiet) as display:
        outcome = run_once(given, request, display)
    return list(outcome.jobs) if outcome is not None else []


def _there(context: typer.Context, request: Callable[[App], list[Job]]) -> list[Job]:
    with open_app(context) as app:
        jobs = request(app)
        for job in jobs:
            note(f"Job {job.id}: Lumina is running and does it. Ctrl+C leaves it running.")
        while any(not job.state.ended for job in jobs):
            time.sleep(0.2)
            jobs = [app.work.get(job.id) for job in jobs]
    return jobs
