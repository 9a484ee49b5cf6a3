"""Matroska and WebM: EBML elements, a picture track, clusters as far as the segment claims."""

from __future__ import annotations

from collections.abc import Iterator

from lumina.files.content.anatomy import Bytes
from lumina.files.video.verdict import cut_short, damaged

_SEGMENT, _TRACKS, _TRACK, _TRACK_TYPE, _CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0x83, 0x1F43B675
_VIDEO = 1
_MOST_ELEMENTS = 100_000

Element = tuple[int, int, int | None]
"""Identifier, first byte of the body, byte after it (None: unknown, as in a live recording)."""


def check(film: Bytes) -> None:
    """A verdict by structure.

    Raises:
        PictureError: `truncated` or `corrupt`.
    """
    segment = next((element for element in _elements(film, 0, len(film)) if element[0] == _SEGMENT), None)
    if segment is None:
        raise damaged("it has no segment")
    _, start, stop = segment
    if stop is not None and stop > len(film):
        raise cut_short(len(film), stop)
    found: dict[int, Element] = {}
    for element in _elements(film, start, stop or len(film)):
        found.setdefault(element[0], element)
        if element[0] == _CLUSTER and _TRACKS in found:
            break
    if _TRACKS not in found or not _has_pictures(film, found[_TRACKS]):
        raise damaged("it has no picture track")
    if _CLUSTER not in found:
        raise damaged("it has no frames")


def _has_pictures(film: Bytes, tracks: Element) -> bool:
    _, start, stop = tracks
    return any(
        kind == _TRACK_TYPE and film[first] == _VIDEO
        for track, begin, end in _elements(film, start, stop or len(film))
        if track == _TRACK
        for kind, first, last in _elements(film, begin, end or len(film))
        if last is not None and last > first
    )


def _elements(film: Bytes, start: int, stop: int) -> Iterator[Element]:
    at = start
    for _ in range(_MOST_ELEMENTS):
        if at + 2 > stop:
            return
        kind, size_at = _number(film, at, keep_marker=True)
        size, body = _number(film, size_at, keep_marker=False)
        unknown = size == (1 << 7 * (body - size_at)) - 1
        yield kind, body, None if unknown else body + size
        if unknown:
            return
        at = body + size


def _number(film: Bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A variable-length integer, and where the next byte stands."""
    if at >= len(film) or film[at] == 0:
        raise damaged("its elements do not follow each other")
    width = 9 - film[at].bit_length()
    value = int.from_bytes(film[at : at + width], "big")
    return (value if keep_marker else value & ~(1 << 7 * width)), at + width
