"""An image in a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lumina.domain.curation import Flag, Label
from lumina.domain.selection import Shelf
from lumina.domain.values import MediaKind


class Position(NamedTuple):
    """A place in the timeline: newest first, undated images last, equal times by falling id."""

    taken_at: datetime | None
    id: int


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """What a list shows of one image.

    Attributes:
        name: the master's file name.
        taken_at: wall clock at the place. utc_offset: minutes.
        width, height: pixels, upright.
        placeholder: thumbhash. thumbnail, proxy: keys of the derived files; None while there are none.
        camera: make and model. format: of the master.
        duration: seconds, of videos.
        state: of the thumbnail: done, missing or failed.
        rating, flag, label, favourite: what has been decided about it.
        shelf: where it was put away, None where it was not.
    """

    id: int
    catalog_id: UUID
    name: str
    kind: MediaKind
    taken_at: datetime | None
    utc_offset: int | None
    width: int | None
    height: int | None
    placeholder: bytes | None
    thumbnail: bytes | None
    proxy: bytes | None
    camera: str | None
    format: str | None
    duration: float | None
    missing_since: datetime | None
    state: str
    rating: int
    flag: Flag | None
    label: Label | None
    favourite: bool
    shelf: Shelf | None

    @property
    def position(self) -> Position:
        """Where the image stands in the timeline."""
        return Position(self.taken_at, self.id)


@dataclass(frozen=True, slots=True)
class Page:
    """Some images, and where the next page starts (None at the end)."""

    items: tuple[ImageSummary, ...]
    next: Position | None
