"""What becomes of copies: asked for, shown before it is done, and begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from lumina.api.schemas.base import Answer, Request
from lumina.api.schemas.cards import ImageCard, image_card
from lumina.api.schemas.curation import Action
from lumina.api.schemas.duplicates import GroupId
from lumina.api.schemas.jobs import Job
from lumina.domain import card, resolution
from lumina.domain.duplicates import Tier

Operation = Literal["hide", "trash"]
ResolvedTier = Literal["bytes", "pixels", "picture"]
SHOWN = 200
"""Images that a plan names."""


class ResolveFilter(Request):
    """Which groups, where none are named."""

    tier: ResolvedTier | None = None
    decided: bool | None = None


class PlanWanted(Request):
    """What is to be resolved, and how. What is left out is as the catalog's policy says."""

    catalog: UUID
    groups: Annotated[list[GroupId], Field(max_length=1_000_000)] | None = Field(
        None, description="Without, all that match `filter`."
    )
    filter: ResolveFilter = ResolveFilter()
    policy: Annotated[str, Field(max_length=64_000)] | None = Field(
        None, description="TOML, instead of the catalog's; empty for the default."
    )
    keepers: dict[GroupId, Annotated[int, Field(ge=1, lt=2**63)]] = Field(
        default_factory=dict, description="Group -> the image to keep of it, whatever the policy says."
    )
    action: Operation | None = None
    tiers: list[ResolvedTier] | None = None

    def wish(self) -> resolution.Wish:
        """The same as the services take it."""
        return resolution.Wish(
            catalog_id=self.catalog,
            groups=None if self.groups is None else tuple(dict.fromkeys(self.groups)),
            tier=Tier[self.filter.tier.upper()] if self.filter.tier else None,
            decided=self.filter.decided,
            policy=self.policy,
            keepers=self.keepers,
            action=self.action,
            tiers=None if self.tiers is None else tuple(Tier[tier.upper()] for tier in self.tiers),
        )


class ResolveWanted(PlanWanted):
    """The same, with the digest of the plan that a person has seen."""

    digest: Annotated[str, Field(min_length=1, max_length=100)]


class PlannedAction(Answer):
    """One image that leaves."""

    group: GroupId
    image: ImageCard
    keeper: ImageCard
    operation: Operation = Field(description="`hide`: its files stay where they are; `trash`: they go to Lumina's.")
    merged: list[str] = Field(description="What the keeper takes over from it.")
    reasons: list[str] = Field(description="Why the keeper stays and not this one.")


class Refusal(Answer):
    """One image that stays, and why."""

    group: GroupId
    image: int
    reason: str


class Plan(Answer):
    """Exactly what would happen."""

    digest: str = Field(description="To be sent with `resolve`.")
    groups: int = Field(description="Groups from which something leaves.")
    leaving: int = Field(description="Images that leave.")
    size: int = Field(description="Bytes of all files of these.")
    freed: int = Field(description="Bytes that leave the sources; none where images are only hidden.")
    kept: int = Field(description="Images that stay besides the keepers.")
    undecided: int = Field(description="Groups of which something stays because it is too close to call.")
    refused: list[Refusal] = Field(description=f"The first {SHOWN} images that stay for another reason.")
    notes: list[str]
    actions: list[PlannedAction] = Field(description=f"The first {SHOWN} images that leave.")
    left_off: int = Field(description="Images that leave and are not shown.")


class Resolving(Answer):
    """What was begun: the job that does it, and the action to undo it by."""

    job: Job
    action: Action


def plan(made: resolution.Plan, shown: Mapping[int, card.ImageCard]) -> Plan:
    """A plan as the API shows it.

    Args:
        made: the plan.
        shown: the cards of the images that it names first.
    """
    known = [step for step in made.steps[:SHOWN] if step.image_id in shown and step.keeper_id in shown]
    return Plan(
        digest=made.digest,
        groups=made.groups,
        leaving=len(made.steps),
        size=made.size,
        freed=made.freed,
        kept=made.kept,
        undecided=made.undecided,
        refused=[Refusal(group=r.group, image=r.image_id, reason=r.reason) for r in made.refused[:SHOWN]],
        notes=list(made.notes),
        actions=[
            PlannedAction(
                group=step.group,
                image=image_card(shown[step.image_id]),
                keeper=image_card(shown[step.keeper_id]),
                operation="trash" if step.operation == resolution.TRASH else "hide",
                merged=list(step.merged),
                reasons=list(step.reasons),
            )
            for step in known
        ],
        left_off=len(made.steps) - len(known),
    )
