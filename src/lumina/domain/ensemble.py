"""Listings that look like what is asked, as several models see it: what is asked, and what is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from lumina.domain.card import ImageCard
from lumina.domain.searching import Example
from lumina.domain.vectors import SpaceKind

NO_CHANCE = 0.5
"""The strength at which chance ends."""
CLEAR = 0.51
"""The strength from which on two models that agree hardly err together: at the end of chance itself, look-alikes of
what is not there get just as far, twice as often (`docs/adr/0022-models-agree-on-their-own-scales.md`)."""
WORDS = "words"
"""The voice that no model has: the words of titles and tags."""


class On(StrEnum):
    """Which pictures are compared: as they were downloaded, without their background, or both."""

    ORIGINAL = "original"
    CUTOUT = "cutout"
    BOTH = "both"

    @property
    def kinds(self) -> tuple[SpaceKind, ...]:
        """The kinds of spaces that this means."""
        return _KINDS[self]


_KINDS = {
    On.ORIGINAL: (SpaceKind.IMAGE,),
    On.CUTOUT: (SpaceKind.CUTOUT,),
    On.BOTH: (SpaceKind.IMAGE, SpaceKind.CUTOUT),
}


class Recipe(StrEnum):
    """How several models' opinions become one order."""

    CALIBRATED = "calibrated"
    RRF = "rrf"


@dataclass(frozen=True, slots=True)
class Gauge:
    """What similarity to one question means to one voice.

    Attributes:
        middle, width: of the bell that chance gives, on Fisher's scale (arctanh of the cosine).
        level: the cosine from which on it is no chance.
        present: where not even the best result reaches this, nothing is there that looks like it.
        top: the cosine from which on nothing could look more like it.
    """

    middle: float
    width: float
    level: float
    present: float
    top: float


@dataclass(frozen=True, slots=True)
class ListingKey:
    """A listing; numbers of marketplaces may be the same."""

    source_id: int
    listing_id: int


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which listings are meant; what is None or empty leaves none out.

    Attributes:
        shops: numbers of the marketplace's shops. states, when_made: in the marketplace's own words.
        price_min, price_max: both included, in `currency` or, where that is None, in whatever currency there is.
        listed_from, listed_until: days on which the listing was made, both included.
    """

    shops: tuple[int, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currency: str | None = None
    states: tuple[str, ...] = ()
    when_made: tuple[str, ...] = ()
    listed_from: date | None = None
    listed_until: date | None = None
    catalog: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to the listings.

    Attributes:
        example: a picture, a known image, or a region of either. text: beside it or alone.
        models: only these; None: all that can answer.
    """

    example: Example | None = None
    text: str = ""
    on: On = On.ORIGINAL
    recipe: Recipe = Recipe.CALIBRATED
    models: tuple[str, ...] | None = None
    where: ListingFilter = field(default_factory=ListingFilter)
    limit: int = 50


@dataclass(frozen=True, slots=True)
class VoiceState:
    """One voice of the answer. `kind`: image, cutout, text or words. `detail`: why it was not used, or what of it."""

    name: str
    title: str
    kind: str
    used: bool
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one voice says of one listing.

    Attributes:
        rank: the listing's place in this voice's order of all candidates, from 1.
        similarity: of the listing's image that is closest to this voice. strength: 0 to 1, half where chance ends.
    """

    model: str
    kind: str
    rank: int
    similarity: float
    strength: float


@dataclass(frozen=True, slots=True)
class ShopName:
    """A shop as lists show it; `name` is empty where the shop is not known yet."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ListingCard:
    """A listing as lists show it. `images`: how many it shows. `primary`: its first image that is there."""

    source_id: int
    listing_id: int
    title: str
    shop: ShopName
    price: Decimal | None
    currency: str | None
    state: str
    when_made: str | None
    url: str | None
    created_at: datetime | None
    images: int
    primary: ImageCard | None


@dataclass(frozen=True, slots=True)
class ListingHit:
    """A listing that was found.

    Attributes:
        best: the image that matched best.
        score: 0 to 1. matched_by: how many models say that it is no chance.
        identical: `best` is the same file as the one that was asked with.
    """

    listing: ListingCard
    best: ImageCard
    score: float
    matched_by: int
    identical: bool
    opinions: tuple[Opinion, ...]

    @property
    def agreed(self) -> bool:
        """Two models see clearly more than chance in it, or the only one that knows it."""
        models = {each.model: 0.0 for each in self.opinions if each.kind != WORDS}
        for each in self.opinions:
            if each.kind != WORDS:
                models[each.model] = max(models[each.model], each.strength)
        return len(models) == 1 or sum(strength >= CLEAR for strength in models.values()) > 1

    @property
    def said(self) -> bool:
        """Its words say so, or its very file."""
        return self.identical or any(each.kind == WORDS and each.strength >= NO_CHANCE for each in self.opinions)


@dataclass(frozen=True, slots=True)
class ListingsFound:
    """The answer to a question. `note`: a sentence for people, where there is something to say."""

    voices: tuple[VoiceState, ...]
    hits: tuple[ListingHit, ...]
    note: str | None = None


def priced(amount: Decimal | None) -> str | None:
    """A price as people and programs are told: `12.50`; further decimals only where they are not zero."""
    if amount is None:
        return None
    return f"{amount:.2f}" if amount == amount.quantize(Decimal("0.01")) else f"{amount.normalize():f}"
