"""The rendering that everything after the first read works from."""

from __future__ import annotations

from blake3 import blake3

from lumina.domain.derived import DerivedFiles
from lumina.domain.each import EachPicture
from lumina.domain.picture import Picture
from lumina.domain.stage import Lane
from lumina.domain.values import Rendition, RenditionKind
from lumina.vision.encode import jpeg


class Proxy(EachPicture[Rendition]):
    """JPEG of 1440 pixels, upright, sRGB."""

    name, version, result = "proxy", 1, Rendition
    lane = Lane.CPU
    side, quality = 1440, 82

    def __init__(self, derived: DerivedFiles) -> None:
        self.derived = derived

    def one(self, picture: Picture) -> Rendition:
        """Encodes and keeps one proxy."""
        pixels = picture.pixels(self.side)
        data = jpeg(pixels, self.quality)
        key = self.key(picture.render_key)
        self.derived.write(RenditionKind.PROXY, key, data)
        return Rendition(RenditionKind.PROXY, key, pixels.shape[1], pixels.shape[0], len(data))

    @classmethod
    def key(cls, render_key: bytes) -> bytes:
        """BLAKE3-16 of what is shown and how it was made."""
        return blake3(render_key + f"{cls.name}:{cls.version}".encode()).digest(length=16)
