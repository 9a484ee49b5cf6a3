"""How far the download of a model is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is.

    Attributes:
        file: that is being downloaded; "" where it is read from the disk.
        done, total: bytes of the whole model.
    """

    file: str
    done: int
    total: int


Tell = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Tells nobody."""
