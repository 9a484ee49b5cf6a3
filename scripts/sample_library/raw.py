"""A camera RAW: a Bayer mosaic with the tags of a DNG."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import tifffile

from scripts.sample_library.shots import Pixels, Shot

BLACK, WHITE = 512, 16383
# tag code, type (1 byte, 2 text, 3 short, 4 long, 5 rational, 10 signed rational), count, value
Tag = tuple[int, int, int, Any, bool]


def dng(pixels: Pixels, shot: Shot) -> bytes:
    """A DNG whose development looks like `pixels`; even width and height."""
    out = BytesIO()
    tifffile.imwrite(
        out,
        _mosaic(pixels),
        photometric="cfa",
        compression=None,
        extratags=_tags(shot),
        software=False,
        metadata=None,
        datetime=shot.taken_at,
        subfiletype=0,
    )
    return out.getvalue()


def _mosaic(pixels: Pixels) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """Red at even rows and columns, blue at odd ones, green between; linear light."""
    linear = (pixels.astype(np.float32) / 255) ** 2.2
    mosaic = linear[:, :, 1].copy()
    mosaic[::2, ::2] = linear[::2, ::2, 0]
    mosaic[1::2, 1::2] = linear[1::2, 1::2, 2]
    return (BLACK + mosaic * (WHITE - BLACK)).astype(np.uint16)


def _tags(shot: Shot) -> list[Tag]:
    # XYZ to the camera's colours, which here are those of sRGB
    matrix = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)
    return [
        (271, 2, 0, shot.camera.make, True),
        (272, 2, 0, shot.camera.model, True),
        (274, 3, 1, 1, True),
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, bytes((0, 1, 1, 2)), True),
        (36867, 2, 0, shot.taken_at.strftime("%Y:%m:%d %H:%M:%S"), True),
        (37521, 2, 0, f"{shot.taken_at.microsecond // 10_000:02d}", True),
        (50706, 1, 4, bytes((1, 4, 0, 0)), True),
        (50707, 1, 4, bytes((1, 1, 0, 0)), True),
        (50708, 2, 0, f"{shot.camera.make} {shot.camera.model}", True),
        (50714, 3, 1, BLACK, True),
        (50717, 3, 1, WHITE, True),
        (50721, 10, 9, tuple(part for value in matrix for part in (round(value * 10_000), 10_000)), True),
        (50728, 5, 3, (1, 1, 1, 1, 1, 1), True),
        (50778, 3, 1, 21, True),
    ]
