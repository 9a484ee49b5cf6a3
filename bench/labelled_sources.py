"""Distinct pictures to make copies of: whole photos, and tiles of large ones that do not overlap."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from lumina.domain.values import MediaKind
from lumina.files.picture import MasterPicture

Pixels = NDArray[np.uint8]

WHOLE = 1600
"""Pixels of the longer side of a whole photo's picture."""
TILE = (400, 300)
TILED = 1_900_000
"""Pixels from which on a photo is cut into tiles as well."""
SMALLEST = 200
SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"}
LEFT_OUT = {"orientation", "hdr"}
"""Folders of these names hold one picture several times."""


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that no other source shows.

    Attributes:
        name: of the photo, and of the tile in it.
        scene: the photo. All that is made of one scene is on one side of the split.
        kept_for_sequences: stands as the base of a burst or bracket, and has no copies.
    """

    name: str
    scene: str
    path: Path
    tile: tuple[int, int] | None
    kept_for_sequences: bool

    @property
    def half(self) -> str:
        """`tuning` for two scenes of five, else `test`."""
        return "tuning" if crc32(self.scene.encode()) % 5 < 2 else "test"

    def pixels(self) -> Pixels:
        """Height x width x 3, upright."""
        photo = _photo(self.path)
        if self.tile is not None:
            return np.asarray(photo.crop((*self.tile, self.tile[0] + TILE[0], self.tile[1] + TILE[1])))
        scale = min(1.0, WHOLE / max(photo.size))
        size = round(photo.width * scale), round(photo.height * scale)
        return np.asarray(photo.resize(size, Image.Resampling.LANCZOS))


@lru_cache(maxsize=1)
def _photo(path: Path) -> Image.Image:
    """Upright; the last one is kept, since its tiles are asked for one after the other."""
    with Image.open(path) as image, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ImageOps.exif_transpose(image).convert("RGB")


def find(folders: Sequence[Path]) -> list[Source]:
    """All sources in these folders; of files with the same image data, only one counts."""
    seen: set[bytes] = set()
    found: list[Source] = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in SUFFIXES and path.parent.name not in LEFT_OUT:
                digest = _digest(path)
                if digest not in seen:
                    seen.add(digest)
                    found += _of_photo(path)
    return found


def _of_photo(path: Path) -> Iterator[Source]:
    try:
        with Image.open(path) as image, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            width, height = ImageOps.exif_transpose(image).size
    except (OSError, SyntaxError, ValueError, TypeError, ZeroDivisionError, Image.DecompressionBombError):
        return
    if min(width, height) < SMALLEST:
        return
    yield Source(path.stem, path.name, path, None, crc32(path.stem.encode()) // 5 % 8 == 0)
    if width * height < TILED:
        return
    for y in range(0, height - TILE[1] + 1, TILE[1]):
        for x in range(0, width - TILE[0] + 1, TILE[0]):
            name = f"{path.stem}+{x}+{y}"
            yield Source(name, path.name, path, (x, y), crc32(name.encode()) // 5 % 8 == 0)


def _digest(path: Path) -> bytes:
    """Of the image data, so that a retagged copy counts as the same."""
    return MasterPicture(0, path, kind=MediaKind.PHOTO, max_pixels=0).checksums.content
