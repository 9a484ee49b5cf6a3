"""PNG (ISO/IEC 15948): critical chunks, transparency and animation."""

from __future__ import annotations

from lumina.files.content.anatomy import Anatomy, Bytes, Span

_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"acTL", b"fcTL", b"fdAT"})
_COLOUR = frozenset({b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP"})


def anatomy(data: Bytes) -> Anatomy:
    """The payloads of the kept chunks; how IDAT is cut into chunks does not matter."""
    kept: list[Span] = []
    colour: list[bytes] = []
    at = 8
    while at + 8 <= len(data):
        head = data[at : at + 8]
        kind, start = head[4:], at + 8
        stop = min(len(data), start + int.from_bytes(head[:4], "big"))
        if kind in _KEPT:
            kept.append((start, stop))
        if kind in _COLOUR:
            colour.append(kind + data[start:stop])
        at = stop + 4
    return Anatomy(kept, b"".join(colour))
