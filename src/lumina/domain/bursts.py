"""Sequences of frames: bursts, brackets, panoramas, time-lapses, HDR pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from lumina.domain.card import ImageCard


class SequenceKind(StrEnum):
    """What a sequence of frames is. Only bursts are offered for culling."""

    BURST = "burst"
    BRACKET = "bracket"
    """The same frame at different exposures."""
    PANORAMA = "panorama"
    """Frames that overlap side by side."""
    HDR = "hdr"
    """A camera's HDR picture and the normal one of the same moment."""
    TIMELAPSE = "timelapse"
    """Frames at even intervals."""


@dataclass(frozen=True, slots=True)
class BurstMember:
    """One frame of a sequence.

    Attributes:
        position: from 0.
        score: among the frames of this sequence, 0-100.
        reasons: sentences for people.
    """

    image_id: int
    position: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Burst:
    """A sequence, of whatever kind.

    Attributes:
        id: the same for the same members; below 2^52.
        best: the frame to keep, or to show for all of them.
        started_at: wall clock of the first frame.
        seconds: from the first frame to the last.
        camera: make and model.
        reasons: sentences for people: why this is one sequence, why this frame.
    """

    id: int
    kind: SequenceKind
    best: int
    started_at: datetime
    seconds: float
    camera: str | None
    reasons: tuple[str, ...]
    members: tuple[BurstMember, ...]


@dataclass(frozen=True, slots=True)
class ShownMember:
    """One frame of a sequence as people see it; see `BurstMember`."""

    image: ImageCard
    position: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownBurst:
    """A sequence as people see it: with those of its frames that are there, in order; see `Burst`.

    Attributes:
        best: the only frame that a person picked, if there is one.
    """

    id: int
    catalog_id: UUID
    kind: SequenceKind
    best: int
    started_at: datetime
    seconds: float
    camera: str | None
    reasons: tuple[str, ...]
    members: tuple[ShownMember, ...]


@dataclass(frozen=True, slots=True)
class BurstSummary:
    """Sequences of a view, and images in them."""

    bursts: int
    images: int


@dataclass(frozen=True, slots=True)
class BurstRun:
    """The search whose sequences are shown. `counts`: per kind, when it was published."""

    id: int
    catalog_id: UUID
    published_at: datetime
    counts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BurstPage:
    """Some sequences, newest first; `next` is where the next page starts, None at the end."""

    run: BurstRun | None
    summary: BurstSummary
    items: Sequence[ShownBurst]
    next: tuple[datetime, int] | None
