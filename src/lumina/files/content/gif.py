"""GIF 89a: screen, palettes and frames, without comments and application data."""

from __future__ import annotations

from lumina.files.content.anatomy import Anatomy, Bytes, Span

_EXTENSION, _IMAGE, _CONTROL = 0x21, 0x2C, 0xF9


def anatomy(data: Bytes) -> Anatomy:
    """Screen descriptor, graphic control extensions and images."""
    at = 13 + _palette(data[10])
    kept: list[Span] = [(6, at)]
    while at < len(data) and data[at] in (_EXTENSION, _IMAGE):
        start = at
        if data[at] == _EXTENSION:
            keep, at = data[at + 1] == _CONTROL, _after_blocks(data, at + 2)
        else:
            keep, at = True, _after_blocks(data, at + 11 + _palette(data[at + 9]))
        if keep:
            kept.append((start, at))
    return Anatomy(kept)


def _palette(flags: int) -> int:
    """Bytes of the colour table that follows."""
    return 3 << (flags % 8 + 1) if flags & 0x80 else 0


def _after_blocks(data: Bytes, at: int) -> int:
    while at < len(data) and (size := data[at]):
        at += size + 1
    return min(len(data), at + 1)
