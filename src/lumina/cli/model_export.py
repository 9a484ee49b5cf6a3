"""`lumina models export`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from lumina.cli.model_follow import follow
from lumina.cli.output import emit, emit_json
from lumina.cli.session import existing, settings


def export(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the model that the checkpoint is one of.")],
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="Folder with config.json and safetensors.")],
    to: Annotated[Path | None, typer.Option(help="Only write the ONNX files there, without installing them.")] = None,
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="You have read the model's own terms and accept them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Turn a checkpoint of transformers into ONNX and install it; needs the extra `export` (PyTorch, transformers)."""
    from lumina.bootstrap import models_of
    from lumina.services import model_files

    models, _ = models_of(settings(context))
    entry, source = models.entry(name), existing(checkpoint)
    job = None
    if not dry_run and to is not None:
        model_files.export(entry, source, to.expanduser().absolute())
    elif not dry_run:
        with tempfile.TemporaryDirectory() as scratch:
            found = model_files.export(entry, source, Path(scratch))
            model_files.take_in(models, found, f"exported from {source}", accept_terms=accept_terms, own=True)
        job = follow(context, name)
    files = [file.path for file in entry.files]
    if as_json:
        emit_json({"dry_run": dry_run, "name": name, "files": files, "to": str(to) if to else None, "job": job})
    else:
        done = "would be written" if dry_run else "written" if to else "installed"
        emit(f"{name}: {', '.join(files)} {done}")
