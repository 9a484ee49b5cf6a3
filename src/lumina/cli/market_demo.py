"""`lumina market demo`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from lumina.cli.logs import configure_logs
from lumina.cli.output import emit, emit_json
from lumina.cli.session import settings


def demo(
    context: typer.Context,
    listings: Annotated[int, typer.Option(min=3, max=20_000, help="How many the marketplace has.")] = 60,
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on serving the page and the marketplace until Ctrl+C.")
    ] = False,
    open_browser: Annotated[
        bool | None,
        typer.Option("--open/--no-browser", help="Show the page in a browser; default: on a terminal with a display."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON on stdout.")] = False,
) -> None:
    """Try Lumina on a marketplace of this machine, without a key, a network or a model: from nothing to a search.

    What it gathers stays in the home, as the marketplace `demo`; another call goes on from there.
    """
    given = settings(context)
    configure_logs(given.log_level)
    if dry_run:
        what = f"a marketplace of {listings:,} listings in {given.home}: sync, download, all stages, a search"
        if as_json:
            emit_json({"dry_run": True, "home": given.home, "listings": listings})
        else:
            emit(f"Would try {what}.")
        return
    from lumina.cli.demo_tour import Tour, take

    browser = _shows_browser() if open_browser is None and not as_json else bool(open_browser)
    raise typer.Exit(take(context, given, Tour(listings, keep=keep or browser, browser=browser, as_json=as_json)))


def _shows_browser() -> bool:
    from lumina.supervisor.browser import has_display

    return sys.stderr.isatty() and has_display()
