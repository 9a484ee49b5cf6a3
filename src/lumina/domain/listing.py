"""Listings as people look through them: pages, what they can be filtered by, and one of them whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lumina.domain.card import ImageCard
from lumina.domain.ensemble import ListingCard, ListingKey


@dataclass(frozen=True, slots=True)
class After:
    """A place in the list of listings, newest first."""

    at: datetime
    key: ListingKey


@dataclass(frozen=True, slots=True)
class Choices:
    """What listings can be filtered by: each value with its number of listings, the most frequent first.

    Attributes:
        shops: number, name, listings.
        price_min, price_max: of all listings, whatever the currency; None where no price is known.
    """

    shops: tuple[tuple[int, str, int], ...]
    states: tuple[tuple[str, int], ...]
    when_made: tuple[tuple[str, int], ...]
    currencies: tuple[tuple[str, int], ...]
    price_min: Decimal | None
    price_max: Decimal | None


@dataclass(frozen=True, slots=True)
class ListingPicture:
    """An image of a listing.

    Attributes:
        rank: 1 is the first. gone_at: since when the listing does not show it any more.
        there: its file has been fetched.
        cutout_key: of the picture without its background. refused: why there is none; None while nobody has tried.
    """

    image: ImageCard
    rank: int
    is_primary: bool
    alt_text: str | None
    gone_at: datetime | None
    there: bool
    cutout_key: bytes | None
    refused: str | None


@dataclass(frozen=True, slots=True)
class ListingMoment:
    """How a listing stood from some moment on, until the next one."""

    at: datetime
    state: str
    quantity: int | None
    favourers: int | None
    views: int | None
    price: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class ShopDetails:
    """A shop as it was described last."""

    shop_id: int
    name: str
    title: str | None
    url: str | None
    currency: str | None
    location: str | None
    active_listings: int | None
    favourers: int | None
    reviews: int | None
    review_average: float | None
    opened_at: datetime | None
    fetched_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListingDetails:
    """Everything that is known of a listing.

    Attributes:
        seen_at: when it was heard of first. fetched_at: when it was described last. gone_at: since when it is no more.
        pictures: those it shows, by rank, then those it showed. history: newest first, a moment for each change.
        shop: None while nothing but its number is known.
    """

    card: ListingCard
    description: str
    tags: list[str]
    materials: list[str]
    who_made: str | None
    taxonomy_id: int | None
    quantity: int | None
    favourers: int | None
    views: int | None
    updated_at: datetime | None
    seen_at: datetime
    fetched_at: datetime
    expires_at: datetime | None
    gone_at: datetime | None
    pictures: tuple[ListingPicture, ...]
    history: tuple[ListingMoment, ...]
    shop: ShopDetails | None
