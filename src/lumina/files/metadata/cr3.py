"""Canon CR3: TIFF structures in boxes of an ISO base media file."""

from __future__ import annotations

import struct

from lumina.files.metadata.boxes import Box, boxes, child
from lumina.files.metadata.context import Context
from lumina.files.metadata.makers import read_canon
from lumina.files.metadata.quicktime import MAX_BLOCK, XMP_UUID
from lumina.files.metadata.tiff import Tiff, TiffError

_CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")


def read_cr3(data: bytes, context: Context) -> None:
    """CMT1 (IFD0), CMT2 (EXIF), CMT3 (Canon), CMT4 (GPS), XMP. IFD0 states the size within the RAW track's borders."""
    for box in boxes(data, 0, len(data)):
        if box.kind == b"moov":
            _moov(data, box, context)
        elif box.kind == b"uuid" and data[box.start : box.start + 16] == XMP_UUID:
            context.xmp(data[box.start + 16 : min(box.end, box.start + MAX_BLOCK)])


def _moov(data: bytes, moov: Box, context: Context) -> None:
    sizes: list[tuple[int, int]] = []
    for box in boxes(data, moov.start, moov.end):
        if box.kind == b"uuid" and data[box.start : box.start + 16] == _CANON_UUID:
            _canon(data, Box(b"uuid", box.start + 16, box.end), context)
        elif box.kind == b"trak":
            entry = child(data, box, b"mdia", b"minf", b"stbl", b"stsd")
            if entry is not None and data[entry.start + 12 : entry.start + 16] == b"CRAW":
                sizes.append(struct.unpack_from(">HH", data, entry.start + 40))
    if sizes:
        context.tags.size(*max(sizes))


def _canon(data: bytes, uuid: Box, context: Context) -> None:
    for box in boxes(data, uuid.start, uuid.end):
        block = data[box.start : min(box.end, box.start + MAX_BLOCK)]
        if box.kind in (b"CMT1", b"CMT2"):
            reader = context.exif(block)
            for frame in reader.frames if reader else ():
                context.tags.size(*frame.size)
        elif box.kind == b"CMT4":
            context.exif(block, group="GPS")
        elif box.kind == b"CMT3" and not context.brief:
            _maker(block, context)


def _maker(block: bytes, context: Context) -> None:
    try:
        tiff = Tiff(block)
        read_canon(tiff, tiff.first, context.tags)
    except TiffError as error:
        context.tags.note(f"MakerNotes: {error}")
