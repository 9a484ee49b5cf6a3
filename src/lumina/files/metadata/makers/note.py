"""Finding a maker's directory: each maker, and often each decade, lays it out differently."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from lumina.files.metadata.makers import tables
from lumina.files.metadata.makers.canon import read_canon
from lumina.files.metadata.makers.fixed import read_fixed
from lumina.files.metadata.makers.handlers import Table, read_directory
from lumina.files.metadata.tags import Tags
from lumina.files.metadata.tiff import Field, Tiff, TiffError


class Layout(NamedTuple):
    """How a maker's note is built.

    Attributes:
        signature: its first bytes.
        start: where the directory begins, from the note's beginning.
        own_base: offsets count from the note's beginning plus this number; None: from the TIFF header.
        order_at: where `II` or `MM` stands in the note; None: the order is found by trial.
    """

    signature: bytes
    start: int
    table: Table
    own_base: int | None = None
    order_at: int | None = None


_LAYOUTS: Final = (
    Layout(b"Nikon\0\1\0", 8, tables.NIKON_OLD),
    Layout(b"OLYMPUS\0", 12, tables.OLYMPUS, 0, 8),
    Layout(b"OM SYSTEM\0", 16, tables.OLYMPUS, 0, 12),
    Layout(b"OLYMP\0", 8, tables.OLYMPUS),
    Layout(b"EPSON\0", 8, tables.OLYMPUS),
    Layout(b"Panasonic\0", 12, tables.PANASONIC),
    Layout(b"LEICA\0\0\0", 8, tables.LEICA),
    Layout(b"SONY ", 12, tables.SONY),
    Layout(b"PENTAX \0", 10, tables.PENTAX, 0, 8),
    Layout(b"RICOH\0", 8, tables.PENTAX, 0, 6),
    Layout(b"AOC\0", 6, tables.PENTAX),
    Layout(b"Apple iOS\0", 14, tables.APPLE, 0, 12),
    Layout(b"SIGMA\0", 10, tables.SIGMA),
    Layout(b"FOVEON\0", 10, tables.SIGMA),
    Layout(b"Ricoh", 8, tables.RICOH),
    Layout(b"QVC\0", 6, tables.CASIO),
    Layout(b"MOT\0", 8, tables.MOTOROLA, 0),
)
_BARE: Final = (
    ("SONY", Layout(b"", 0, tables.SONY)),
    ("NIKON", Layout(b"", 0, tables.NIKON)),
    ("SAMSUNG", Layout(b"", 0, tables.SAMSUNG, 0)),
    ("CASIO", Layout(b"", 0, tables.CASIO)),
    ("KODAK", Layout(b"", 0, tables.KODAK)),
    ("RICOH", Layout(b"", 0, tables.RICOH)),
)
"""Notes that begin with their directory, by a word of the camera's make."""


def read_maker_note(tiff: Tiff, field: Field, tags: Tags) -> None:
    """Read what is known of the note into `MakerNotes:...`; an unknown maker's is passed over."""
    if field.size <= 8:
        return
    tags.put("EXIF:MakerNote", {"bytes": field.size})
    head = tiff.data[field.start : field.start + min(field.size, 512)]
    make = str(tags.values.get("EXIF:Make", "")).upper()
    if read_fixed(head, tags):
        return
    if make.startswith("CANON"):
        inner = _moved(_turned(tiff, field.start), field, field.start)
        read_canon(inner, field.start - inner.base, tags)
    elif head.startswith(b"Nikon\0") and head[10:12] in (b"II", b"MM"):
        _whole_tiff(tiff, field, field.start + 10, tags, tables.NIKON)
    elif head[:4] in (b"MM\0*", b"II*\0") and "KODAK" in make:
        _whole_tiff(tiff, field, field.start, tags, tables.KODAK)
    elif head.startswith((b"FUJIFILM", b"GENERALE")) and len(head) > 12:
        _read(tiff, field, Layout(b"", struct.unpack_from("<L", head, 8)[0], tables.FUJIFILM, 0), tags, "<")
    else:
        _by_layout(tiff, field, head, make, tags)


def _by_layout(tiff: Tiff, field: Field, head: bytes, make: str, tags: Tags) -> None:
    layout = next((known for known in _LAYOUTS if head.startswith(known.signature)), None)
    layout = layout or next((known for word, known in _BARE if word in make), None)
    if layout is not None:
        mark = head[layout.order_at : layout.order_at + 2] if layout.order_at is not None else b""
        _read(tiff, field, layout, tags, {b"II": "<", b"MM": ">"}.get(mark, ""))


def _whole_tiff(tiff: Tiff, field: Field, base: int, tags: Tags, table: Table) -> None:
    try:
        inner = Tiff(tiff.data, base, field.start + field.size)
        read_directory(inner, inner.first, table, tags)
    except TiffError as error:
        tags.note(f"MakerNotes: {error}")


def _read(tiff: Tiff, field: Field, layout: Layout, tags: Tags, order: str) -> None:
    base = tiff.base if layout.own_base is None else field.start + layout.own_base
    at = field.start + layout.start
    inner = Tiff(tiff.data, base, tiff.end, order or tiff.order)
    if not order:
        inner = _turned(inner, at)
    if layout.own_base is None:
        inner = _moved(inner, field, at)
    read_directory(inner, at - inner.base, layout.table, tags)


def _turned(tiff: Tiff, at: int) -> Tiff:
    """Editors rewrite EXIF in the other byte order and leave the note: a count of entries shows its own order."""
    count = tiff.data[at : at + 2]
    if len(count) < 2:
        return tiff
    little, big = int.from_bytes(count, "little"), int.from_bytes(count, "big")
    mine = little if tiff.order == "<" else big
    other = big if tiff.order == "<" else little
    if mine <= 255 or other > 255:
        return tiff
    return Tiff(tiff.data, tiff.base, tiff.end, "<" if tiff.order == ">" else ">")


def _moved(tiff: Tiff, note: Field, at: int) -> Tiff:
    """Editors also move the note and leave the offsets in it.

    Canon's notes end with a TIFF header that holds the note's original offset.
    """
    end = note.start + note.size
    tail = tiff.data[end - 8 : end]
    if tail[:4] in (b"II*\0", b"MM\0*"):
        original = int.from_bytes(tail[4:], "little" if tail[:1] == b"I" else "big")
        base = note.start - original
    else:
        base = _base_by_trial(tiff, note, at)
    return Tiff(tiff.data, base, tiff.end, tiff.order) if base != tiff.base else tiff


def _base_by_trial(tiff: Tiff, note: Field, at: int) -> int:
    """The base at which the first value follows the directory, where most values miss the note.

    Old Olympus notes are nothing but the directory, with their values elsewhere on purpose.
    """
    try:
        fields, _ = tiff.fields(at - tiff.base)
    except TiffError:
        return tiff.base
    behind = at + 2 + 12 * len(fields) + 4
    distant = [f.start for f in fields if not at <= f.start < behind - 4]
    within = sum(note.start <= start < note.start + note.size for start in distant)
    holds_values = note.start + note.size > behind + 8
    if not distant or not holds_values or 2 * within >= len(distant):
        return tiff.base
    return tiff.base + behind - min(distant)
