"""AVI: the header lists, a picture stream, and frames as far as the file claims."""

from __future__ import annotations

from lumina.files.content.anatomy import Bytes
from lumina.files.content.riff import chunks
from lumina.files.video.verdict import cut_short, damaged

_SLACK = 8


def check(film: Bytes) -> None:
    """A verdict by structure.

    Raises:
        PictureError: `truncated` or `corrupt`.
    """
    claimed = 8 + int.from_bytes(film[4:8], "little")
    if claimed > len(film) + _SLACK:
        raise cut_short(len(film), claimed)
    lists = {
        film[start : start + 4]: (start + 4, stop)
        for kind, start, stop in chunks(film, 12, len(film))
        if kind == b"LIST"
    }
    if b"hdrl" not in lists:
        raise damaged("it has no header list (hdrl)")
    if b"movi" not in lists:
        raise damaged("it has no frames (movi)")
    _check_header(film, *lists[b"hdrl"])
    _check_frames(film, *lists[b"movi"])


def _check_header(film: Bytes, start: int, stop: int) -> None:
    kinds = []
    for kind, first, last in chunks(film, start, stop):
        if kind == b"LIST" and film[first : first + 4] == b"strl":
            kinds += [film[a : a + 4] for inner, a, _ in chunks(film, first + 4, last) if inner == b"strh"]
        elif kind == b"avih" and last - first < 56:
            raise damaged("its main header is too short")
    if b"vids" not in kinds:
        raise damaged("it has no picture stream")


def _check_frames(film: Bytes, start: int, stop: int) -> None:
    if start >= stop:
        raise damaged("its list of frames is empty")
    at = start
    while at + 8 <= stop:
        head = film[at : at + 8]
        size = int.from_bytes(head[4:8], "little")
        if not head[:4].strip(b"\x00").isalnum():
            raise damaged("its frames are not where they should be")
        if at + 8 + size > stop + _SLACK:
            raise damaged("a frame reaches beyond the list that holds it")
        at += 12 if head[:4] == b"LIST" else 8 + size + size % 2
