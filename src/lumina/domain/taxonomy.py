"""The tree of what can be seen in images, and what is said about them in its words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_DEPTH = 30
"""Levels of the tree."""
MAX_NODE_NAME = 200
"""Characters of a name."""


class NodeKind(StrEnum):
    """Sorts of things, or one thing with a name of its own."""

    CONCEPT = "concept"
    ENTITY = "entity"


class Origin(StrEnum):
    """Where a node comes from: the starting tree, a person, or a keyword in a file."""

    LUMINA = "lumina"
    PERSON = "person"
    FILE = "file"


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
        images: with this node or one below it. own: with this node itself.
        children: nodes right below it.
        threshold: of models' confidence, 0-1, where a person set one.
    """

    id: int
    parent_id: int | None
    path: tuple[int, ...]
    kind: NodeKind
    name: str
    names: tuple[tuple[str, str], ...] = ()
    key: str | None = None
    images: int = 0
    own: int = 0
    children: int = 0
    threshold: float | None = None
    origin: Origin = Origin.PERSON


@dataclass(frozen=True, slots=True)
class Tag:
    """A node that holds for an image, after all verdicts.

    Attributes:
        confidence: 0-1; 1 where a person said so.
        path: names from the root to the node itself.
    """

    node_id: int
    confidence: float
    source: LabelSource
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The node's own name, "" where no names were asked for."""
        return self.path[-1] if self.path else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's word on an image and a node; final."""

    image_id: int
    node_id: int
    yes: bool
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a model or a file says of an image.

    Attributes:
        node_id: the node that was meant; where it was merged since, its target holds in its stead.
        model: the encoder, "" for files. version: of the encoder.
        confidence: 0-1.
    """

    image_id: int
    node_id: int
    source: LabelSource
    model: str = ""
    version: int = 0
    confidence: float = 1.0
    created_at: datetime | None = None


def folded(name: str) -> str:
    """A name as it is compared: without accents, in small letters, single spaces. As `taxonomy_folded` in SQL."""
    letters = unicodedata.normalize("NFKD", " ".join(name.split()))
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f").lower()


def singulars(name: str) -> list[str]:
    """What an English plural may be the plural of: `ponies` of `pony`, `ponie` and `poni`; most likely first."""
    endings = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("es", ""), ("s", ""))
    return [name[: -len(old)] + new for old, new in endings if name.endswith(old) and len(name) > len(old) + 1]
