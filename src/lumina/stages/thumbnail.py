"""What the timeline shows."""

from __future__ import annotations

from blake3 import blake3

from lumina.domain.derived import DerivedFiles
from lumina.domain.each import EachPicture
from lumina.domain.picture import Picture
from lumina.domain.stage import Lane
from lumina.domain.values import Rendition, RenditionKind
from lumina.vision.encode import webp
from lumina.vision.thumbhash import thumbhash


class Thumbnail(EachPicture[Rendition]):
    """WebP of 320 pixels, upright, sRGB, and the placeholder that stands in while it loads."""

    name, version, result = "thumbnail", 1, Rendition
    lane = Lane.CPU
    side, quality, effort = 320, 78, 2

    def __init__(self, derived: DerivedFiles) -> None:
        self.derived = derived

    def one(self, picture: Picture) -> Rendition:
        """Encodes and keeps one thumbnail."""
        pixels = picture.pixels(self.side)
        data = webp(pixels, self.quality, self.effort)
        key = self.key(picture.render_key)
        self.derived.write(RenditionKind.THUMBNAIL, key, data)
        height, width = pixels.shape[:2]
        return Rendition(RenditionKind.THUMBNAIL, key, width, height, len(data), thumbhash(pixels))

    @classmethod
    def key(cls, render_key: bytes) -> bytes:
        """BLAKE3-16 of what is shown and how it was made."""
        return blake3(render_key + f"{cls.name}:{cls.version}".encode()).digest(length=16)
