"""The tree of what can be seen in images, and what is said about them in its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """Sorts of things, or one thing with a name of its own."""

    CONCEPT = "concept"
    ENTITY = "entity"


class LabelSource(StrEnum):
    """Who says so, strongest first."""

    HUMAN = "human"
    SIDECAR = "sidecar"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree.

    Attributes:
        path: ids from the root to the node itself.
        names: (language, name) beside `name`; "" is no language in particular.
        key: of a node of the starting tree, or of a model's vocabulary; None for people's own.
        images: with this node or one below it.
    """

    id: int
    parent_id: int | None
    path: tuple[int, ...]
    kind: NodeKind
    name: str
    names: tuple[tuple[str, str], ...] = ()
    key: str | None = None
    images: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """A node that holds for an image, after all verdicts. `confidence` is 0-1; 1 where a person said so."""

    node_id: int
    confidence: float
    source: LabelSource


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's word on an image and a node; final."""

    image_id: int
    node_id: int
    yes: bool
