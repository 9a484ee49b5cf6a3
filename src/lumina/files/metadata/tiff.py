"""TIFF image file directories, read from a buffer without trusting a single number in it."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from lumina.files.metadata.text import decode

MAX_ENTRIES = 1_024
"""Entries read of one directory; real ones have under 300."""
MAX_NUMBERS = 512
"""Numbers decoded of one entry; longer ones are kept as their size."""
MAX_BYTES = 65_536

_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)
_CODES = ("", "B", "s", "H", "L", "LL", "B", "b", "h", "l", "ll", "f", "d", "L", "", "", "Q", "q", "Q")
ASCII, RATIONAL, UNDEFINED, SRATIONAL = 2, 5, 7, 10


class Field(NamedTuple):
    """One directory entry: tag, TIFF type, number of values, absolute position and size of its bytes."""

    tag: int
    type: int
    number: int
    start: int
    size: int


class TiffError(ValueError):
    """The bytes are no TIFF structure."""


class Tiff:
    """A TIFF structure inside `data` (bytes or mmap): its header at `base`, nothing read at or beyond `end`.

    Attributes:
        order: `<` or `>`.
        first: offset of the first directory, relative to `base`.
    """

    def __init__(self, data: bytes, base: int = 0, end: int | None = None, order: str = "", first: int = 0) -> None:
        self.data, self.base, self.first = data, base, first
        self.end = len(data) if end is None else min(end, len(data))
        self.big = False
        self.order = order
        if not order:
            self._read_header()

    def _read_header(self) -> None:
        mark = self.data[self.base : self.base + 2]
        self.order = {b"II": "<", b"MM": ">"}.get(mark, "")
        if not self.order or self.base + 8 > self.end:
            raise TiffError("no TIFF header")
        magic, self.first = struct.unpack_from(self.order + "HL", self.data, self.base + 2)
        self.big = magic == 43 and self.base + 16 <= self.end
        if self.big:
            (self.first,) = struct.unpack_from(self.order + "Q", self.data, self.base + 8)

    def fields(self, offset: int) -> tuple[list[Field], int]:
        """The entries of the directory at `offset` (relative to `base`) and the offset of the next one, 0 for none.

        Entries whose bytes lie outside the buffer come with size -1. Raises TiffError where no directory can be.
        """
        head, entry = ("Q", 20) if self.big else ("H", 12)
        start = self.base + offset
        width = 8 if self.big else 2
        if start < 0 or start + width > self.end:
            raise TiffError("a directory lies outside the file")
        (count,) = struct.unpack_from(self.order + head, self.data, start)
        start += width
        count = min(count, (self.end - start) // entry, MAX_ENTRIES)
        fields = list(self._entries(start, count, entry))
        return fields, self._next(start + count * entry)

    def _next(self, position: int) -> int:
        code, size = ("Q", 8) if self.big else ("L", 4)
        if position + size > self.end:
            return 0
        return int(struct.unpack_from(self.order + code, self.data, position)[0])

    def _entries(self, start: int, count: int, entry: int) -> Iterator[Field]:
        code, room = ("HHQQ", 8) if self.big else ("HHLL", 4)
        block = self.data[start : start + count * entry]
        for index, (tag, kind, number, pointer) in enumerate(struct.iter_unpack(self.order + code, block)):
            if not 0 < kind < 19 or not _SIZES[kind]:
                continue
            size = _SIZES[kind] * number
            at = start + (index + 1) * entry - room if size <= room else self.base + pointer
            yield Field(tag, kind, number, at, size if at >= 0 and at + size <= self.end else -1)

    def bytes(self, field: Field) -> bytes:
        """The entry's bytes, at most `MAX_BYTES`; empty where they lie outside."""
        return self.data[field.start : field.start + min(field.size, MAX_BYTES)] if field.size > 0 else b""

    def value(self, field: Field) -> Any:
        """The entry as a JSON-ready value: text, number, list of numbers, or `{"bytes": n}`; None where unreadable."""
        if field.size < 0:
            return None
        if field.type == ASCII:
            return decode(self.bytes(field))
        if field.type == UNDEFINED:
            return opaque(self.bytes(field), field.size)
        if field.number > MAX_NUMBERS:
            return {"bytes": field.size}
        return self._numbers(field)

    def _numbers(self, field: Field) -> Any:
        codes = _CODES[field.type] * field.number if field.type in (5, 10) else f"{field.number}{_CODES[field.type]}"
        numbers: Any = struct.unpack_from(self.order + codes, self.data, field.start)
        if field.type in (RATIONAL, SRATIONAL):
            numbers = [quotient(numbers[i], numbers[i + 1]) for i in range(0, len(numbers), 2)]
        elif field.type in (11, 12):
            numbers = [n if math.isfinite(n) else None for n in numbers]
        if field.number == 1:
            return numbers[0]
        return list(numbers) if numbers else None

    def integer(self, field: Field) -> int:
        """The first whole number of an entry, -1 where there is none."""
        if field.size <= 0 or field.type in (ASCII, RATIONAL, SRATIONAL, 11, 12):
            return -1
        return int(struct.unpack_from(self.order + _CODES[field.type][0], self.data, field.start)[0])

    def integers(self, field: Field, limit: int) -> list[int]:
        """Up to `limit` whole numbers of an entry; empty for other types."""
        if field.size <= 0 or field.type in (ASCII, RATIONAL, SRATIONAL, 11, 12):
            return []
        code = f"{self.order}{min(field.number, limit)}{_CODES[field.type]}"
        return list(struct.unpack_from(code, self.data, field.start))


def quotient(numerator: int, denominator: int) -> float | int | None:
    """A fraction as a number, whole where it is whole; None over zero."""
    if not denominator:
        return None
    if numerator % denominator == 0:
        return numerator // denominator
    return numerator / denominator


def opaque(data: bytes, size: int) -> Any:
    """An UNDEFINED entry: short printable ones as text, small ones as a number, others as their size."""
    if 0 < size <= 64:
        text = data.rstrip(b"\0")
        if text and text.isascii() and text.decode().isprintable():
            return text.decode()
        if size == 1:
            return data[0]
    return {"bytes": size}
