"""Photographs of products: drawn on request or taken from a folder, and kept in memory up to a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageEnhance, ImageOps

from lumina.demo.drawing import photograph
from lumina.demo.world import Image, Listing
from lumina.vision import encode

Pixels = NDArray[np.uint8]

SIZES = {"75x75": 75, "170x135": 170, "570xN": 570, "fullxfull": 1140}
"""Names of the sizes in addresses, and their width in pixels."""

_RATIOS = (0.8, 1.0, 1.25)
_QUALITY = 88


def size_of(listing: Listing, width: int) -> tuple[int, int]:
    """Width and height of a listing's photographs; a shop has a format of its own."""
    return width, round(width * _RATIOS[listing.shop.number % len(_RATIOS)])


class Photographs(Protocol):
    """Where pictures come from."""

    def jpeg(self, listing: Listing, image: Image, size: str) -> bytes:
        """A photograph in one of `SIZES`, the same bytes each time. May take some ten milliseconds."""

    def held(self, image: Image, size: str) -> bytes | None:
        """The same where it is at hand."""


class _Kept:
    """Keeps what was drawn, up to so many bytes; what was not asked for longest goes first."""

    def __init__(self, bound: int) -> None:
        self._bound, self._bytes = bound, 0
        self._kept: OrderedDict[tuple[int, str], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def held(self, image: Image, size: str) -> bytes | None:
        """What is kept."""
        with self._lock:
            key = (image.image_id, size)
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, image: Image, size: str, data: bytes) -> bytes:
        """Keeps it, and drops others for it."""
        with self._lock:
            if (image.image_id, size) not in self._kept:
                self._kept[(image.image_id, size)] = data
                self._bytes += len(data)
            while self._bytes > self._bound and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._bytes -= len(old)
        return data


class Generated(_Kept):
    """Drawn: the first photograph of a listing shows the product from the front, the others from elsewhere.

    Args:
        seed: of the world. bound: bytes that may be kept in memory.
    """

    def __init__(self, seed: int = 1, bound: int = 64 << 20) -> None:
        super().__init__(bound)
        self._seed = seed

    def jpeg(self, listing: Listing, image: Image, size: str) -> bytes:
        """See `Photographs`."""
        held = self.held(image, size)
        if held is not None:
            return held
        width, height = size_of(listing, max(SIZES[size], 285))
        pixels = photograph.take(listing.product, (self._seed, image.number, image.rank), width, height)
        return self.keep(image, size, encode.jpeg(_fitted(pixels, size), _QUALITY))


class FromFolder(_Kept):
    """Taken from the pictures of a folder: each listing has one of them, its photographs are pieces of it.

    Args:
        folder: with JPEG, PNG or WebP files, at any depth. bound: bytes that may be kept in memory.
    """

    def __init__(self, folder: Path, bound: int = 64 << 20) -> None:
        super().__init__(bound)
        self._files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
        if not self._files:
            raise FileNotFoundError(f"There is no picture in {folder}.")

    def jpeg(self, listing: Listing, image: Image, size: str) -> bytes:
        """See `Photographs`."""
        held = self.held(image, size)
        if held is not None:
            return held
        with Pillow.open(self._files[image.number % len(self._files)]) as opened:
            whole = ImageOps.exif_transpose(opened).convert("RGB")
        wanted = size_of(listing, max(SIZES[size], 285))
        pixels = np.asarray(_piece(whole, image.rank, wanted))
        return self.keep(image, size, encode.jpeg(_fitted(pixels, size), _QUALITY))


def _piece(whole: Pillow.Image, rank: int, size: tuple[int, int]) -> Pillow.Image:
    """The whole picture as the first photograph; the others are crops in another light, some of them mirrored."""
    away = rank - 1
    share = (1.0, 0.82, 0.7, 0.9)[away % 4]
    width, height = (max(1, round(side * share)) for side in whole.size)
    left, top = (whole.width - width) * (away % 3) // 2, (whole.height - height) * (away % 2)
    piece = ImageOps.fit(whole.crop((left, top, left + width, top + height)), size)
    piece = ImageOps.mirror(piece) if away % 5 == 2 else piece
    return ImageEnhance.Brightness(piece).enhance(1 + 0.12 * (away % 3 - 1) * bool(away))


def _fitted(pixels: Pixels, size: str) -> Pixels:
    """Small sizes are cut to their own format, as thumbnails are."""
    if size not in ("75x75", "170x135"):
        return pixels
    width, height = (int(side) for side in size.split("x"))
    return np.asarray(ImageOps.fit(Pillow.fromarray(pixels), (width, height)))
