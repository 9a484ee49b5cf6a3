"""`lumina add`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lumina.cli.output import emit, emit_json, plain
from lumina.cli.session import app as open_app
from lumina.cli.session import existing


def add(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Folders with images.", show_default=False)],
    catalog: Annotated[str | None, typer.Option(help="Name of the catalog; made where it is not there.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be added.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Add folders as sources of a catalog; `lumina up` reads them, at once if it is running."""
    from lumina.supervisor.home import HomeLock
    from lumina.supervisor.intake import intake, places

    wanted = [existing(path) for path in paths]
    with open_app(context) as app:
        found = [] if dry_run else places(app, wanted, catalog)
        running = HomeLock(app.settings.home).running() is not None
        jobs = intake(app, wanted, catalog) if running and not dry_run else []
    if as_json:
        emit_json({"dry_run": dry_run, "paths": wanted, "sources": plain(found), "jobs": plain(jobs)})
        return
    for path in wanted:
        emit(f"{'Would add' if dry_run else 'Added'} {path}")
    if not dry_run:
        emit("Lumina is running and reads them." if jobs else "`lumina up` or `lumina up --once` reads them.")
