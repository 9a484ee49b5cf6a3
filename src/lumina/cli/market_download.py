"""`lumina market download`."""

from __future__ import annotations

from typing import Annotated

import typer

from lumina.cli.market_work import Wish, work
from lumina.cli.session import app as open_app


def download(
    context: typer.Context,
    market: Annotated[str | None, typer.Option(help="Of this marketplace; otherwise of all.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Try again what failed.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Ask also whether the files that are there have changed.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every minute, until interrupted.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Fetch the images that marketplaces have told of, as many at a time as the setting `downloads` says."""
    if again and not dry_run:
        _renew(context, market)
    wish = Wish(lambda _: ["download"], market, failed)
    work(context, wish, watch=watch, dry_run=dry_run, as_json=as_json)


def _renew(context: typer.Context, market: str | None) -> None:
    from lumina.store import downloads

    with open_app(context) as app:
        source = None if market is None else app.market.named(market).source_id
        with app.store.transaction() as tx:
            downloads.again(tx, source)
