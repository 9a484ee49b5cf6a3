"""JPEG XL: the size in the codestream's first bits, EXIF and XMP in boxes around it."""

from __future__ import annotations

from lumina.files.metadata.boxes import Box, boxes, number
from lumina.files.metadata.context import Context

MAX_BLOCK = 32 * 1024 * 1024
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


def read_jxl(data: bytes, context: Context) -> None:
    """A bare codestream, or a container of boxes."""
    if data[:2] == b"\xff\x0a":
        _size(data[2:16], context)
        return
    for box in boxes(data, 0, len(data)):
        _box(data, box, context)


def _box(data: bytes, box: Box, context: Context) -> None:
    if box.kind in (b"jxlc", b"jxlp"):
        start = box.start + (4 if box.kind == b"jxlp" else 0)
        if data[start : start + 2] == b"\xff\x0a":
            _size(data[start + 2 : start + 16], context)
    elif box.kind == b"Exif":
        body = data[box.start : min(box.end, box.start + MAX_BLOCK)]
        context.exif(body[4 + number(body, 0, 4) :])
    elif box.kind == b"xml ":
        context.xmp(data[box.start : min(box.end, box.start + MAX_BLOCK)])
    elif box.kind == b"brob":
        context.tags.note("JPEG XL: compressed metadata (Brotli) was not read")


class _Bits:
    """Bits of a number, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self.rest = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self.rest & ((1 << count) - 1)
        self.rest >>= count
        return value


def _size(head: bytes, context: Context) -> None:
    bits = _Bits(head)
    small = bits.take(1)
    height = _side(bits, small)
    ratio = bits.take(3)
    if ratio:
        top, bottom = _RATIOS[ratio - 1]
        width = height * top // bottom
    else:
        width = _side(bits, small)
    context.tags.size(width, height)


def _side(bits: _Bits, small: int) -> int:
    return (bits.take(5) + 1) * 8 if small else bits.take((9, 13, 18, 30)[bits.take(2)]) + 1
