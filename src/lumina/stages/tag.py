"""Tags by what an encoder has seen: no pixel is touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lumina.domain.recognition import Recognised, Seen
from lumina.domain.stage import Failure, Lane, Noted, Reads, Stage
from lumina.domain.vectors import Space


class Heads(Protocol):
    """What recognises things in the vectors of one space."""

    def recognise(self, vectors: NDArray[np.floating]) -> list[Recognised]:
        """What holds for each of n vectors, n x dimensions."""


class Tag(Stage[Seen, Recognised]):
    """What the picture shows, in the words of the taxonomy.

    Args:
        model: the encoder whose vectors are looked at.
        waiting: why that cannot be done now, in a sentence; None where it can.
        heads: gives what recognises things in a space, as it is now.
    """

    name, version, result = "tag", 1, Recognised
    lane, reads = Lane.CPU, Reads.VECTORS
    batch = 256

    def __init__(self, model: str, waiting: Callable[[], str | None], heads: Callable[[Space], Heads]) -> None:
        self.needs = (f"embed:{model}",)  # type: ignore[misc]  # which encoder is a setting
        self._waiting, self._heads = waiting, heads

    @property
    def waiting(self) -> str | None:
        """What has to be done before the model can be used."""
        return self._waiting()

    def run(self, items: Sequence[Seen]) -> list[Recognised | Noted[Recognised] | Failure]:
        """Labels and doubts of each image.

        Raises:
            Unavailable: the model is not installed.
        """
        found: dict[int, Recognised] = {}
        for space in {item.space.id: item.space for item in items}.values():
            chosen = [item for item in items if item.space.id == space.id]
            matrix = np.stack([item.vector for item in chosen])
            answers = self._heads(space).recognise(matrix)
            found |= {item.image_id: answer for item, answer in zip(chosen, answers, strict=True)}
        return [found[item.image_id] for item in items]
