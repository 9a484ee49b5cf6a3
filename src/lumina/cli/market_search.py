"""`lumina market search`: listings that look like a picture, or like what a text says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lumina.cli.output import emit, emit_json, note, plain, table
from lumina.cli.search import example_of
from lumina.cli.session import app as open_app
from lumina.errors import BadInput, NotFound

if TYPE_CHECKING:
    from decimal import Decimal

    from lumina.domain.ensemble import ListingFilter, ListingHit, ListingsFound
    from lumina.store import Transaction


def search(
    context: typer.Context,
    image: Annotated[Path | None, typer.Argument(metavar="[IMAGE]", help="Listings that look like this file.")] = None,
    image_id: Annotated[int | None, typer.Option(min=1, help="Listings that look like this image.")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="X,Y,W,H", help="Of the picture, fractions from 0 to 1.")
    ] = None,
    text: Annotated[str, typer.Option(help="What the listing shows or says, alone or beside a picture.")] = "",
    shop: Annotated[list[str] | None, typer.Option(help="Only of this shop: number or name. Repeatable.")] = None,
    price: Annotated[str | None, typer.Option(metavar="LEAST..MOST", help="As in 10..50, 10.. or ..50.")] = None,
    currency: Annotated[str | None, typer.Option(help="Only with prices in this currency, as in EUR.")] = None,
    state: Annotated[list[str] | None, typer.Option(help="As the marketplace says: active. Repeatable.")] = None,
    when_made: Annotated[list[str] | None, typer.Option(help="As the marketplace says. Repeatable.")] = None,
    on: Annotated[
        Literal["original", "cutout", "both"] | None, typer.Option(help="By default the setting listing_search.")
    ] = None,
    recipe: Annotated[Literal["calibrated", "rrf"], typer.Option(help="How models agree.")] = "calibrated",
    model: Annotated[list[str] | None, typer.Option(help="Only this model. Repeatable.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Results.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Find listings by what several models see in them, each with what every model says."""
    from lumina.domain.ensemble import On, Recipe, Wanted

    given = _example(image, image_id, region)
    low, high = _prices(price)
    with open_app(context) as app:
        with app.store.transaction() as tx:
            where = _where(tx, shop or (), low, high, currency, state or (), when_made or ())
        found = app.listings.find(
            Wanted(
                example=given,
                text=text.strip(),
                on=On(on or app.settings.listing_search),
                recipe=Recipe(recipe),
                models=tuple(model) if model else None,
                where=where,
                limit=limit,
            )
        )
    if as_json:
        emit_json(_document(found))
    else:
        _print(found)


def _example(image: Path | None, image_id: int | None, region: str | None) -> Any:
    from lumina.domain.region import region as read
    from lumina.domain.searching import Example

    if image is not None and image_id is not None:
        raise BadInput("IMAGE, --image-id: one of them, not both.")
    if image_id is not None:
        return Example(image_id=image_id, region=None if region is None else read(region))
    return example_of(image, region)


def _prices(given: str | None) -> tuple[Decimal | None, Decimal | None]:
    """`10..50`, `10..`, `..50`, or one price alone."""
    from decimal import Decimal, InvalidOperation

    if given is None:
        return None, None
    low, dots, high = given.partition("..")
    try:
        found = [Decimal(part) if part else None for part in (low, high if dots else low)]
    except InvalidOperation:
        found = [None, None]
    numbers = [number for number in found if number is not None]
    if not numbers or not all(number.is_finite() and 0 <= number <= 10**12 for number in numbers):
        raise BadInput(f"--price {given}: it should be like 10..50, 10.. or ..50.")
    if numbers[0] > numbers[-1]:
        raise BadInput(f"--price {given}: the first is more than the second.")
    return found[0], found[1]


def _where(
    tx: Transaction,
    shops: Any,
    low: Decimal | None,
    high: Decimal | None,
    currency: str | None,
    states: Any,
    when_made: Any,
) -> ListingFilter:
    from lumina.domain.ensemble import ListingFilter

    return ListingFilter(
        shops=tuple(number for given in shops for number in _shops(tx, given)),
        price_min=low,
        price_max=high,
        currency=currency.upper() if currency else None,
        states=tuple(states),
        when_made=tuple(when_made),
    )


def _shops(tx: Transaction, given: str) -> list[int]:
    from lumina.store import listing_search

    if given.isascii() and given.isdecimal():
        return [int(given)]
    found = listing_search.shops_named(tx, given)
    if not found:
        raise NotFound(f"There is no shop {given!r}.")
    return found


def _document(found: ListingsFound) -> dict[str, Any]:
    return {"models": plain(found.voices), "note": found.note, "results": [_result(hit) for hit in found.hits]}


def _result(hit: ListingHit) -> dict[str, Any]:
    from lumina.domain.ensemble import priced

    card = hit.listing
    names = ("source_id", "listing_id", "title", "currency", "state", "when_made", "url", "images")
    return {
        **{name: getattr(card, name) for name in names},
        "shop": plain(card.shop),
        "price": priced(card.price),
        "primary": card.primary and card.primary.id,
        "best": hit.best.id,
        "path": hit.best.path,
        "score": hit.score,
        "matched_by": hit.matched_by,
        "identical": hit.identical,
        "ranks": plain(hit.opinions),
    }


def _print(found: ListingsFound) -> None:
    from lumina.domain.ensemble import priced

    for voice in found.voices:
        if voice.detail:
            note(f"{voice.name} ({voice.kind}): {voice.detail}")
    if not found.hits:
        emit(found.note or "Nothing was found.")
        return
    if found.note:
        note(found.note)
    used = len({voice.name for voice in found.voices if voice.used})
    rows = [
        [
            hit.listing.listing_id,
            hit.listing.title[:60],
            hit.listing.shop.name or str(hit.listing.shop.id),
            " ".join(filter(None, (priced(hit.listing.price), hit.listing.currency))),
            f"{hit.score:.2f}",
            f"{hit.matched_by} of {used}" + (", the same file" if hit.identical else ""),
            ", ".join(f"{each.model} {each.rank}" for each in hit.opinions),
        ]
        for hit in found.hits
    ]
    emit(table(["listing", "title", "shop", "price", "score", "models", "ranks"], rows))
