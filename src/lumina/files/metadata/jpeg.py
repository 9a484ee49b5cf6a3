"""JPEG: the segments before the picture data."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from lumina.files.metadata import ciff, picture_info
from lumina.files.metadata.context import Context
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.text import decode

MAX_SEGMENTS = 4_096
MAX_COLLECTED = 32 * 1024 * 1024
MAX_EXIF = 4 * 1024 * 1024
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(slots=True)
class Segments:
    """What a JPEG carries besides its picture."""

    exif: list[bytes] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    extended: dict[bytes, list[tuple[int, bytes]]] = field(default_factory=dict)
    photoshop: list[bytes] = field(default_factory=list)
    ciff: bytes = b""

    def extended_packet(self, guid: str) -> bytes:
        """The extended XMP packet of that GUID, its pieces in order; empty where there is none."""
        pieces = sorted(self.extended.get(guid.encode("ascii", "replace"), []))
        return b"".join(piece for _, piece in pieces)


def read_jpeg(data: bytes, context: Context) -> None:
    """Size, EXIF, XMP with its extension, IPTC, comment."""
    found = read_segments(data, context.tags)
    for block in found.exif:
        context.exif(block)
    for packet in found.xmp:
        context.xmp(packet)
    guid = context.tags.values.get("XMP:xmpNote:HasExtendedXMP")
    if isinstance(guid, str) and found.extended:
        context.xmp(found.extended_packet(guid))
    if found.ciff:
        ciff.read_ciff(found.ciff, context.tags)
    if found.photoshop:
        context.photoshop(b"".join(found.photoshop))


def read_segments(data: bytes, tags: Tags, start: int = 0) -> Segments:
    """Collect the metadata segments up to the picture data; the size goes to `tags`."""
    found = Segments()
    collected = 0
    for marker, at, size in _walk(data, start, tags):
        if marker in _FRAMES and size >= 6:
            height, width = struct.unpack_from(">HH", data, at + 1)
            tags.size(width, height)
        elif marker in (0xE0, 0xE1, 0xEC, 0xED, 0xFE) and collected < MAX_COLLECTED:
            collected += size
            _collect(marker, data[at : at + size], found, tags)
    return found


def _walk(data: bytes, start: int, tags: Tags) -> Iterator[tuple[int, int, int]]:
    """Marker, position and size of each segment's contents."""
    at, end = start + 2, len(data)
    for _ in range(MAX_SEGMENTS):
        at = data.find(b"\xff", at)
        while 0 <= at < end - 1 and data[at + 1] == 0xFF:
            at += 1
        if at < 0 or at + 4 > end:
            return
        marker = data[at + 1]
        if marker in _ALONE or marker == 0:
            at += 2
            continue
        if marker in (0xD9, 0xDA):
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2 or at + 2 + length > end:
            tags.note("JPEG: a segment reaches beyond the end of the file")
            length = max(2, min(length, end - at - 2))
        yield marker, at + 4, length - 2
        at += 2 + length


def _collect(marker: int, body: bytes, found: Segments, tags: Tags) -> None:
    if marker == 0xFE:
        tags.put("File:Comment", decode(body))
    elif marker == 0xE0:
        if body[6:14] == b"HEAPJPGM":
            found.ciff = body
    elif marker == 0xEC:
        picture_info.read_picture_info(body, tags)
    elif marker == 0xED and body.startswith(_PHOTOSHOP):
        found.photoshop.append(body[len(_PHOTOSHOP) :])
    elif body.startswith(b"Exif\0"):
        _collect_exif(body[6:], found)
    elif body.startswith(_XMP):
        found.xmp.append(body[len(_XMP) :])
    elif body.startswith(_EXTENSION) and len(body) >= len(_EXTENSION) + 40:
        guid, rest = body[35:67], body[67:]
        (offset,) = struct.unpack_from(">L", rest, 4)
        found.extended.setdefault(guid, []).append((offset, rest[8:]))


def _collect_exif(body: bytes, found: Segments) -> None:
    """A segment without a TIFF header goes on where the one before was full."""
    if found.exif and body[:4] not in (b"II*\0", b"MM\0*"):
        if len(found.exif[-1]) < MAX_EXIF:
            found.exif[-1] += body
    else:
        found.exif.append(body)
