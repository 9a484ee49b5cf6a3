"""RIFF: WebP (RFC 9649) and AVI."""

from __future__ import annotations

from collections.abc import Iterator

from lumina.files.content.anatomy import Anatomy, Bytes, Span

_PICTURE = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})


def chunks(data: Bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """(Kind, first byte of the payload, byte after it) of each chunk; a payload may be shorter than it claims."""
    at = start
    while at + 8 <= stop:
        head = data[at : at + 8]
        size = int.from_bytes(head[4:8], "little")
        yield head[:4], at + 8, min(stop, at + 8 + size)
        at += 8 + size + size % 2


def webp(data: Bytes) -> Anatomy:
    """Frames and alpha, without EXIF, XMP and the feature flags that tell of them."""
    kept: list[Span] = []
    colour = b""
    for kind, start, stop in chunks(data, 12, len(data)):
        if kind in _PICTURE:
            kept.append((start, stop))
        if kind == b"VP8X":
            kept.append((start + 4, stop))  # the canvas; before it stand the flags
        if kind == b"ICCP":
            colour = data[start:stop]
    return Anatomy(kept, colour)


def avi(data: Bytes) -> Anatomy:
    """The frames: the list `movi`."""
    lists = (
        (start, stop)
        for kind, start, stop in chunks(data, 12, len(data))
        if kind == b"LIST" and data[start : start + 4] == b"movi"
    )
    return Anatomy(list(lists))
