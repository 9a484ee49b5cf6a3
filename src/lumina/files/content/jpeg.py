"""JPEG (ITU-T T.81): tables, frames and scans, without APPn and comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lumina.files.content.anatomy import Anatomy, Bytes, Span

_SOS, _EOI, _COM = 0xDA, 0xD9, 0xFE
_APP0, _APP2, _APP14, _APP15 = 0xE0, 0xE2, 0xEE, 0xEF
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
MOST_SEGMENTS = 20_000
"""64 KiB each: more than a gigabyte of metadata."""
_ICC, _MPF, _END = b"ICC_PROFILE\x00", b"MPF\x00", b"\xff\xd9"


class Segment(NamedTuple):
    """One marker segment: `start` at its 0xFF, `stop` after its last byte."""

    marker: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What the frame header says."""

    precision: int
    width: int
    height: int
    components: int


def segments(data: bytes) -> Iterator[Segment]:
    """Marker segments up to the header of the first scan.

    Raises:
        ValueError: there are more of them than any honest file has.
    """
    at, end, count = 2, len(data), 0
    while at + 4 <= end:
        if data[at] != 0xFF or data[at + 1] == 0xFF:
            at = data.find(b"\xff", at + 1)
            if at < 0:
                return
            continue
        marker = data[at + 1]
        if marker == _EOI:
            return
        if marker in _ALONE or marker == 0:
            at += 2
            continue
        stop = min(end, at + 2 + int.from_bytes(data[at + 2 : at + 4], "big"))
        yield Segment(marker, at, stop)
        if marker == _SOS:
            return
        if (count := count + 1) > MOST_SEGMENTS:
            raise ValueError(f"more than {MOST_SEGMENTS} segments")
        at = max(stop, at + 4)


def _end_of_image(data: bytes, at: int, *, more_pictures: bool) -> int:
    """After the first end marker; what follows (a second picture, a maker's trailer) is not this picture.

    A file that ends with the marker and announces no second picture needs no search through all of its scans.
    """
    if not more_pictures and data.endswith(_END):
        return len(data)
    found = data.find(_END, at)
    return found + 2 if found >= 0 else len(data)


def anatomy(data: Bytes) -> Anatomy:
    """Everything but APPn and COM; Adobe's APP14 stays, since it names the colour transform."""
    kept: list[Span] = []
    profile: list[bytes] = []
    more_pictures = False
    data = data[0 : len(data)]
    for segment in segments(data):
        stop = segment.stop
        if segment.marker == _APP2:
            profile.append(_profile_part(data, segment))
            more_pictures |= data.startswith(_MPF, segment.start + 4)
        elif segment.marker == _SOS:
            stop = _end_of_image(data, stop, more_pictures=more_pictures)
        if segment.marker != _COM and (segment.marker == _APP14 or not _APP0 <= segment.marker <= _APP15):
            kept.append((segment.start, stop))
    return Anatomy(kept, b"".join(profile))


def colour(data: bytes) -> bytes:
    """The embedded ICC profile, empty for none: `anatomy` without its search for the picture's end."""
    return b"".join(_profile_part(data, segment) for segment in segments(data) if segment.marker == _APP2)


def frame(data: bytes) -> Frame | None:
    """The first frame header, None where there is none."""
    for segment in segments(data):
        if segment.marker in _FRAMES and segment.stop - segment.start >= 10:
            body = data[segment.start + 4 : segment.start + 10]
            height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
            return Frame(body[0], width, height, body[5])
    return None


def _profile_part(data: bytes, segment: Segment) -> bytes:
    body = data[segment.start + 4 : segment.stop]
    return body[len(_ICC) + 2 :] if body.startswith(_ICC) else b""
