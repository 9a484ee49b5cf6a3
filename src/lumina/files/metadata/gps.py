"""Places and UTC stamps from the GPS tags."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pygeohash

from lumina.files.metadata import dates

GEOHASH_PRECISION = 7
_QUARTERS = frozenset({-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825})
"""Zones that are not whole hours."""


class BadPlace(ValueError):
    """The tags hold no usable place; the message says why."""


def degrees(value: Any, reference: Any, limit: int) -> float | None:
    """Degrees, minutes, seconds (each may be missing) and N/S/E/W -> signed degrees; None where there is nothing.

    Raises BadPlace for values that cannot be a coordinate.
    """
    parts = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    if not parts or parts[0] is None or isinstance(parts[0], str):
        if value is None or (parts and all(p is None for p in parts)):
            return None
        raise BadPlace("GPS: the coordinate is not a number")
    total: float = sum(float(p) / float(60**i) for i, p in enumerate(parts[:3]) if isinstance(p, (int, float)))
    if not math.isfinite(total) or abs(total) > limit:
        raise BadPlace(f"GPS: {total:g} degrees is out of range")
    return -abs(total) if str(reference or "").strip().upper()[:1] in ("S", "W") else total


def altitude(value: Any, reference: Any) -> float | None:
    """Metres above sea level; reference 1 means below."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, (int, float)) or abs(value) > 1_000_000:
        return None
    return -abs(float(value)) if reference in (1, "1", 3) else float(value)


def utc(values: Mapping[str, Any]) -> datetime | None:
    """The satellite's time, from GPSDateStamp and GPSTimeStamp."""
    date, clock = values.get("GPS:GPSDateStamp"), values.get("GPS:GPSTimeStamp")
    if not isinstance(date, str):
        return None
    if isinstance(clock, list) and len(clock) == 3 and all(isinstance(c, (int, float)) for c in clock):
        hour, minute, second = clock
    else:
        return None
    try:
        return dates.parse(f"{date[:10]} {int(hour):02}:{int(minute):02}:{min(int(second), 59):02}").time
    except dates.BadDate:
        return None


def offset_between(local: datetime, satellite: datetime) -> int | None:
    """Minutes east of UTC from a local time and the satellite's: to 15 minutes, and only a zone that exists."""
    minutes = round((local - satellite).total_seconds() / 900) * 15
    if not -720 <= minutes <= 840:
        return None
    return minutes if minutes % 60 == 0 or minutes in _QUARTERS else None


def geohash(latitude: float, longitude: float) -> str:
    """7 characters: a cell of about 150 m."""
    return str(pygeohash.encode(latitude, longitude, precision=GEOHASH_PRECISION))
