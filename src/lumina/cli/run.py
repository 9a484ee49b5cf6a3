"""`lumina run`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.logs import configure_logs
from lumina.cli.outcome import report
from lumina.cli.output import emit, emit_json, note, plain
from lumina.cli.session import app as open_app
from lumina.cli.session import catalog_id, settings

if TYPE_CHECKING:
    from lumina.bootstrap import App, Settings
    from lumina.domain.work import Job

    Request = Callable[[App], list[Job]]


def run(
    context: typer.Context,
    stages: Annotated[list[str] | None, typer.Argument(metavar="[STAGE]...", help="All stages without any.")] = None,
    catalog: Annotated[str | None, typer.Option(help="Only this catalog (name or id).")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Try again what failed.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Return when it is done.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due, without doing it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Do what is due of the stages. While `lumina up` runs it does the work, otherwise this command itself."""
    from lumina.supervisor.home import HomeLock

    given = settings(context)
    configure_logs(given.log_level)
    names = stages or []

    def request(app: App) -> list[Job]:
        return [app.work.run_stages(names, catalog_id=catalog_id(app, catalog), failed=failed)]

    if dry_run:
        _say_only(context, names, catalog, failed=failed, as_json=as_json)
    elif HomeLock(given.home).running() is None:
        _here(given, request, as_json=as_json)
    else:
        with open_app(context) as app:
            _there(app, request(app)[0], wait=wait, as_json=as_json)


def _here(given: Settings, request: Request, *, as_json: bool) -> None:
    from lumina.supervisor.display import Display
    from lumina.supervisor.once import run_once

    with Display(given.home / "logs", quiet=as_json) as display:
        outcome = run_once(given, request, display)
    if outcome is not None:
        report(outcome, as_json=as_json)
        raise typer.Exit(outcome.exit_code)


def _there(app: App, job: Job, *, wait: bool, as_json: bool) -> None:
    if wait:
        note(f"Job {job.id}: Lumina is running and does it. Ctrl+C leaves it running.")
    while wait and not job.state.ended:
        time.sleep(0.2)
        job = app.work.get(job.id)
    if as_json:
        emit_json({"job": plain(job)})
    else:
        emit(f"Job {job.id}: {job.result.get('message', job.state.value)}")
    if wait:
        raise typer.Exit(3 if job.failed else 0 if job.state == "SUCCESS" else 1)


def _say_only(context: typer.Context, names: list[str], catalog: str | None, *, failed: bool, as_json: bool) -> None:
    from lumina.errors import BadInput
    from lumina.services import coverage

    with open_app(context) as app:
        infos = {info.name: info for info in coverage.describe(app.registry if names else app.shown_stages)}
        if unknown := [name for name in names if name not in infos]:
            raise BadInput(f"There is no stage {unknown[0]!r}; the stages are {', '.join(infos)}.")
        wanted = [infos[name] for name in names] or list(infos.values())
        only = catalog_id(app, catalog)
        with app.store.transaction() as tx:
            found = coverage.coverage(tx, wanted, catalog=only)
    due: dict[str, int] = {}
    for entry in found:
        for stage in entry.stages:
            count = stage.missing + stage.stale + (stage.failed if failed else 0)
            due[stage.stage.name] = due.get(stage.stage.name, 0) + count
    if as_json:
        emit_json({"dry_run": True, "due": due})
    else:
        emit("\n".join(f"{name}: {count:,} images are due" for name, count in due.items()))
