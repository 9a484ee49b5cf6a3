"""Other colour spaces to sRGB, through embedded ICC profiles."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Pixels = NDArray[np.uint8]

_MODES = {b"RGB ": "RGB", b"GRAY": "L"}
_SMALLEST_PROFILE = 128


def is_srgb(profile: bytes) -> bool:
    """True for profiles that say they are sRGB; a transform would only cost time.

    The description is ASCII in version 2 profiles and UTF-16 in version 4.
    """
    return b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile


def to_srgb(pixels: Pixels, profile: bytes) -> Pixels:
    """The same colours in sRGB (relative colorimetric, black point compensated).

    A profile that is broken, of another colour model or sRGB itself leaves the pixels as they are.

    Args:
        pixels: height x width x 3; for a grey profile all three channels are alike.
        profile: the embedded ICC profile, empty for none.
    """
    transform = _transform(profile)
    if transform is None:
        return pixels
    mode, apply = transform
    source = pixels if mode == "RGB" else np.ascontiguousarray(pixels[..., 0])
    # Little CMS has a fast path for 8 bits; libvips goes through floating point and takes five times as long.
    return np.asarray(ImageCms.applyTransform(Image.fromarray(source), apply))


@lru_cache(maxsize=16)
def _transform(profile: bytes) -> tuple[str, ImageCms.ImageCmsTransform] | None:
    mode = _MODES.get(profile[16:20])
    if len(profile) < _SMALLEST_PROFILE or mode is None or is_srgb(profile):
        return None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        return mode, ImageCms.buildTransform(source, _srgb(), mode, "RGB", intent, flags)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
