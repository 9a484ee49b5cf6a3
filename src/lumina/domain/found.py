"""What a search by words has found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """An image that was found. `score`: how well its words fit, more is better, without unit; 0 without ranking."""

    image_id: int
    taken_at: datetime | None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits.

    Attributes:
        ranked: best first; otherwise newest first, since so many match that no order by fit would mean much.
        next: pass it as `after` for the page that follows; None on the last.
        total: how many there are; None where counting them would take longer than finding them.
    """

    hits: tuple[Hit, ...]
    ranked: bool
    next: After | None
    total: int | None


@dataclass(frozen=True, slots=True)
class After:
    """The place behind a hit in one of the two orders."""

    hit: Hit
    ranked: bool
