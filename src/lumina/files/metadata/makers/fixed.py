"""Maker notes that are no directories but fields at fixed places."""

from __future__ import annotations

import re
import struct

from lumina.files.metadata.tags import Tags
from lumina.files.metadata.text import decode, decode_utf16

_KODAK_SERIAL = re.compile(rb"[CK][A-Z\d]{3} ?[A-Z\d]{1,2}\d{2}[A-Z\d]\d{4}(?=[ \0])")


def read_fixed(note: bytes, tags: Tags) -> bool:
    """Reconyx trail cameras and a family of Kodaks; False where the note is neither's."""
    if note.startswith(b"RECONYXUF\0") and len(note) >= 0x5A:
        second, minute, hour, day, month, year = struct.unpack_from("<5BH", note, 0x3B)
        _put(tags, (year, month, day, hour, minute, second), decode(note[0x4B:0x5A]))
    elif note.startswith(b"RECONYXH2\0") and len(note) >= 0x9C:
        second, minute, hour, day, month, year = struct.unpack_from("<6H", note, 0x3E)
        _put(tags, (year, month, day, hour, minute, second), decode_utf16(note[0x7E:0x9C]))
    elif note[:2] == b"\x01\xf1" and len(note) >= 0x48:
        _hyperfire(note, tags)
    elif _KODAK_SERIAL.match(note):
        tags.put("MakerNotes:SerialNumber", decode(note[:16]))
    else:
        return False
    return True


def _hyperfire(note: bytes, tags: Tags) -> None:
    order = ">" if note[0x16] == 0 and note[0x17] else "<"
    second, minute, hour, month, day, year = struct.unpack_from(order + "6H", note, 0x16)
    _put(tags, (year, month, day, hour, minute, second), decode_utf16(note[0x2A:0x48]))


def _put(tags: Tags, time: tuple[int, ...], serial: str) -> None:
    tags.put("MakerNotes:DateTimeOriginal", "{:04}:{:02}:{:02} {:02}:{:02}:{:02}".format(*time))
    serial = serial.partition("\0")[0]
    if serial and serial.isprintable():
        tags.put("MakerNotes:SerialNumber", serial)
