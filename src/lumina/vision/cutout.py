"""Pictures without their background."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lumina.domain.picture import PictureError, Pixels

Alpha = NDArray[np.uint8]
"""Height x width: 0 background, 255 what is shown."""


_BROKEN = (OSError, ValueError, SyntaxError)
"""What Pillow raises for files that are damaged."""
LEAST, MOST = 0.02, 0.98
"""Of a picture's area that a cut-out has to show, and may show: less is a speck, more is no cut-out."""


def share(alpha: Alpha) -> float:
    """How much of the picture's area is more foreground than background, 0 to 1."""
    return float(np.count_nonzero(alpha >= 128)) / alpha.size


def refusal(found: float) -> str:
    """Why a cut-out that shows so much of a picture's area is none, in a sentence; "" where it is one."""
    if LEAST <= found <= MOST:
        return ""
    return f"Nothing was cut out: what stands out from the background is {found:.1%} of the picture."


def check(alpha: Alpha, data: bytes) -> None:
    """A cut-out's file, read back, can be decoded and has exactly this transparency.

    Raises:
        PictureError: `unwritable`, retryable: it was not written as it should have been.
    """
    try:
        same = np.array_equal(np.asarray(_opened(data).getchannel("A")), alpha)
    except _BROKEN as error:
        raise PictureError("unwritable", f"A cut-out cannot be read back: {error}.", retryable=True) from error
    if not same:
        raise PictureError("unwritable", "A cut-out is read back as another than was written.", retryable=True)


def on_white(data: bytes) -> Pixels:
    """Height x width x 3: a cut-out's file as a picture whose background is white.

    Raises:
        PictureError: `corrupt`: it cannot be decoded.
    """
    try:
        image = _opened(data)
    except _BROKEN as error:
        raise PictureError("corrupt", f"The cut-out's file is damaged: {error}.") from error
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return np.asarray(white)


_FORMATS = ("WEBP", "PNG", "JPEG")
"""Ours, and those of cut-outs that another program has made."""


def _opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=_FORMATS) as image:
        return image.convert("RGBA")
