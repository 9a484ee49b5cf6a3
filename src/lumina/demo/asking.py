"""What the paths of the API have in common: pages, searching, sorting, and refusing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar, cast

from fastapi import Request

from lumina.demo import answers
from lumina.demo.answers import Json
from lumina.demo.marketplace import Marketplace, Offer
from lumina.demo.taxonomy import leaves
from lumina.demo.world import Listing, Shop, World

T = TypeVar("T")

DEEPEST = 12_000
"""The largest offset of a list."""


class Refusal(Exception):
    """What the marketplace says no to, in its own words."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


def market(request: Request) -> Marketplace:
    """The marketplace that is asked."""
    return cast(Marketplace, request.app.state.market)


def the_listing(request: Request, listing_id: int) -> Offer:
    """A listing as it is now; 404 where nobody knows it."""
    offer = market(request).offer(listing_id)
    if offer is None:
        raise Refusal(404, f"Could not find a listing with listing_id = {listing_id}")
    return offer


def the_shop(request: Request, shop_id: int) -> Shop:
    """A shop; 404 where nobody knows it."""
    shop = market(request).shop(shop_id)
    if shop is None:
        raise Refusal(404, f"Could not find a shop with shop_id = {shop_id}")
    return shop


def page(items: Sequence[T], offset: int, limit: int) -> Sequence[T]:
    """A piece of a list; 400 past `DEEPEST`."""
    if offset > DEEPEST:
        raise Refusal(400, "Offset provided is greater than the maximum offset allowed.")
    return items[offset : offset + limit]


def searched(
    offers: Iterable[Offer],
    *,
    keywords: str = "",
    cheapest: float | None = None,
    dearest: float | None = None,
    taxonomy_id: int | None = None,
    place: str = "",
) -> list[Offer]:
    """Those offers that have all the words, and a price and a place in the taxonomy that fit. Prices are in units."""
    words = keywords.lower().split()
    below = leaves(taxonomy_id) if taxonomy_id is not None else None
    low = 0 if cheapest is None else round(cheapest * 100)
    high = None if dearest is None else round(dearest * 100)
    return [
        offer
        for offer in offers
        if offer.cents >= low
        and (high is None or offer.cents <= high)
        and (below is None or offer.listing.family.taxonomy_id in below)
        and (not place or offer.listing.shop.country.lower() == place.lower())
        and (not words or all(word in offer.text for word in words))
    ]


def sorted_by(offers: list[Offer], what: str, order: str) -> list[Offer]:
    """In the order that was asked for; equal ones by number, so that pages fit together."""
    if what not in ("created", "price", "updated", "score"):
        raise Refusal(400, "Invalid sort_on value. Allowed: created, price, updated, score.")
    if order not in ("asc", "ascending", "desc", "descending", "up", "down"):
        raise Refusal(400, "Invalid sort_order value.")
    if what in ("created", "score"):  # the world's own order
        return offers if order in ("asc", "ascending", "up") else offers[::-1]
    keys = {"price": lambda offer: offer.cents, "updated": lambda offer: offer.updated}
    return sorted(offers, key=keys[what], reverse=order in ("desc", "descending", "down"))


def found(
    world: World, listings: Iterable[Listing], limit: int, offset: int, since: int | None, until: int | None
) -> Json:
    """Reviews of listings between two moments (seconds since 1970), the newest first."""
    reviews = [
        review
        for listing in listings
        for review in world.reviews(listing)
        if (since is None or review.created >= since) and (until is None or review.created <= until)
    ]
    reviews.sort(key=lambda review: -review.created)
    return {"count": len(reviews), "results": [answers.review(one) for one in page(reviews, offset, limit)]}
