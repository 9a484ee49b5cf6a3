"""HEIC by pi-heif (libheif with libde265, decoding only)."""

from __future__ import annotations

import numpy as np
import pi_heif

from lumina.domain.picture import PictureError
from lumina.files.content.boxes import boxes
from lumina.files.decode.alpha import on_white
from lumina.files.decode.reasons import failure, truncated
from lumina.files.decode.source import Decoded
from lumina.vision.colour import to_srgb
from lumina.vision.quality.tiles import of_pixels
from lumina.vision.resize import shrink

_BROKEN = (OSError, ValueError, EOFError, SyntaxError, RuntimeError)


class HeifSource:
    """The primary picture; libheif has applied its rotation and mirroring, so EXIF's orientation does not count."""

    upright = True

    def __init__(self, data: bytes) -> None:
        self.data = data
        try:
            self.image = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
        except _BROKEN as error:
            raise self._failure(error) from error
        self.size: tuple[int, int] = self.image.size

    def decode(self, side: int) -> Decoded:
        """The picture, transparent parts on white."""
        try:
            pixels = np.asarray(self.image)
        except _BROKEN as error:
            raise self._failure(error) from error
        whole = np.ascontiguousarray(on_white(pixels))
        profile = self.image.info.get("icc_profile") or b""
        return Decoded(to_srgb(shrink(whole, side), profile), tiles=of_pixels(whole))

    def _failure(self, error: Exception) -> PictureError:
        """Libheif says little about files that end too early; their boxes do."""
        return truncated() if any(box.cut for box in boxes(self.data)) else failure(str(error), "HEIC")
