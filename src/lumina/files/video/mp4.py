"""MP4 and MOV: boxes that fit into each other, an index, and streams that reach as far as the index says."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from lumina.files.content.anatomy import Bytes
from lumina.files.content.boxes import Box, boxes, child
from lumina.files.video.verdict import cut_short, damaged

_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"mvex"})
_STREAMS = frozenset({b"mdat", b"free", b"skip", b"wide"})
_LARGEST_INDEX = 64 << 20
_TABLES = (b"stsd", b"stts", b"stsc")


def check(film: Bytes) -> None:
    """A verdict by structure.

    Raises:
        PictureError: `truncated` or `corrupt`.
    """
    top = list(boxes(film))
    for box in top:
        if box.cut:
            raise cut_short(len(film), box.claimed)
    if not top or top[-1].claimed < len(film) - 8:
        raise damaged("its boxes end before the file does")
    index = next((box for box in top if box.kind == b"moov"), None)
    if index is None:
        raise damaged("it has no index (moov), as when a recording was interrupted")
    _check_index(film, index, fragmented=any(box.kind == b"moof" for box in top))


def _check_index(film: Bytes, index: Box, *, fragmented: bool) -> None:
    _check_nesting(film, index)
    if child(film, index, b"mvhd") is None:
        raise damaged("its index has no header (mvhd)")
    tracks = [box for box in boxes(film, index.body, index.stop) if box.kind == b"trak"]
    pictures = [track for track in tracks if _handler(film, track) == b"vide"]
    if not pictures:
        raise damaged("it has no picture track")
    if not fragmented:
        for track in pictures:
            _check_track(film, track)


def _check_nesting(film: Bytes, parent: Box) -> None:
    """Every box within another ends where its parent does, at the latest."""
    inner = list(boxes(film, parent.body, parent.stop))
    for box in inner:
        if box.cut:
            raise damaged(f"a box ({_text(box.kind)}) reaches beyond the one that holds it ({_text(parent.kind)})")
        if box.kind in _PARENTS:
            _check_nesting(film, box)
    end = inner[-1].claimed if inner else parent.body
    # QuickTime ends some lists with 4 zero bytes.
    if parent.stop - end > 4:
        raise damaged(f"a box ({_text(parent.kind)}) holds bytes that are no boxes")


def _handler(film: Bytes, track: Box) -> bytes:
    box = child(film, child(film, track, b"mdia"), b"hdlr")
    return film[box.body + 8 : box.body + 12] if box else b""


def _check_track(film: Bytes, track: Box) -> None:
    table = child(film, child(film, child(film, track, b"mdia"), b"minf"), b"stbl")
    if table is None:
        raise damaged("its picture track has no table of samples (stbl)")
    for kind in _TABLES:
        if child(film, table, kind) is None:
            raise damaged(f"its picture track lacks a table ({_text(kind)})")
    starts = list(_chunk_starts(film, table))
    if not starts:
        raise damaged("its picture track has no samples")
    if max(starts) >= len(film):
        raise cut_short(len(film), max(starts))
    if min(starts) < 8:
        raise damaged("its index points before the first box")


def _chunk_starts(film: Bytes, table: Box) -> Iterator[int]:
    for kind, width, letter in ((b"stco", 4, "I"), (b"co64", 8, "Q")):
        box = child(film, table, kind)
        if box is None:
            continue
        count = int.from_bytes(film[box.body + 4 : box.body + 8], "big")
        body = film[box.body + 8 : box.stop]
        if count * width > len(body):
            raise damaged(f"a table ({_text(kind)}) is longer than the box that holds it")
        yield from struct.unpack(f">{count}{letter}", body[: count * width])


def without_streams(film: Bytes) -> bytes:
    """The file with its streams left out: what metadata is read from. At most 64 MiB."""
    parts, size = [], 0
    for box in boxes(film):
        if box.kind in _STREAMS:
            continue
        size += box.stop - box.start
        if size > _LARGEST_INDEX:
            break
        parts.append(film[box.start : box.stop])
    return b"".join(parts)


def _text(kind: bytes) -> str:
    return kind.decode("ascii", "backslashreplace") if kind.isalnum() else kind.hex()
