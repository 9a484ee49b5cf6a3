"""`lumina market purge`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.detect import see_through
from lumina.cli.market_export import finish
from lumina.cli.output import emit, emit_json, plain
from lumina.cli.session import app as open_app
from lumina.errors import BadInput

if TYPE_CHECKING:
    from lumina.bootstrap import App
    from lumina.store.removals import Doomed


def purge(
    context: typer.Context,
    listing: Annotated[int | None, typer.Option(min=1, help="This listing, by its number.")] = None,
    shop: Annotated[int | None, typer.Option(min=1, help="This shop with all its listings, by its number.")] = None,
    expired: Annotated[bool, typer.Option("--expired", help="What has expired since it was last seen.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is known of the marketplace.")] = False,
    market: Annotated[str | None, typer.Option(help="Of this marketplace, where there are several.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Remove for good what may not be kept: rows, vectors, downloads, cut-outs. A journal says how much that was."""
    wish = _chosen(listing, shop, expired=expired, everything=everything)

    def wished(app: App) -> Doomed:
        return replace(wish, source_id=app.market.named(market).source_id)

    if dry_run:
        _say_only(context, wished, as_json=as_json)
        return
    (job,) = see_through(context, lambda app: [app.market.purge(wished(app))], quiet=as_json) or (None,)
    finish(job, as_json=as_json)


def _say_only(context: typer.Context, wished: Callable[[App], Doomed], *, as_json: bool) -> None:
    from lumina.engine.purge import describe
    from lumina.store import markets

    with open_app(context) as app:
        doomed = wished(app)
        counts = plain(app.market.doomed(doomed))
        with app.store.transaction() as tx:
            name = markets.get(tx, doomed.source_id).name
    if as_json:
        emit_json({"dry_run": True, "what": describe(doomed), **counts})
    else:
        words = ", ".join(f"{count:,} {each}" for each, count in counts.items())
        emit(f"Would remove {describe(doomed)} of {name}: {words}.")


def _chosen(listing: int | None, shop: int | None, *, expired: bool, everything: bool) -> Doomed:
    """What was named, of no marketplace yet.

    Raises:
        BadInput: nothing was, or everything and something else.
    """
    from lumina.store.removals import Doomed

    some = listing is not None or shop is not None or expired
    if some == everything:
        raise BadInput("Name what to remove: --expired, --listing NUMBER, --shop NUMBER or --all.")
    return Doomed(0, expired, listing, shop)
