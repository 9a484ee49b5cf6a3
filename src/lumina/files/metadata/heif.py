"""HEIC and AVIF: the items that the `meta` box lists."""

from __future__ import annotations

from typing import NamedTuple

from lumina.files.metadata.boxes import Box, boxes, child, number
from lumina.files.metadata.context import Context

MAX_ITEMS = 4_096
MAX_ITEM = 32 * 1024 * 1024


class Item(NamedTuple):
    """An item's number, type and (for `mime` items) content type."""

    id: int
    kind: bytes
    content: bytes


def read_heif(data: bytes, context: Context) -> None:
    """Dimensions of the primary item, its EXIF and XMP items."""
    meta = child(data, Box(b"", 0, len(data)), b"meta")
    if meta is None:
        context.tags.note("HEIF: no meta box")
        return
    inside = Box(b"meta", meta.start + 4, meta.end)
    _properties(data, inside, context)
    places = _places(data, inside)
    for item in _items(data, inside):
        if item.kind == b"Exif":
            _exif(_load(data, places.get(item.id, []), context), context)
        elif item.kind == b"mime" and item.content == b"application/rdf+xml":
            context.xmp(_load(data, places.get(item.id, []), context))


def _exif(body: bytes, context: Context) -> None:
    """Four bytes say how far behind them the TIFF header stands; some writers leave `Exif` before it."""
    if len(body) < 12:
        context.tags.note("HEIF: the EXIF item is empty or lies outside the file")
        return
    base = 4 + number(body, 0, 4)
    if body[base : base + 2] not in (b"II", b"MM"):
        found = [at for mark in (b"II*\0", b"MM\0*") if (at := body.find(mark, 0, 64)) >= 0]
        base = min(found, default=base)
    context.exif(body[base:])


def _items(data: bytes, meta: Box) -> list[Item]:
    listing = child(data, meta, b"iinf")
    if listing is None:
        return []
    start = listing.start + (6 if data[listing.start] == 0 else 8)
    return [_entry(data, box) for box in boxes(data, start, listing.end) if box.kind == b"infe"][:MAX_ITEMS]


def _entry(data: bytes, box: Box) -> Item:
    version = data[box.start]
    width = 4 if version >= 3 else 2
    at = box.start + 4 + width + 2
    rest = data[at + 4 : min(box.end, at + 512)].split(b"\0")
    content = rest[1] if len(rest) > 1 else b""
    return Item(number(data, box.start + 4, width), data[at : at + 4], content)


def _places(data: bytes, meta: Box) -> dict[int, list[tuple[int, int]]]:
    """Where each item's bytes stand in the file, from `iloc`."""
    box = child(data, meta, b"iloc")
    if box is None:
        return {}
    store = child(data, meta, b"idat")
    version, sizes = data[box.start], number(data, box.start + 4, 2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    id_size = 4 if version >= 2 else 2
    at = box.start + 6
    count, at = number(data, at, id_size), at + id_size
    places: dict[int, list[tuple[int, int]]] = {}
    for _ in range(min(count, MAX_ITEMS)):
        if at >= box.end:
            break
        item, at = number(data, at, id_size), at + id_size
        method = 0
        if version:
            method, at = number(data, at, 2) & 15, at + 2
        at += 2
        base, at = number(data, at, base_size), at + base_size
        extents, at = number(data, at, 2), at + 2
        base += store.start if method == 1 and store else 0
        found = places.setdefault(item, [])
        for _ in range(min(extents, 16)):
            at += index_size
            offset, at = number(data, at, offset_size), at + offset_size
            length, at = number(data, at, length_size), at + length_size
            found.append((base + offset, length))
    return places


def _load(data: bytes, extents: list[tuple[int, int]], context: Context) -> bytes:
    room, parts = min(MAX_ITEM, context.tags.left), []
    for offset, length in extents:
        part = data[offset : offset + min(length or room, room)]
        parts.append(part)
        room -= len(part)
    body = b"".join(parts)
    return body if context.tags.spend(len(body) // 8) else b""


def _properties(data: bytes, meta: Box, context: Context) -> None:
    """Size and turn of the primary item; where the links are broken, the largest size."""
    listing = child(data, meta, b"iprp", b"ipco")
    if listing is None:
        return
    known = dict(enumerate(boxes(data, listing.start, listing.end), 1))
    linked = [known[index] for index in _linked(data, meta) if index in known]
    sizes = [_extent(data, box) for box in linked if box.kind == b"ispe"]
    others = sorted((_extent(data, box) for box in known.values() if box.kind == b"ispe"), reverse=True)
    for size in (sizes or others)[:1]:
        context.tags.size(*size)
    if linked:
        context.tags.put("HEIF:Orientation", _orientation(data, linked))


def _extent(data: bytes, box: Box) -> tuple[int, int]:
    return number(data, box.start + 4, 4), number(data, box.start + 8, 4)


def _orientation(data: bytes, linked: list[Box]) -> int:
    """`irot` (quarter turns to the left) and `imir`, in their order, as one EXIF orientation.

    Readers of HEIF go by these and not by EXIF's tag, which is left to describe the camera.
    """
    turns, mirrored = 0, False
    for box in linked:
        value = number(data, box.start, 1) & 3
        if box.kind == b"irot":
            turns += value
        elif box.kind == b"imir":
            mirrored, turns = not mirrored, (0 if value & 1 else 2) - turns
    return (_MIRRORED if mirrored else _TURNED)[turns % 4]


_TURNED = (1, 8, 3, 6)
_MIRRORED = (2, 5, 4, 7)


def _linked(data: bytes, meta: Box) -> list[int]:
    """Numbers of the properties that belong to the primary item."""
    first, links = child(data, meta, b"pitm"), child(data, meta, b"iprp", b"ipma")
    if first is None or links is None:
        return []
    primary = number(data, first.start + 4, 4 if data[first.start] else 2)
    version, wide = data[links.start], data[links.start + 3] & 1
    id_size, at = (4 if version else 2), links.start + 8
    for _ in range(min(number(data, links.start + 4, 4), MAX_ITEMS)):
        if at >= links.end:
            break
        item, at = number(data, at, id_size), at + id_size
        count, at = data[at], at + 1
        width = 2 if wide else 1
        if item == primary:
            mask = 0x7FFF if wide else 0x7F
            return [number(data, at + i * width, width) & mask for i in range(count)]
        at += count * width
    return []
