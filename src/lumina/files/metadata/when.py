"""The moment of capture: which date, which fraction, which zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from lumina.files.metadata import dates, gps
from lumina.files.metadata.convert import first
from lumina.files.metadata.dates import BadDate, Precision, Stamp


class Clock(NamedTuple):
    """A date tag with its companions.

    Attributes:
        capture: it speaks of the capture itself.
        exact: without a time of day it says nothing of the capture (a film's year).
    """

    key: str
    subsec: str = ""
    zones: tuple[str, ...] = ()
    time: str = ""
    capture: bool = True
    exact: bool = False


_ANY_ZONE = ("EXIF:OffsetTimeOriginal", "EXIF:OffsetTimeDigitized", "EXIF:OffsetTime")

CLOCKS: Final = (
    Clock("Sidecar:exif:DateTimeOriginal"),
    Clock("Sidecar:photoshop:DateCreated"),
    Clock("EXIF:DateTimeOriginal", "EXIF:SubSecTimeOriginal", _ANY_ZONE),
    Clock("XMP:exif:DateTimeOriginal"),
    Clock("XMP:photoshop:DateCreated"),
    Clock("IPTC:DateCreated", time="IPTC:TimeCreated"),
    Clock("EXIF:CreateDate", "EXIF:SubSecTimeDigitized", (_ANY_ZONE[1], _ANY_ZONE[0], _ANY_ZONE[2])),
    Clock("XMP:exif:DateTimeDigitized"),
    Clock("XMP:xmp:CreateDate"),
    Clock("Sidecar:xmp:CreateDate"),
    Clock("QuickTime:CreationDate"),
    Clock("QuickTime:ContentCreateDate", exact=True),
    Clock("QuickTime:DateTimeOriginal"),
    Clock("RIFF:DateTimeOriginal"),
    Clock("PNG:CreationTime"),
    Clock("MakerNotes:DateTimeOriginal"),
    Clock("CIFF:DateTimeOriginal"),
    Clock("PictureInfo:DateTimeOriginal"),
    Clock("IPTC:DigitalCreationDate", time="IPTC:DigitalCreationTime"),
    Clock("QuickTime:CreateDate"),
    Clock("Matroska:DateTimeOriginal"),
    Clock("PNG:ModifyDate", capture=False),
    Clock("EXIF:ModifyDate", "EXIF:SubSecTime", (_ANY_ZONE[2],), capture=False),
    Clock("IFD1:ModifyDate", capture=False),
)


class Moment(NamedTuple):
    """Wall-clock time and minutes east of UTC, each with the tag it comes from, and remarks."""

    time: datetime | None
    offset: int | None
    time_key: str
    offset_key: str
    notes: tuple[str, ...]


def moment(values: Mapping[str, Any]) -> Moment:
    """Choose the date by the order of `CLOCKS`; fraction and zone may come from another tag of the same second.

    A tag with an impossible date is passed over with a note; where such a one speaks of the capture, the date of the
    last change is not taken in its place.
    """
    notes: list[str] = []
    read = list(_read(values, notes))
    if not read:
        return Moment(None, None, "", "", tuple(notes))
    chosen, stamp = _finest(read)
    if stamp.precision < Precision.DAY:
        notes.append(f"{chosen.key}: known to the {stamp.precision.name.lower()} only")
    same = [(c, s) for c, s in read if s.time.replace(microsecond=0) == stamp.time.replace(microsecond=0)]
    time = next((s.time for _, s in same if s.precision is Precision.FRACTION), stamp.time)
    offset, offset_key = _zone(values, (chosen, stamp), same, time)
    return Moment(time, offset, chosen.key, offset_key, tuple(notes))


def _finest(read: list[tuple[Clock, Stamp]]) -> tuple[Clock, Stamp]:
    """The first date; where it states no time of day, the first that does and agrees with it."""
    chosen, stamp = read[0]
    if stamp.precision >= Precision.SECOND:
        return chosen, stamp
    finer = ((c, s) for c, s in read if c.capture and s.precision >= Precision.SECOND and stamp.agrees(s))
    return next(finer, (chosen, stamp))


def _read(values: Mapping[str, Any], notes: list[str]) -> Iterator[tuple[Clock, Stamp]]:
    spoilt = False
    for clock in CLOCKS:
        text = _text(values, clock)
        if text is None or (spoilt and not clock.capture):
            continue
        try:
            stamp = dates.parse(text, first(values.get(clock.subsec)))
            if stamp.precision >= Precision.SECOND or not clock.exact:
                yield clock, stamp
        except BadDate as error:
            spoilt = True
            notes.append(f"{clock.key}: {error}: {text[:40]!r}")


def _text(values: Mapping[str, Any], clock: Clock) -> str | None:
    value = first(values.get(clock.key))
    if not isinstance(value, str) or not value.strip():
        return None
    if clock.time and len(value) == 8:
        hour = str(first(values.get(clock.time)) or "")
        zone = hour[6:] if len(hour) == 11 else ""
        value = f"{value[:4]}:{value[4:6]}:{value[6:]}"
        value += f" {hour[:2]}:{hour[2:4]}:{hour[4:6]}{zone}" if len(hour) >= 6 else ""
    return value


def _zone(
    values: Mapping[str, Any], chosen: tuple[Clock, Stamp], same: list[tuple[Clock, Stamp]], time: datetime
) -> tuple[int | None, str]:
    """What the date itself says, its offset tags, the satellites, other tags of the same second, the maker."""
    clock, stamp = chosen
    if stamp.offset is not None:
        return stamp.offset, clock.key
    for key in (key for other, _ in same for key in other.zones):
        offset = dates.zone(first(values.get(key)))
        if offset is not None:
            return offset, key
    offset, key = _inferred(values, time)
    return (offset, key) if offset is not None else _borrowed(values, same)


def _borrowed(values: Mapping[str, Any], same: list[tuple[Clock, Stamp]]) -> tuple[int | None, str]:
    """A `Z` behind the camera's own time is more often an editor's carelessness than a picture from Greenwich."""
    for clock, stamp in same:
        if stamp.offset:
            return stamp.offset, clock.key
    minutes = values.get("MakerNotes:TimeZone")
    if isinstance(minutes, int) and -720 <= minutes <= 840:
        return minutes, "MakerNotes:TimeZone"
    return None, ""


def _inferred(values: Mapping[str, Any], time: datetime) -> tuple[int | None, str]:
    hours = first(values.get("EXIF:TimeZoneOffset"))
    if isinstance(hours, int) and -12 <= hours <= 14:
        return hours * 60, "EXIF:TimeZoneOffset"
    satellite = gps.utc(values)
    offset = gps.offset_between(time, satellite) if satellite else None
    if offset is not None:
        return offset, "GPS:GPSTimeStamp"
    return None, ""
