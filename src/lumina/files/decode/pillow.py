"""BMP by Pillow, which libvips' wheel lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from lumina.domain.picture import Pixels
from lumina.files.decode.partial import judged
from lumina.files.decode.reasons import corrupt, failure
from lumina.files.decode.source import Decoded
from lumina.vision.quality.tiles import of_pixels
from lumina.vision.resize import shrink

# The cap is ours: it is checked against the header, with its figure in the sentence, before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
_BROKEN = (OSError, ValueError, SyntaxError, OverflowError, EOFError, IndexError, TypeError)


@contextmanager
def _lenient() -> Iterator[None]:
    """Pillow's switch for files that are cut short is global."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


class PillowSource:
    """A picture that Pillow reads, by an explicit list of formats."""

    upright = False

    def __init__(self, data: bytes, what: str) -> None:
        self.what = what
        try:
            self.image = Image.open(BytesIO(data), formats=[what])
        except UnidentifiedImageError as error:
            raise corrupt(what) from error
        except _BROKEN as error:
            raise failure(str(error), what) from error
        self.size: tuple[int, int] = self.image.size

    def decode(self, side: int) -> Decoded:
        """The picture, transparent parts on white."""
        try:
            whole = self._rgb()
            return Decoded(shrink(whole, side), tiles=of_pixels(whole))
        except _BROKEN as error:
            warning = str(error)
        try:
            with _lenient():
                pixels = shrink(self._rgb(), side)
        except _BROKEN as error:
            raise failure(f"{warning} {error}", self.what) from error
        return judged(pixels, warning, self.what, self.size[1])

    def _rgb(self) -> Pixels:
        if self.image.mode not in ("RGBA", "LA", "PA"):
            return np.array(self.image.convert("RGB"))
        image = self.image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return np.array(Image.alpha_composite(white, image).convert("RGB"))
