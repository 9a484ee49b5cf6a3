"""When a file was taken, read from its header alone: grouping needs it before any master is read in full."""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import exifread

from lumina.domain.values import FileFormat

logging.getLogger("exifread").setLevel(logging.CRITICAL)

TOLERANCE = timedelta(seconds=2)
"""A camera writes RAW and JPEG of one shutter release, a phone the still within its live video, this close together."""
_FARTHEST_ZONE = timedelta(hours=14)
_ZONE_STEP = timedelta(minutes=15)
_SINCE_1904 = datetime(1904, 1, 1)
_STILL_TAGS = ("EXIF DateTimeOriginal", "EXIF DateTimeDigitized", "Image DateTime")
_OFFSET_TAGS = ("EXIF OffsetTimeOriginal", "EXIF OffsetTime", "EXIF OffsetTimeDigitized")
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
            if content.is_video:
                return _of_video(file)
            return _of_cr3(file) if content is FileFormat.CR3 else _of_still(file)
    except Exception:  # noqa: BLE001 - the reader meets hostile files; no time is an answer
        return None


def _of_still(file: BinaryIO) -> Moment | None:
    tags = exifread.process_file(file, details=False, extract_thumbnail=False)
    return next((found for tag in _STILL_TAGS if tag in tags and (found := _parsed(tags, tag))), None)


def _parsed(tags: dict[str, object], tag: str) -> Moment | None:
    try:
        time = datetime.strptime(str(tags[tag]).strip()[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    return Moment(time, next((_minutes(str(tags[name])) for name in _OFFSET_TAGS if name in tags), None))


def _minutes(text: str) -> int | None:
    found = re.match(r"\s*([+-])(\d\d):?(\d\d)", text)
    return int(found[1] + "1") * (60 * int(found[2]) + int(found[3])) if found else None


def _of_cr3(file: BinaryIO) -> Moment | None:
    """Canon keeps whole TIFF blocks in boxes named CMT1 (IFD0) and CMT2 (EXIF)."""
    head = file.read(1 << 18)
    found = re.search(rb"(\d{4}:\d\d:\d\d \d\d:\d\d:\d\d)\0", head[head.find(b"CMT2") :] if b"CMT2" in head else head)
    return Moment(datetime.strptime(found[1].decode(), "%Y:%m:%d %H:%M:%S")) if found else None


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
