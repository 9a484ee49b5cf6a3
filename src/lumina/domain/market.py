"""Marketplaces: shops, listings, their images and reviews, and the port through which they are asked."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

LONGEST_WORDS = 100_000
"""Characters: more than any network reads, and less than what a search by words can hold."""
GONE = "gone"
"""State of a listing that the marketplace does not know any more."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Hours after which what a marketplace says expires; None: never. `content`: images, shops, reviews."""

    listing: float | None = None
    content: float | None = None


class FollowKind(StrEnum):
    """What of a marketplace a person can follow."""

    SHOP = "shop"
    KEYWORDS = "keywords"
    TAXONOMY = "taxonomy"


@dataclass(frozen=True, slots=True)
class Follow:
    """What a person wants to hear of. `value`: the shop's number, the words, or the taxonomy's number.

    `cursor`: where an unfinished sync goes on, and what a finished one leaves for the next. `due_at`: of the next one.
    """

    id: int
    source_id: int
    kind: FollowKind
    value: str
    title: str
    every_minutes: int
    cursor: Mapping[str, Any]
    synced_at: datetime | None
    error: str | None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """A marketplace as the database knows it: a source whose folder is where downloads go.

    Attributes:
        source_id: of the source. name: `etsy`, `demo`. address: of its API, without a slash at the end.
        hosts: `host:port` from which images may come besides public addresses (a marketplace on this machine).
        folder: where downloads go, as this node sees it.
    """

    source_id: int
    name: str
    address: str
    hosts: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as the marketplace describes it; what it does not say is None. `raw`: fields that have no place here."""

    shop_id: int
    name: str
    title: str | None = None
    url: str | None = None
    currency: str | None = None
    location: str | None = None
    active_listings: int | None = None
    favourers: int | None = None
    reviews: int | None = None
    review_average: float | None = None
    opened_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListingImage:
    """An image of a listing; colours as the marketplace states them (hue 0-360, the others 0-100).

    Attributes:
        remote_id: the marketplace's number of it. rank: 1 is the first, which is the primary one.
        url: of the size that is downloaded. full_width, full_height: pixels of the original.
    """

    remote_id: int
    rank: int
    url: str
    url_full: str | None = None
    hex_code: str | None = None
    hue: int | None = None
    saturation: int | None = None
    brightness: int | None = None
    full_width: int | None = None
    full_height: int | None = None
    alt_text: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing as the marketplace describes it; what it does not say is None or empty.

    Attributes:
        state: in the marketplace's own words; `GONE` where it knows the listing no more.
        when_made: in the marketplace's own words: its values change every year.
        images: None where it was not asked for them.
        shop: None where it was not asked for it.
    """

    listing_id: int
    shop_id: int
    title: str = ""
    description: str = ""
    url: str | None = None
    tags: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    who_made: str | None = None
    when_made: str | None = None
    taxonomy_id: int | None = None
    state: str = "active"
    quantity: int | None = None
    price: Decimal | None = None
    currency: str | None = None
    favourers: int | None = None
    views: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    images: tuple[ListingImage, ...] | None = None
    shop: Shop | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Title and tags, as text encoders are given them."""
        return words(self.title, self.tags)


def words(title: str, tags: Sequence[str]) -> str:
    """A listing's title and tags as one text; of a longer one its first 100,000 characters."""
    return ". ".join(part for part in (title.strip(), ", ".join(tags)) if part)[:LONGEST_WORDS]


@dataclass(frozen=True, slots=True)
class Review:
    """What a buyer says of a listing. `rating`: 1 to 5."""

    shop_id: int
    listing_id: int
    buyer_id: int
    created_at: datetime
    rating: int | None = None
    text: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of an answer: listings without images, and where the next piece is (None: that was all).

    `total`: how many listings there are in the part that is being gone through. `again`: it was read before, and is
    looked at once more, because listings have moved meanwhile.
    """

    listings: tuple[Listing, ...]
    cursor: Mapping[str, Any] | None
    total: int = 0
    again: bool = False


class MarketplaceSource(Protocol):
    """A marketplace that can be asked, also by several threads at once.

    Every method keeps to the marketplace's limits and waits where it has to, and may raise `Later` (it cannot be asked
    now, and says for how long), `Refused` (the key is wrong or revoked) or `Interrupted`.
    """

    def find_shop(self, name: str) -> Shop:
        """A shop by its name or number. `NotFound` where there is none."""

    def pages(self, follow: Follow, cursor: Mapping[str, Any] | None, most: int) -> Generator[Page, None, None]:
        """The listings of what is followed, from a cursor on (None: from the start), in at most so many pages."""

    def listings(self, ids: Sequence[int]) -> list[Listing]:
        """These listings (at most 100) with images and shops; those that have vanished come with state `GONE`."""

    def shop(self, shop_id: int) -> Shop | None:
        """A shop; None where it has vanished."""

    def reviews(self, shop_id: int, since: datetime | None, until: datetime | None = None) -> Iterator[Review]:
        """A shop's reviews, newest first, those between two moments, of which None is no bound."""

    def oddities(self) -> Oddities:
        """What of its answers made no sense since this was last asked."""

    def close(self) -> None:
        """Close its connections."""


@dataclass(frozen=True, slots=True)
class Oddities:
    """What of a marketplace's answers made no sense, or did not come.

    Attributes:
        fields: which made no sense, and how often. left_out: what was left out for that, in sentences.
        notes: what could not be asked for at all, in sentences.
    """

    fields: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """Where an image's file can be fetched: the item of the stage `download`.

    Attributes:
        url: "" where it is not known (an adopted folder).
        root: folder of the source, as this node sees it. path: relative to it, with forward slashes, where it goes.
        size: bytes of the file that is there already; None where there is none.
        etag, last_modified: what came with that file.
        hosts: `host:port` that may have a private address.
    """

    image_id: int
    source_id: int
    listing_id: int
    remote_id: int
    url: str
    root: Path
    path: str
    size: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that has been fetched and lies in its place: the result of the stage `download`.

    Attributes:
        path: relative to the source. format: `lumina.domain.values.FileFormat`'s value, sniffed.
        size: bytes. modified_ns, device, inode: as the file system says.
        changed: False where the server said that the file which was there is still the same one.
    """

    path: str
    format: str
    size: int
    modified_ns: int
    device: int
    inode: int
    etag: str | None = None
    last_modified: str | None = None
    changed: bool = True


@dataclass(frozen=True, slots=True)
class ListingWords:
    """What an image's listing says: the item of the stages that embed words."""

    image_id: int
    words: str


@dataclass(frozen=True, slots=True)
class CutOut:
    """What is left of a picture without its background: the result of the stage `cutout`.

    Attributes:
        key: 16 bytes, in the derived store; None where it was refused. checksum: the picture's `render_key`.
        share: of the picture's area that is foreground, 0 to 1. refused: why, in a sentence.
        width, height: pixels. size: bytes.
    """

    key: bytes | None
    checksum: bytes
    model: str
    version: int
    share: float
    width: int | None = None
    height: int | None = None
    size: int | None = None
    refused: str | None = None
