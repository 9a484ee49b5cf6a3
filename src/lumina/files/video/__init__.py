"""Films: is the structure whole, what describes them, and a frame to show."""

from __future__ import annotations

from collections.abc import Callable

from lumina.domain.values import FileFormat
from lumina.files.content.anatomy import Bytes
from lumina.files.video import avi, matroska, mp4, mpeg
from lumina.files.video.poster import FilmSource, open_film

__all__ = ["FilmSource", "check_film", "described_part", "open_film"]

_CHECKS: dict[FileFormat, Callable[[Bytes], None]] = {
    FileFormat.MP4: mp4.check,
    FileFormat.MOV: mp4.check,
    FileFormat.AVI: avi.check,
    FileFormat.MKV: matroska.check,
    FileFormat.WEBM: matroska.check,
    FileFormat.MPEG: mpeg.check,
}
_HEAD = 4 << 20


def check_film(film: Bytes, kind: FileFormat) -> None:
    """Walks a film's structure without decoding it.

    Raises:
        PictureError: `truncated`, `corrupt` or `unsupported`, with what was found.
    """
    if kind in _CHECKS:
        _CHECKS[kind](film)


def described_part(film: Bytes, kind: FileFormat) -> bytes:
    """What may hold metadata: for MP4 and MOV all but the streams, else the first 4 MiB."""
    if kind in (FileFormat.MP4, FileFormat.MOV):
        return mp4.without_streams(film)
    return film[0 : min(len(film), _HEAD)]
