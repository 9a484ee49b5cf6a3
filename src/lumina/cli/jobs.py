"""`lumina jobs`: list, show, cancel, pause, resume, retry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from lumina.cli.output import emit, emit_json, plain, table
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from lumina.domain.work import Job
    from lumina.services.work import WorkService

app = typer.Typer(help="Jobs: what was asked for, how far it is, what failed.", no_args_is_help=False)
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change.")]


def _job_id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise typer.BadParameter(f"{given!r} is not the id of a job.") from None


JobId = Annotated[UUID, typer.Argument(metavar="JOB", help="A job's id.", parser=_job_id)]


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Jobs: what was asked for, how far it is, what failed."""
    if context.invoked_subcommand is None:
        listed(context, everything=False, limit=50, as_json=False)


@app.command("list")
def listed(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also jobs that have ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Open jobs, newest first."""
    from lumina.domain.work import JobState

    states = () if everything else (JobState.PENDING, JobState.STARTED)
    with open_app(context) as lumina:
        found = lumina.work.listed(states=states, limit=limit)
    if as_json:
        emit_json({"jobs": plain(found)})
    elif not found:
        emit("No jobs." if everything else "No open jobs; `lumina jobs list --all` shows those that have ended.")
    else:
        emit(table(["job", "kind", "state", "done", "failed", "of", "result"], [_row(job) for job in found]))


@app.command()
def show(context: typer.Context, job: JobId, as_json: AsJson = False) -> None:
    """One job, and what failed in it, grouped by cause."""
    with open_app(context) as lumina:
        found = lumina.work.get(job)
        failures = [dict(row) for row in lumina.work.failures(job)]
    if as_json:
        emit_json({"job": plain(found), "failures": plain(failures)})
        return
    emit(table(["job", "kind", "state", "done", "failed", "of", "result"], [_row(found)]))
    for group in failures:
        emit(f"\n{group['count']:,} failed in {group['stage']} ({group['code']}):")
        for example in group["examples"]:
            emit(f"  {example['path']}: {example['reason']}")


@app.command()
def cancel(context: typer.Context, job: JobId, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Drop what has not begun; what runs ends by itself. What is done stays done."""
    _change(context, job, "cancel", lambda work: work.cancel(job), dry_run=dry_run, as_json=as_json)


@app.command()
def pause(context: typer.Context, job: JobId, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Hold back what has not begun."""
    _change(context, job, "pause", lambda work: work.pause(job), dry_run=dry_run, as_json=as_json)


@app.command()
def resume(context: typer.Context, job: JobId, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Go on with a paused job."""
    _change(context, job, "resume", lambda work: work.resume(job), dry_run=dry_run, as_json=as_json)


@app.command()
def retry(
    context: typer.Context,
    job: JobId,
    code: Annotated[str | None, typer.Option(help="Only failures of this cause.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """A new job for the images of this one that failed. `lumina up` does it; `lumina run --failed` at once."""
    _change(context, job, "retry", lambda work: work.retry(job, code), dry_run=dry_run, as_json=as_json)


def _change(
    context: typer.Context, job: UUID, verb: str, change: Callable[[WorkService], Job], *, dry_run: bool, as_json: bool
) -> None:
    with open_app(context) as lumina:
        found = lumina.work.get(job) if dry_run else change(lumina.work)
    if as_json:
        emit_json({"dry_run": dry_run, "job": plain(found)})
    else:
        emit(
            f"{'Would ' if dry_run else ''}{verb} {job}: {found.state.value}"
            + (f", job {found.id}" if found.id != job else "")
        )


def _row(job: Job) -> list[object]:
    message = job.result.get("message", "paused" if job.paused else "")
    return [str(job.id), job.kind, job.state.value, job.done, job.failed, job.total, message]
