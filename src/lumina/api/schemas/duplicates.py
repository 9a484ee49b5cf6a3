"""Groups of copies, and what to do about them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from lumina.api.schemas.base import Answer, Request, UtcTime
from lumina.api.schemas.cards import ImageCard, image_card
from lumina.domain import copies

TierName = Literal["bytes", "pixels", "picture", "subject"]
RelationName = Literal["same", "crop", "contains", "turned"]
Threshold = Annotated[int, Field(description="Bits of dhash, 0-16; at most 10 for more than 1,000,000 images.")]
GroupId = Annotated[int, Field(ge=0, lt=2**52)]


class NewDuplicatesJob(Request):
    """A catalog in which to look for copies."""

    catalog_id: UUID
    similarity_threshold: Threshold | None = None


class FindDuplicates(Request):
    """How to look for copies: what is left out is as the catalog's settings say."""

    similarity_threshold: Threshold | None = None


class ScoreParts(Answer):
    """What a quality score is the sum of: at most 40, 30, 20 and 10."""

    format: float
    resolution: float
    size: float
    sharpness: float


class Member(Answer):
    """One image of a group, beside its keeper."""

    image: ImageCard
    tier: TierName = Field(description="What it has in common with the keeper.")
    distance: int | None = Field(description="Of dhash, bits.")
    similarity: float | None = Field(description="0-1.")
    relation: RelationName = Field(description="`crop`: it shows a part of the keeper; `contains`: the reverse.")
    score: float | None
    score_parts: ScoreParts | None
    reasons: list[str] = Field(description="Why the keeper is kept and not this one.")
    verified: bool = Field(description="False: nothing speaks for its being a copy of this keeper.")


class CopyGroup(Answer):
    """Copies of one picture, the keeper first."""

    id: GroupId
    catalog_id: UUID
    tier: TierName = Field(description="The weakest of the members'.")
    keeper: int
    decided: bool = Field(description="False: too close to call, left for a person.")
    margin: float = Field(description="Points of quality between the keeper and the next.")
    gain: int = Field(description="Bytes of all files but the keeper's.")
    similarity: float = Field(description="The lowest.")
    reasons: list[str]
    members: list[Member]


class RunOfCopies(Answer):
    """The search whose groups are shown."""

    id: int
    catalog_id: UUID
    threshold: int
    published_at: UtcTime
    counts: dict[str, Any]
    capped: int = Field(description="Pairs that were not compared, because too many images look the same.")


class JobGlance(Answer):
    """A search that is under way."""

    id: UUID
    progress: float


class CopySummary(Answer):
    """All groups of the view together."""

    groups: int
    images: int
    gain: int
    decided: int


class CopyGroups(Answer):
    """A page of groups."""

    run: RunOfCopies | None
    job: JobGlance | None
    summary: CopySummary | None = Field(description="On the first page only.")
    items: list[CopyGroup]
    next: str | None = Field(description="Cursor of the next page.")


class Keeper(Request):
    """The image of a group that is to be kept."""

    image_id: Annotated[int, Field(ge=1, lt=2**63)]


class Distinct(Request):
    """What is no copy: all images of some groups of each other, or some images of one group of its others."""

    groups: Annotated[list[GroupId], Field(min_length=1, max_length=50_000)] | None = None
    group: GroupId | None = None
    images: Annotated[list[Annotated[int, Field(ge=1, lt=2**63)]], Field(min_length=1, max_length=10_000)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Distinct:
        if (self.groups is None) == (self.group is None) or (self.group is None) != (self.images is None):
            raise ValueError("give either groups, or a group and images of it")
        return self


class DuplicateSettings(Answer):
    """A catalog's settings for finding and resolving copies."""

    similarity_threshold: int
    turned: bool = Field(description="Find mirrored and quarter-turned copies as well.")
    automatic: bool = Field(description="Resolve by the policy after each run.")
    policy: str = Field(description="TOML; empty for the default.")


class DuplicateSettingsChange(Request):
    """What to change; what is left out stays."""

    similarity_threshold: Threshold | None = None
    turned: bool | None = None
    automatic: bool | None = None
    policy: Annotated[str, Field(max_length=64_000)] | None = None


def copy_group(found: copies.CopyGroup) -> CopyGroup:
    """A group as the API shows it."""
    values = {name: getattr(found, name) for name in CopyGroup.model_fields if name not in ("tier", "members")}
    return CopyGroup(**values, tier=found.tier.word, members=[_member(member) for member in found.members])


def _member(found: copies.Member) -> Member:
    special = ("image", "tier", "relation", "score_parts")
    values = {name: getattr(found, name) for name in Member.model_fields if name not in special}
    return Member(
        **values,
        image=image_card(found.image),
        tier=found.tier.word,
        relation=found.relation.name.lower(),
        score_parts=None if found.score_parts is None else ScoreParts.model_validate(found.score_parts),
    )
