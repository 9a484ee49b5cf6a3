"""What people decide about images, and the journal of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Flag(StrEnum):
    """The verdict of culling; none is undecided."""

    PICK = "pick"
    REJECT = "reject"


class Label(StrEnum):
    """Colour labels, in the order of the keys 6 to 9 (purple has none), as Lightroom and XMP name them."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"


class Field(StrEnum):
    """What the journal may say has changed. The comment tells value and key."""

    RATING = "rating"  # 0-5
    FLAG = "flag"  # Flag or None
    LABEL = "label"  # Label or None
    FAVOURITE = "favourite"  # bool
    ARCHIVED = "archived"  # bool
    TRASHED = "trashed"  # bool
    HIDDEN = "hidden"  # bool: a keeper stands for it
    TITLE = "title"  # str or None
    CAPTION = "caption"  # str or None
    KEYWORDS = "keywords"  # list of str
    LOCATION = "location"  # [latitude, longitude] or None
    ALBUM = "album"  # bool: is in the album; key: the album
    ALBUM_NAME = "album-name"  # str, None: there is no such album; key: the album; no image
    DISTINCT = "distinct"  # bool: is in this set of images that are no copies of each other; key: the set
    KEEPER = "keeper"  # bool: a person chose it as keeper
    VERDICT = "tag"  # bool or None: is what the node says; key: the node
    NODE = "taxonomy-node"  # state of a node of the taxonomy (lumina.domain.change); key: the node; no image
    HEAD = "head"  # revision of the head that is applied, or None; key: the node; no image
    FILE = "file"  # where a file lies: null in the vault, else its path in the trash; key: the file


@dataclass(frozen=True, slots=True)
class Change:
    """One field to be given a value. `image_id` is None for an album's name and for a node."""

    image_id: int | None
    field: Field
    value: Any
    key: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that undo left as it is: it is no longer what the action had made of it.

    Attributes:
        present: what it is now; None as well where the image is gone.
        wanted: what undo would have made of it.
    """

    image_id: int | None
    field: Field
    key: int
    present: Any
    wanted: Any


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an action came to.

    Attributes:
        changed: fields that are again as they were before.
        conflicts: how many were left as they are. left: the first of them.
    """

    changed: int
    conflicts: int = 0
    left: tuple[Conflict, ...] = ()


class ActionState(StrEnum):
    """How far an action is; one that moves files takes a while."""

    DOING = "doing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that somebody did, as the journal keeps it.

    Attributes:
        kind: curate, album, keep-burst, resolve-duplicates, distinct, keeper, tag, taxonomy.
        title: a sentence for people.
        actor: `person`, or `policy` for what happens automatically.
        images: how many it changed.
    """

    id: int
    catalog_id: UUID | None
    kind: str
    title: str
    actor: str
    state: ActionState
    images: int
    parameters: Mapping[str, Any]
    job_id: UUID | None
    created_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Curation:
    """What has been decided about one image; the defaults where nothing has.

    Attributes:
        title, caption: None lets the files speak, "" says that there is none.
        keywords: beside those of the files.
        albums: number and name of each.
        base: per field, the files' value that was last taken over or stood there when a person said something else.
    """

    rating: int = 0
    flag: Flag | None = None
    label: Label | None = None
    favourite: bool = False
    archived: bool = False
    trashed_at: datetime | None = None
    hidden: bool = False
    title: str | None = None
    caption: str | None = None
    keywords: tuple[str, ...] = ()
    location: tuple[float, float] | None = None
    albums: tuple[tuple[int, str], ...] = ()
    base: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shelf(self) -> str | None:
        """`trash`, `hidden` or `archive`, None where it was not put away."""
        shelves = (("trash", self.trashed_at is not None), ("hidden", self.hidden), ("archive", self.archived))
        return next((name for name, there in shelves if there), None)
