"""Paths of the API: `/v3/application/...`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from lumina.demo import answers
from lumina.demo.answers import Json
from lumina.demo.asking import Refusal, found, market, page, searched, sorted_by, the_listing, the_shop
from lumina.demo.taxonomy import ROOTS

router = APIRouter(prefix="/v3/application")

Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0)]


def _address(request: Request) -> str:
    return str(request.base_url).rstrip("/")


@router.get("/openapi-ping")
def ping() -> Json:
    """Whether the key is good."""
    return {"application_id": 1}


@router.get("/listings/active")
def active(
    request: Request,
    limit: Limit = 25,
    offset: Offset = 0,
    keywords: str = "",
    sort_on: str = "created",
    sort_order: str = "desc",
    min_price: float | None = None,
    max_price: float | None = None,
    taxonomy_id: int | None = None,
    shop_location: str = "",
) -> Json:
    """Active listings of all shops, without their images."""
    offers = searched(
        market(request).offers(),
        keywords=keywords,
        cheapest=min_price,
        dearest=max_price,
        taxonomy_id=taxonomy_id,
        place=shop_location,
    )
    few = page(sorted_by(offers, sort_on, sort_order), offset, limit)
    return {"count": len(offers), "results": [market(request).describe(offer) for offer in few]}


@router.get("/listings/batch")
def batch(request: Request, listing_ids: str = "", includes: str = "") -> Json:
    """At most 100 listings at once, images and shops with them where asked for. The unknown are left out."""
    ids = [int(id_) for id_ in listing_ids.split(",") if id_.strip().isdigit()]
    if not ids or len(ids) > 100:
        raise Refusal(400, "listing_ids must contain between 1 and 100 listing IDs.")
    offers = [offer for id_ in dict.fromkeys(ids) if (offer := market(request).offer(id_))]
    wanted = {name.strip().lower() for name in includes.split(",")}
    results = [_with(request, market(request).describe(offer), wanted) for offer in offers]
    return {"count": len(results), "results": results}


def _with(request: Request, said: Json, wanted: set[str]) -> Json:
    listing = the_listing(request, said["listing_id"]).listing
    if "images" in wanted:
        said["images"] = market(request).describe_images(listing, _address(request))
    if "shop" in wanted:
        said["shop"] = market(request).describe_shop(listing.shop)
    return said


@router.get("/listings/{listing_id}")
def listing(request: Request, listing_id: int, includes: str = "") -> Json:
    """A listing, whatever its state."""
    wanted = {name.strip().lower() for name in includes.split(",")}
    return _with(request, market(request).describe(the_listing(request, listing_id)), wanted)


@router.get("/listings/{listing_id}/images")
def images(request: Request, listing_id: int) -> Json:
    """A listing's images, the primary one first."""
    results = market(request).describe_images(the_listing(request, listing_id).listing, _address(request))
    return {"count": len(results), "results": results}


@router.get("/listings/{listing_id}/reviews")
def listing_reviews(
    request: Request,
    listing_id: int,
    limit: Limit = 25,
    offset: Offset = 0,
    min_created: int | None = None,
    max_created: int | None = None,
) -> Json:
    """What buyers say of a listing, the newest first."""
    of = [the_listing(request, listing_id).listing]
    return found(market(request).world, of, limit, offset, min_created, max_created)


@router.get("/shops")
def shops(request: Request, shop_name: str = "", limit: Limit = 25, offset: Offset = 0) -> Json:
    """Shops whose name contains this; the one that is called so comes first."""
    if not shop_name:
        raise Refusal(400, "shop_name is required.")
    here, name = market(request), shop_name.lower()
    named = [shop for shop in here.world.shops if name in shop.name.lower() and here.shop(shop.shop_id)]
    named.sort(key=lambda shop: (shop.name.lower() != name, shop.shop_id))
    few = page(named, offset, limit)
    return {"count": len(named), "results": [here.describe_shop(shop) for shop in few]}


@router.get("/shops/{shop_id}")
def shop(request: Request, shop_id: int) -> Json:
    """A shop."""
    return market(request).describe_shop(the_shop(request, shop_id))


@router.get("/shops/{shop_id}/listings/active")
def shop_listings(
    request: Request,
    shop_id: int,
    limit: Limit = 25,
    offset: Offset = 0,
    keywords: str = "",
    sort_on: str = "created",
    sort_order: str = "desc",
) -> Json:
    """A shop's active listings, without their images."""
    here = market(request)
    own = here.world.by_shop[the_shop(request, shop_id).shop_id]
    offers = searched(here.offers(own), keywords=keywords)
    few = page(sorted_by(offers, sort_on, sort_order), offset, limit)
    return {"count": len(offers), "results": [here.describe(offer) for offer in few]}


@router.get("/shops/{shop_id}/reviews")
def shop_reviews(
    request: Request,
    shop_id: int,
    limit: Limit = 25,
    offset: Offset = 0,
    min_created: int | None = None,
    max_created: int | None = None,
) -> Json:
    """What buyers say of a shop's listings, the newest first."""
    world = market(request).world
    return found(world, world.by_shop[the_shop(request, shop_id).shop_id], limit, offset, min_created, max_created)


@router.get("/seller-taxonomy/nodes")
def taxonomy() -> Json:
    """The whole tree."""
    return {"count": len(ROOTS), "results": [answers.node(root) for root in ROOTS]}
