"""JPEG XL by libjxl."""

from __future__ import annotations

import numpy as np

from lumina.domain.picture import PictureError
from lumina.files.content.boxes import boxes
from lumina.files.decode.alpha import on_white
from lumina.files.decode.reasons import failure, truncated
from lumina.files.decode.source import Decoded
from lumina.vision.colour import to_srgb
from lumina.vision.quality.tiles import of_pixels
from lumina.vision.resize import shrink

_BROKEN = (RuntimeError, ValueError, OSError)


class JxlSource:
    """A JPEG XL picture; libjxl applies its orientation."""

    upright = True

    def __init__(self, data: bytes) -> None:
        try:
            # Late: there is no wheel for every machine, and hardly a library holds such files.
            import pylibjxl
        except ImportError as error:
            raise PictureError("unsupported", "JPEG XL cannot be decoded on this machine.") from error
        self.data = data
        try:
            header = pylibjxl.probe(data)
        except _BROKEN as error:
            raise self._failure(error) from error
        self.size: tuple[int, int] = (header["width"], header["height"])

    def decode(self, side: int) -> Decoded:
        """The picture, transparent parts on white."""
        import pylibjxl

        try:
            with pylibjxl.JXL(threads=1, pool_size=1) as codec:
                pixels, found = codec.decode(self.data, metadata=True)
        except _BROKEN as error:
            raise self._failure(error) from error
        height, width = pixels.shape[:2]
        self.size = (width, height)
        profile = found.get("icc_profile") or found.get("icc") or b""
        whole = np.ascontiguousarray(on_white(pixels))
        return Decoded(to_srgb(shrink(whole, side), bytes(profile)), tiles=of_pixels(whole))

    def _failure(self, error: Exception) -> PictureError:
        contained = self.data[4:8] == b"JXL "
        return truncated() if contained and any(b.cut for b in boxes(self.data)) else failure(str(error), "JPEG XL")
