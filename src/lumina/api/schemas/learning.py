"""Teaching the tagger, and what it is in doubt of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from lumina.api.schemas.base import Answer, Request, UtcTime
from lumina.api.schemas.cards import ImageCard, image_card
from lumina.api.schemas.curation import Action
from lumina.api.schemas.taxonomy import Kind, NodeName, NodeNumber
from lumina.domain import card, recognition
from lumina.domain.taxonomy import Node, NodeKind
from lumina.engine.training import Proposal
from lumina.services import corrections
from lumina.services.learning import Wanted

Ids = Annotated[list[Annotated[int, Field(ge=1, lt=2**63)]], Field(default_factory=list, max_length=2000)]


class NewTagJob(Request):
    """A catalog to be tagged: what is untagged or no longer true, or everything."""

    catalog_id: UUID
    all: bool = False


class Teach(Request):
    """Images that show a node, and that do not. A name that no node has becomes a new node."""

    node: NodeNumber | None = None
    name: NodeName | None = Field(None, description="Or a path such as `animal/dog`.")
    images: Ids
    refused: Ids
    kind: Kind | None = Field(None, description="Of a new node: an entity (one dog) unless it is a concept (dogs).")
    parent: NodeNumber | None = None

    @model_validator(mode="after")
    def _one(self) -> Teach:
        if (self.node is None) == (self.name is None):
            raise ValueError("either node or name is needed")
        return self

    def wanted(self) -> Wanted:
        """As the service takes it."""
        kind = None if self.kind is None else NodeKind(self.kind)
        node: int | str = self.node if self.node is not None else self.name or ""
        return Wanted(node, self.images, self.refused, kind, self.parent)


class LearntHead(Answer):
    """What a node is recognised by. Figures come from examples that were left out of its training."""

    kind: Literal["classifier", "prompt", "prototype", "probe"]
    revision: int
    applied: bool
    threshold: float
    examples: int
    figures: dict[str, Any] = Field(
        description="examples, refused, background: counts; recall; precision; false_rate: allowed on the background."
    )
    trained_at: UtcTime | None


class Preview(Answer):
    """What applying would change; what people have said stays."""

    adds: int
    removes: int
    estimated: bool = Field(description="Counted in a sample of the images.")
    sample_added: list[ImageCard]
    sample_removed: list[ImageCard]


class TaughtNode(Answer):
    """The node that was taught."""

    id: int
    name: str
    kind: Kind
    created: bool


class ExampleCounts(Answer):
    """What people have said of the node."""

    yes: int
    no: int
    without_vector: int
    reason: str | None = Field(description="Why some could not be learnt from.")


class Lesson(Answer):
    """A node's training, to be applied or not."""

    node: TaughtNode
    examples: ExampleCounts
    head: LearntHead
    preview: Preview
    proposal: Literal[True] = True
    action: Action | None = Field(description="What undoes the examples; none where all was said before.")


class Apply(Request):
    """Which proposal is meant."""

    trained_at: datetime | None = Field(
        None, description="Of the head that was looked at. Where another one is proposed by now, nothing is applied."
    )


class LearntApplied(Answer):
    """The action that can be undone, and the job that tags."""

    action: Action | None
    job: UUID


class Correction(Answer):
    """A question to a person; the answer goes to POST /api/images/tags."""

    node: int
    name: str
    path: list[str]
    image: ImageCard
    confidence: float
    question: str
    shortcuts: dict[str, str] = Field(description="Key -> yes, no or skip.")


class DoubtfulNode(Answer):
    """A node with questions, or whose training waits for being applied."""

    id: int
    name: str
    path: list[str]
    doubts: int
    proposal: bool


class Corrections(Answer):
    """What the tagger is in doubt of."""

    items: list[Correction]
    nodes: list[DoubtfulNode]


SHORTCUTS = {"Y": "yes", "N": "no", "S": "skip"}


def correction(found: corrections.Question) -> Correction:
    """A question as the API shows it."""
    return Correction(
        node=found.node_id,
        name=found.name,
        path=list(found.path),
        image=image_card(found.image),
        confidence=found.confidence,
        question=found.question,
        shortcuts=SHORTCUTS,
    )


def lesson(
    node: Node,
    proposal: Proposal,
    shown: dict[int, card.ImageCard],
    *,
    created: bool = False,
    action: Any = None,
    reason: str | None = None,
) -> Lesson:
    """A proposal as the API shows it."""
    preview = proposal.preview
    return Lesson(
        node=TaughtNode(id=node.id, name=node.name, kind=node.kind.value, created=created),
        examples=ExampleCounts(
            yes=len(proposal.examples.yes),
            no=len(proposal.examples.no),
            without_vector=len(proposal.without),
            reason=reason,
        ),
        head=head(proposal.head),
        preview=Preview(
            adds=preview.adds,
            removes=preview.removes,
            estimated=preview.estimated,
            sample_added=[image_card(shown[image]) for image in preview.added if image in shown],
            sample_removed=[image_card(shown[image]) for image in preview.removed if image in shown],
        ),
        action=None if action is None else Action.model_validate(action),
    )


def head(found: recognition.Head) -> LearntHead:
    """A head as the API shows it."""
    return LearntHead(
        kind=found.kind.value,
        revision=found.revision,
        applied=found.applied,
        threshold=found.threshold,
        examples=found.examples,
        figures=dict(found.figures),
        trained_at=found.trained_at,
    )
