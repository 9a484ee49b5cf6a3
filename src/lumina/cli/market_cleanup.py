"""`lumina market cleanup`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.detect import see_through
from lumina.cli.market_export import finish
from lumina.cli.output import emit, emit_json, note, plain
from lumina.cli.session import app as open_app
from lumina.errors import BadInput, LuminaError

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from lumina.domain.work import Job
    from lumina.engine.clean import Wish

EVERY_SECONDS = 60.0
"""How often a clean-up that goes on looks for images."""
NAMED = 20


def cleanup(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(metavar="FOLDER", help="On the backup disk; must be there.")] = None,
    back: Annotated[bool, typer.Option("--back", help="Bring all images back to where they were.")] = False,
    market: Annotated[str | None, typer.Option(help="Of this marketplace, where there are several.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be moved.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every minute, until interrupted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Move images that are embedded, and not their listing's first one, to a backup disk.

    Each is copied and read back before the original goes. Moved images are opened as before, as long as the disk is
    there; vectors and everything else stay.
    """
    if back == (to is not None):
        raise BadInput("Say either --to FOLDER or --back.")
    folder = None if to is None else to.expanduser().absolute()
    if dry_run:
        _say_only(context, folder, market, back=back, as_json=as_json)
        return
    while True:
        try:
            job = _once(context, folder, market, back=back, quiet=as_json)
            _name_refused(job)
            finish(job, as_json=as_json)
        except typer.Exit:
            if not watch:
                raise
        except LuminaError as error:
            if not watch:
                raise
            note(f"lumina: {error}")
        time.sleep(EVERY_SECONDS)


def _once(context: typer.Context, folder: Path | None, market: str | None, *, back: bool, quiet: bool) -> Job | None:
    from lumina.services import market_files

    def request(app: App) -> list[Job]:
        wish = _wish(app, folder, market, back=back)
        return [market_files.clean(app.store, app.dispatcher, wish, app.settings.node)]

    return next(iter(see_through(context, request, quiet=quiet)), None)


def _wish(app: App, folder: Path | None, market: str | None, *, back: bool) -> Wish:
    from lumina.engine.clean import Wish
    from lumina.services import market_files

    models = market_files.models_to_clean(app.store, app.models, app.settings.models.split(","))
    return Wish(folder, market, back, () if back else models, adopted=app.settings.vault_writable)


def _name_refused(job: Job | None) -> None:
    result = {} if job is None else job.result
    if warning := result.get("warning"):
        note(str(warning))
    for each in result.get("refused", ())[:NAMED]:
        note(f"stays: {each['path']}: {each['reason']}")


def _say_only(context: typer.Context, folder: Path | None, market: str | None, *, back: bool, as_json: bool) -> None:
    from lumina.services import market_files

    with open_app(context) as app:
        plan = market_files.plan_clean(app.store, _wish(app, folder, market, back=back), app.settings.node)
    if as_json:
        emit_json({"dry_run": True, **plain(plan)})
        return
    if plan.warning:
        note(plan.warning)
    by = "" if back else f", embedded by {', '.join(plan.models)}"
    emit(f"{plan.images:,} images of {plan.market} would be moved ({plan.bytes / 1e6:,.1f} MB){by}.")
    if plan.unfinished:
        emit(f"{plan.unfinished:,} images of an earlier time would be seen through.")
