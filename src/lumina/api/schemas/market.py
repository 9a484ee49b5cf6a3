"""Marketplaces: what is followed, how far everything is, and what may be asked."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from lumina.api.schemas.base import Answer, Request, UtcTime

Kind = Literal["shop", "keywords", "taxonomy"]


class MarketFollow(Answer):
    """Something that is followed."""

    id: int
    kind: Kind
    value: str = Field(description="The shop's number, the words, or the category's number.")
    title: str
    every_minutes: int
    synced_at: UtcTime | None = Field(description="When all of it was last asked for.")
    due_at: UtcTime | None = Field(description="When it is synced next.")
    unfinished: bool = Field(description="A sync has begun and will go on where it stopped.")
    error: str | None = Field(description="Why the last sync could not be finished, in a sentence.")


class MarketKnown(Answer):
    """What is known of a marketplace."""

    listings: int
    gone: int = Field(description="Listings that it does not know any more.")
    expired: int = Field(description="Listings whose time is over; they are asked for again, or purged.")
    shops: int
    reviews: int
    images: int
    awaited: int = Field(description="Images that have still to be downloaded.")
    cut_out: int
    refused: int = Field(description="Images of which no cut-out could be made.")


class MarketStage(Answer):
    """A stage of its images."""

    name: str
    done: int
    missing: int
    failed: int
    waiting: str | None = Field(description="What it waits for, in a sentence.")
    rate: float = Field(description="Images per minute, over the last minutes.")
    eta_seconds: float | None


class MarketFailures(Answer):
    """Images that failed in one stage for one cause."""

    stage: str
    code: str | None
    reason: str | None
    count: int


class MarketLimit(Answer):
    """What may be asked of it."""

    allowed: float = Field(description="Requests per second that it allows, as far as known.")
    rate: float = Field(description="Requests per second at which it is asked now.")
    per_day: int | None
    remaining: int | None = Field(description="Requests that are left today.")
    blocked_until: UtcTime | None
    reason: str


class Market(Answer):
    """A marketplace."""

    source_id: int
    catalog_id: UUID
    name: str
    title: str
    known: MarketKnown
    follows: list[MarketFollow]
    stages: list[MarketStage]
    failures: list[MarketFailures]
    limit: MarketLimit
    job: UUID | None = Field(description="The sync that is under way.")
    waits: str | None = Field(description="Why nothing is asked of it now, in a sentence; null: it may be asked.")


class Markets(Answer):
    """All marketplaces. `permitted`: whether the owner has stated his permission to gather; `keyed`: and has a key."""

    items: list[Market]
    permitted: bool
    keyed: bool


class NewMarketFollow(Request):
    """Something to follow. A shop is named by its name or number."""

    market: str | None = Field(None, max_length=50, description="By its name; null: the only one, or Etsy.")
    kind: Kind
    value: str = Field(min_length=1, max_length=200)
    every_minutes: int = Field(360, ge=1, le=525_600)


class MarketSync(Request):
    """Which marketplace to sync."""

    market: str | None = Field(None, max_length=50)


class MarketPurge(Request):
    """What to remove for good: everything, or what is expired, of a listing, of a shop."""

    market: str | None = Field(None, max_length=50)
    listing_id: int | None = Field(None, ge=1, lt=2**63)
    shop_id: int | None = Field(None, ge=1, lt=2**63)
    expired: bool = False
    everything: bool = False
    dry_run: bool = False


class MarketPurged(Answer):
    """How much would be removed. `what`: in words; `counts`: listings, images, shops, reviews."""

    what: str
    counts: dict[str, int]
