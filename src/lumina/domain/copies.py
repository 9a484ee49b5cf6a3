"""Groups of copies as people see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from lumina.domain.card import ImageCard
from lumina.domain.duplicates import Relation, Tier


class Sort(StrEnum):
    """How groups are listed, each largest first; similarity: least alike first."""

    GAIN = "gain"
    IMAGES = "images"
    SIMILARITY = "similarity"


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """What a quality score is the sum of."""

    format: float
    resolution: float
    size: float
    sharpness: float


@dataclass(frozen=True, slots=True)
class Member:
    """One image of a group, beside its keeper.

    Attributes:
        distance: of dhash, bits. similarity: 0-1. relation: what it is to the keeper.
        reasons: why the keeper is kept and not this one.
        verified: False where nothing speaks for its being a copy of this keeper, which a person chose.
    """

    image: ImageCard
    tier: Tier
    distance: int | None
    similarity: float | None
    relation: Relation
    score: float | None
    score_parts: ScoreParts | None
    reasons: Sequence[str]
    verified: bool


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """Copies of one picture, the keeper first.

    Attributes:
        tier: the weakest of the members'. gain: bytes of all files but the keeper's. similarity: the lowest.
        margin: points of quality between the keeper and the next. decided: it is not too close to call.
    """

    id: int
    catalog_id: UUID
    tier: Tier
    keeper: int
    decided: bool
    margin: float
    gain: int
    similarity: float
    reasons: Sequence[str]
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class CopyFilter:
    """Which groups: of any tier and standing where None."""

    tier: Tier | None = None
    decided: bool | None = None
    sort: Sort = Sort.GAIN


@dataclass(frozen=True, slots=True)
class CopySummary:
    """All groups of a view together."""

    groups: int
    images: int
    gain: int
    decided: int


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """The search whose groups are shown. `capped`: pairs that were not compared, because too many look the same."""

    id: int
    catalog_id: UUID
    threshold: int
    published_at: datetime
    counts: Mapping[str, Any]
    capped: int
