"""ISO base media boxes: the frame of HEIC, AVIF, JPEG XL, CR3, MP4 and QuickTime."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

MAX_BOXES = 2_048


class Box(NamedTuple):
    """A box's four-character type and where its contents stand."""

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes between two positions; stops where the sizes make no sense."""
    end = min(end, len(data))
    for _ in range(MAX_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">L4s", data, start)
        head = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        if size == 0:
            size = end - start
        if size < head:
            return
        yield Box(kind, start + head, min(start + size, end))
        start += size


def child(data: bytes, box: Box, *path: bytes) -> Box | None:
    """The first box along `path` inside `box`."""
    for kind in path:
        found = next((inner for inner in boxes(data, box.start, box.end) if inner.kind == kind), None)
        if found is None:
            return None
        box = found
    return box


def number(data: bytes, start: int, size: int) -> int:
    """A big-endian number of `size` bytes."""
    return int.from_bytes(data[start : start + size], "big")
