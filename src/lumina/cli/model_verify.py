"""`lumina models verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from lumina.cli.output import emit, emit_json, note, plain
from lumina.cli.session import settings


def verify(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="All that are installed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Read all files of the installed models, compare their SHA-256, and load them; exit 1 where one is damaged."""
    from lumina.bootstrap import models_of
    from lumina.domain.model import ModelState
    from lumina.services import model_files

    models, _ = models_of(settings(context))
    wanted = names or [
        entry.name
        for entry in models.entries()
        if not entry.built_in and models.standing(entry.name).state is not ModelState.MISSING
    ]
    found = [model_files.verify(models, name) for name in wanted]
    broken = any(each.problems for each in found)
    if as_json:
        emit_json({"ok": not broken, "models": plain(found)})
    elif not found:
        note("No model is installed.")
    for each in [] if as_json else found:
        whole = f"whole, runs on the {each.provider}" + (" (of your own making)" if each.own else "")
        emit(f"{each.name}: {' '.join(each.problems) or whole}")
    raise typer.Exit(int(broken))
