"""What a stage sees of an image: bytes, metadata and pixels, each read at most once."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lumina.domain.encoding import Encoding
from lumina.domain.metadata import ImageMetadata
from lumina.domain.values import Checksums, MediaKind

Pixels = NDArray[np.uint8]
"""Height x width x 3, sRGB, upright."""
Gray = NDArray[np.uint8]
"""Height x width, luma of sRGB, upright."""


class PictureError(Exception):
    """A picture that cannot be read; the runner turns it into a `Failure` with the same code and reason."""

    def __init__(self, code: str, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.retryable = retryable


@runtime_checkable
class Picture(Protocol):
    """Lazily read and decoded: one read and one shrink-on-load decode serve every stage.

    Every property may raise `PictureError`; one that did raises the same again without new work.
    """

    image_id: int
    kind: MediaKind

    @property
    def name(self) -> str:
        """The file's name, for messages."""

    @property
    def data(self) -> bytes:
        """The file's bytes."""

    @property
    def checksums(self) -> Checksums:
        """BLAKE3 of the bytes, and of the image data without metadata."""

    @property
    def metadata(self) -> ImageMetadata:
        """Embedded metadata and sidecars, merged."""

    @property
    def render_key(self) -> bytes:
        """16 bytes: image data without metadata, orientation, colour profile. Names derived files."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, upright, of the master."""

    @property
    def encoding(self) -> Encoding:
        """How the file holds the picture."""

    @property
    def tiles(self) -> Gray:
        """Count x 48 x 48: luma of small squares of the picture at its full size, as stored; none where unknown.

        Each begins at a multiple of 8 pixels. See `lumina.vision.quality.tiles`.
        """

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks of the decoder, such as "cut short"; empty for a healthy file."""

    def pixels(self, max_side: int) -> Pixels:
        """The picture with its longer side at most `max_side` pixels; never enlarged."""

    @property
    def luma(self) -> Gray:
        """Of the picture with its longer side at most 320 pixels, for measures."""

    def gray(self, side: int) -> Gray:
        """The picture squeezed to `side` x `side` (area averaging), for hashes."""
