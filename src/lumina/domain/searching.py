"""A search: what is asked, what is found and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from lumina.domain.card import ImageCard
from lumina.domain.found import After
from lumina.domain.query import Query
from lumina.domain.region import Region

TEMPLATES = ("a photo of {}", "a picture of {}", "{}")
"""Networks that know words were taught with captions: words come closest to pictures in such a frame."""


class WayKind(StrEnum):
    """How images are found."""

    WORDS = "words"
    PICTURE = "picture"


class WayState(StrEnum):
    """What has become of a way."""

    USED = "used"
    UNAVAILABLE = "unavailable"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of finding images. `detail`: a sentence for people; "" where there is nothing to say."""

    kind: WayKind
    state: WayState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A picture to find others by: a file's bytes or a known image, or a region of either."""

    data: bytes | None = None
    image_id: int | None = None
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An image in the order of the results.

    Attributes:
        score: 0-1, 1 is the first place on every way; 0 behind the fused beginning.
        strength: how much it looks like what is asked, 0-1; None where it was found by words alone.
    """

    image_id: int
    score: float
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the next page goes on; what it has to know of the first one, so that the order stays while images change.

    Attributes:
        asked: a mark of the query, so that no other one goes on here.
        entries: the fused beginning. at: how many of them were shown.
        after: words go on behind this hit once all entries were shown; None where there is no more.
        ways, total: as the first page had them.
        by_example: a picture was asked for, not words.
    """

    asked: int
    entries: tuple[Entry, ...]
    at: int
    after: After | None
    ways: tuple[Way, ...]
    total: int | None
    by_example: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """A reason why an image was found.

    Attributes:
        kind: words, picture, tag, place, camera, date, name or filter.
        text: for people. weight: 0-1.
    """

    kind: str
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Result:
    """An image that was found; reasons strongest first."""

    image: ImageCard
    score: float
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results.

    Attributes:
        next: pass it for the page that follows; None on the last.
        total: how many there are in all, None where counting would take longer than finding.
        ways: those that were tried.
        spelling: what may have been meant, where words find nothing; None where all are known.
    """

    query: Query
    items: tuple[Result, ...] = field(default=())
    next: Walk | None = None
    total: int | None = None
    ways: tuple[Way, ...] = ()
    spelling: str | None = None
