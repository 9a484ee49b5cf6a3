"""Images as the lists of copies and sequences show them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lumina.api.schemas.base import Answer, Base64, LocalTime
from lumina.domain import card


class ImageCard(Answer):
    """One image, with what a person needs to see before deciding about it. `size` is the bytes of all its files."""

    id: int
    name: str
    path: str = Field(description="Absolute, on the server.")
    root: str = Field(description="Of its source.")
    relative: str = Field(description="Within its source.")
    width: int | None
    height: int | None
    format: str | None
    size: int
    taken_at: LocalTime | None
    camera: str | None
    placeholder: Base64 | None = Field(description="Thumbhash, base64.")
    thumbnail: str | None = Field(description="URL of the small picture.")
    proxy: str | None = Field(description="URL of the picture at screen size.")
    score: float | None = Field(description="Quality, 0-100.")
    rating: int
    flag: Literal["pick", "reject"] | None
    label: Literal["red", "yellow", "green", "blue", "purple"] | None
    favourite: bool


def image_card(found: card.ImageCard) -> ImageCard:
    """A card as the API shows it."""
    values = {name: getattr(found, name) for name in ImageCard.model_fields if name not in ("thumbnail", "proxy")}
    return ImageCard(
        **values,
        thumbnail=_url(found.id, "thumbnail", found.thumbnail_key),
        proxy=_url(found.id, "proxy", found.proxy_key),
    )


def _url(image_id: int, kind: str, key: bytes | None) -> str | None:
    return None if key is None else f"/api/images/{image_id}/{kind}?v={key.hex()}"
