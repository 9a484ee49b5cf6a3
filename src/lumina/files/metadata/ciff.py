"""CIFF: Canon's format before EXIF's reign, in CRW files and in the APP0 of its oldest JPEGs."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

from lumina.files.metadata.tags import Tags
from lumina.files.metadata.text import decode

MAX_ENTRIES = 512
MAX_DEPTH = 6
_TEXTS = {0x080A: "MakeModel", 0x080B: "FirmwareVersion", 0x0810: "OwnerName", 0x0816: "OriginalFileName"}


def read_ciff(data: bytes, tags: Tags) -> None:
    """Make, model, serial, size, date, exposure of the heap that a `HEAP` header opens."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or data[6:10] != b"HEAP":
        tags.note("CIFF: no header")
        return
    (start,) = struct.unpack_from(order + "L", data, 2)
    _Heap(data, order, tags).read(start, len(data), 0)


class _Heap:
    def __init__(self, data: bytes, order: str, tags: Tags) -> None:
        self.data, self.order, self.tags = data, order, tags
        self.left = MAX_ENTRIES

    def read(self, start: int, end: int, depth: int) -> None:
        """A heap ends with the offset of its directory; sub-heaps are entries of it."""
        if depth > MAX_DEPTH or not 0 <= start <= end - 4 or end > len(self.data):
            return
        at = start + struct.unpack_from(self.order + "L", self.data, end - 4)[0]
        if at + 2 > end:
            return
        (count,) = struct.unpack_from(self.order + "H", self.data, at)
        for index in range(min(count, self.left, (end - at - 2) // 10)):
            self.left -= 1
            place = at + 2 + 10 * index
            tag, size, offset = struct.unpack_from(self.order + "HLL", self.data, place)
            if tag & 0x4000:
                self._entry(tag, self.data[place + 2 : place + 10])
            elif (tag >> 11) & 7 in (5, 6):
                self.read(start + offset, start + offset + size, depth + 1)
            elif start + offset + size <= end:
                self._entry(tag, self.data[start + offset : start + offset + min(size, 4096)])

    def _entry(self, tag: int, body: bytes) -> None:
        number = tag & 0x3FFF
        if number in _TEXTS:
            self._text(number, body)
        elif number in _NUMBERS and len(body) >= 4:
            _NUMBERS[number](body, self.order, self.tags)

    def _text(self, number: int, body: bytes) -> None:
        if number == 0x080A:
            make, _, model = body.partition(b"\0")
            self.tags.put("CIFF:Make", decode(make))
            self.tags.put("CIFF:Model", decode(model))
        else:
            self.tags.put(f"CIFF:{_TEXTS[number]}", decode(body))


def _serial(body: bytes, order: str, tags: Tags) -> None:
    number = struct.unpack_from(order + "L", body)[0]
    if number:
        tags.put("CIFF:SerialNumber", f"{number:010}")


def _time(body: bytes, order: str, tags: Tags) -> None:
    time = datetime.fromtimestamp(struct.unpack_from(order + "L", body)[0], UTC)
    tags.put("CIFF:DateTimeOriginal", f"{time:%Y:%m:%d %H:%M:%S}")


def _image(body: bytes, order: str, tags: Tags) -> None:
    if len(body) >= 16:
        width, height, _, turn = struct.unpack_from(order + "LLLl", body)
        tags.size(width, height, "CIFF")
        tags.put("CIFF:Orientation", {0: 1, 90: 6, 180: 3, 270: 8, -90: 8}.get(turn, 1))


def _shot(body: bytes, order: str, tags: Tags) -> None:
    """Canon's shot info: auto and base ISO, aperture and time in APEX steps of 1/32."""
    if len(body) >= 48:
        shot = struct.unpack_from(order + "24h", body)
        if abs(shot[1]) < 640 and 0 < shot[2] < 640:
            tags.put("CIFF:ISO", round(100 / 32 * 2 ** ((shot[1] + shot[2]) / 32)))
        if 0 < shot[21] < 640:
            tags.put("CIFF:FNumber", round(2 ** (_thirds(shot[21]) / 2), 2))
        if shot[22] and abs(shot[22]) < 1024:
            tags.put("CIFF:ExposureTime", 2 ** -_thirds(shot[22]))


def _thirds(steps: int) -> float:
    """Canon writes a third of a stop as 12/32 and two thirds as 20/32."""
    sign, steps = (-1, -steps) if steps < 0 else (1, steps)
    whole, part = divmod(steps, 32)
    return sign * (whole + {12: 1 / 3, 20: 2 / 3}.get(part, part / 32))


def _focal(body: bytes, order: str, tags: Tags) -> None:
    focal = struct.unpack_from(order + "H", body, 2)[0]
    tags.put("CIFF:FocalLength", focal)


_NUMBERS = {0x180B: _serial, 0x180E: _time, 0x1810: _image, 0x102A: _shot, 0x1029: _focal}
