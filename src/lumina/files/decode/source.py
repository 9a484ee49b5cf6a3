"""A file whose header has been read and whose pixels can be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from lumina.domain.picture import Pixels
from lumina.vision.quality import tiles
from lumina.vision.quality.tiles import Tiles


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pixels and remarks.

    Attributes:
        pixels: height x width x 3, sRGB.
        notes: what was wrong, as sentences for a person.
        tiles: count x 48 x 48, luma at full size, before colours are converted; none where that was not at hand.
    """

    pixels: Pixels
    notes: tuple[str, ...] = field(default=())
    tiles: Tiles = field(default_factory=tiles.none)


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
