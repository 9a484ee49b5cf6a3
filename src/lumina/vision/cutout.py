"""Pictures without their background."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lumina.domain.picture import PictureError

Alpha = NDArray[np.uint8]
"""Height x width: 0 background, 255 what is shown."""


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
        with Image.open(BytesIO(data), formats=["WEBP"]) as image:
            same = np.array_equal(np.asarray(image.convert("RGBA"))[:, :, 3], alpha)
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureError("unwritable", f"A cut-out cannot be read back: {error}.", retryable=True) from error
    if not same:
        raise PictureError("unwritable", "A cut-out is read back as another than was written.", retryable=True)
