"""MPEG program and transport streams: packets that begin where they must."""

from __future__ import annotations

from lumina.files.content.anatomy import Bytes
from lumina.files.video.verdict import damaged

_SYNC = 0x47
_PROBES = 16


def check(film: Bytes) -> None:
    """A verdict by structure; both formats may be cut anywhere and still play.

    Raises:
        PictureError: `corrupt`.
    """
    if film[0:3] == b"\x00\x00\x01":
        if b"\x00\x00\x01" not in film[4 : 1 << 16]:
            raise damaged("no packet follows the first")
        return
    offset, step = (0, 188) if film[0] == _SYNC else (4, 192)
    packets = (len(film) - offset) // step
    lost = [n for n in range(0, packets, max(1, packets // _PROBES)) if film[offset + n * step] != _SYNC]
    if len(lost) > _PROBES // 2:
        raise damaged("its packets do not follow each other")
