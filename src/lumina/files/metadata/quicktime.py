"""MP4 and QuickTime: dates, duration, dimensions, place and camera from the movie box."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta

from lumina.files.metadata.boxes import Box, boxes, child, number
from lumina.files.metadata.context import Context
from lumina.files.metadata.text import clean, decode

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
MAX_DEPTH = 4
MAX_TEXT = 65_536
MAX_BLOCK = 16 * 1024 * 1024
_SINCE_1904 = datetime(1904, 1, 1)
_TEXTS = {
    b"\xa9xyz": "GPSCoordinates",
    b"\xa9day": "ContentCreateDate",
    b"\xa9mak": "Make",
    b"\xa9mod": "Model",
    b"\xa9swr": "Software",
    b"\xa9too": "Encoder",
    b"\xa9fmt": "Format",
    b"\xa9inf": "Information",
    b"\xa9nam": "Title",
    b"\xa9des": "Description",
    b"\xa9cmt": "Comment",
    b"\xa9key": "Keywords",
    b"\xa9ART": "Artist",
    b"\xa9cpy": "Copyright",
    b"CNMN": "Model",
    b"manu": "Make",
    b"modl": "Model",
    b"desc": "Description",
    b"titl": "Title",
    b"dscp": "Description",
    b"auth": "Author",
    b"@mak": "Make",
    b"@mod": "Model",
    b"@swr": "Software",
    b"@day": "ContentCreateDate",
    b"@xyz": "GPSCoordinates",
}
_KEYS = {
    "com.apple.quicktime.location.ISO6709": "GPSCoordinates",
    "com.apple.quicktime.creationdate": "CreationDate",
    "com.apple.quicktime.make": "Make",
    "com.apple.quicktime.model": "Model",
    "com.apple.quicktime.software": "Software",
    "com.apple.quicktime.title": "Title",
    "com.apple.quicktime.displayname": "Title",
    "com.apple.quicktime.description": "Description",
    "com.apple.quicktime.keywords": "Keywords",
    "com.apple.quicktime.rating.user": "Rating",
    "com.apple.quicktime.content.identifier": "ContentIdentifier",
    "com.apple.quicktime.camera.lens_model": "LensModel",
    "com.apple.quicktime.camera.focal_length.35mm_equivalent": "FocalLength35",
    "com.android.manufacturer": "Make",
    "com.android.model": "Model",
    "com.android.version": "AndroidVersion",
}


def read_movie(data: bytes, context: Context) -> None:
    """Read `moov` and the metadata boxes beside it; the pictures themselves are not touched."""
    for box in boxes(data, 0, len(data)):
        if box.kind == b"moov":
            _moov(data, box, context)
        elif box.kind == b"uuid" and data[box.start : box.start + 16] == XMP_UUID:
            context.xmp(data[box.start + 16 : min(box.end, box.start + MAX_BLOCK)])
        elif box.kind == b"meta":
            _meta(data, box, context)


def _moov(data: bytes, moov: Box, context: Context) -> None:
    for box in boxes(data, moov.start, moov.end):
        if box.kind == b"mvhd":
            _header(data, box, context)
        elif box.kind == b"trak":
            _track(data, box, context)
        elif box.kind == b"udta":
            _user_data(data, box, context)
        elif box.kind == b"meta":
            _meta(data, box, context)


def _header(data: bytes, box: Box, context: Context) -> None:
    """Creation time and duration; the time is UTC by the standard, and the camera's local time in many cameras."""
    wide = data[box.start] == 1
    if box.start + (32 if wide else 20) > box.end:
        return
    created, _, scale, length = struct.unpack_from(">QQLQ" if wide else ">LLLL", data, box.start + 4)
    if created and created < 2**33:
        time = _SINCE_1904 + timedelta(seconds=created)
        context.tags.put("QuickTime:CreateDate", f"{time:%Y:%m:%d %H:%M:%S}")
    if scale and 0 < length / scale < 86_400 * 30:
        context.tags.duration = length / scale
        context.tags.put("QuickTime:Duration", length / scale)


def _track(data: bytes, box: Box, context: Context) -> None:
    """Stored dimensions of a video track, and its turn as an EXIF orientation."""
    handler = child(data, box, b"mdia", b"hdlr")
    if handler is None or data[handler.start + 8 : handler.start + 12] != b"vide":
        return
    header = child(data, box, b"tkhd")
    if header is not None and context.tags.width is None:
        _orientation(data, header, context)
    entry = child(data, box, b"mdia", b"minf", b"stbl", b"stsd")
    if entry is not None and entry.start + 44 <= entry.end:
        context.tags.size(*struct.unpack_from(">HH", data, entry.start + 8 + 32))
        context.tags.put("QuickTime:CompressorID", decode(data[entry.start + 12 : entry.start + 16]))
    if header is not None and context.tags.width is None:
        wide, high = struct.unpack_from(">LL", data, header.end - 8)
        context.tags.size(wide >> 16, high >> 16)


def _orientation(data: bytes, header: Box, context: Context) -> None:
    at = header.start + (52 if data[header.start] == 1 else 40)
    if at + 36 > header.end:
        return
    a, b, _, c, d = struct.unpack_from(">5l", data, at)
    turn = _TURNS.get(tuple((v > 0) - (v < 0) for v in (a, b, c, d)))
    if turn is not None:
        context.tags.put("QuickTime:Orientation", turn)


_TURNS = {(1, 0, 0, 1): 1, (-1, 0, 0, -1): 3, (0, 1, -1, 0): 6, (0, -1, 1, 0): 8}


def _user_data(data: bytes, udta: Box, context: Context) -> None:
    for box in boxes(data, udta.start, udta.end):
        if box.kind == b"XMP_":
            context.xmp(data[box.start : min(box.end, box.start + MAX_BLOCK)])
        elif box.kind == b"meta":
            _meta(data, box, context)
        elif box.kind == b"loci":
            _place(data, box, context)
        elif box.kind in _TEXTS:
            context.tags.put(
                f"QuickTime:{_TEXTS[box.kind]}", _text(data[box.start : min(box.end, box.start + MAX_TEXT)])
            )


def _text(body: bytes) -> str:
    """QuickTime's international text (length, language, text), 3GPP's (version, language, text), or plain."""
    if len(body) >= 4 and 0 < number(body, 0, 2) <= len(body) - 4:
        return decode(body[4 : 4 + number(body, 0, 2)])
    if body[:4] == b"\0\0\0\0" or (len(body) > 6 and body[:4] == b"\0\0\0\0"):
        return decode(body[6:])
    return decode(body)


def _place(data: bytes, box: Box, context: Context) -> None:
    """3GPP's location box: longitude, latitude, altitude as 16.16 numbers behind a name and a role."""
    end = data.find(b"\0", box.start + 6, box.end)
    if end < 0 or end + 14 > box.end:
        return
    longitude, latitude, altitude = (v / 65_536 for v in struct.unpack_from(">lll", data, end + 2))
    context.tags.put("QuickTime:GPSCoordinates", f"{latitude:+09.5f}{longitude:+010.5f}{altitude:+.2f}/")


def _meta(data: bytes, meta: Box, context: Context) -> None:
    """Apple's `keys` and the values in `ilst`; some writers omit the version field before the boxes."""
    start = meta.start if data[meta.start + 4 : meta.start + 8] == b"hdlr" else meta.start + 4
    inside = Box(b"meta", start, meta.end)
    values = child(data, inside, b"ilst")
    if values is None:
        return
    keys = _keys(data, child(data, inside, b"keys"))
    for box in boxes(data, values.start, values.end):
        key = keys.get(number(box.kind, 0, 4), "")
        name = _KEYS.get(key) or _TEXTS.get(box.kind)
        found = child(data, box, b"data")
        if found is not None and (name or key):
            value = _data(data[found.start : min(found.end, found.start + MAX_TEXT)])
            context.tags.put(f"QuickTime:{name or clean(key)[:64]}", value)


def _keys(data: bytes, keys: Box | None) -> dict[int, str]:
    if keys is None:
        return {}
    listed = boxes(data, keys.start + 8, keys.end)
    return {index: decode(data[box.start : min(box.end, box.start + 256)]) for index, box in enumerate(listed, 1)}


def _data(body: bytes) -> str | int | float | dict[str, int]:
    """A value atom: type, locale, contents."""
    kind, value = number(body, 0, 4), body[8:]
    if kind == 1:
        return decode(value)
    if kind in (21, 22) and 0 < len(value) <= 8:
        return int.from_bytes(value, "big", signed=kind == 21)
    if kind == 23 and len(value) == 4:
        found = float(struct.unpack(">f", value)[0])
        return found if abs(found) < 1e30 else 0.0
    return {"bytes": len(value)}
