"""A file whose header has been read and whose pixels can be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from lumina.domain.picture import Pixels


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pixels and remarks.

    Attributes:
        pixels: height x width x 3, sRGB.
        notes: what was wrong, as sentences for a person.
    """

    pixels: Pixels
    notes: tuple[str, ...] = field(default=())


class Source(Protocol):
    """One opened file.

    Attributes:
        size: (width, height) of the whole picture, in the orientation of `decode`.
        upright: True where the decoder has applied the orientation already (HEIC, AVIF, RAW).
    """

    size: tuple[int, int]
    upright: bool

    def decode(self, side: int) -> Decoded:
        """The picture with its longer side at most `side` pixels.

        Raises:
            PictureError: nothing useful can be read.
        """
