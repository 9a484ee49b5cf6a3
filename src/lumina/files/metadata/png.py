"""PNG: text chunks, EXIF, the size; also the plain headers of GIF and BMP."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from lumina.files.metadata import iptc
from lumina.files.metadata.context import Context
from lumina.files.metadata.text import clean, decode

MAX_CHUNKS = 65_536
MAX_BLOCK = 32 * 1024 * 1024
MAX_INFLATED = 8 * 1024 * 1024
_XMP = "XML:com.adobe.xmp"
_HEX = re.compile(r"\s*(\w+)\s+(\d+)\s([0-9a-fA-F\s]+)")


def read_png(data: bytes, context: Context) -> None:
    """IHDR, tEXt, zTXt, iTXt, eXIf, tIME; XMP and ImageMagick's raw profiles among the texts."""
    for name, at, size in _chunks(data):
        if name == b"IHDR" and size >= 8:
            context.tags.size(*struct.unpack_from(">LL", data, at))
        elif name == b"eXIf" and size <= MAX_BLOCK:
            body = data[at : at + size]
            context.exif(body[6:] if body.startswith(b"Exif\0") else body)
        elif name in (b"tEXt", b"zTXt", b"iTXt") and size <= MAX_BLOCK:
            _text(name, data[at : at + size], context)
        elif name == b"tIME" and size >= 7:
            year, *rest = struct.unpack_from(">HBBBBB", data, at)
            context.tags.put(
                "PNG:ModifyDate", f"{year:04}:{rest[0]:02}:{rest[1]:02} {rest[2]:02}:{rest[3]:02}:{rest[4]:02}"
            )


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at, end = 8, len(data)
    for _ in range(MAX_CHUNKS):
        if at + 8 > end:
            return
        size, name = struct.unpack_from(">L4s", data, at)
        yield name, at + 8, min(size, end - at - 8)
        if name == b"IEND":
            return
        at += 12 + size


def _text(name: bytes, body: bytes, context: Context) -> None:
    if not context.tags.spend(len(body)):
        return
    key, _, rest = body.partition(b"\0")
    keyword = decode(key[:80])
    if name == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
        value = _inflate(rest, context) if packed else rest
    else:
        value = _inflate(rest[1:], context) if name == b"zTXt" else rest
    if keyword == _XMP:
        context.xmp(value)
    elif keyword.startswith("Raw profile type "):
        _profile(keyword[17:], value, context)
    elif keyword:
        known = "CreationTime" if keyword.lower() in ("creation time", "create-date", "date:create") else keyword
        known = "Description" if known == "Comment" else known
        text = clean(value[:65_536].decode("utf-8", "replace")) if name == b"iTXt" else decode(value)
        context.tags.put(f"PNG:{known}", _iso(text) if known == "CreationTime" else text)


def _inflate(packed: bytes, context: Context) -> bytes:
    """At most `MAX_INFLATED` bytes; what cannot be unpacked is empty."""
    try:
        text = zlib.decompressobj().decompress(packed, min(MAX_INFLATED, context.tags.left + 1))
    except zlib.error:
        return b""
    return text if context.tags.spend(len(text)) else b""


def _profile(kind: str, value: bytes, context: Context) -> None:
    """ImageMagick's hexadecimal copies of JPEG segments."""
    match = _HEX.match(value[: 2 * MAX_INFLATED].decode("latin-1"))
    if not match:
        return
    digits = re.sub(r"\s", "", match[3])
    body = bytes.fromhex(digits[: len(digits) // 2 * 2])
    if kind in ("exif", "APP1") and body.startswith(b"Exif\0"):
        context.exif(body[6:])
    elif kind == "xmp":
        context.xmp(body)
    elif kind in ("iptc", "8bim"):
        iptc.read_photoshop(body, context.tags)


_RFC_1123 = re.compile(r"(?:\w{3}, )?(\d{1,2}) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d)(?: ([+-]\d{4}|GMT|UTC))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _iso(text: str) -> str:
    """The RFC 1123 date that PNG recommends, as an ISO one; anything else unchanged."""
    match = _RFC_1123.match(text)
    if not match or match[2].lower() not in _MONTHS:
        return text
    zone = {"GMT": "Z", "UTC": "Z", None: ""}.get(match[5], match[5] or "")
    return f"{match[3]}-{_MONTHS.index(match[2].lower()) + 1:02}-{int(match[1]):02}T{match[4]}{zone}"


def read_gif(data: bytes, context: Context) -> None:
    """The logical screen, comments, and XMP in its application extension."""
    if len(data) >= 10:
        context.tags.size(*struct.unpack_from("<HH", data, 6))
    at = data.find(b"XMP DataXMP", 0, 1 << 20)
    if at >= 0:
        end = data.find(b"<?xpacket end", at)
        packet = data[at + 11 : data.find(b">", end) + 1 if end >= 0 else at + 65_536]
        context.xmp(packet)


def read_bmp(data: bytes, context: Context) -> None:
    """Width and height of the header, rows counted from the top being negative."""
    if len(data) < 26:
        return
    if struct.unpack_from("<L", data, 14)[0] == 12:
        context.tags.size(*struct.unpack_from("<HH", data, 18))
    else:
        width, height = struct.unpack_from("<ll", data, 18)
        context.tags.size(width, abs(height))
