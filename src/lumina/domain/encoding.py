"""How a picture is encoded in its file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Kinds of encoding, as far as they tell how much of a picture is kept."""

    RAW = "raw"
    """What the sensor saw."""
    LOSSLESS = "lossless"
    """Every pixel as it was when the file was written: PNG, TIFF, BMP, WebP and JPEG XL without loss."""
    JPEG = "jpeg"
    PHONE = "phone"
    """HEIC of tiles, as phones write their originals."""
    WEB = "web"
    """Formats made to be small, and other HEIC, which programs write: WebP, AVIF, JPEG XL with loss."""
    PALETTE = "palette"
    """At most 256 colours: GIF, PNG and BMP with a palette."""
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a picture is encoded.

    Attributes:
        family: kind of encoding.
        data_size: bytes of image data, without metadata.
        steps: the 64 quantisation steps of a JPEG's luma, row by row, lowest frequency first; empty for others.
    """

    family: Family
    data_size: int
    steps: tuple[int, ...] = ()
