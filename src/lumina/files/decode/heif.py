"""HEIC by pi-heif (libheif with libde265, decoding only)."""

from __future__ import annotations

import numpy as np
import pi_heif

from lumina.files.decode.reasons import failure
from lumina.files.decode.source import Decoded
from lumina.vision.colour import to_srgb
from lumina.vision.resize import shrink


class HeifSource:
    """The primary picture; libheif has applied its rotation and mirroring, so EXIF's orientation does not count."""

    upright = True

    def __init__(self, data: bytes) -> None:
        try:
            self.image = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
        except (OSError, ValueError, EOFError, SyntaxError, RuntimeError) as error:
            raise failure(str(error), "HEIC") from error
        self.size: tuple[int, int] = self.image.size

    def decode(self, side: int) -> Decoded:
        """The picture, transparent parts on white."""
        try:
            pixels = np.asarray(self.image)
        except (OSError, ValueError, EOFError, SyntaxError, RuntimeError) as error:
            raise failure(str(error), "HEIC") from error
        small = shrink(np.ascontiguousarray(_three(pixels)), side)
        return Decoded(to_srgb(small, self.image.info.get("icc_profile") or b""))


def _three(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Grey or RGB with or without alpha to RGB, 8 bits."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    colour = pixels[..., : 3 if pixels.shape[2] > 2 else 1]
    if pixels.shape[2] in (2, 4):
        alpha = pixels[..., -1:].astype(np.uint16)
        colour = ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return colour if colour.shape[2] == 3 else np.repeat(colour, 3, axis=2)
