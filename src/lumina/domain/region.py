"""A part of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from lumina.domain.picture import Pixels
from lumina.errors import BadInput

LEAST = 16
"""Pixels of each side of a region: in fewer there is nothing to see."""


@dataclass(frozen=True, slots=True)
class Region:
    """Left, top, width and height as fractions of the upright picture, within it."""

    x: float
    y: float
    width: float
    height: float

    def of(self, pixels: Pixels) -> Pixels:
        """The region's pixels.

        Args:
            pixels: height x width x 3.

        Raises:
            BadInput: the region is smaller than `LEAST` pixels.
        """
        height, width = pixels.shape[:2]
        left, right = round(self.x * width), round((self.x + self.width) * width)
        top, bottom = round(self.y * height), round((self.y + self.height) * height)
        if right - left < LEAST or bottom - top < LEAST:
            size = f"{right - left} x {bottom - top} of {width} x {height} pixels"
            raise BadInput(f"region: {size} are too few to see anything; {LEAST} x {LEAST} are the least.")
        return pixels[top:bottom, left:right]


def region(text: str) -> Region:
    """Read "x,y,width,height", fractions of the picture; what reaches beyond its edges is cut off.

    Raises:
        BadInput: these are not four numbers, or nothing of the picture is within.
    """
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"region: {text[:80]!r} is not x,y,width,height, as in 0.25,0.1,0.5,0.5.") from None
    if not all(map(isfinite, (x, y, width, height))):
        raise BadInput(f"region: {text[:80]!r} has a number that is none.")
    left, right = max(x, 0.0), min(x + width, 1.0)
    top, bottom = max(y, 0.0), min(y + height, 1.0)
    if width <= 0 or height <= 0 or right <= left or bottom <= top:
        raise BadInput(f"region: nothing of the picture is in {text[:80]!r}; all four are fractions between 0 and 1.")
    return Region(left, top, right - left, bottom - top)
