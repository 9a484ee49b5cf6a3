"""Copies of a picture as people and programs make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from scripts.sample_library.shots import held

Pixels = NDArray[np.uint8]
Look = Callable[[Pixels, np.random.Generator], Pixels]


@dataclass(frozen=True, slots=True)
class Container:
    """How the copy is encoded, with Pillow's options; `orientation` other than 1: stored turned, with the tag."""

    kind: str
    suffix: str
    options: Mapping[str, object]
    orientation: int = 1

    def encode(self, pixels: Pixels, exif: Image.Exif) -> bytes:
        """The file. EXIF may be empty; a TIFF gets none."""
        buffer = BytesIO()
        if self.orientation != 1:
            exif[0x0112] = self.orientation
        tags = {"exif": exif.tobytes()} if len(exif) and self.kind != "TIFF" else {}
        Image.fromarray(held(pixels, self.orientation)).save(buffer, self.kind, **self.options, **tags)
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Copy:
    """A transform: some changes of the picture, then a file.

    `family` is what its recall is reported under; `turned` copies are looked for only when that is switched on.
    """

    family: str
    looks: tuple[Look, ...]
    container: Container
    turned: bool = False

    def make(self, pixels: Pixels, rng: np.random.Generator, exif: Image.Exif) -> bytes:
        """The copy's file."""
        for look in self.looks:
            pixels = np.ascontiguousarray(look(pixels, rng))
        return self.container.encode(pixels, exif)


def resize(factor: float, pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Scaled by one of three filters, as programs differ."""
    filters = (Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)
    height, width = pixels.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(pixels).resize(size, filters[rng.integers(3)]))


def gamma(power: float, pixels: Pixels, _: np.random.Generator) -> Pixels:
    """Midtones darker (above 1) or brighter."""
    table = np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint8)
    return np.asarray(table[pixels])


def grey(pixels: Pixels, _: np.random.Generator) -> Pixels:
    """Without colours."""
    return np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))


def watermark(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A line of text: small and strong in a corner, or large and faint across the middle."""
    height, width = pixels.shape[:2]
    corner = rng.random() < 0.5
    font = ImageFont.load_default(max(8, round(height * (0.05 if corner else 0.14))))
    text = f"© Studio {rng.integers(100, 999)}"
    layer = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(layer)
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    at = (width - right - width * 0.02, height - bottom - height * 0.02)
    if not corner:
        at = ((width - right + left) / 2, (height - bottom + top) / 2)
    draw.text(at, text, font=font, fill=(255, 255, 255, 200 if corner else 90))
    return np.asarray(Image.alpha_composite(Image.fromarray(pixels).convert("RGBA"), layer).convert("RGB"))


def crop(margin: float, pixels: Pixels, _: np.random.Generator) -> Pixels:
    """Cut at every side by this share of width and height."""
    height, width = pixels.shape[:2]
    down, across = round(height * margin), round(width * margin)
    return pixels[down : height - down, across : width - across]


def pad(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A black or white border of 5 % at every side."""
    height, width = pixels.shape[:2]
    down, across = round(height * 0.05), round(width * 0.05)
    colour = 255 * int(rng.integers(2))
    return np.pad(pixels, ((down, down), (across, across), (0, 0)), constant_values=colour)


def turn(orientation: int, pixels: Pixels, _: np.random.Generator) -> Pixels:
    """Mirrored or turned by quarters, in the pixels."""
    return held(pixels, orientation)


def tilt(pixels: Pixels, _: np.random.Generator) -> Pixels:
    """Turned by 4 degrees, the corners black."""
    return np.asarray(Image.fromarray(pixels).rotate(4, Image.Resampling.BICUBIC))


def jpeg(quality: int, orientation: int = 1) -> Container:
    """4:2:0 from quality 90 down, as most programs do."""
    options = {"quality": quality, "subsampling": 0 if quality > 90 else 2}
    return Container("JPEG", ".jpg", options, orientation)


PNG = Container("PNG", ".png", {"compress_level": 1})
TIFF = Container("TIFF", ".tif", {"compression": "tiff_lzw"})
WEBP = Container("WEBP", ".webp", {"quality": 80, "method": 1})
AVIF = Container("AVIF", ".avif", {"quality": 70, "speed": 9})
"""HEIC is the same container with a codec that nothing freely licensed here can write."""

COPIES: Mapping[str, Copy] = {
    **{f"jpeg {quality}": Copy("recompression", (), jpeg(quality)) for quality in (95, 75, 50)},
    "jpeg 30": Copy("jpeg 30", (), jpeg(30)),
    "resize 3/4": Copy("resize", (partial(resize, 0.75),), jpeg(90)),
    "resize 1/2": Copy("resize", (partial(resize, 0.5),), jpeg(90)),
    "resize 1/4": Copy("resize", (partial(resize, 0.25),), jpeg(90)),
    "upscale 2": Copy("upscale", (partial(resize, 2.0),), jpeg(90)),
    "png": Copy("format", (), PNG),
    "tiff": Copy("format", (), TIFF),
    "webp": Copy("format", (), WEBP),
    "avif": Copy("format", (), AVIF),
    **{f"orientation {tag}": Copy("orientation", (), jpeg(92, tag)) for tag in range(2, 9)},
    "gamma 0.8": Copy("gamma", (partial(gamma, 0.8),), jpeg(90)),
    "gamma 1.2": Copy("gamma", (partial(gamma, 1.2),), jpeg(90)),
    "grey": Copy("grey", (grey,), jpeg(90)),
    "watermark": Copy("watermark", (watermark,), jpeg(90)),
    "crop 2.5 %": Copy("crop 2.5 %", (partial(crop, 0.025),), jpeg(90)),
    "crop 5 %": Copy("crop 5 %", (partial(crop, 0.05),), jpeg(90)),
    "crop 10 %": Copy("crop 10 %", (partial(crop, 0.10),), jpeg(90)),
    "pad": Copy("pad", (pad,), jpeg(90)),
    "tilt": Copy("tilt 4 degrees", (tilt,), jpeg(90)),
    "mirror": Copy("turned", (partial(turn, 2),), jpeg(90), turned=True),
    "quarter left": Copy("turned", (partial(turn, 6),), jpeg(90), turned=True),
    "quarter right": Copy("turned", (partial(turn, 8),), jpeg(90), turned=True),
    "half turn": Copy("turned", (partial(turn, 3),), jpeg(90), turned=True),
    "half size, jpeg 50": Copy("chain", (partial(resize, 0.5),), jpeg(50)),
    "gamma, 3/4": Copy("chain", (partial(gamma, 1.2), partial(resize, 0.75)), jpeg(85)),
    "watermark, half size": Copy("chain", (watermark, partial(resize, 0.5)), jpeg(80)),
    "crop 2.5 %, half size": Copy("chain with crop", (partial(crop, 0.025), partial(resize, 0.5)), jpeg(75)),
    "crop 5 %, gamma": Copy("chain with crop", (partial(crop, 0.05), partial(gamma, 0.8)), WEBP),
}
"""Name -> transform."""
