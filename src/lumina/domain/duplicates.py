"""Copies of pictures: how sure that is, how one relates to the other, and groups of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from lumina.domain.consensus import Stray
from lumina.errors import BadInput

DEFAULT_THRESHOLD = 5
MAX_THRESHOLD, MAX_THRESHOLD_LARGE = 16, 10
LARGE = 1_000_000
"""Images; above this, blocks of hashes no longer prune beyond `MAX_THRESHOLD_LARGE` bits."""


class Tier(IntEnum):
    """What two images have in common, strongest first; the names are what people see."""

    BYTES = 1
    """The same file content."""
    PIXELS = 2
    """The same image data or decoded pixels: only metadata or container differ."""
    PICTURE = 3
    """The same picture, seen: recompressed, resized, cropped, edited a little."""
    SUBJECT = 4
    """The same subject by what a network sees (`lumina.engine.subjects`): no copies. Shown apart, never resolved."""

    @property
    def word(self) -> str:
        """`bytes`, `pixels`, `picture` or `subject`."""
        return self.name.lower()


class Relation(IntEnum):
    """How the second of two images came from the same picture as the first."""

    SAME = 0
    """The whole frame in both."""
    CROP = 1
    """The second shows a part of the first."""
    CONTAINS = 2
    """The first shows a part of the second."""
    TURNED = 3
    """Mirrored or turned by quarters."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Two images that were compared and are copies, `a < b`.

    Attributes:
        distance, phash_distance: bits of 64.
        similarity: 0-1; 1 for tiers bytes and pixels.
    """

    a: int
    b: int
    tier: Tier
    distance: int
    phash_distance: int
    similarity: float
    relation: Relation


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the choice of a keeper looks at, per image.

    Attributes:
        path: absolute, as the server sees it. source_root: the source's path.
        format: of the master. size: bytes of all files. width, height: upright, None where unknown.
        score: quality 0-100, None where not yet computed.
        exif: how many of the facts that matter are known (capture time, camera, lens, exposure, place, ...).
        modified_ns: of the master.
        chosen: a person chose it as keeper.
        rating, picked: what people have said about it.
        stray: how it differs from most others of its group; None where it does not, or nothing is known of that.
    """

    image_id: int
    path: str
    source_root: str
    format: str
    size: int
    width: int | None
    height: int | None
    score: float | None
    exif: int
    modified_ns: int
    chosen: bool = False
    rating: int = 0
    picked: bool = False
    stray: Stray | None = None


@dataclass(frozen=True, slots=True)
class DuplicateSettings:
    """A catalog's settings for finding and resolving copies.

    Attributes:
        similarity_threshold: dhash's radius, bits.
        turned: find mirrored and quarter-turned copies as well.
        automatic: resolve by the policy after each run.
        policy: text of the policy (TOML, `lumina.domain.policy`); empty for the default.
    """

    similarity_threshold: int = DEFAULT_THRESHOLD
    turned: bool = False
    automatic: bool = False
    policy: str = ""


def check_threshold(threshold: int, images: int) -> None:
    """Refuse a radius that makes no sense for so many images.

    Raises:
        BadInput: outside 0-16, or above 10 for more than 1,000,000 images.
    """
    if not 0 <= threshold <= MAX_THRESHOLD:
        raise BadInput(f"similarity_threshold: {threshold} is outside 0-{MAX_THRESHOLD}.")
    if images > LARGE and threshold > MAX_THRESHOLD_LARGE:
        raise BadInput(
            f"similarity_threshold: {threshold} is outside 0-{MAX_THRESHOLD_LARGE}, which is the range for more than"
            f" {LARGE:,} images (this catalog has {images:,})."
        )
