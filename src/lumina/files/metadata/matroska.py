"""Matroska and WebM, and the bare header of MPEG: size, duration, date."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta

from lumina.files.metadata.context import Context
from lumina.files.metadata.text import decode

MAX_ELEMENTS = 4_096
_SEGMENT, _INFO, _TRACKS, _ENTRY, _VIDEO = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0
_SCALE, _DURATION, _DATE, _TITLE, _WRITER = 0x2AD7B1, 0x4489, 0x4461, 0x7BA9, 0x5741
_WIDTH, _HEIGHT = 0xB0, 0xBA
_SINCE_2001 = datetime(2001, 1, 1)
_MPEG_HEAD = 1024 * 1024

Element = tuple[int, int, int]


def read_matroska(data: bytes, context: Context) -> None:
    """Segment information and the first video track."""
    for kind, start, end in _elements(data, 0, len(data)):
        if kind == _SEGMENT:
            for inner, at, stop in _elements(data, start, end):
                if inner == _INFO:
                    _info(data, at, stop, context)
                elif inner == _TRACKS:
                    _tracks(data, at, stop, context)


def _elements(data: bytes, start: int, end: int) -> Iterator[Element]:
    """Number, beginning and end of each element; one of unknown size reaches to the end of its parent."""
    for _ in range(MAX_ELEMENTS):
        kind, at = _vint(data, start, end, marked=True)
        size, at = _vint(data, at, end, marked=False)
        if kind < 0 or at > end:
            return
        stop = end if size < 0 else min(at + size, end)
        yield kind, at, stop
        start = stop


def _vint(data: bytes, at: int, end: int, *, marked: bool) -> tuple[int, int]:
    """A number whose leading zero bits count its bytes; -1 for unknown sizes and beyond the end."""
    if at >= end or not data[at]:
        return -1, end + 1
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    if not marked:
        value &= (1 << 7 * length) - 1
        if value == (1 << 7 * length) - 1:
            return -1, at + length
    return value, at + length


def _info(data: bytes, start: int, end: int, context: Context) -> None:
    scale, length = 1_000_000, 0.0
    for kind, at, stop in _elements(data, start, end):
        body = data[at : min(stop, at + 4096)]
        if kind == _SCALE:
            scale = int.from_bytes(body[:8], "big")
        elif kind == _DURATION and len(body) in (4, 8):
            (length,) = struct.unpack(">f" if len(body) == 4 else ">d", body)
        elif kind == _DATE and len(body) == 8:
            time = _SINCE_2001 + timedelta(microseconds=int.from_bytes(body, "big", signed=True) // 1000)
            context.tags.put("Matroska:DateTimeOriginal", f"{time:%Y:%m:%d %H:%M:%S}Z")
        elif kind in (_TITLE, _WRITER):
            context.tags.put(f"Matroska:{'Title' if kind == _TITLE else 'WritingApp'}", decode(body))
    if 0 < length * scale / 1e9 < 86_400 * 30:
        context.tags.duration = length * scale / 1e9


def _tracks(data: bytes, start: int, end: int, context: Context) -> None:
    for kind, at, stop in _elements(data, start, end):
        if kind == _ENTRY:
            for inner, inside, last in _elements(data, at, stop):
                if inner == _VIDEO:
                    _video(data, inside, last, context)


def _video(data: bytes, start: int, end: int, context: Context) -> None:
    found = {k: int.from_bytes(data[a : min(s, a + 8)], "big") for k, a, s in _elements(data, start, end)}
    context.tags.size(found.get(_WIDTH, 0), found.get(_HEIGHT, 0))


def read_mpeg(data: bytes, context: Context) -> None:
    """Width and height of the first sequence header."""
    at = data.find(b"\0\0\1\xb3", 0, _MPEG_HEAD)
    if at >= 0 and at + 7 <= len(data):
        packed = int.from_bytes(data[at + 4 : at + 7], "big")
        context.tags.size(packed >> 12, packed & 0xFFF)
