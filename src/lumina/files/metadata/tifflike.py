"""TIFF, DNG and the camera RAWs that are TIFF inside."""

from __future__ import annotations

from lumina.files.metadata.context import Context


def read_tiff(data: bytes, context: Context) -> None:
    """All tags, and the size of the first page that is no reduced copy."""
    sizes = _frames(data, context)
    if sizes:
        context.tags.size(*sizes[0])


def read_raw_tiff(data: bytes, context: Context) -> None:
    """All tags, and the size of the largest picture: previews and thumbnails stand beside the RAW one."""
    sizes = _frames(data, context)
    if sizes:
        context.tags.size(*max(sizes, key=lambda size: size[0] * size[1]))


def _frames(data: bytes, context: Context) -> list[tuple[int, int]]:
    reader = context.exif(data)
    if reader is None:
        return []
    whole = [frame.size for frame in reader.frames if not frame.reduced]
    return whole or [frame.size for frame in reader.frames]
