"""Images of one subject: near to each other by what a network sees, but no copies."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lumina.domain.card import ImageCard


@dataclass(frozen=True, slots=True)
class SubjectGroup:
    """An image and what is near to it, nearest first; `members` are (image, similarity to the first)."""

    id: int
    similarity: float
    members: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class ShownSubject:
    """A published group as people see it, without the images that have left."""

    id: int
    catalog_id: UUID
    similarity: float
    members: tuple[tuple[ImageCard, float], ...]
