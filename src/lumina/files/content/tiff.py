"""TIFF 6.0 and the RAW formats built on it: strips and tiles of every directory, and the tags that decode them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from lumina.files.content.anatomy import Anatomy, Bytes, Span

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_DECODING = frozenset(
    {256, 257, 258, 259, 262, 266, 277, 284, 292, 293, 317, 320, 322, 323, 338, 339, 347, 530, 532, 33421, 33422}
)
"""Size, depth, compression, photometry, fill order, planes, predictor, palette, tiles, alpha, JPEG tables, CFA."""
_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES, _SUB, _ICC = 273, 279, 324, 325, 330, 34675
_RW2_RAW = 280
_MOST_DIRECTORIES, _MOST_SPANS = 64, 1_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    start: int
    stop: int


def anatomy(data: Bytes) -> Anatomy:
    """Image data of all directories, sub-directories included, in the order of the file's own links."""
    order = "<" if data[0] == 0x49 else ">"
    kept: list[Span] = []
    profile = b""
    for directory in _directories(data, order):
        data_spans = [*_image_spans(data, order, directory)]
        if not data_spans:
            continue
        kept += [(e.start, e.stop) for tag, e in sorted(directory.items()) if tag in _DECODING]
        kept += data_spans
        if _ICC in directory and not profile:
            profile = data[directory[_ICC].start : directory[_ICC].stop]
        if len(kept) > _MOST_SPANS:
            return Anatomy()
    return Anatomy(kept, profile)


def _directories(data: Bytes, order: str) -> Iterator[dict[int, _Entry]]:
    waiting = [struct.unpack_from(order + "I", data[4:8])[0]]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_DIRECTORIES:
        at = waiting.pop(0)
        if at in seen or not 8 <= at <= len(data) - 2:
            continue
        seen.add(at)
        directory, after = _read(data, order, at)
        yield directory
        if _SUB in directory:
            waiting += _numbers(data, order, directory[_SUB])[:_MOST_DIRECTORIES]
        waiting.append(after)


def _read(data: Bytes, order: str, at: int) -> tuple[dict[int, _Entry], int]:
    """Entries by tag, and where the next directory stands."""
    (count,) = struct.unpack(order + "H", data[at : at + 2])
    table = data[at + 2 : at + 2 + 12 * count + 4]
    found: dict[int, _Entry] = {}
    for index in range(min(count, len(table) // 12)):
        tag, kind, number, value = struct.unpack_from(order + "HHII", table, 12 * index)
        size = _SIZES.get(kind, 0) * number
        start = at + 2 + 12 * index + 8 if size <= 4 else value
        if start + size <= len(data):
            found[tag] = _Entry(kind, number, start, start + size)
    following = table[12 * count : 12 * count + 4]
    return found, struct.unpack(order + "I", following)[0] if len(following) == 4 else 0


def _numbers(data: Bytes, order: str, entry: _Entry) -> list[int]:
    letter = {1: "B", 3: "H", 4: "I", 13: "I"}.get(entry.kind)
    if letter is None or entry.count > _MOST_SPANS:
        return []
    return list(struct.unpack(f"{order}{entry.count}{letter}", data[entry.start : entry.stop]))


def _image_spans(data: Bytes, order: str, directory: dict[int, _Entry]) -> Iterator[Span]:
    for where, sizes in ((_STRIPS, _STRIP_SIZES), (_TILES, _TILE_SIZES)):
        if where in directory and sizes in directory:
            starts, lengths = (_numbers(data, order, directory[tag]) for tag in (where, sizes))
            yield from ((s, min(len(data), s + n)) for s, n in zip(starts, lengths, strict=False) if s < len(data))
    if _RW2_RAW in directory and data[2] == 0x55:  # Panasonic: from there to the end of the file
        yield from ((start, len(data)) for start in _numbers(data, order, directory[_RW2_RAW])[:1])
