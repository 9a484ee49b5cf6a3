"""Camera RAW by LibRaw: the embedded preview where it is large enough, else developed at half size."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from lumina.domain.picture import PictureError, Pixels
from lumina.files.decode.jpeg import open_jpeg
from lumina.files.decode.libraw import rawpy
from lumina.files.decode.reasons import failure
from lumina.files.decode.source import Decoded
from lumina.vision.orient import turned, upright
from lumina.vision.resize import shrink

LARGE_ENOUGH = 1440
"""Pixels of the longer side from which a preview stands for the RAW."""

_ORIENTATION = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's flip -> EXIF orientation."""


class RawSource:
    """A RAW; LibRaw's own reading of the orientation is applied, since it knows every maker's way to store it."""

    upright = True

    def __init__(self, data: bytes) -> None:
        self.data = data
        with _opened(data) as raw:
            sizes = raw.sizes
        self.orientation = _ORIENTATION.get(sizes.flip, 1)
        self.stored: tuple[int, int] = (sizes.width, sizes.height)
        self.size: tuple[int, int] = turned(self.stored, self.orientation)

    def decode(self, side: int) -> Decoded:
        """The camera's own rendering where it is large enough, else LibRaw's."""
        preview = self._preview(side)
        if preview is not None:
            return preview
        with _opened(self.data) as raw:
            try:
                half = max(self.stored) >= 2 * min(side, LARGE_ENOUGH)
                options = {"half_size": half, "use_camera_wb": True, "output_bps": 8, "user_flip": 0}
                pixels: Pixels = raw.postprocess(**options)
            except (rawpy.LibRawError, ValueError) as error:
                raise failure(str(error), "RAW") from error
        return Decoded(upright(shrink(np.ascontiguousarray(pixels), side), self.orientation))

    def _preview(self, side: int) -> Decoded | None:
        with _opened(self.data) as raw:
            try:
                thumb = raw.extract_thumb()
            except (rawpy.LibRawError, ValueError):
                return None
        if thumb.format == rawpy.ThumbFormat.BITMAP:
            height, width = thumb.data.shape[:2]
            return self._if_large(Decoded(shrink(np.ascontiguousarray(thumb.data), side)), (width, height))
        try:
            source = open_jpeg(thumb.data)
            return self._if_large(source.decode(side), source.size) if self._large(source.size) else None
        except PictureError:
            return None

    def _large(self, size: tuple[int, int]) -> bool:
        return max(size) >= min(LARGE_ENOUGH, max(self.stored))

    def _if_large(self, preview: Decoded, size: tuple[int, int]) -> Decoded | None:
        if not self._large(size):
            return None
        wide, lying = size[0] >= size[1], self.stored[0] >= self.stored[1]
        # Some cameras turn the preview themselves: it then stands although the sensor lies.
        orientation = self.orientation if wide == lying or self.orientation in (1, 3) else 1
        return Decoded(upright(preview.pixels, orientation), preview.notes)


def _opened(data: bytes) -> Any:
    try:
        return rawpy.imread(BytesIO(data))
    except rawpy.LibRawFileUnsupportedError as error:
        raise PictureError("unsupported", "LibRaw does not know this camera's RAW format.") from error
    except (rawpy.LibRawError, ValueError, OSError) as error:
        raise failure(str(error), "RAW") from error
