"""An image as the lists of copies and sequences show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ImageCard:
    """What a person needs to see of one image before deciding about it.

    Attributes:
        name: the master's file name. root: the source's path. relative: the master's path in it; both in stored form.
        width, height: pixels, upright. size: bytes of all files that are there.
        taken_at: wall clock at the place. camera: make and model.
        placeholder: thumbhash. thumbnail, proxy: keys of the derived files; None while there are none.
        score: quality, 0-100, None where it is not known yet.
        rating, flag, label, favourite: what has been decided about it.
    """

    id: int
    name: str
    root: str
    relative: str
    width: int | None
    height: int | None
    format: str | None
    size: int
    taken_at: datetime | None
    camera: str | None
    placeholder: bytes | None
    thumbnail_key: bytes | None
    proxy_key: bytes | None
    score: float | None
    rating: int
    flag: str | None
    label: str | None
    favourite: bool

    @property
    def path(self) -> str:
        """Absolute, as the server sees it, in stored form."""
        return f"{self.root.rstrip('/')}/{self.relative}"
