"""When a file was taken, read from its header alone: grouping needs it before any master is read in full."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from lumina.domain.values import FileFormat
from lumina.files.metadata import read_capture

TOLERANCE = timedelta(seconds=2)
"""A camera writes RAW and JPEG of one shutter release, a phone the still within its live video, this close together."""
_FARTHEST_ZONE = timedelta(hours=14)
_ZONE_STEP = timedelta(minutes=15)
_SINCE_1904 = datetime(1904, 1, 1)
_HEAD = 1 << 20
_WHOLE = 256 << 20
_APPLE_DATE = re.compile(rb"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-])(\d\d):?(\d\d)")
_MOOV_LIMIT = 8 << 20


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of capture to the second.

    Attributes:
        time: as written.
        offset: minutes east of UTC where the file says so.
        floating: True where the writer may have meant UTC or local time (QuickTime's header: phones write UTC, cameras
            their clock).
    """

    time: datetime
    offset: int | None = None
    floating: bool = False

    def agrees(self, other: Moment) -> bool:
        """True where both can be the same moment, within two seconds."""
        apart = abs(self.time - other.time)
        if apart <= TOLERANCE:
            return True
        if self.offset is not None and other.offset is not None:
            return abs(self._utc() - other._utc()) <= TOLERANCE
        if not (self.floating or other.floating) or apart > _FARTHEST_ZONE + TOLERANCE:
            return False
        known = self.offset if self.offset is not None else other.offset
        if known is not None:
            return abs(apart - abs(timedelta(minutes=known))) <= TOLERANCE
        rest = apart % _ZONE_STEP
        return min(rest, _ZONE_STEP - rest) <= TOLERANCE

    def _utc(self) -> datetime:
        return self.time - timedelta(minutes=self.offset or 0)


def read_moment(path: Path, content: FileFormat) -> Moment | None:
    """The time of capture by the file's own metadata; None where it has none or cannot be read.

    Args:
        path: the file.
        content: its sniffed format.
    """
    try:
        with path.open("rb") as file:
            return _of_video(file) if content.is_video else _of_still(file, content)
    except (OSError, ValueError, OverflowError, struct.error):
        return None


def _of_still(file: BinaryIO, content: FileFormat) -> Moment | None:
    """From the first megabyte, where cameras put it; from the whole file where that holds none."""
    head = file.read(_HEAD)
    found = read_capture(head, content)
    if found.taken_at is None and len(head) == _HEAD:
        found = read_capture(head + file.read(_WHOLE), content)
    return None if found.taken_at is None else Moment(found.taken_at.replace(microsecond=0), found.utc_offset)


def _of_video(file: BinaryIO) -> Moment | None:
    moov = next((file.read(min(size, _MOOV_LIMIT)) for kind, size in _boxes(file) if kind == b"moov"), b"")
    if found := _APPLE_DATE.search(moov):
        sign = -1 if found[7] == b"-" else 1
        parts = [int(found[i]) for i in range(1, 7)]
        return Moment(datetime(*parts), sign * (60 * int(found[8]) + int(found[9])))  # type: ignore[arg-type]
    return _of_header(moov)


def _of_header(moov: bytes) -> Moment | None:
    at = moov.find(b"mvhd")
    if at < 0 or at + 16 > len(moov):
        return None
    seconds = struct.unpack_from(">Q" if moov[at + 4] == 1 else ">I", moov, at + 8)[0]
    return Moment(_SINCE_1904 + timedelta(seconds=seconds), floating=True) if seconds else None


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Top-level boxes (name, size of their content), the file standing at the content's beginning."""
    end = file.seek(0, 2)
    at = 0
    while at + 8 <= end:
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            size, header = struct.unpack(">Q", file.read(8))[0], 16
        size = size or end - at
        if size < header:
            return
        yield kind, size - header
        at += size
