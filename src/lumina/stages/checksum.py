"""Identity of the file and of the picture in it."""

from __future__ import annotations

from lumina.domain.each import EachPicture
from lumina.domain.picture import Picture
from lumina.domain.stage import Basis, Lane
from lumina.domain.values import Checksums


class Checksum(EachPicture[Checksums]):
    """BLAKE3 of the bytes and of the image data without metadata."""

    name, version, result = "checksum", 1, Checksums
    lane, basis = Lane.CPU, Basis.FILE

    def one(self, picture: Picture) -> Checksums:
        """Both checksums of one file."""
        return picture.checksums
