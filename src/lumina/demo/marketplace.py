"""The marketplace as tests hold it: what it knows, what goes wrong, and what it has been asked."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lumina.demo import answers
from lumina.demo.limits import Limits, Meter
from lumina.demo.photographs import Generated, Photographs
from lumina.demo.trouble import Trouble
from lumina.demo.world import Image, Listing, Shop, World

KEY = "demo:lumina"
"""The key with which the marketplace lets itself be asked: keystring and shared secret."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has come. `at`: seconds on the monotonic clock. `status`: 0 where the connection was reset."""

    at: float
    path: str
    query: str
    status: int


@dataclass
class Counts:
    """What has been asked so far.

    Attributes:
        requests: all of them, in order. paths, statuses: how often each came.
        clients: addresses from which connections came: one for each connection that was opened.
    """

    requests: list[Asked] = field(default_factory=list)
    paths: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    clients: set[tuple[str, int]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, path: str, query: str, status: int, client: tuple[str, int] | None) -> None:
        """One request that has been answered."""
        with self._lock:
            self.requests.append(Asked(time.monotonic(), path, query, status))
            self.paths[path] += 1
            self.statuses[status] += 1
            if client:
                self.clients.add(client)

    @property
    def limited(self) -> int:
        """How many were answered 429."""
        return self.statuses[429]

    def below(self, path: str) -> int:
        """How many asked for something below a path."""
        return sum(1 for asked in self.requests if asked.path.startswith(path))

    def clear(self) -> None:
        """Counts from the start again."""
        with self._lock:
            self.requests.clear()
            self.paths.clear()
            self.statuses.clear()
            self.clients.clear()


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing as it is now: what the world says, and what has changed since."""

    listing: Listing
    changed: dict[str, Any]

    @property
    def active(self) -> bool:
        """Whether it is for sale."""
        return bool(self.changed.get("state", "active") == "active")

    @property
    def cents(self) -> int:
        """Its price in hundredths."""
        price = self.changed.get("price", self.listing.cents)
        return price if isinstance(price, int) else self.listing.cents

    @property
    def updated(self) -> int:
        """When it was changed last, seconds since 1970."""
        return int(self.changed.get("updated_timestamp", self.listing.updated))

    @property
    def text(self) -> str:
        """Title and tags in small letters."""
        title = self.changed.get("title", self.listing.title)
        return " ".join((title, *self.changed.get("tags", self.listing.tags))).lower()


class Marketplace:
    """A marketplace; `lumina.demo.app.create` makes a web application of it, `lumina.demo.server` runs that.

    Args:
        world: what is sold. trouble: what goes wrong, nothing by default. limits: those of Etsy by default.
        photographs: where pictures come from, drawn by default. keys: `keystring:secret`, those that are let in.
    """

    def __init__(
        self,
        world: World | None = None,
        trouble: Trouble | None = None,
        *,
        limits: Limits | None = None,
        photographs: Photographs | None = None,
        keys: Iterable[str] = (KEY,),
    ) -> None:
        self.world = world or World()
        self.trouble = trouble or Trouble()
        self.limits = limits or Limits()
        self.photographs = photographs or Generated(self.world.seed)
        self.keys = set(keys)
        self.meter = Meter(self.limits)
        self.counts = Counts()

    def offers(self, listings: Iterable[Listing] | None = None) -> Iterator[Offer]:
        """Those of the listings (by default: all) that are active now."""
        gone, changed = self.trouble.gone, self.trouble.changed
        for listing in self.world.listings.values() if listings is None else listings:
            if listing.listing_id not in gone and listing.shop.shop_id not in gone:
                offer = Offer(listing, changed.get(listing.listing_id, {}))
                if offer.active:
                    yield offer

    def offer(self, listing_id: int) -> Offer | None:
        """A listing as it is now, whatever its state; None where it is gone."""
        listing = self.world.listings.get(listing_id)
        if listing is None or listing_id in self.trouble.gone or listing.shop.shop_id in self.trouble.gone:
            return None
        return Offer(listing, self.trouble.changed.get(listing_id, {}))

    def shop(self, shop_id: int) -> Shop | None:
        """A shop; None where it is gone."""
        return None if shop_id in self.trouble.gone else self.world.shop(shop_id)

    def images(self, listing: Listing) -> Sequence[tuple[Listing, Image]]:
        """A listing's photographs as they are now, the primary one first; each with whose it was at first."""
        own = [image.image_id for image in self.world.images(listing)]
        ids = self.trouble.images.get(listing.listing_id, own)
        return [found for id_ in ids if id_ not in self.trouble.gone and (found := self.world.image(id_))]

    def describe(self, offer: Offer) -> answers.Json:
        """A listing as answers say it."""
        return answers.listing(offer.listing, offer.changed)

    def describe_images(self, listing: Listing, address: str) -> list[answers.Json]:
        """A listing's photographs as answers say them."""
        pictured = enumerate(self.images(listing), start=1)
        return [
            answers.image(image, of, rank, address) | {"listing_id": listing.listing_id}
            for rank, (of, image) in pictured
        ]

    def describe_shop(self, shop: Shop) -> answers.Json:
        """A shop as answers say it."""
        return answers.shop(shop, sum(1 for _ in self.offers(self.world.by_shop[shop.shop_id])))
