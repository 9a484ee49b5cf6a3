"""Identity of the picture in a file: BLAKE3 of its image data without metadata."""

from __future__ import annotations

import struct
from collections.abc import Callable

from blake3 import blake3

from lumina.domain.values import FileFormat
from lumina.files.content import boxes, gif, jpeg, png, raf, riff, tiff
from lumina.files.content.anatomy import Anatomy, Bytes

__all__ = ["Anatomy", "Bytes", "anatomy", "digest"]

_CHUNK = 1 << 20

_WALKERS: dict[FileFormat, Callable[[Bytes], Anatomy]] = {
    FileFormat.JPEG: jpeg.anatomy,
    FileFormat.PNG: png.anatomy,
    FileFormat.WEBP: riff.webp,
    FileFormat.GIF: gif.anatomy,
    FileFormat.TIFF: tiff.anatomy,
    FileFormat.DNG: tiff.anatomy,
    FileFormat.CR2: tiff.anatomy,
    FileFormat.NEF: tiff.anatomy,
    FileFormat.ARW: tiff.anatomy,
    FileFormat.PEF: tiff.anatomy,
    FileFormat.ORF: tiff.anatomy,
    FileFormat.RW2: tiff.anatomy,
    FileFormat.RAF: raf.anatomy,
    FileFormat.CR3: boxes.streams,
    FileFormat.HEIC: boxes.heif,
    FileFormat.AVIF: boxes.heif,
    FileFormat.JXL: boxes.jpeg_xl,
    FileFormat.MP4: boxes.streams,
    FileFormat.MOV: boxes.streams,
    FileFormat.AVI: riff.avi,
}


def anatomy(data: Bytes, format: FileFormat) -> Anatomy:  # noqa: A002
    """Where the image data lies; the whole file where its structure is unknown or broken. Never raises."""
    walker = _WALKERS.get(format)
    try:
        found = walker(data) if walker else Anatomy()
    except (IndexError, ValueError, struct.error):
        found = Anatomy()
    within = all(start <= len(data) for start, _ in found.spans)
    return found if found.spans and within else Anatomy([(0, len(data))], found.colour)


def digest(data: Bytes, parts: Anatomy) -> bytes:
    """BLAKE3 of the spans, 32 bytes."""
    hasher = blake3()
    whole = memoryview(data) if isinstance(data, bytes) else None
    for start, stop in parts.spans:
        if whole is not None:
            hasher.update(whole[start:stop])
            continue
        for at in range(start, stop, _CHUNK):
            hasher.update(data[at : min(stop, at + _CHUNK)])
    return hasher.digest()
