"""From the API's answers to listings, shops and reviews. Nothing that it says stops anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from lumina.domain.market import Listing, ListingImage, Review, Shop
from lumina.remote.etsy.fields import LARGEST, SMALL, Fields, Odd

T = TypeVar("T")


def listings(said: Iterable[Any], odd: Odd) -> list[Listing]:
    """Listings, each once; those that make no sense are left out and named."""
    found: dict[int, Listing] = {}
    for each in said:
        one = listing(each, odd)
        if one is not None and one.listing_id in found:
            odd.count("duplicate")
        if one is not None:
            found[one.listing_id] = one
    return list(found.values())


def listing(said: Any, odd: Odd) -> Listing | None:
    """One listing; None where it has no number or no shop."""
    if not isinstance(said, Mapping):
        odd.leave_out("A listing is no object.")
        return None
    fields = Fields(said, odd)
    number, shop_id = _id(fields, "listing_id"), _id(fields, "shop_id")
    if number is None or shop_id is None:
        missing = "listing_id" if number is None else "shop_id"
        odd.leave_out(f"Listing {said.get('listing_id')!s:.40} ({said.get('title')!s:.40}) has no {missing}.")
        return None
    price, currency = fields.price("price")
    images, own_shop = fields.list("images", "Images"), fields.any("shop", "Shop")
    return Listing(
        number,
        shop_id,
        title=fields.text("title") or "",
        description=fields.text("description") or "",
        url=fields.text("url"),
        tags=fields.texts("tags"),
        materials=fields.texts("materials"),
        who_made=fields.text("who_made"),
        when_made=fields.text("when_made"),
        taxonomy_id=fields.number("taxonomy_id", most=LARGEST),
        state=(fields.text("state") or "active")[:50],
        quantity=fields.number("quantity"),
        price=price,
        currency=currency,
        favourers=fields.number("num_favorers"),
        views=fields.number("views"),
        created_at=fields.moment("created_timestamp", "creation_timestamp", "original_creation_timestamp"),
        updated_at=fields.moment("updated_timestamp", "last_modified_timestamp"),
        images=None if images is None else tuple(_images(images, odd)),
        shop=shop(own_shop, odd) if isinstance(own_shop, Mapping) else None,
        raw=fields.rest,
    )


def _images(said: Iterable[Mapping[str, Any]], odd: Odd) -> list[ListingImage]:
    """Images, each once, ranked as they stand where their ranks make no sense."""
    found: dict[int, ListingImage] = {}
    for place, each in enumerate(said, start=1):
        one = image(each, place, odd)
        if one is not None:
            found.setdefault(one.remote_id, one)
    return sorted(found.values(), key=lambda image: image.rank)


def image(said: Mapping[str, Any], place: int, odd: Odd) -> ListingImage | None:
    """One image; None where it has no number or no address. `place`: its rank, where it says none."""
    fields = Fields(said, odd)
    number = _id(fields, "listing_image_id")
    url, full = fields.text("url_570xN"), fields.text("url_fullxfull")
    if number is None or not (address := url or full):
        odd.leave_out(f"Image {said.get('listing_image_id')!s:.40} has no {'number' if number is None else 'address'}.")
        return None
    return ListingImage(
        number,
        fields.number("rank", most=SMALL, least=1) or place,
        address,
        url_full=full,
        hex_code=fields.text("hex_code"),
        hue=fields.number("hue", most=SMALL),
        saturation=fields.number("saturation", most=SMALL),
        brightness=fields.number("brightness", most=SMALL),
        full_width=fields.number("full_width"),
        full_height=fields.number("full_height"),
        alt_text=fields.text("alt_text"),
    )


def shop(said: Any, odd: Odd) -> Shop | None:
    """A shop; None where it has no number."""
    if not isinstance(said, Mapping):
        odd.leave_out("A shop is no object.")
        return None
    fields = Fields(said, odd)
    number = _id(fields, "shop_id")
    if number is None:
        odd.leave_out(f"Shop {said.get('shop_name')!s:.40} has no shop_id.")
        return None
    return Shop(
        number,
        fields.text("shop_name") or str(number),
        title=fields.text("title"),
        url=fields.text("url"),
        currency=fields.text("currency_code"),
        location=fields.text("shop_location_country_iso", "shop_location"),
        active_listings=fields.number("listing_active_count"),
        favourers=fields.number("num_favorers"),
        reviews=fields.number("review_count"),
        review_average=fields.share("review_average"),
        opened_at=fields.moment("created_timestamp", "create_date"),
        raw=fields.rest,
    )


def review(said: Any, odd: Odd) -> Review | None:
    """A review; None where it does not say of what, by whom and when."""
    fields = Fields(said if isinstance(said, Mapping) else {}, odd)
    shop_id, listing_id, buyer = _id(fields, "shop_id"), _id(fields, "listing_id"), _id(fields, "buyer_user_id")
    created = fields.moment("created_timestamp", "create_timestamp")
    if shop_id is None or listing_id is None or created is None:
        odd.leave_out("A review does not say of what it is, or when it was written.")
        return None
    rating = fields.number("rating", most=5)
    return Review(
        shop_id, listing_id, buyer or 0, created, rating, fields.text("review") or "", fields.text("language")
    )


def every(read: Callable[[Any, Odd], T | None], said: Iterable[Any], odd: Odd) -> list[T]:
    """Those that make sense."""
    return [one for each in said if (one := read(each, odd)) is not None]


def _id(fields: Fields, name: str) -> int | None:
    return fields.number(name, most=LARGEST, least=1)
