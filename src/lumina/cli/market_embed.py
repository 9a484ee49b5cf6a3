"""`lumina market embed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.market_work import Wish, work

if TYPE_CHECKING:
    from lumina.bootstrap import App


def embed(
    context: typer.Context,
    models: Annotated[
        str | None, typer.Option(help="By these models, separated by commas; otherwise by all wanted ones.")
    ] = None,
    market: Annotated[str | None, typer.Option(help="Of this marketplace; otherwise of all.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Try again what failed.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every minute, until interrupted.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Turn pictures, cut-outs and words of listings into vectors."""
    names = None if models is None else [name.strip() for name in models.split(",") if name.strip()]
    wish = Wish(lambda app: _stages(app, names), market, failed)
    work(context, wish, watch=watch, dry_run=dry_run, as_json=as_json)


def _stages(app: App, models: list[str] | None) -> list[str]:
    """Names of the stages that embed by these models, or by those that are wanted or installed."""
    if models is None:
        return [stage.name for stage in app.shown_stages if stage.name.startswith("embed:")]
    wanted = [f"embed:{app.models.entry(name).name}" for name in models]
    return [name for name in app.registry.names if any(name == one or name.startswith(f"{one}:") for one in wanted)]
