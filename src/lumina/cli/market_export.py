"""`lumina market export-faiss`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lumina.cli.detect import see_through
from lumina.cli.output import emit, emit_json, plain, table
from lumina.cli.session import app as open_app

if TYPE_CHECKING:
    from lumina.domain.work import Job
    from lumina.engine.export import Wish


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new one, or one of an earlier export.")],
    models: Annotated[
        str | None, typer.Option(help="Only these, separated by commas; otherwise all wanted ones.")
    ] = None,
    market: Annotated[str | None, typer.Option(help="Of this marketplace, where there are several.")] = None,
    of: Annotated[
        Literal["image", "cutout"], typer.Option(help="Vectors of the pictures, or of their cut-outs.")
    ] = "image",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Write one FAISS file per model, and image_index.json that tells whose vector each row is.

    All files hold the same rows. An earlier export in FOLDER is replaced when the new one is whole and verified.
    """
    from lumina.domain.vectors import SpaceKind
    from lumina.engine.export import Wish
    from lumina.services import market_files

    names = None if models is None else tuple(name.strip() for name in models.split(",") if name.strip())
    wish = Wish(folder.expanduser().absolute(), names, market, SpaceKind(of))
    if dry_run:
        _say_only(context, wish, as_json=as_json)
        return
    (job,) = see_through(
        context,
        lambda app: [market_files.export(app.store, app.dispatcher, wish, app.settings.models.split(","))],
        quiet=as_json,
    ) or (None,)
    finish(job, as_json=as_json)


def finish(job: Job | None, *, as_json: bool) -> None:
    """Say how a job has ended, and end with the exit code for it."""
    if as_json:
        emit_json({"dry_run": False, "job": plain(job)})
    elif job is not None:
        emit(str(job.result.get("message", job.state.value)))
    if job is None or job.state != "SUCCESS":
        raise typer.Exit(1)
    raise typer.Exit(3 if job.failed or job.result.get("troubles") else 0)


def _say_only(context: typer.Context, wish: Wish, *, as_json: bool) -> None:
    from lumina.services import market_files

    with open_app(context) as app:
        plan = market_files.plan_export(app.store, wish, app.settings.models.split(","))
    if as_json:
        emit_json({"dry_run": True, **plain(plan)})
        return
    emit(table(["file", "dimensions"], [[name, size] for name, size in plan.files.items()]))
    emit(f"{plan.rows:,} of {plan.images:,} images have all of these vectors: {plan.bytes / 1e6:,.1f} MB.")
