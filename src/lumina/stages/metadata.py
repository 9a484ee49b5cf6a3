"""What the file and its sidecars say about the picture."""

from __future__ import annotations

from lumina.domain.each import EachPicture
from lumina.domain.metadata import ImageMetadata
from lumina.domain.picture import Picture
from lumina.domain.stage import Basis, Lane


class Metadata(EachPicture[ImageMetadata]):
    """Capture date, camera, exposure, place, ratings, keywords: merged, with provenance."""

    name, version, result = "metadata", 1, ImageMetadata
    lane, basis = Lane.CPU, Basis.FILE

    def one(self, picture: Picture) -> ImageMetadata:
        """The merged metadata of one image."""
        return picture.metadata
