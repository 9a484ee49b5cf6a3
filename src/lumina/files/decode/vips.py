"""PNG, WebP, TIFF, GIF, AVIF, and JPEGs out of the ordinary, by libvips."""

from __future__ import annotations

from typing import Any

import numpy as np

from lumina.domain.picture import Pixels
from lumina.files.decode.partial import judged
from lumina.files.decode.reasons import failure
from lumina.files.decode.source import Decoded
from lumina.vision import libvips
from lumina.vision.colour import is_srgb, to_srgb
from lumina.vision.quality import tiles
from lumina.vision.quality.tiles import Tiles
from lumina.vision.resize import fit

_PROFILE = "icc-profile-data"
_PLAIN = ("srgb", "rgb", "b-w", "rgb16", "grey16")
_DEPTHS: dict[str, tuple[Any, int]] = {"uchar": (np.uint8, 0), "ushort": (np.uint16, 8)}
"""Format of a band -> its type, and by how much its values are shifted to fit 8 bits."""
_HELD = 200_000_000
"""Bytes up to which a decoded picture is held in memory whole."""
_MATRIX = ("multiband", "matrix", "histogram", "fourier")


class VipsSource:
    """A picture that libvips reads; colours are converted where a profile is embedded, alpha goes onto white."""

    def __init__(self, data: bytes, what: str, *, upright: bool = False) -> None:
        self.data, self.what, self.upright = data, what, upright
        header = self._open("none")
        self.size: tuple[int, int] = (header.width, header.height)

    def decode(self, side: int) -> Decoded:
        """Strictly first; where that fails, whatever can be read, with a remark."""
        try:
            pixels, found = self._pixels(side, "error")
            return Decoded(pixels, tiles=found)
        except libvips.VipsError as error:
            warning = str(error)
        try:
            pixels, _ = self._pixels(side, "none")
        except libvips.VipsError as error:
            raise failure(f"{warning} {error}", self.what) from error
        return judged(pixels, warning, self.what, self.size[1])

    def _open(self, fail_on: str, more: str = "") -> Any:
        libvips.forget_messages()  # those of other files, which were read all the same
        try:
            # As an option string: the keyword is lost on the way to some loaders.
            return libvips.Image.new_from_buffer(self.data, f"[fail_on={fail_on}{more}]", access="sequential")
        except libvips.VipsError as error:
            if fail_on == "none":
                raise failure(str(error), self.what) from error
            raise

    def _shrunk(self, side: int) -> str:
        """JPEGs are decoded at a half, a quarter or an eighth where that is still enough."""
        halvings = (max(self.size) // side).bit_length() - 1
        return f",shrink={1 << min(3, halvings)}" if self.what == "JPEG" and halvings > 0 else ""

    def _pixels(self, side: int, fail_on: str) -> tuple[Pixels, Tiles]:
        image = self._open(fail_on, self._shrunk(side))
        profile = image.get(_PROFILE) if image.get_typeof(_PROFILE) else b""
        if image.hasalpha():
            image = image.flatten(background=[_white(image)])
        found = tiles.none()
        if self.what != "JPEG" and (image.width, image.height) == self.size:
            image, found = _with_tiles(image)
        width, height = fit(self.size, side)
        if (width, height) != (image.width, image.height):
            image = image.resize(width / image.width, vscale=height / image.height)
        eight_bit_rgb = image.format == "uchar" and image.bands == 3 and image.interpretation in ("srgb", "rgb")
        image = image if eight_bit_rgb else _eight_bit_srgb(image, profile)
        pixels = np.frombuffer(image.write_to_memory(), dtype=np.uint8).reshape(height, width, 3)
        return (to_srgb(pixels, profile) if eight_bit_rgb else pixels), found


def _with_tiles(image: Any) -> tuple[Any, Tiles]:
    """The picture, then held in memory, and its tiles; none of pictures that are too large or no plain colours."""
    if image.interpretation not in _PLAIN or image.format not in _DEPTHS:
        return image, tiles.none()
    if image.width * image.height * image.bands * np.dtype(_DEPTHS[image.format][0]).itemsize > _HELD:
        return image, tiles.none()
    held = image.copy_memory()
    return held, tiles.of_rows(held.height, held.width, lambda top: _rows(held, top))


def _rows(image: Any, top: int) -> Pixels:
    """The rows of one line of tiles, in three bands of 8 bits."""
    part = image.crop(0, top, image.width, min(tiles.SIDE, image.height - top))
    kind, shift = _DEPTHS[image.format]
    rows = np.frombuffer(part.write_to_memory(), dtype=kind).reshape(part.height, part.width, part.bands) >> shift
    return rows[..., [0, 0, 0] if part.bands < 3 else [0, 1, 2]].astype(np.uint8)


def _white(image: Any) -> float:
    if image.format == "uchar":
        return 255
    return 65535 if image.format == "ushort" else 1.0


def _eight_bit_srgb(image: Any, profile: bytes) -> Any:
    """Grey, CMYK, 16 bits, Lab, floating point: three bands of 8 bits."""
    if image.interpretation in _MATRIX or (image.format in ("float", "double") and image.interpretation == "b-w"):
        image = image.extract_band(0).copy_memory().scaleimage()
    elif profile and not is_srgb(profile) and image.format in ("uchar", "ushort"):
        image = _through_profile(image)
    image = image.colourspace("srgb")
    if image.bands < 3:
        image = image.extract_band(0).bandjoin([image.extract_band(0), image.extract_band(0)])
    return image.extract_band(0, n=3).cast("uchar")


def _through_profile(image: Any) -> Any:
    try:
        options = {"embedded": True, "intent": "relative", "black_point_compensation": True}
        return image.copy_memory().icc_transform("srgb", **options).copy_memory()
    except libvips.VipsError:
        return image  # a broken profile, or one of another colour model, is as good as none
