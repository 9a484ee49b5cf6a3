"""Small real files of many formats, made on the spot."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
import tifffile
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def scene(seed: int = 1, width: int = 320, height: int = 240) -> Pixels:
    """Smooth random shapes in colour, as photographs have them; the corner at the top left is pure red."""
    small = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    pixels = np.array(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))
    pixels[: height // 4, : width // 4] = (255, 0, 0)
    return pixels


def encoded(pixels: Pixels, kind: str = "JPEG", **options: Any) -> bytes:
    """A file by Pillow."""
    buffer = BytesIO()
    if kind == "JPEG":
        options.setdefault("quality", 92)
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation: int = 1, description: str = "") -> bytes:
    """EXIF with an orientation."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    if description:
        tags[0x010E] = description
    return tags.tobytes()


def by_vips(pixels: Pixels, suffix: str, **options: Any) -> bytes:
    """A file by libvips, for the formats and variants that Pillow does not write."""
    height, width, bands = pixels.shape
    kind = {"uint8": "uchar", "uint16": "ushort", "float32": "float"}[str(pixels.dtype)]
    image = pyvips.Image.new_from_memory(np.ascontiguousarray(pixels), width, height, bands, kind)
    interpretation = {("uchar", 3): "srgb", ("ushort", 3): "rgb16", ("uchar", 4): "srgb", ("ushort", 1): "grey16"}
    image = image.copy(interpretation=interpretation.get((kind, bands), "b-w"))
    return bytes(image.write_to_buffer(suffix, **options))


def dng(path: Path, width: int = 640, height: int = 480, orientation: int = 1, preview: Pixels | None = None) -> Path:
    """A DNG: a green sensor image, its upper half brighter; with an uncompressed preview where one is given."""
    values = np.zeros((height, width), np.uint16)
    values[:] = 3000
    values[0::2, 0::2] = values[1::2, 1::2] = 800
    values[: height // 2] *= 4
    tags = [
        (50706, "B", 4, (1, 4, 0, 0), True),
        (50708, "s", 0, "Lumina Test", True),
        (33421, "H", 2, (2, 2), True),
        (33422, "B", 4, (0, 1, 1, 2), True),
        (50714, "H", 1, 0, True),
        (50717, "H", 1, 16383, True),
        (50721, "2i", 9, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1), True),
        (50728, "2I", 3, (1, 1, 1, 1, 1, 1), True),
        (274, "H", 1, orientation, True),
    ]
    with tifffile.TiffWriter(path) as file:
        sensor = {"photometric": "cfa", "metadata": None}
        if preview is None:
            file.write(values, extratags=tags, **sensor)
        else:
            file.write(preview, photometric="rgb", subfiletype=1, extratags=tags, subifds=1, metadata=None)
            file.write(values, subfiletype=0, extratags=tags[2:4], **sensor)
    return path


def corner(pixels: Pixels) -> tuple[int, int, int]:
    """The mean colour of the sixteenth at the top left."""
    height, width = pixels.shape[:2]
    red, green, blue = pixels[: height // 8, : width // 8].reshape(-1, 3).mean(0).round()
    return int(red), int(green), int(blue)


def box(kind: bytes, *payload: bytes) -> bytes:
    """An ISO base media box."""
    body = b"".join(payload)
    return struct.pack(">I4s", 8 + len(body), kind) + body
