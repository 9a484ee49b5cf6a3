"""`lumina undo`: take back what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.detect import see_through
from lumina.cli.output import emit, emit_json, note, plain, table
from lumina.cli.session import app as open_app
from lumina.cli.session import catalog_id

if TYPE_CHECKING:
    from uuid import UUID

    from lumina.domain.curation import Action
    from lumina.domain.work import Job
    from lumina.services.journal import Undoing


def undo(
    context: typer.Context,
    action: Annotated[int | None, typer.Argument(help="An action's number; without, what was done last.")] = None,
    catalog: Annotated[str | None, typer.Option(help="Only in this catalog (name or id).")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Show what was done, newest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="With --list: at most so many.")] = 30,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be undone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Undo an action. What was changed since stays as it is and is listed."""
    from lumina.services import journal

    with open_app(context) as app:
        only = catalog_id(app, catalog)
        if listing:
            with app.store.transaction() as tx:
                found = journal.listed(tx, catalog_id=only, limit=limit)
            _show(found, as_json=as_json)
            return
        came = journal.undo(app.store, app.dispatcher, action, catalog_id=only, dry_run=dry_run)
    if came.job is not None and not dry_run:
        came = _seen_through(context, came, came.job.id, quiet=as_json)
    labels = [] if dry_run else _labelled(context, came, quiet=as_json)
    _report(came, dry_run=dry_run, as_json=as_json)
    for job in labels:
        if job.state != "SUCCESS":
            note(f"Not all tags have followed yet: {job.result.get('message', job.state.value)}")
    if (came.job is not None and came.job.failed) or any(job.state != "SUCCESS" for job in labels):
        raise typer.Exit(3)


def _labelled(context: typer.Context, came: Undoing, *, quiet: bool) -> list[Job]:
    """The jobs that bring labels in line, ended."""
    numbers = [job.id for job in came.labels]
    if not numbers:
        return []
    return see_through(context, lambda app: [app.work.get(number) for number in numbers], quiet=quiet)


def _seen_through(context: typer.Context, came: Undoing, job_id: UUID, *, quiet: bool) -> Undoing:
    """The same with its job ended."""
    from lumina.services.journal import Undoing as Ended
    from lumina.store import actions

    jobs = see_through(context, lambda app: [app.work.get(job_id)], quiet=quiet)
    with open_app(context) as app, app.store.transaction() as tx:
        return Ended(actions.get(tx, came.action.id), came.undone, jobs[0] if jobs else came.job)


def _show(actions: list[Action], *, as_json: bool) -> None:
    if as_json:
        emit_json({"actions": plain(actions)})
    elif not actions:
        emit("Nothing was done yet.")
    else:
        rows = [[a.id, a.created_at.astimezone().isoformat(" ", "seconds"), a.state.value, a.title] for a in actions]
        emit(table(["action", "at", "state", "what"], rows))


def _report(came: Undoing, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        emit_json(
            {
                "dry_run": dry_run,
                "action": plain(came.action),
                "changed": came.undone.changed,
                "conflicts": came.undone.conflicts,
                "left": plain(came.undone.left),
                "job": None if dry_run else plain(came.job),
            }
        )
        return
    if came.job is None:
        emit(f'{"Would undo" if dry_run else "Undone"}: "{came.action.title}" ({came.undone.changed:,} values)')
    elif dry_run:
        emit(f'Would undo: "{came.action.title}", and bring the files back that it moved.')
    else:
        emit(f'Undone: "{came.action.title}"' if came.action.state == "undone" else f"{came.action.title}: not undone")
        if came.action.state != "undone" or came.job.failed:
            note(str(came.job.result.get("message", came.job.state.value)))
    for conflict in came.undone.left:
        what = f"image {conflict.image_id}" if conflict.image_id else f"album {conflict.key}"
        note(f"{what}: {conflict.field} was changed since and stays as it is.")
    if (more := came.undone.conflicts - len(came.undone.left)) > 0:
        note(f"... and {more:,} more.")
