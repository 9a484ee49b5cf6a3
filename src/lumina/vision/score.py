"""The quality score of a picture, 0-100, from what is known of its file.

Format 40, resolution 30, compression 20, sharpness 10. What was done to the picture before counts as well: a file is no
better than the worst that it has gone through. All constants are explained in docs/quality.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lumina.domain.encoding import Encoding, Family

FORMAT, RESOLUTION, SIZE, SHARPNESS = 40.0, 30.0, 20.0, 10.0

_FORMATS: Mapping[Family, float] = {
    Family.RAW: 40,
    Family.LOSSLESS: 34,
    Family.PHONE: 30.5,
    Family.JPEG: 30,
    Family.VIDEO: 30,
    Family.WEB: 24,
    Family.PALETTE: 14,
}
_AGAIN = 2.0
"""Points for each earlier compression that is seen: what was saved again is not the original."""
_WRAPPED = 0.5
"""More, where the picture was then kept without loss: the same picture in more bytes."""
_ENLARGED = 4.0
"""For a picture that is surely enlarged; without loss it is then no better than a JPEG."""
_FRAMED = 1.0
"""Nor is what somebody has put a border around."""
_DOUBLINGS = (9.0, 15.0, 26.0)
_SIZES = (0.0, 3.0, RESOLUTION)
"""Points at 512, 32,768 and 67 million true pixels; in between, each doubling counts the same."""
_SHARPEST = 8.0
"""Of `lumina.vision.measures.crispness`, which seldom exceeds it."""
_MEASURED = 320.0
"""Side, in true pixels, from which on sharpness counts in full: what was made smaller looks sharper for that alone."""

_QUALITIES = (0, 10, 30, 50, 75, 85, 90, 95, 100)
_KEPT = (0, 0.15, 0.40, 0.55, 0.75, 0.825, 0.86, 0.935, 1.0)
"""Share of the points for little compression, by JPEG quality."""
_BITS = (0.1, 0.3, 0.6, 0.85, 1.3, 1.8, 2.3, 3.4, 7.0)
"""Bits per pixel of photos at these qualities, in the middle of a wide range."""
_THRIFT = 1.6
"""How many of JPEG's bits one bit of a newer format is worth."""
_BEST_GUESS = 92.0
"""For formats that do not tell, as phones and cameras write them; at most, where bits tell: busy pictures need more."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the score is made of.

    Attributes:
        encoding: of the file.
        pixels: width times height.
        quality: of the file's own JPEG compression, 1-100; None for other formats.
        earlier: qualities of JPEGs that it was before.
        detail: true resolution by nominal, linear, 0-1.
        inner: share of the picture within a border of one colour.
        crispness: of the picture at 320 pixels.
    """

    encoding: Encoding
    pixels: int
    quality: float | None
    earlier: tuple[float, ...]
    detail: float
    inner: float
    crispness: float


@dataclass(frozen=True, slots=True)
class Score:
    """Points: at most 40 for the format, 30 for the resolution, 20 for little compression, 10 for sharpness."""

    format: float
    resolution: float
    size: float
    sharpness: float

    @property
    def total(self) -> float:
        """0-100."""
        return self.format + self.resolution + self.size + self.sharpness


def score(known: Known) -> Score:
    """The four parts."""
    return Score(
        format=_format(known),
        resolution=float(np.interp(np.log2(max(1.0, _true_pixels(known))), _DOUBLINGS, _SIZES)),
        size=SIZE * float(np.interp(compression(known), _QUALITIES, _KEPT)),
        sharpness=SHARPNESS * min(1.0, known.crispness / _SHARPEST) * min(1.0, _true_pixels(known) ** 0.5 / _MEASURED),
    )


def compression(known: Known) -> float:
    """The worst JPEG quality in the picture's history, 0-100, as far as it shows; other formats by likeness."""
    return min(_own(known), *known.earlier, 100.0)


def _own(known: Known) -> float:
    if known.quality is not None:
        return known.quality
    family = known.encoding.family
    if family in (Family.RAW, Family.LOSSLESS, Family.PALETTE):
        return 100.0
    if family is not Family.WEB:
        return _BEST_GUESS
    bits = 8 * known.encoding.data_size * _THRIFT / max(1, known.pixels)
    return min(_BEST_GUESS, float(np.interp(bits, _BITS, _QUALITIES)))


def _format(known: Known) -> float:
    family = known.encoding.family
    points = _FORMATS[family]
    if known.earlier:
        wrapped = _WRAPPED if family is Family.LOSSLESS else 0.0
        points = min(points, _FORMATS[Family.JPEG]) - _AGAIN * len(known.earlier) - wrapped
    framed = _FRAMED if known.inner < 1 else 0.0
    doubt = 2 * (1 - known.detail)
    above = max(0.0, points - _FORMATS[Family.JPEG]) if family is not Family.RAW else 0.0
    return points - doubt * (_ENLARGED + above) - framed


def _true_pixels(known: Known) -> float:
    return known.pixels * known.inner * known.detail**2
