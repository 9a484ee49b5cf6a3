"""ISO base media boxes (ISO/IEC 14496-12): HEIC and AVIF items, JPEG XL, CR3, MP4 and MOV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lumina.files.content.anatomy import Anatomy, Bytes, Span

_PICTURE_ITEMS = frozenset({b"hvc1", b"av01", b"grid", b"iovl", b"iden", b"jpeg", b"avc1", b"hev1", b"tmap", b"unci"})


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Attributes:
        kind: four characters.
        start: of its header. body: of its payload. stop: after its payload, as far as the file reaches.
        claimed: after its payload, as its header says.
    """

    kind: bytes
    start: int
    body: int
    stop: int
    claimed: int

    @property
    def cut(self) -> bool:
        """True where the file ends within the box."""
        return self.stop < self.claimed


def boxes(data: Bytes, start: int = 0, stop: int | None = None) -> Iterator[Box]:
    """The boxes of one level; ends at the first size that cannot be."""
    end = len(data) if stop is None else stop
    at = start
    while at + 8 <= end:
        head = data[at : at + 16]
        size, body = int.from_bytes(head[:4], "big"), at + 8
        if size == 1 and len(head) == 16:
            size, body = int.from_bytes(head[8:16], "big"), at + 16
        claimed = end if size == 0 else at + size
        if claimed < body:
            return
        yield Box(head[4:8], at, body, min(end, claimed), claimed)
        at = claimed


def child(data: Bytes, parent: Box | None, kind: bytes, skip: int = 0) -> Box | None:
    """The first box of a kind within another; `skip` bytes stand before the children."""
    if parent is None:
        return None
    return next((box for box in boxes(data, parent.body + skip, parent.stop) if box.kind == kind), None)


def streams(data: Bytes) -> Anatomy:
    """`mdat` alone: films, and Canon's CR3."""
    return Anatomy([(box.body, box.stop) for box in boxes(data) if box.kind == b"mdat"])


def jpeg_xl(data: Bytes) -> Anatomy:
    """The code stream; a bare one has no container."""
    if data[0:2] == b"\xff\x0a":
        return Anatomy([(0, len(data))])
    return Anatomy([(box.body, box.stop) for box in boxes(data) if box.kind in (b"jxlc", b"jxlp")])


def heif(data: Bytes) -> Anatomy:
    """The items that are pictures, and the properties (size, rotation, codec) of all items."""
    meta = next((box for box in boxes(data) if box.kind == b"meta"), None)
    properties = child(data, child(data, meta, b"iprp", 4), b"ipco")
    kinds, places, inner = (child(data, meta, kind, 4) for kind in (b"iinf", b"iloc", b"idat"))
    if kinds is None or places is None or properties is None:
        return Anatomy()
    pictures = {number for number, kind in _item_kinds(data, kinds) if kind in _PICTURE_ITEMS}
    located = _item_places(data, places, inner.body if inner else 0)
    kept = [span for number, spans in sorted(located.items()) if number in pictures for span in spans]
    return Anatomy([*kept, (properties.body, properties.stop)] if kept else [])


def picture_kinds(data: Bytes) -> set[bytes]:
    """Kinds of a HEIF file's items, four characters each; empty where its structure is broken."""
    meta = next((box for box in boxes(data) if box.kind == b"meta"), None)
    kinds = child(data, meta, b"iinf", 4)
    try:
        return {kind for _, kind in _item_kinds(data, kinds)} if kinds else set()
    except IndexError:
        return set()


def _item_kinds(data: Bytes, iinf: Box) -> Iterator[tuple[int, bytes]]:
    skip = 6 if data[iinf.body] == 0 else 8
    for entry in boxes(data, iinf.body + skip, iinf.stop):
        version = data[entry.body]
        width = 4 if version >= 3 else 2
        at = entry.body + 4
        yield int.from_bytes(data[at : at + width], "big"), data[at + width + 2 : at + width + 6]


def _item_places(data: Bytes, iloc: Box, inner: int) -> dict[int, list[Span]]:
    """Item number -> where its bytes lie; items built from other items are left out."""
    reader = _Reader(data, iloc.body)
    version = reader.number(4) >> 24
    sizes = reader.number(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    found: dict[int, list[Span]] = {}
    for _ in range(min(reader.number(2 if version < 2 else 4), 65_536)):
        item = reader.number(2 if version < 2 else 4)
        method = reader.number(2) & 15 if version else 0
        reader.number(2)
        start = reader.number(base) + (inner if method == 1 else 0)
        spans: list[Span] = []
        for _ in range(reader.number(2)):
            reader.number(index if version else 0)
            first = start + reader.number(offset)
            spans.append((first, min(len(data), first + reader.number(length))))
        if method < 2:
            found[item] = spans
    return found


class _Reader:
    """Big-endian numbers, one after another; ends with `IndexError` beyond the data."""

    def __init__(self, data: Bytes, at: int) -> None:
        self.data, self.at = data, at

    def number(self, width: int) -> int:
        if self.at + width > len(self.data):
            raise IndexError(self.at)
        self.at += width
        return int.from_bytes(self.data[self.at - width : self.at], "big")
