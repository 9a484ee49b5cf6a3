"""The tree of what can be seen, and tags of images."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from lumina.api.schemas.base import Answer, Request, UtcTime
from lumina.api.schemas.cards import ImageCard, image_card
from lumina.api.schemas.curation import Action, ManyIds
from lumina.api.schemas.filters import Filters
from lumina.domain.selection import Selection
from lumina.services import tags, taxonomy, taxonomy_view

NodeName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
NodeNumber = Annotated[int, Field(ge=1, lt=2**63)]
Kind = Literal["concept", "entity"]
Source = Literal["human", "sidecar", "model"]


class SpokenName(Answer):
    """Another name of a node; the language is "" where it is none in particular."""

    language: str = Field(max_length=35, examples=["de", ""])
    name: NodeName


class TaxonomyNode(Answer):
    """A node of the tree."""

    id: int
    parent: int | None
    path: list[int] = Field(description="Ids from the root to the node itself.")
    name: str
    kind: Kind
    origin: Literal["lumina", "person", "file"]
    names: list[SpokenName]
    threshold: float | None = Field(description="Confidence that models' labels need, where a person set one.")
    children: int
    images: int = Field(description="With this node or one below it.")
    own: int = Field(description="With this node itself.")
    sample: list[ImageCard] = Field(description="At most four; none where the whole tree is listed.")


class TaxonomyNodes(Answer):
    """Nodes by name, or parents before those below them where the whole tree is listed."""

    items: list[TaxonomyNode]


class NewNode(Request):
    """A node to be added."""

    parent: NodeNumber | None = None
    name: NodeName
    kind: Kind = "concept"
    names: list[SpokenName] = Field(default_factory=list, max_length=200)


class NodeChange(Request):
    """What is given becomes another; `parent: null` moves the node to the top."""

    name: NodeName = ""
    parent: NodeNumber | None = None
    names: list[SpokenName] = Field(default_factory=list, max_length=200)
    kind: Kind = "concept"
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None

    def wanted(self) -> dict[str, Any]:
        """The parts that were given, as the service takes them."""
        given = {part: getattr(self, part) for part in self.model_fields_set}
        if "names" in given:
            given["names"] = [[each.language, each.name] for each in self.names]
        return given


class Merge(Request):
    """The node that stays."""

    into: NodeNumber


class NodeEdited(Answer):
    """What an edit came to, or would come to: images that labels or verdicts concern, and nodes changed."""

    action: Action | None = Field(description="None where all was so already, and in a dry run.")
    node: TaxonomyNode | None = Field(description="As it is afterwards; none where it was removed.")
    images: int
    nodes: int
    overridden: int = Field(description="Images of which people had said the opposite of the node that stays.")
    dry_run: bool


class Import(Request):
    """A taxonomy as a text: Lightroom's list of keywords, or JSON as it is exported."""

    text: Annotated[str, StringConstraints(max_length=10_000_000, strip_whitespace=False)]
    format: Literal["keywords", "json"] | None = Field(None, description="Told from the text where it is not given.")
    parent: NodeNumber | None = Field(None, description="Below this node instead of at the top.")


class Imported(Answer):
    """What an import has added."""

    action: Action | None
    added: int
    renamed: int = Field(description="Nodes that were there and got names.")
    dry_run: bool


class TagEvidence(Answer):
    """What a model or a file says."""

    source: Source
    model: str
    version: int
    confidence: float
    created_at: UtcTime


class ImageTag(Answer):
    """A node of the taxonomy and an image."""

    node: int
    path: list[str]
    name: str
    confidence: float | None = Field(description="1 where a person said so; none where it is no tag.")
    source: Source | None
    model: str | None = Field(description="Which model, where it comes from one.")
    verdict: bool | None = Field(description="A person's yes or no.")
    decided_at: UtcTime | None
    evidence: list[TagEvidence]


class ImageTags(Answer):
    """The tags of an image, surest first, then what people have refused."""

    items: list[ImageTag]


class Say(Request):
    """Images, by id or all that a view shows, and whether they show what a node says; null takes the word back."""

    images: ManyIds | None = None
    selection: Filters | None = Field(None, description="Filters as of the timeline; `{}` is everything shown.")
    node: NodeNumber | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=2_000)] | None = Field(
        None, description="A name or path instead of `node`.", examples=["Animal/Mammal/Dog"]
    )
    create: bool = Field(False, description="Make the node of this name where it is missing.")
    yes: bool | None

    @model_validator(mode="after")
    def _one_of_each(self) -> Say:
        if (self.images is None) == (self.selection is None):
            raise ValueError("give either images or selection")
        if (self.node is None) == (self.name is None):
            raise ValueError("give either node or name")
        return self

    def chosen(self) -> list[int] | Selection:
        """Ids, or the view as a domain value."""
        return self.selection.selection() if self.selection is not None else self.images or []


def node_answer(shown: taxonomy_view.Shown) -> TaxonomyNode:
    """A node as the API shows it."""
    node = shown.node
    return TaxonomyNode(
        id=node.id,
        parent=node.parent_id,
        path=list(node.path),
        name=node.name,
        kind=node.kind.value,
        origin=node.origin.value,
        names=[SpokenName(language=language, name=name) for language, name in node.names],
        threshold=node.threshold,
        children=node.children,
        images=node.images,
        own=node.own,
        sample=[image_card(card) for card in shown.sample],
    )


def edited_answer(done: taxonomy.Edited, *, dry_run: bool) -> NodeEdited:
    """An edit as the API tells of it."""
    return NodeEdited(
        action=None if done.action is None or dry_run else Action.model_validate(done.action),
        node=node_answer(taxonomy_view.Shown(done.node)) if done.node is not None else None,
        images=done.images,
        nodes=done.nodes,
        overridden=done.overridden,
        dry_run=dry_run,
    )


def tag_answer(fact: tags.TagFact) -> ImageTag:
    """A node and an image as the API shows them."""
    model = next((e.model for e in fact.evidence if e.model), None)
    return ImageTag(
        node=fact.node_id,
        path=list(fact.path),
        name=fact.path[-1],
        confidence=fact.tag.confidence if fact.tag else None,
        source=fact.tag.source.value if fact.tag else None,
        model=model if fact.tag and fact.tag.source == "model" else None,
        verdict=fact.verdict.yes if fact.verdict else None,
        decided_at=fact.verdict.decided_at if fact.verdict else None,
        evidence=[TagEvidence.model_validate(each) for each in fact.evidence],
    )
