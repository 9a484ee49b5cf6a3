"""Fujifilm RAF: the sensor's data, whose place stands in the header."""

from __future__ import annotations

from lumina.files.content.anatomy import Anatomy, Bytes


def anatomy(data: Bytes) -> Anatomy:
    """The CFA block (offset at byte 100, length at 104, big-endian)."""
    start, length = (int.from_bytes(data[at : at + 4], "big") for at in (100, 104))
    stop = min(len(data), start + length)
    return Anatomy([(start, stop)] if 108 <= start < stop else [])
