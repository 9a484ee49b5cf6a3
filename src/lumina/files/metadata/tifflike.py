"""TIFF, DNG and the camera RAWs that are TIFF inside."""

from __future__ import annotations

from lumina.files.metadata.context import Context


def read_tiff(data: bytes, context: Context) -> None:
    """All tags, and the size of the largest picture that is no reduced copy."""
    reader = context.exif(data)
    if reader is None:
        return
    whole = [f for f in reader.frames if not f["reduced"]] or reader.frames
    if whole:
        context.tags.size(*max((f["size"] for f in whole), key=lambda s: s[0] * s[1]))
