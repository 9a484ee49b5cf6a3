"""Bursts, brackets, panoramas and their like."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lumina.api.schemas.base import Answer, LocalTime, Request, UtcTime
from lumina.api.schemas.cards import ImageCard, image_card
from lumina.api.schemas.duplicates import JobGlance
from lumina.domain import bursts

KindName = Literal["burst", "bracket", "panorama", "hdr", "timelapse"]
Id = Annotated[int, Field(ge=0, lt=2**52)]


class NewBurstsJob(Request):
    """A catalog in which to look for bursts."""

    catalog_id: UUID


class BurstMember(Answer):
    """One frame of a sequence."""

    image: ImageCard
    position: int
    score: float = Field(description="Among the frames of this sequence, 0-100.")
    reasons: list[str] = Field(description="What sets it apart from the best one.")


class Burst(Answer):
    """A sequence of frames, in order. Only those of kind `burst` are offered for culling."""

    id: Id
    catalog_id: UUID
    kind: KindName
    best: int = Field(description="The frame to keep: a person's only pick, or the one proposed.")
    started_at: LocalTime
    seconds: float
    camera: str | None
    reasons: list[str] = Field(description="Why it is one sequence, then why this frame is the best.")
    members: list[BurstMember]


class RunOfBursts(Answer):
    """The search whose sequences are shown."""

    id: int
    catalog_id: UUID
    published_at: UtcTime
    counts: dict[str, Any]


class BurstSummary(Answer):
    """All sequences of the view together, when they were found."""

    bursts: int
    images: int


class Bursts(Answer):
    """A page of sequences, newest first."""

    run: RunOfBursts | None
    job: JobGlance | None
    summary: BurstSummary
    items: list[Burst]
    next: str | None = Field(description="Cursor of the next page.")


class Keep(Request):
    """The frame to keep; by default the best one."""

    image_id: Annotated[int, Field(ge=1, lt=2**63)] | None = None


class KeepBest(Request):
    """Bursts of which the best frame is kept; by default all about which nothing has been said yet."""

    catalog: UUID | None = None
    bursts: Annotated[list[Id], Field(min_length=1, max_length=50_000)] | None = None


def burst(found: bursts.ShownBurst) -> Burst:
    """A sequence as the API shows it."""
    values = {name: getattr(found, name) for name in Burst.model_fields if name not in ("kind", "members")}
    return Burst(**values, kind=found.kind.value, members=[_member(member) for member in found.members])


def _member(found: bursts.ShownMember) -> BurstMember:
    return BurstMember(
        image=image_card(found.image), position=found.position, score=found.score, reasons=list(found.reasons)
    )
