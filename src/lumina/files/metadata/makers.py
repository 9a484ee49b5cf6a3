"""Maker notes."""

from __future__ import annotations

from lumina.files.metadata.tags import Tags
from lumina.files.metadata.tiff import Field, Tiff


def read_maker_note(_tiff: Tiff, field: Field, tags: Tags) -> None:
    """Read the maker's own directory."""
    tags.put("EXIF:MakerNote", {"bytes": max(field.size, 0)})
