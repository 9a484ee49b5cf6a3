"""The place of capture."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lumina.files.metadata import gps
from lumina.files.metadata.convert import number
from lumina.files.metadata.gps import BadPlace

_XMP_PLACE = re.compile(r"\s*(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?\s*([NSEWnsew])\s*$")
_ISO_6709 = re.compile(r"\s*([+-]\d{2,}(?:\.\d+)?)([+-]\d{3,}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")


class Place(NamedTuple):
    """Degrees and metres, with the tag they come from, and a remark where something was wrong."""

    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    key: str = ""
    note: str = ""


def place(values: Mapping[str, Any]) -> Place:
    """Sidecar, else the GPS tags, else embedded XMP, else a video's location."""
    note = ""
    for read in _READERS:
        try:
            found = read(values)
        except BadPlace as error:
            note = note or str(error)
            continue
        if found is not None:
            return found._replace(note=note)
    return Place(altitude=_altitude(values), key="GPS:GPSAltitude", note=note)


def _pair(latitude: float | None, longitude: float | None) -> bool:
    if latitude is None or longitude is None:
        return False
    if latitude == 0 and longitude == 0:
        raise BadPlace("GPS: 0, 0 stands for an unknown place")
    return True


def _exif(values: Mapping[str, Any]) -> Place | None:
    latitude = gps.degrees(values.get("GPS:GPSLatitude"), values.get("GPS:GPSLatitudeRef"), 90)
    longitude = gps.degrees(values.get("GPS:GPSLongitude"), values.get("GPS:GPSLongitudeRef"), 180)
    if not _pair(latitude, longitude):
        return None
    return Place(latitude, longitude, _altitude(values), "GPS:GPSLatitude")


def _altitude(values: Mapping[str, Any]) -> float | None:
    return gps.altitude(values.get("GPS:GPSAltitude"), values.get("GPS:GPSAltitudeRef"))


def _xmp(group: str) -> Callable[[Mapping[str, Any]], Place | None]:
    def read(values: Mapping[str, Any]) -> Place | None:
        latitude = _xmp_degrees(values.get(f"{group}:exif:GPSLatitude"), 90)
        longitude = _xmp_degrees(values.get(f"{group}:exif:GPSLongitude"), 180)
        if not _pair(latitude, longitude):
            return None
        height = number(values.get(f"{group}:exif:GPSAltitude"))
        below = values.get(f"{group}:exif:GPSAltitudeRef")
        return Place(latitude, longitude, gps.altitude(height, below), f"{group}:exif:GPSLatitude")

    return read


def _xmp_degrees(value: Any, limit: int) -> float | None:
    if not isinstance(value, str) or not value.strip():
        return None
    match = _XMP_PLACE.match(value[:64])
    if match:
        parts = [float(part) for part in match.group(1, 2, 3) if part]
        return gps.degrees(parts, match[4], limit)
    plain = number(value)
    if plain is None:
        raise BadPlace("GPS: an XMP coordinate is not a number")
    return gps.degrees([plain], None, limit)


def _video(values: Mapping[str, Any]) -> Place | None:
    text = values.get("QuickTime:GPSCoordinates")
    match = _ISO_6709.match(text[:80]) if isinstance(text, str) else None
    if not match:
        return None
    latitude = gps.degrees([_sexagesimal(match[1], 2)], None, 90)
    longitude = gps.degrees([_sexagesimal(match[2], 3)], None, 180)
    if not _pair(latitude, longitude):
        return None
    height = float(match[3]) if match[3] else None
    return Place(latitude, longitude, gps.altitude(height, None), "QuickTime:GPSCoordinates")


def _sexagesimal(text: str, digits: int) -> float:
    """ISO 6709 allows DD.D, DDMM.M and DDMMSS.S: the count of whole digits tells."""
    sign, whole = (-1 if text[0] == "-" else 1), text[1:].split(".")[0]
    if len(whole) <= digits:
        return float(text)
    rest = text[1 + digits :]
    minutes, seconds = (float(rest), 0.0) if len(whole) <= digits + 2 else (float(rest[:2]), float(rest[2:]))
    return sign * (int(text[1 : 1 + digits]) + minutes / 60 + seconds / 3600)


_READERS: tuple[Callable[[Mapping[str, Any]], Place | None], ...] = (_xmp("Sidecar"), _exif, _xmp("XMP"), _video)
