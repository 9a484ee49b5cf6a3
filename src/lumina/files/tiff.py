"""Tell camera RAW from plain TIFF: most RAW formats are TIFF inside."""

from __future__ import annotations

import struct

from lumina.domain.values import FileFormat
from lumina.files.extensions import RAW_BY_EXTENSION

_NEW_SUBFILE, _PHOTOMETRIC, _MAKE, _SUB_IFDS, _DNG_VERSION = 0x00FE, 0x0106, 0x010F, 0x014A, 0xC612
_CFA, _LINEAR_RAW = 32803, 34892
_MAKERS = (
    (b"NIKON", FileFormat.NEF),
    (b"SONY", FileFormat.ARW),
    (b"PENTAX", FileFormat.PEF),
    (b"RICOH", FileFormat.PEF),
    (b"CANON", FileFormat.CR2),
)


def sniff_tiff(head: bytes, extension: str) -> FileFormat:
    """TIFF, DNG or a maker's RAW.

    The first directory is read as far as it lies within `head`; where it lies beyond, the extension decides between
    RAW and TIFF, since only a camera RAW is ever named like one.

    Args:
        head: the file's beginning, starting with a TIFF signature.
        extension: lower case, with its dot.
    """
    if head[8:10] == b"CR" and len(head) > 10:
        return FileFormat.CR2
    tags = _first_directory(head)
    if _DNG_VERSION in tags:
        return FileFormat.DNG
    if (named := RAW_BY_EXTENSION.get(extension)) is not None:
        return named
    return _maker(tags) if _looks_raw(tags) else FileFormat.TIFF


def _looks_raw(tags: dict[int, bytes | int]) -> bool:
    if tags.get(_PHOTOMETRIC) in (_CFA, _LINEAR_RAW):
        return True
    reduced = tags.get(_NEW_SUBFILE)
    return _SUB_IFDS in tags and isinstance(reduced, int) and bool(reduced & 1) and _maker(tags) is not FileFormat.RAW


def _maker(tags: dict[int, bytes | int]) -> FileFormat:
    make = tags.get(_MAKE)
    name = make.upper() if isinstance(make, bytes) else b""
    return next((found for maker, found in _MAKERS if name.startswith(maker)), FileFormat.RAW)


def _first_directory(head: bytes) -> dict[int, bytes | int]:
    """Tag -> ASCII value, or the number where it fits into the entry; empty where the directory is out of reach."""
    order = "<" if head[:1] == b"I" else ">"
    if len(head) < 8 or head[2:4] not in (b"*\x00", b"\x00*"):
        return {}
    (start,) = struct.unpack_from(order + "I", head, 4)
    if start + 2 > len(head):
        return {}
    (count,) = struct.unpack_from(order + "H", head, start)
    ends = (len(head) - start - 2) // 12
    entries = (start + 2 + 12 * i for i in range(min(count, ends)))
    return dict(_entry(head, order, at) for at in entries)


def _entry(head: bytes, order: str, at: int) -> tuple[int, bytes | int]:
    tag, kind, count = struct.unpack_from(order + "HHI", head, at)
    if kind == 2:
        where = at + 8 if count <= 4 else struct.unpack_from(order + "I", head, at + 8)[0]
        return tag, head[where : where + min(count, 64)]
    (value,) = struct.unpack_from(order + ("H" if kind == 3 else "I"), head, at + 8)
    return tag, int(value)
