"""Everything that the marketplace knows, made up from a number: shops, listings, their images and reviews."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator

from lumina.demo import wording
from lumina.demo.products import COLOURS, FAMILIES, PATTERNS, Family, Product

OPENED = 1_735_732_800
"""When the newest listing was made, in seconds since 1970: 1 January 2025, noon."""

DAY = 86_400
FIRST_LISTING = 1_700_000_000
FIRST_IMAGE = 5_200_000_000
FIRST_SHOP = 21_000_000
FIRST_USER = 330_000_000

CURRENCIES = ("USD", "EUR", "GBP", "USD", "EUR", "CAD")
COUNTRIES = ("US", "DE", "GB", "US", "FR", "CA", "PT", "NL")
WHEN_MADE = ("made_to_order", "2020_2025", "2010_2019", "before_2006", "1990s")


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop; `number` counts from 0."""

    number: int
    shop_id: int
    user_id: int
    name: str
    title: str
    currency: str
    country: str
    created: int
    favourers: int
    sold: int


@dataclass(frozen=True, slots=True)
class Image:
    """A photograph of a listing; `rank` 1 is the first. `token`, `suffix`: what nobody can guess of its address."""

    image_id: int
    number: int
    rank: int
    token: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a buyer says. `rating`: 1 to 5."""

    shop_id: int
    listing_id: int
    buyer_id: int
    rating: int
    text: str
    created: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Something that is for sale; `number` counts from 0, the newest has the highest.

    Attributes:
        cents: its price. photographs: how many images it has. created, updated: seconds since 1970.
    """

    number: int
    listing_id: int
    shop: Shop
    product: Product
    cents: int
    quantity: int
    favourers: int
    views: int
    when_made: str
    photographs: int
    created: int
    updated: int

    @property
    def family(self) -> Family:
        """What kind of thing it is."""
        return FAMILIES[self.product.family]

    @property
    def material(self) -> str:
        """What it is made of."""
        return self.family.materials[self.product.seed % len(self.family.materials)]

    @property
    def title(self) -> str:
        """As the seller wrote it."""
        return wording.title(self.family, self.product, self.material)

    @property
    def tags(self) -> tuple[str, ...]:
        """At most 13."""
        return wording.tags(self.family, self.product, self.material)

    @property
    def description(self) -> str:
        """A few lines."""
        return wording.description(self.family, self.product, self.material)


class World:
    """A marketplace that is the same wherever it is made from the same numbers.

    Args:
        seed: any number. listings: how many there are, all of them active.
        shops: how many there are; by default one for every twelve listings, at least three.
        images: the fewest and the most photographs of a listing, 1 to 9.
    """

    def __init__(
        self, seed: int = 1, listings: int = 60, *, shops: int | None = None, images: tuple[int, int] = (2, 6)
    ) -> None:
        self.seed = seed
        self.shops = tuple(self._shops(max(3, listings // 12) if shops is None else shops))
        self.listings = {listing.listing_id: listing for listing in self._listings(listings, images)}

    @cached_property
    def by_shop(self) -> dict[int, tuple[Listing, ...]]:
        """Listings of each shop, the oldest first."""
        found: dict[int, list[Listing]] = {shop.shop_id: [] for shop in self.shops}
        for listing in self.listings.values():
            found[listing.shop.shop_id].append(listing)
        return {shop: tuple(listings) for shop, listings in found.items()}

    def shop(self, shop_id: int) -> Shop | None:
        """A shop by its number."""
        number = shop_id - FIRST_SHOP
        return self.shops[number] if 0 <= number < len(self.shops) else None

    def images(self, listing: Listing) -> tuple[Image, ...]:
        """A listing's photographs, the first one first."""
        return tuple(self._image(listing, rank) for rank in range(1, listing.photographs + 1))

    def image(self, image_id: int) -> tuple[Listing, Image] | None:
        """A photograph by its number, and whose it is."""
        number, rank = divmod(image_id - FIRST_IMAGE, 10)
        listing = self.listings.get(FIRST_LISTING + 37 * number)
        known = listing is not None and 1 <= rank <= listing.photographs
        return (listing, self._image(listing, rank)) if known and listing else None

    def reviews(self, listing: Listing) -> list[Review]:
        """What buyers say of a listing, the newest first."""
        draw = self._draw("reviews", listing.number)
        count = int(draw.integers(0, 7))
        ages = np.sort(draw.integers(0, max(1, OPENED - listing.created), count))
        return [self._review(listing, draw, OPENED - int(age)) for age in ages]

    def _review(self, listing: Listing, draw: Generator, created: int) -> Review:
        rating = int(draw.choice((5, 5, 5, 5, 4, 4, 3, 1)))
        text = wording.review(rating, int(draw.integers(1 << 30)))
        buyer = FIRST_USER + 1_000_000 + int(draw.integers(1 << 20))
        return Review(listing.shop.shop_id, listing.listing_id, buyer, rating, text, created)

    def _image(self, listing: Listing, rank: int) -> Image:
        image_id = FIRST_IMAGE + 10 * listing.number + rank
        token = hashlib.blake2b(f"{self.seed}/{image_id}".encode(), digest_size=5).hexdigest()
        return Image(image_id, listing.number, rank, token[:6], token[6:])

    def _draw(self, what: str, number: int = 0) -> Generator:
        kind = int.from_bytes(hashlib.blake2b(what.encode(), digest_size=4).digest(), "big")
        return np.random.default_rng((self.seed, kind, number))

    def _column(self, what: str, low: int, high: int, count: int) -> list[int]:
        return [int(value) for value in self._draw(what).integers(low, high, count)]

    def _shops(self, count: int) -> Iterator[Shop]:
        columns = [self._column(f"shop {what}", 0, 1 << 30, count) for what in ("age", "favourers", "sold")]
        for number, (age, favourers, sold) in enumerate(zip(*columns, strict=True)):
            yield Shop(
                number,
                FIRST_SHOP + number,
                FIRST_USER + number,
                wording.shop(number),
                wording.slogan(number),
                CURRENCIES[number % len(CURRENCIES)],
                COUNTRIES[number % len(COUNTRIES)],
                OPENED - 800 * DAY - age % (2000 * DAY),
                favourers % 4000,
                sold % 9000,
            )

    def _listings(self, count: int, images: tuple[int, int]) -> Iterator[Listing]:
        names = ("shop", "shape", "colour", "accent", "pattern", "seed", "price", "many", "liked", "seen", "made")
        columns = [self._column(name, 0, 1 << 30, count) for name in names]
        photographs = self._column("photographs", images[0], images[1] + 1, count)
        for number, (drawn, pictures) in enumerate(zip(zip(*columns, strict=True), photographs, strict=True)):
            yield self._listing(number, count, dict(zip(names, drawn, strict=True)), pictures)

    def _listing(self, number: int, count: int, drawn: dict[str, int], photographs: int) -> Listing:
        family = FAMILIES[number % len(FAMILIES)]
        created = OPENED - (count - number) * DAY * 700 // max(count, 1)
        return Listing(
            number,
            FIRST_LISTING + 37 * number,
            self.shops[drawn["shop"] % len(self.shops)],
            _product(number % len(FAMILIES), drawn),
            family.cheapest * 100 + drawn["price"] % ((family.dearest - family.cheapest) * 20) * 5,
            1 + drawn["many"] % 20,
            drawn["liked"] % 900,
            drawn["seen"] % 12_000,
            WHEN_MADE[min(drawn["made"] % 9, 4) if drawn["made"] % 3 else 0],
            photographs,
            created,
            created + drawn["seed"] % (30 * DAY),
        )


def _product(family: int, drawn: dict[str, int]) -> Product:
    colour = drawn["colour"] % len(COLOURS)
    accent = (colour + 1 + drawn["accent"] % (len(COLOURS) - 1)) % len(COLOURS)
    shape = drawn["shape"] % FAMILIES[family].shapes
    return Product(family, shape, colour, accent, drawn["pattern"] % len(PATTERNS), drawn["seed"])
