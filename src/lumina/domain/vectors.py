"""Vectors of images, the spaces they lie in, and what is close in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class SpaceKind(StrEnum):
    """What was embedded."""

    IMAGE = "image"
    CUTOUT = "cutout"
    TEXT = "text"


class SpaceState(StrEnum):
    """Whether searches use it."""

    BUILDING = "building"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Embedding:
    """What one encoder makes of one image: the result of the stage `embed:MODEL`.

    Attributes:
        model, version: of the encoder. vector: float32, of length 1.
    """

    model: str
    version: int
    vector: NDArray[np.float32]
    kind: SpaceKind = SpaceKind.IMAGE


@dataclass(frozen=True, slots=True)
class Space:
    """One version of one encoder, as the database knows it."""

    id: int
    model: str
    version: int
    kind: SpaceKind
    dimensions: int
    state: SpaceState


@dataclass(frozen=True, slots=True)
class Near:
    """An image close to a question. `similarity` is the cosine, -1 to 1."""

    image_id: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How similar two images of a space are that were drawn at random (`lumina.vision.background`).

    Attributes:
        size: vectors that the space had then. sample: vectors that were compared with each other.
        middle, width: of the bell that chance gives, on Fisher's scale (arctanh of the cosine).
        stretch: how much farther its upper tail reaches than a bell's.
        near: the cosine to the nearest other image that 95 of 100 images reach.
        quantiles: share of the pairs -> cosine below which they lie.
    """

    size: int
    sample: int
    middle: float
    width: float
    stretch: float
    near: float
    quantiles: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """What of a list of neighbours is no chance.

    Attributes:
        level: results below this are left out.
        present: where not even the best result reaches this, the question has no answer at all.
    """

    level: float
    present: float

    def kept(self, found: Sequence[Near]) -> list[Near]:
        """The neighbours that are no chance, closest first; empty where the question has no answer."""
        if not found or max(near.similarity for near in found) < self.present:
            return []
        return sorted((near for near in found if near.similarity >= self.level), key=lambda near: -near.similarity)
