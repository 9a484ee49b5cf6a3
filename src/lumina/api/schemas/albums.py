"""Albums."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from lumina.api.schemas.base import Answer, LocalTime, Request, UtcTime
from lumina.api.schemas.cards import ImageCard
from lumina.api.schemas.curation import Action, ManyIds

AlbumName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Album(Answer):
    """An album; `images` and `cover` are of those that it shows: neither missing, nor in the trash, nor hidden."""

    id: int
    catalog_id: UUID
    name: str
    created_at: UtcTime
    images: int
    cover: ImageCard | None = Field(description="The newest.")
    start: LocalTime | None
    end: LocalTime | None


class NewAlbum(Request):
    """An album to be made."""

    catalog_id: UUID
    name: AlbumName
    images: ManyIds | None = None


class AlbumChange(Request):
    """Another name."""

    name: AlbumName


class AlbumImages(Request):
    """Images to be put in and taken out."""

    add: Annotated[list[int], Field(max_length=100_000)] = Field(default_factory=list)
    remove: Annotated[list[int], Field(max_length=100_000)] = Field(default_factory=list)


class AlbumChanged(Album):
    """An album as it is now, and the action that changed it, None where nothing was to be changed."""

    action: Action | None


class AlbumRemoved(Answer):
    """The action that removed an album; undoing it brings the album back."""

    action: Action
