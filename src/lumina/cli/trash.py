"""`lumina trash`: what is in it, and emptying it."""

from __future__ import annotations

from typing import Annotated

import typer

from lumina.cli.output import emit, emit_json, plain
from lumina.cli.session import app as open_app
from lumina.cli.session import catalog_id


def trash(
    context: typer.Context,
    catalog: Annotated[str | None, typer.Option(help="Only this catalog (name or id).")] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Remove the files that are due, for good.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Show what is in the trash. `lumina images --shelf trash` lists it, `lumina curate --restore` brings it back.

    Only files that were moved into Lumina's home are ever removed, and only by --empty, after `trash_days`.
    """
    from lumina.services import trash as service

    with open_app(context) as app:
        days, only = app.settings.trash_days, catalog_id(app, catalog)
        with app.store.transaction() as tx:
            found = service.contents(tx, days, only)
        removed = service.empty(app.store, app.settings.home, days, only) if empty and not dry_run else (0, 0)
    if as_json:
        emit_json({"dry_run": dry_run, "days": days, **plain(found), "removed": removed[0], "removed_size": removed[1]})
        return
    emit(
        f"In the trash: {found.images:,} images; files that left their folders: {found.files:,} ({_size(found.size)})."
    )
    if empty and not dry_run:
        emit(f"Removed for good: {removed[0]:,} ({_size(removed[1])}).")
    else:
        emit(f"There for {days} days or more: {found.due_files:,} ({_size(found.due_size)}).")


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
