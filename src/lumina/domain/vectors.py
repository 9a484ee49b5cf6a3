"""Vectors of images, the spaces they lie in, and what is close in them."""

from __future__ import annotations

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
