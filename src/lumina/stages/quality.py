"""Technical measures, from which quality scores are made."""

from __future__ import annotations

from lumina.domain.each import EachPicture
from lumina.domain.picture import Picture
from lumina.domain.stage import Lane
from lumina.domain.values import Measures
from lumina.vision.luma import luma
from lumina.vision.measures import brightness, clipped, contrast, sharpness


class Quality(EachPicture[Measures]):
    """Sharpness, brightness, contrast and clipping of the 320 px rendering."""

    name, version, result = "quality", 1, Measures
    lane = Lane.CPU
    side = 320

    def one(self, picture: Picture) -> Measures:
        """The measures of one picture."""
        gray = luma(picture.pixels(self.side))
        dark, bright = clipped(gray)
        return Measures(sharpness(gray), brightness(gray), contrast(gray), dark, bright)
