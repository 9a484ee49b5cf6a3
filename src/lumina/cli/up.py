"""`lumina up`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.logs import configure_logs
from lumina.cli.outcome import report
from lumina.cli.output import emit, emit_json
from lumina.cli.session import existing, settings

if TYPE_CHECKING:
    from lumina.bootstrap import Settings


def up(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders (or files) with images.", show_default=False)
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Do what is due and end, without a server.")] = False,
    open_browser: Annotated[
        bool | None,
        typer.Option("--open/--no-browser", help="Show it in a browser; default: on a terminal with a display."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    slots: Annotated[int | None, typer.Option(help="CPU worker processes.")] = None,
    accept_losses: Annotated[
        bool,
        typer.Option("--accept-losses", help="With --once: most files of a source are gone, and that is right."),
    ] = False,
    service: Annotated[
        bool, typer.Option("--service", help="For service managers: leave kill files alone and respect them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be started and read.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: the result as JSON on stdout.")] = False,
) -> None:
    """Start all that is needed, add the paths as sources, serve until interrupted."""
    given = settings(context, host=host, port=port, slots=slots)
    configure_logs(given.log_level)
    wanted = [existing(path) for path in paths or []]
    if dry_run:
        _say_only(given, wanted, once=once, as_json=as_json)
        return
    from lumina.supervisor.display import Display

    with Display(given.home / "logs", quiet=as_json) as display:
        if once:
            from lumina.supervisor.intake import intake
            from lumina.supervisor.once import run_once

            outcome = run_once(
                given, lambda app: intake(app, wanted, accept_losses=accept_losses), display, service=service
            )
        else:
            from lumina.supervisor.serve import Wishes, serve

            browser = _shows_browser() if open_browser is None else open_browser
            raise typer.Exit(serve(given, Wishes(wanted, browser=browser, service=service), display))
    if outcome is not None:
        report(outcome, as_json=as_json)
        raise typer.Exit(outcome.exit_code)


def _shows_browser() -> bool:
    from lumina.supervisor.browser import has_display

    return sys.stderr.isatty() and has_display()


def _say_only(given: Settings, paths: list[Path], *, once: bool, as_json: bool) -> None:
    what = "process" if once else "serve"
    if as_json:
        emit_json({"dry_run": True, "would": what, "home": given.home, "paths": paths})
    else:
        emit(f"Would {what} with home {given.home}: {', '.join(map(str, paths)) or 'all sources'}")
