"""`lumina models import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lumina.cli.model_follow import follow
from lumina.cli.output import emit, emit_json, note
from lumina.cli.session import existing, settings


def take_in(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="With the model's files, wherever they lie in it.")],
    name: Annotated[str | None, typer.Option(help="Of the model, where its files alone do not tell.")] = None,
    own: Annotated[
        bool, typer.Option("--own", help="The files are of your own making: do not compare them with the published.")
    ] = False,
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="You have read the model's own terms and accept them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be installed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Install a model from a folder, for machines without internet. Its files are checked and loaded once before."""
    from lumina.bootstrap import models_of
    from lumina.services import model_files

    models, _ = models_of(settings(context))
    place = existing(folder)
    found = model_files.find(models, place, name)
    entry = found.entry
    if not dry_run:
        model_files.take_in(models, found, f"folder {place}", accept_terms=accept_terms, own=own)
    job = None if dry_run else follow(context, entry.name)
    if as_json:
        files = {path: str(where) for path, where in found.files.items()}
        emit_json({"dry_run": dry_run, "name": entry.name, "own": own, "files": files, "job": job})
        return
    for path, where in found.files.items():
        note(f"{path}  from {where}")
    emit(f"{entry.name}: {'would be installed' if dry_run else 'installed'}")
