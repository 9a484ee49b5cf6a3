"""Listings of marketplaces: found, browsed, and one of them whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from lumina.api.schemas.base import Answer, Request, UtcTime
from lumina.api.schemas.cards import ImageCard, image_card
from lumina.domain import ensemble, listing
from lumina.domain.ensemble import priced
from lumina.errors import BadInput

Number = Annotated[int, Field(ge=1, lt=2**63)]
Commas = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
Amount = Annotated[Decimal, Field(ge=0, le=10**12, allow_inf_nan=False)]
Kind = Literal["image", "cutout", "text", "words"]


class Shop(Answer):
    """A shop as lists show it; `name` is empty while only its number is known."""

    id: int
    name: str


class ListingCard(Answer):
    """A listing as lists show it."""

    source_id: int
    listing_id: int
    title: str
    shop: Shop
    price: str | None = Field(description="With at least two decimals.", examples=["12.50"])
    currency: str | None
    state: str = Field(description="In the marketplace's own words; `gone`: it knows the listing no more.")
    when_made: str | None
    url: str | None
    created_at: UtcTime | None
    images: int = Field(description="How many it shows.")
    primary: ImageCard | None = Field(description="The first of its images that is there.")


class ModelOpinion(Answer):
    """What one model says of one listing."""

    model: str
    kind: Kind
    rank: int = Field(description="The listing's place in this model's own order, from 1.")
    similarity: float = Field(description="-1 to 1, of the image closest to this model; of words their share.")
    strength: float = Field(description="0-1: half where chance ends.")


class ListingResult(ListingCard):
    """A listing that was found."""

    best: ImageCard = Field(description="The image that matched best.")
    score: float = Field(description="0-1.")
    matched_by: int = Field(description="How many models say that it is no chance.")
    identical: bool = Field(description="`best` is the very file that was asked with.")
    ranks: list[ModelOpinion]


class ModelState(Answer):
    """One model of the answer."""

    name: str
    title: str
    kind: Kind
    used: bool
    detail: str | None = Field(description="Why not, or what has to be said, in a sentence.")


class ListingAnswer(Answer):
    """What was found, best first. `note`: why there is nothing, or that nothing of it is certain."""

    models: list[ModelState]
    results: list[ListingResult]
    note: str | None
    took_ms: float


class ListingPage(Answer):
    """Listings newest first."""

    items: list[ListingCard]
    next: str | None = Field(description="Cursor of the next page.")


class ShopCount(Shop):
    """A shop and how many listings of it are known."""

    listings: int


class ValueCount(Answer):
    """A value and how many listings have it."""

    value: str
    listings: int


class PriceRange(Answer):
    """Of all listings, whatever their currency."""

    min: str | None
    max: str | None


class ListingFilters(Answer):
    """What listings can be filtered by, the most frequent first."""

    shops: list[ShopCount]
    states: list[ValueCount]
    when_made: list[ValueCount]
    currencies: list[ValueCount]
    price: PriceRange


class ListingPicture(Answer):
    """An image of a listing."""

    image: ImageCard
    rank: int
    is_primary: bool
    alt_text: str | None
    gone_at: UtcTime | None = Field(description="Since when the listing does not show it any more.")
    there: bool = Field(description="Its file has been fetched.")
    cutout: str | None = Field(description="URL of the picture without its background.")
    refused: str | None = Field(description="Why there is no cut-out, in a sentence.")


class ListingMoment(Answer):
    """How a listing stood from some moment on."""

    at: UtcTime
    state: str
    quantity: int | None
    favourers: int | None
    views: int | None
    price: str | None
    currency: str | None


class ShopDetails(Answer):
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
    opened_at: UtcTime | None
    fetched_at: UtcTime
    gone_at: UtcTime | None


class ListingDetails(ListingCard):
    """Everything known about one listing; pictures by rank, history newest first."""

    description: str
    tags: list[str]
    materials: list[str]
    who_made: str | None
    taxonomy_id: int | None
    quantity: int | None
    favourers: int | None
    views: int | None
    updated_at: UtcTime | None
    seen_at: UtcTime
    fetched_at: UtcTime
    expires_at: UtcTime | None
    gone_at: UtcTime | None
    pictures: list[ListingPicture]
    history: list[ListingMoment]
    shop_details: ShopDetails | None


class Narrowed(BaseModel):
    """Which listings are meant; lists are separated by commas."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shop: Commas | None = Field(None, description="Numbers of shops.", examples=["7,12"])
    price_min: Amount | None = None
    price_max: Amount | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Za-z]{3}$")] | None = None
    state: Commas | None = Field(None, examples=["active,sold_out"])
    when_made: Commas | None = Field(None, examples=["made_to_order,2020_2026"])
    listed_from: date | None = Field(None, description="First day, included.")
    listed_until: date | None = Field(None, description="Last day, included.")
    catalog: UUID | None = None

    @model_validator(mode="after")
    def _fit_together(self) -> Narrowed:
        for low, high in (("price_min", "price_max"), ("listed_from", "listed_until")):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise ValueError(f"{low} is more than {high}")
        if self.listed_until is not None and self.listed_until >= date(9999, 12, 30):
            raise ValueError("listed_until is out of range")
        _shops(self.shop)
        return self

    def where(self) -> ensemble.ListingFilter:
        """The same as a domain value."""
        return ensemble.ListingFilter(
            shops=_shops(self.shop),
            price_min=self.price_min,
            price_max=self.price_max,
            currency=self.currency.upper() if self.currency else None,
            states=_parts(self.state),
            when_made=_parts(self.when_made),
            listed_from=self.listed_from,
            listed_until=self.listed_until,
            catalog=self.catalog,
        )


class ListingPageQuery(Narrowed):
    """Filters, words, and the place in the list."""

    q: Annotated[str, Field(max_length=1000)] = Field("", description="Words that titles and tags must have.")
    cursor: Annotated[str, Field(max_length=500)] | None = Field(None, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ListingForm(Narrowed, Request):
    """A picture, a known image or a text to find listings by, or a text beside one of the first two."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    image: Annotated[
        bytes | None,
        WithJsonSchema({"type": "string", "format": "binary", "description": "A file of at most 50 MB."}),
    ] = None
    image_id: Number | None = None
    text: Annotated[str, Field(max_length=10_000)] = ""
    region: Annotated[str | None, Field(max_length=200, description="x,y,width,height, fractions 0-1.")] = None
    on: Literal["original", "cutout", "both"] | None = Field(
        None, description="By default what the setting listing_search says."
    )
    recipe: Literal["calibrated", "rrf"] = "calibrated"
    models: Commas | None = Field(None, description="Names; by default all that can answer.")
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    @property
    def model_names(self) -> tuple[str, ...] | None:
        """The models that were chosen; None where none were."""
        return _parts(self.models) or None


def _parts(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in (text or "").split(",") if part.strip()))


def _shops(text: str | None) -> tuple[int, ...]:
    parts = _parts(text)
    if any(not part.isascii() or not part.isdecimal() or int(part) >= 2**63 for part in parts):
        raise ValueError("shop: numbers separated by commas are wanted")
    return tuple(int(part) for part in parts)


def listing_card(found: ensemble.ListingCard) -> ListingCard:
    """A listing as the API shows it."""
    return ListingCard(**_card(found))


def _card(found: ensemble.ListingCard) -> dict[str, object]:
    plain = {name: getattr(found, name) for name in ListingCard.model_fields}
    primary = None if found.primary is None else image_card(found.primary)
    return {**plain, "shop": Shop.model_validate(found.shop), "price": priced(found.price), "primary": primary}


def answer(found: ensemble.ListingsFound, seconds: float) -> ListingAnswer:
    """What was found as the API shows it."""
    return ListingAnswer(
        models=[ModelState.model_validate(voice) for voice in found.voices],
        results=[_result(hit) for hit in found.hits],
        note=found.note,
        took_ms=round(seconds * 1000, 1),
    )


def _result(hit: ensemble.ListingHit) -> ListingResult:
    given = {
        **_card(hit.listing),
        "best": image_card(hit.best),
        "ranks": [ModelOpinion.model_validate(opinion) for opinion in hit.opinions],
    }
    return ListingResult.model_validate(
        given | {name: getattr(hit, name) for name in ("score", "matched_by", "identical")}
    )


def filters(found: listing.Choices) -> ListingFilters:
    """What can be filtered by, as the API shows it."""
    values = {
        name: [ValueCount(value=value, listings=count) for value, count in getattr(found, name)]
        for name in ("states", "when_made", "currencies")
    }
    return ListingFilters(
        shops=[ShopCount(id=number, name=name, listings=count) for number, name, count in found.shops],
        price=PriceRange(min=priced(found.price_min), max=priced(found.price_max)),
        **values,
    )


def details(found: listing.ListingDetails) -> ListingDetails:
    """One listing as the API shows it."""
    own = set(ListingDetails.model_fields) - set(ListingCard.model_fields)
    plain = {name: getattr(found, name) for name in own - {"pictures", "history", "shop_details"}}
    return ListingDetails.model_validate(
        {
            **_card(found.card),
            **plain,
            "pictures": [_picture(each) for each in found.pictures],
            "history": [_moment(each) for each in found.history],
            "shop_details": None if found.shop is None else ShopDetails.model_validate(found.shop),
        }
    )


def _picture(found: listing.ListingPicture) -> ListingPicture:
    plain = ("rank", "is_primary", "alt_text", "gone_at", "there", "refused")
    key, image = found.cutout_key, found.image
    url = None if key is None else f"/api/images/{image.id}/cutout?v={key.hex()}"
    return ListingPicture(image=image_card(image), cutout=url, **{name: getattr(found, name) for name in plain})


def _moment(found: listing.ListingMoment) -> ListingMoment:
    plain = {name: getattr(found, name) for name in ListingMoment.model_fields if name != "price"}
    return ListingMoment(price=priced(found.price), **plain)


def example_of(form: ListingForm) -> tuple[bytes | None, int | None]:
    """The file or the image that was given.

    Raises:
        BadInput: both were.
    """
    if form.image is not None and form.image_id is not None:
        raise BadInput("image, image_id: one of them, not both.")
    return form.image, form.image_id
