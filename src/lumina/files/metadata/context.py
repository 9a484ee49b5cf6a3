"""What the readers of all formats share: the tags, and how EXIF, XMP and IPTC blocks are read into them."""

from __future__ import annotations

from collections.abc import Mapping

from lumina.files.metadata import iptc, xmp
from lumina.files.metadata.exif import Block, ExifReader
from lumina.files.metadata.makers import read_maker_note
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.tiff import Field, Tiff, TiffError


class Context:
    """The reading of one file and its sidecars.

    Attributes:
        brief: only what `read_capture` needs: no maker notes, no XMP, no IPTC.
    """

    def __init__(self, *, brief: bool = False) -> None:
        self.tags = Tags()
        self.brief = brief

    def exif(
        self, data: bytes, base: int = 0, *, group: str = "EXIF", blocks: Mapping[int, Block] | None = None
    ) -> ExifReader | None:
        """Read the TIFF structure at `base`, its first directory as `group`; None where there is none."""
        reader = ExifReader(self.tags, {**self._blocks(), **(blocks or {})}, brief=self.brief, group=group)
        try:
            reader.read(Tiff(data, base))
        except TiffError as error:
            self.tags.note(f"EXIF: {error}")
            return None
        if not self.brief and reader.maker_note is not None:
            read_maker_note(*reader.maker_note, self.tags)
        return reader

    def xmp(self, packet: bytes, group: str = "XMP") -> None:
        """Read an XMP packet."""
        if not self.brief:
            xmp.read_xmp(packet, self.tags, group)

    def photoshop(self, resources: bytes) -> None:
        """Read Photoshop's image resources, where IPTC stands."""
        if not self.brief:
            iptc.read_photoshop(resources, self.tags)

    def _blocks(self) -> dict[int, Block]:
        return {
            0x02BC: lambda tiff_, field: self.xmp(_all(tiff_, field)),
            0x83BB: lambda tiff_, field: self._iptc(_all(tiff_, field)),
            0x8649: lambda tiff_, field: self.photoshop(_all(tiff_, field)),
        }

    def _iptc(self, data: bytes) -> None:
        if not self.brief:
            iptc.read_iptc(data, self.tags)


def _all(structure: Tiff, field: Field) -> bytes:
    if field.size <= 0 or field.type not in (1, 2, 4, 7, 13):
        return b""
    return structure.data[field.start : field.start + min(field.size, xmp.MAX_PACKET)]
