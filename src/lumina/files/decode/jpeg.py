"""JPEG by libjpeg-turbo, shrunk while it is decoded."""

from __future__ import annotations

import numpy as np
import simplejpeg

from lumina.domain.picture import PictureError, Pixels
from lumina.files.content import jpeg
from lumina.files.decode.partial import judged
from lumina.files.decode.source import Decoded, Source
from lumina.files.decode.vips import VipsSource
from lumina.vision.colour import to_srgb
from lumina.vision.resize import fit, shrink


def open_jpeg(data: bytes) -> Source:
    """A source for a JPEG; what is not grey or YCbCr of 8 bits goes to libvips, which knows the rest."""
    try:
        frame = jpeg.frame(data)
    except ValueError as error:
        # libvips would keep every segment, until memory ends and GLib with it the process.
        reason = f"The file holds more than {jpeg.MOST_SEGMENTS:,} segments before its picture."
        raise PictureError("corrupt", reason) from error
    plain = frame is not None and frame.precision == 8 and frame.components in (1, 3) and frame.width and frame.height
    return JpegSource(data, (frame.width, frame.height)) if frame and plain else VipsSource(data, "JPEG")


class JpegSource:
    """An ordinary JPEG."""

    upright = False

    def __init__(self, data: bytes, size: tuple[int, int]) -> None:
        self.data, self.size = data, size

    def decode(self, side: int) -> Decoded:
        """Strictly first; where that warns, leniently, and where that fails, by libvips."""
        try:
            return Decoded(self._pixels(side, strict=True))
        except ValueError as error:
            warning = str(error)
        try:
            pixels = self._pixels(side, strict=False)
        except ValueError:
            return VipsSource(self.data, "JPEG").decode(side)
        return judged(pixels, warning, "JPEG", self.size[1])

    def _pixels(self, side: int, *, strict: bool) -> Pixels:
        width, height = fit(self.size, side)
        size = {"min_height": height, "min_width": width, "min_factor": 1}
        # Chroma that is going to be scaled down needs no careful scaling up first.
        decoded = simplejpeg.decode_jpeg(self.data, **size, fastupsample=(width, height) != self.size, strict=strict)
        small = shrink(decoded, side) if decoded.shape[:2] != (height, width) else decoded
        return to_srgb(np.ascontiguousarray(small), jpeg.colour(self.data))
