"""RIFF: WebP and AVI."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from lumina.files.metadata.context import Context
from lumina.files.metadata.text import decode

MAX_CHUNKS = 2_048
MAX_BLOCK = 32 * 1024 * 1024
_INFO = {
    b"INAM": "Title",
    b"ICMT": "Comment",
    b"ISFT": "Software",
    b"ICRD": "DateCreated",
    b"IART": "Artist",
    b"ICOP": "Copyright",
    b"IKEY": "Keywords",
    b"ISBJ": "Subject",
}
_EXIF_LIST = {b"ecor": "Make", b"emdl": "Model", b"etim": "TimeCreated", b"eucm": "UserComment", b"ever": "ExifVersion"}
_ENGLISH = re.compile(r"\w{3} (\w{3})\s+(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

Chunk = tuple[bytes, int, int]


def chunks(data: bytes, start: int, end: int) -> Iterator[Chunk]:
    """Name, position and size of each chunk between two positions."""
    end = min(end, len(data))
    for _ in range(MAX_CHUNKS):
        if start + 8 > end:
            return
        name, size = struct.unpack_from("<4sL", data, start)
        yield name, start + 8, min(size, end - start - 8)
        start += 8 + size + (size & 1)


def read_webp(data: bytes, context: Context) -> None:
    """Dimensions, EXIF and XMP chunks."""
    for name, at, size in chunks(data, 12, len(data)):
        if name in _WEBP_SIZES:
            found = _WEBP_SIZES[name](data[at : at + 16])
            if found:
                context.tags.size(*found)
        elif name == b"EXIF":
            body = data[at : at + min(size, MAX_BLOCK)]
            context.exif(body[6:] if body.startswith(b"Exif\0") else body)
        elif name == b"XMP ":
            context.xmp(data[at : at + min(size, MAX_BLOCK)])


def _extended(head: bytes) -> tuple[int, int] | None:
    if len(head) < 10:
        return None
    return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")


def _lossy(head: bytes) -> tuple[int, int] | None:
    if len(head) < 10 or head[3:6] != b"\x9d\x01\x2a":
        return None
    width, height = struct.unpack_from("<HH", head, 6)
    return width & 0x3FFF, height & 0x3FFF


def _lossless(head: bytes) -> tuple[int, int] | None:
    if len(head) < 5 or head[0] != 0x2F:
        return None
    bits = int.from_bytes(head[1:5], "little")
    return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)


_WEBP_SIZES = {b"VP8X": _extended, b"VP8 ": _lossy, b"VP8L": _lossless}


def read_avi(data: bytes, context: Context) -> None:
    """Dimensions and duration from the headers, dates and texts from the lists that cameras write."""
    for name, at, size in chunks(data, 12, len(data)):
        if name == b"LIST" and data[at : at + 4] != b"movi":
            _list(data, at, size, context, 0)
        elif name == b"IDIT":
            _date(decode(data[at : at + min(size, 64)]), context)


def _list(data: bytes, start: int, size: int, context: Context, depth: int) -> None:
    kind = data[start : start + 4]
    for name, at, length in chunks(data, start + 4, start + size):
        if name == b"LIST" and depth < 4:
            _list(data, at, length, context, depth + 1)
        else:
            _chunk(kind, name, data[at : at + min(length, MAX_BLOCK)], context)


def _chunk(kind: bytes, name: bytes, body: bytes, context: Context) -> None:
    if name == b"avih":
        _main_header(body, context)
    elif name == b"strh":
        _stream(body, context)
    elif name == b"IDIT":
        _date(decode(body[:64]), context)
    elif kind == b"INFO" and name in _INFO:
        context.tags.put(f"RIFF:{_INFO[name]}", decode(body))
        if name == b"ICRD":
            _date(decode(body[:64]), context)
    elif kind == b"exif" and name in _EXIF_LIST:
        context.tags.put(f"RIFF:{_EXIF_LIST[name]}", decode(body))
    elif name in (b"strd", b"_PMX"):
        _embedded(name, body, context)


def _embedded(name: bytes, body: bytes, context: Context) -> None:
    """Cameras put a whole EXIF block into a stream's data, editors an XMP packet beside."""
    if name == b"_PMX":
        context.xmp(body)
    elif body.startswith((b"AVIF", b"FUJIFILM")):
        found = [at for mark in (b"II*\0", b"MM\0*") if (at := body.find(mark, 0, 64)) >= 0]
        if found:
            context.exif(body[found[0] :])


def _main_header(body: bytes, context: Context) -> None:
    if len(body) < 40:
        return
    micros, frames = struct.unpack_from("<L12xL", body)
    width, height = struct.unpack_from("<LL", body, 32)
    context.tags.size(width, height)
    if 0 < micros * frames < 10**6 * 86_400 * 30:
        context.tags.duration = micros * frames / 1e6


def _stream(body: bytes, context: Context) -> None:
    """The video stream's own rate and length are more reliable than the main header's."""
    if len(body) < 36 or body[:4] != b"vids":
        return
    scale, rate, _start, length = struct.unpack_from("<LLLL", body, 20)
    if scale and rate and 0 < length * scale / rate < 86_400 * 30:
        context.tags.duration = length * scale / rate


def _date(text: str, context: Context) -> None:
    """`Mon Mar 10 15:04:43 2003` or an EXIF-like date."""
    match = _ENGLISH.match(text)
    if match and match[1].lower() in _MONTHS:
        text = f"{match[4]}:{_MONTHS.index(match[1].lower()) + 1:02}:{int(match[2]):02} {match[3]}"
    context.tags.put("RIFF:DateTimeOriginal", text)
