"""`lumina market follow`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lumina.cli.output import emit, emit_json, plain
from lumina.cli.session import app as open_app
from lumina.errors import BadInput

if TYPE_CHECKING:
    from lumina.domain.market import Follow, FollowKind


def follow(
    context: typer.Context,
    shop: Annotated[str | None, typer.Option(help="A shop, by its name or number.")] = None,
    keywords: Annotated[str | None, typer.Option(help="What a search for these words finds.")] = None,
    taxonomy: Annotated[int | None, typer.Option(help="Everything in this category, by its number.")] = None,
    every: Annotated[int, typer.Option(min=1, max=525_600, help="Minutes from one sync to the next.")] = 360,
    stop: Annotated[bool, typer.Option("--stop", help="Follow it no more; what is known stays.")] = False,
    market: Annotated[str | None, typer.Option(help="Of this marketplace; otherwise the only one, or Etsy.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be followed, without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Follow a shop, a search or a category: `lumina up` syncs it in its time, `lumina market sync` at once."""
    kind, value = chosen(shop, keywords, taxonomy)
    verb = "no more" if stop else f"every {every:,} minutes"
    if dry_run:
        if as_json:
            emit_json({"dry_run": True, "kind": kind.value, "value": value, "stop": stop})
        else:
            emit(f"Would follow the {kind.value} {value!r} {verb}.")
        return
    with open_app(context) as app:
        here = app.market.named(market, make=not stop)
        found = app.market.unfollow(here, kind, value) if stop else app.market.follow(here, kind, value, every)
    if as_json:
        emit_json({"dry_run": False, "stop": stop, "follow": plain(found)})
    else:
        emit(f"{name(found)} is followed {verb}." + ("" if stop else " `lumina market sync` begins now."))


def chosen(shop: str | None, keywords: str | None, taxonomy: int | None) -> tuple[FollowKind, str]:
    """The one thing that was named.

    Raises:
        BadInput: none was, or several.
    """
    from lumina.domain.market import FollowKind

    given = {FollowKind.SHOP: shop, FollowKind.KEYWORDS: keywords, FollowKind.TAXONOMY: taxonomy}
    named = [(kind, str(value)) for kind, value in given.items() if value is not None]
    if len(named) != 1:
        raise BadInput("Name one of --shop NAME, --keywords TEXT and --taxonomy NUMBER.")
    return named[0]


def name(found: Follow) -> str:
    """What is followed, at the beginning of a sentence."""
    words = {"shop": "Shop", "keywords": "The search for", "taxonomy": "Category"}
    return f"{words[found.kind.value]} {found.title or found.value}"
