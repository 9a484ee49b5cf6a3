"""`lumina market cutout`."""

from __future__ import annotations

from typing import Annotated

import typer

from lumina.cli.market_work import Wish, work


def cutout(
    context: typer.Context,
    market: Annotated[str | None, typer.Option(help="Of this marketplace; otherwise of all.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Try again what failed.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every minute, until interrupted.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Cut products out of their pictures, which stay as they are."""
    wish = Wish(lambda _: ["cutout"], market, failed)
    work(context, wish, watch=watch, dry_run=dry_run, as_json=as_json)
