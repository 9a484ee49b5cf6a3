"""The timeline: days, and buckets small enough to be loaded at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lumina.errors import BadInput

BUCKET = 2000
"""Images in one bucket, at most. The schema's `timeline_fold` cuts days at the same number."""


class Part(NamedTuple):
    """A stretch of a day: from its newest image, which is at (`newest`, `head`), back to the time `oldest`."""

    newest: datetime
    head: int
    oldest: datetime


class Day(NamedTuple):
    """One day's images: how many, the first and last wall-clock time, and, above `BUCKET`, its parts, newest first."""

    day: date
    images: int
    first: datetime
    last: datetime
    parts: tuple[Part, ...] = ()


class Block(NamedTuple):
    """A stretch of the undated shelf: ids `low` to `high`, both included, holding so many undated `images`."""

    low: int
    high: int
    images: int


class Bucket(NamedTuple):
    """A piece of the timeline, at most `BUCKET` images. `start` and `end` are the first and last time in it."""

    key: str
    start: datetime
    end: datetime
    images: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The buckets, newest first, and the shelf of the undated: as (key, count)."""

    buckets: tuple[Bucket, ...]
    shelf: tuple[tuple[str, int], ...]

    @property
    def undated(self) -> int:
        """Images on the undated shelf."""
        return sum(count for _, count in self.shelf)

    @property
    def total(self) -> int:
        """All images, dated or not."""
        return self.undated + sum(bucket.images for bucket in self.buckets)


_KEY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:\.(?P<part>[1-9]\d{0,6}))?)?")
_SHELF = re.compile(r"undated\.(?P<part>[1-9]\d{0,6})")


@dataclass(frozen=True, slots=True)
class BucketKey:
    """A bucket's key, read: days `start` to `end` (excluded), or the undated shelf where both are None.

    Attributes:
        part: 1, 2, ... of a day or of the shelf; None for a whole month or day.
    """

    start: date | None
    end: date | None
    part: int | None

    @classmethod
    def parse(cls, text: str) -> BucketKey:
        """Read `2019-07`, `2019-07-14`, `2019-07-14.3` or `undated.1`.

        Raises:
            BadInput: the text is none of these.
        """
        if shelf := _SHELF.fullmatch(text):
            return cls(None, None, int(shelf["part"]))
        try:
            return cls._dated(_KEY.fullmatch(text))
        except (ValueError, OverflowError):
            raise BadInput(
                f"key: {text!r} is no bucket; keys look like 2019-07, 2019-07-14, 2019-07-14.3 or undated.1"
            ) from None

    @classmethod
    def _dated(cls, match: re.Match[str] | None) -> BucketKey:
        if match is None:
            raise ValueError
        start = date(int(match["year"]), int(match["month"]), int(match["day"] or 1))
        part = int(match["part"]) if match["part"] else None
        return cls(start, start + timedelta(days=1) if match["day"] else _next_month(start), part)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
