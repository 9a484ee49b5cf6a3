"""RAW formats with a frame of their own around TIFF: Fujifilm RAF, Olympus ORF, Panasonic RW2, and others by trial."""

from __future__ import annotations

import struct

from lumina.files.metadata import ciff
from lumina.files.metadata.context import Context
from lumina.files.metadata.jpeg import read_jpeg, read_segments
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.tiff import Field, Tiff
from lumina.files.metadata.tifflike import read_raw_tiff

_LIMIT = 32 * 1024 * 1024
_BORDERS, _RAW_ISO, _JPEG = (0x0004, 0x0005, 0x0006, 0x0007), 0x0017, 0x002E


def read_raf(data: bytes, context: Context) -> None:
    """The embedded JPEG's tags; the size is the RAW's, from the directory at the place the header names."""
    if len(data) < 108:
        context.tags.note("RAF: cut short")
        return
    jpeg, length, directory, size = struct.unpack_from(">LLLL", data, 84)
    preview = Tags()
    body = data[jpeg : jpeg + min(length, _LIMIT)]
    read_segments(body, preview)
    sizes = [_raf_size(data[directory : directory + min(size, 65_536)]), (preview.width or 0, preview.height or 0)]
    context.tags.size(*max(sizes, key=lambda pair: pair[0] * pair[1]))
    read_jpeg(body, context)


def _raf_size(block: bytes) -> tuple[int, int]:
    """0x0111 is the picture's size, height first; that of Super-CCD sensors has half of the rows."""
    at = 4
    for _ in range(256):
        if at + 8 > len(block):
            break
        tag, size = struct.unpack_from(">HH", block, at)
        if tag == 0x0111 and size >= 4:
            height, width = struct.unpack_from(">HH", block, at + 4)
            return width, height
        at += 4 + size
    return 0, 0


def read_rw2(data: bytes, context: Context) -> None:
    """Panasonic's own entries name the sensor's borders and the JPEG where the rest stands."""
    found: dict[int, tuple[int, int]] = {}

    def keep(tiff: Tiff, field: Field) -> None:
        found[field.tag] = (tiff.integer(field), field.size) if field.tag != _JPEG else (field.start, field.size)

    reader = context.exif(data, blocks=dict.fromkeys((*_BORDERS, _RAW_ISO, _JPEG), keep))
    if all(tag in found for tag in _BORDERS):
        top, left, bottom, right = (found[tag][0] for tag in _BORDERS)
        context.tags.size(right - left, bottom - top)
    if reader is not None and _JPEG in found:
        start, size = found[_JPEG]
        read_jpeg(data[start : start + min(size, _LIMIT)], context)
    if _RAW_ISO in found:
        context.tags.put("EXIF:ISO", found[_RAW_ISO][0])


def read_any_raw(data: bytes, context: Context) -> None:
    """By its first bytes: CIFF (CRW), RAF, MRW, JPEG or TIFF."""
    head = data[:16]
    if head[6:10] == b"HEAP":
        ciff.read_ciff(data, context.tags)
    elif head.startswith(b"FUJIFILM"):
        read_raf(data, context)
    elif head.startswith(b"\0MRM"):
        _read_mrw(data, context)
    elif head.startswith(b"\xff\xd8"):
        read_jpeg(data, context)
    elif head.startswith((b"IIU\0", b"II\x55\0")):
        read_rw2(data, context)
    elif head.startswith(b"FOVb"):
        _read_x3f(data, context)
    elif head[:2] in (b"II", b"MM"):
        read_raw_tiff(data, context)


def _read_x3f(data: bytes, context: Context) -> None:
    """Sigma: the size in the header, EXIF in the preview of newer models."""
    if len(data) >= 36:
        context.tags.size(*struct.unpack_from("<LL", data, 28))
    at = data.find(b"\xff\xd8\xff\xe1")
    if at >= 0:
        read_jpeg(data[at : at + _LIMIT], context)


def _read_mrw(data: bytes, context: Context) -> None:
    """Minolta: blocks `PRD` (sizes) and `TTW` (a TIFF structure)."""
    at = 8
    for _ in range(32):
        if at + 8 > len(data) or data[at : at + 1] != b"\0":
            return
        name, size = struct.unpack_from(">4sL", data, at)
        body = data[at + 8 : at + 8 + min(size, _LIMIT)]
        if name == b"\0PRD" and len(body) >= 16:
            height, width = struct.unpack_from(">HH", body, 12)
            context.tags.size(width, height)
        elif name == b"\0TTW":
            context.exif(body)
        at += 8 + size
