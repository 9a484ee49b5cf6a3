"""Dates as cameras, phones and editors write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

EARLIEST_YEAR = 1826
"""The oldest surviving photograph was taken then."""

_DATE = re.compile(
    r"\s*(\d{4})(?:[-:/. ]\s?(\d{1,2})(?:[-:/. ]\s?(\d{1,2})"
    r"(?:(?:\s+|T)\s?(\d{1,2})[:. ]\s?(\d{1,2})(?:[:. ]\s?(\d{1,2})(?:[.,](\d+))?)?)?)?"
    r"\s*(Z|[+-]\d{1,2}:?\d{2})?|\s*$)"
)
_OFFSET = re.compile(r"\s*([+−-])?\s*(\d{1,2}):?(\d{2})?(?::\d{2})?\s*$")


class Precision(IntEnum):
    """How much of a time the text states."""

    YEAR = 1
    MONTH = 2
    DAY = 3
    SECOND = 6
    FRACTION = 7


class Stamp(NamedTuple):
    """A wall-clock time, its zone in minutes east of UTC where the text names it, and how exact it is."""

    time: datetime
    offset: int | None = None
    precision: Precision = Precision.SECOND

    def agrees(self, finer: Stamp) -> bool:
        """True where `finer` is the same time as far as this one states it."""
        return self.time.timetuple()[: self.precision] == finer.time.timetuple()[: self.precision]


class BadDate(ValueError):
    """The text is no date that a photograph can have; the message says why."""


def parse(text: str, subsec: object = None) -> Stamp:
    """Read an EXIF, XMP or ISO date; `subsec` is the digits of EXIF's SubSecTime tags. Raises BadDate."""
    match = _DATE.match(text)
    if not match:
        raise BadDate("not a date")
    year, month, day, hour, minute, second = (int(g) if g else None for g in match.group(1, 2, 3, 4, 5, 6))
    if not year or month == 0 or day == 0:
        raise BadDate("an empty date")
    digits = match[7] or _digits(subsec)
    try:
        time = datetime(year, month or 1, day or 1, hour or 0, minute or 0, second or 0, _micros(digits))
    except ValueError as error:
        raise BadDate(str(error)) from None
    return Stamp(plausible(time), zone(match[8]) if match[8] else None, _precision(match, digits))


def _precision(match: re.Match[str], digits: str) -> Precision:
    if match[4] is None:
        return Precision.DAY if match[3] else Precision.MONTH if match[2] else Precision.YEAR
    return Precision.FRACTION if digits else Precision.SECOND


def plausible(time: datetime) -> datetime:
    """Return `time`; raises BadDate before photography, or later than tomorrow."""
    if time.year < EARLIEST_YEAR:
        raise BadDate(f"before {EARLIEST_YEAR}")
    if time > datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1):
        raise BadDate("in the future")
    return time


def zone(text: object) -> int | None:
    """`+09:00`, `-5:30`, `Z`, `+0900` -> minutes east of UTC; None where it is no zone on earth."""
    if not isinstance(text, str):
        return None
    if text.strip() in ("Z", "z"):
        return 0
    match = _OFFSET.match(text)
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    minutes = -minutes if match[1] in ("-", "−") else minutes
    return minutes if -720 <= minutes <= 840 and int(match[3] or 0) < 60 else None


def _digits(subsec: object) -> str:
    if isinstance(subsec, int) and subsec >= 0:
        return str(subsec)
    match = re.match(r"\s*(\d+)\s*$", subsec) if isinstance(subsec, str) else None
    return match[1] if match else ""


def _micros(digits: str) -> int:
    return int((digits + "000000")[:6]) if digits else 0
