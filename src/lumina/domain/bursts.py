"""Sequences of frames: bursts, brackets, panoramas, time-lapses, HDR pairs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
