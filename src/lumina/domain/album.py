"""Albums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Album:
    """A named collection of images of one catalog.

    Attributes:
        images: how many it shows: neither missing nor trashed nor hidden.
        cover: the newest of them, None where there are none.
        start, end: wall clock of the oldest and the newest, None where none has a date.
    """

    id: int
    catalog_id: UUID
    name: str
    created_at: datetime
    images: int
    cover: int | None
    start: datetime | None
    end: datetime | None
