"""Networks that turn pictures and words into vectors, as stages and searches see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lumina.domain.picture import Pixels

Vectors = NDArray[np.float32]
"""n x dimensions; each row of length 1."""


class ImageEncoder(Protocol):
    """Pictures to vectors."""

    name: str
    version: int
    dimensions: int

    def encode(self, pictures: Sequence[Pixels]) -> Vectors:
        """One vector per picture, each of length 1.

        Raises:
            Unavailable: the model is not installed.
            BadModel: the model's output is not of the shape that its entry states, or not finite.
        """


class TextEncoder(Protocol):
    """Words to vectors in the space of an image encoder."""

    name: str
    version: int
    dimensions: int

    def encode_text(self, texts: Sequence[str]) -> Vectors:
        """One vector per text, each of length 1; texts longer than the model's context are cut.

        Raises:
            Unavailable: the model is not installed.
            BadModel: as for pictures.
        """
