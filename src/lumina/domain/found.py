"""What a search by words has found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Hit:
    """An image that was found. `score`: how well its words fit, more is better, without unit; 0 without ranking."""

    image_id: int
    taken_at: datetime | None
    score: float = 0.0

    def age(self) -> tuple[bool, timedelta, int]:
        """Sorts newest first, undated last."""
        return self.taken_at is None, datetime.max - (self.taken_at or datetime.max), -self.image_id

    def fit(self) -> tuple[float, bool, timedelta, int]:
        """Sorts best first, and newest first among equals."""
        return -self.score, *self.age()


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
