"""`lumina`: one file per verb; this one puts them together and turns errors into lines and exit codes."""

from __future__ import annotations

import gc
import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from lumina import __version__
from lumina.cli import (
    add,
    albums,
    bursts,
    config,
    curate,
    doctor,
    duplicates,
    images,
    jobs,
    learn,
    market,
    models,
    search,
    serve,
    show,
    status,
    stop,
    tags,
    taxonomy,
    trash,
    undo,
    up,
    verify,
    worker,
)
from lumina.cli import run as run_verb
from lumina.cli.output import note
from lumina.cli.session import Flags
from lumina.errors import BadSetting, LuminaError

GARBAGE = 50_000
"""New objects after which the collector looks for cycles during a start; at Python's 700 that takes a sixth of it."""

app = typer.Typer(
    name="lumina",
    help="A private, self-hosted, AI-powered image catalog.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    up.up,
    add.add,
    status.status,
    run_verb.run,
    stop.stop,
    images.images,
    search.search,
    show.show,
    bursts.bursts,
    curate.curate,
    tags.tags,
    learn.learn,
    undo.undo,
    trash.trash,
    doctor.doctor,
    config.config,
    worker.worker,
):
    app.command()(verb)
app.command(hidden=True)(serve.serve)
app.add_typer(albums.app, name="albums")
app.add_typer(taxonomy.app, name="taxonomy")
app.add_typer(jobs.app, name="jobs")
app.add_typer(duplicates.app, name="duplicates")
app.add_typer(verify.app, name="verify")
app.add_typer(models.app, name="models")
app.add_typer(market.app, name="market")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(help="Everything that Lumina writes (setting home).")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any setting, for this call; `lumina config` lists them."),
    ] = None,
    version: Annotated[  # noqa: ARG001  # handled before the rest
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """A private, self-hosted, AI-powered image catalog."""
    context.obj = Flags(_settings(settings or []) | ({"home": home} if home else {}))


def _settings(given: list[str]) -> dict[str, str]:
    values = {}
    for pair in given:
        name, found, value = pair.partition("=")
        if not found:
            raise BadSetting(f"--set {pair}: it should be NAME=VALUE")
        values[name] = value
    return values


def run() -> None:
    """Entry point: errors that Lumina can explain become one line and an exit code."""
    gc.set_threshold(GARBAGE)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show ends nothing
    try:
        app()
    except LuminaError as error:
        note(f"lumina: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        note("lumina: interrupted")
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
