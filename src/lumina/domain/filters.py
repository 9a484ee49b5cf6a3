"""The filters of a query: their names, and how their values are read and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from difflib import get_close_matches

from lumina.domain.curation import Label
from lumina.domain.terms import NEAR_KM, Choice, Days, Numbers, Spot, Text, Value
from lumina.domain.values import FileFormat

Reader = Callable[[str], Value]

IS = ("archived", "burst", "duplicate", "favourite", "photo", "pick", "reject", "video")
HAS = ("album", "caption", "date", "gps", "keywords", "label", "place", "rating", "raw", "sidecar", "tags", "title")
TYPES = ("raw", "video", *sorted(form.value for form in FileFormat if not form.is_sidecar and form != "unknown"))
LABELS = (*(label.value for label in Label), "none")
_ALIASES = {
    "favorite": "favourite",
    "fav": "favourite",
    "picked": "pick",
    "rejected": "reject",
    "duplicates": "duplicate",
    "jpg": "jpeg",
    "tif": "tiff",
    "heif": "heic",
    "tag": "tags",
    "keyword": "keywords",
    "location": "gps",
    "stars": "rating",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A filter. `example` is its value in a sentence about it."""

    read: Reader
    example: str
    about: str


class BadValue(ValueError):
    """The text is no value of this filter; the message says what is possible."""


def _text(text: str) -> Text:
    return Text(text)


def _one_of(names: tuple[str, ...]) -> Reader:
    def read(text: str) -> Choice:
        name = text.casefold()
        name = name if name in names else _ALIASES.get(name, name)
        if name not in names:
            near = get_close_matches(name, names, 1)
            raise BadValue(f"{f'did you mean {near[0]}? ' if near else ''}There are {', '.join(names)}")
        return Choice(name)

    return read


_BETWEEN = re.compile(r"(.*?)\.\.(.*)", re.DOTALL)
_COMPARED = re.compile(r"(>=|<=|>|<|=)?(.*)", re.DOTALL)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,6})?")


def _numbers(text: str) -> Numbers:
    if between := _BETWEEN.fullmatch(text):
        low, high = (_number(side) if side else None for side in between.groups())
        if (low is None and high is None) or (low is not None and high is not None and low > high):
            raise BadValue("a range goes from the smaller to the greater number, as in 3..5")
        return Numbers(low, high)
    match = _COMPARED.fullmatch(text)
    assert match is not None, "it matches everything"
    sign, number = match.group(1), _number(match.group(2))
    if sign in (">", ">="):
        return Numbers(low=number, above=sign == ">")
    if sign in ("<", "<="):
        return Numbers(high=number, below=sign == "<")
    return Numbers(number, number)


def _number(text: str) -> float:
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise BadValue("write a number, as in 4, >=4, <4 or 3..5")
    return float(text)


_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def _days(text: str) -> Days:
    if between := _BETWEEN.fullmatch(text):
        start, end = (_span(side) if side else None for side in between.groups())
        if (start is None and end is None) or (start and end and start[0] > end[1]):
            raise BadValue("a range goes from the earlier to the later day, as in 2019-07-01..2019-07-14")
        return Days(start[0] if start else None, end[1] if end else None)
    match = _COMPARED.fullmatch(text)
    assert match is not None, "it matches everything"
    sign, (first, last) = match.group(1), _span(match.group(2))
    if sign == ">":
        return Days(start=min(last, date.max - timedelta(1)) + timedelta(1))
    if sign == "<":
        return Days(end=max(first, date.min + timedelta(1)) - timedelta(1))
    return Days(None if sign == "<=" else first, None if sign == ">=" else last)


def _span(text: str) -> tuple[date, date]:
    """First and last day of a year, a month or a day."""
    match = _DAY.fullmatch(text) if text.isascii() else None
    if match is None:
        raise BadValue(
            "write a year, a month or a day, as in 2019, 2019-07, 2019-07-14, >2020 or 2019-07-01..2019-07-14"
        )
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        raise BadValue(f"there is no such day as {text}") from None
    if day:
        return first, first
    return first, _before_next(first.year + 1, 1) if month is None else _before_next(first.year, first.month + 1)


def _before_next(year: int, month: int) -> date:
    year, month = (year + 1, 1) if month > 12 else (year, month)
    return date.max if year > MAXYEAR else date(year, month, 1) - timedelta(1)


_RADIUS = re.compile(r"\s*(\d{1,5}(?:\.\d{1,3})?)\s*(km|m|mi)\s*", re.IGNORECASE)
_DEGREES = re.compile(r"\s*[+-]?\d{1,3}(?:\.\d{1,12})?\s*")
_KM = {"km": 1.0, "m": 0.001, "mi": 1.609344}


def _spot(text: str) -> Spot:
    parts = text.split(",")
    km = NEAR_KM if (given := _RADIUS.fullmatch(parts[-1]) if len(parts) > 1 else None) is None else _radius(given)
    parts = parts[:-1] if given is not None else parts
    if len(parts) == 2 and all(part.isascii() and _DEGREES.fullmatch(part) for part in parts):
        latitude, longitude = map(float, parts)
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise BadValue("a latitude is from -90 to 90, a longitude from -180 to 180 degrees")
        return Spot(None, latitude, longitude, km)
    name = ",".join(parts).strip()
    if not name:
        raise BadValue("name a town, as in near:lisbon, or coordinates, as in near:38.7,-9.1,10km")
    return Spot(name, km=km)


def _radius(given: re.Match[str]) -> float:
    km = round(float(given.group(1)) * _KM[given.group(2).lower()], 6)
    if not 0 < km <= 20_000:
        raise BadValue("a distance is more than 0 and at most 20,000 km")
    return km


FILTERS: Mapping[str, Kind] = {
    "album": Kind(_text, 'album:"Summer 2019"', "in an album of this name"),
    "camera": Kind(_text, "camera:nikon", "taken with this camera"),
    "date": Kind(_days, "date:2019-07", "taken in this year, in this month, on this day or between two"),
    "f": Kind(_numbers, "f:<=2.8", "the lens was opened so far"),
    "folder": Kind(_text, "folder:holidays", "in this folder or below it"),
    "has": Kind(_one_of(HAS), "has:gps", "has something"),
    "is": Kind(_one_of(IS), "is:favourite", "is something"),
    "iso": Kind(_numbers, "iso:>=3200", "the speed that was set"),
    "label": Kind(_one_of(LABELS), "label:red", "has this colour"),
    "lens": Kind(_text, "lens:50mm", "taken with this lens"),
    "mm": Kind(_numbers, "mm:24..35", "focal length, millimetres"),
    "name": Kind(_text, "name:IMG_12", "this is part of the file's name"),
    "near": Kind(_spot, "near:lisbon,10km", "taken around a town or coordinates"),
    "place": Kind(_text, "place:portugal", "taken in this country, region or town"),
    "quality": Kind(_numbers, "quality:>60", "quality, 0 to 100"),
    "rating": Kind(_numbers, "rating:>=4", "stars, 0 to 5"),
    "tag": Kind(_text, "tag:vehicle", "tagged so, or with something below it"),
    "type": Kind(_one_of(TYPES), "type:raw", "format of the file"),
}


def nearest(name: str) -> str | None:
    """The filter that is written most like this, None where none is."""
    return next(iter(get_close_matches(name, FILTERS, 1, 0.5)), None)


def written(value: Value) -> str:
    """A value as `FILTERS` reads it."""
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Choice):
        return value.name
    if isinstance(value, Numbers):
        return _written_numbers(value)
    if isinstance(value, Days):
        return _between(*(day.isoformat() if day else None for day in (value.start, value.end)))
    where = value.name if value.name is not None else f"{_decimal(value.latitude)},{_decimal(value.longitude)}"
    return f"{where},{_decimal(value.km)}km"


def _written_numbers(value: Numbers) -> str:
    if value.low is not None and value.high is not None:
        return _between(_decimal(value.low), _decimal(value.high))
    if value.low is not None:
        return f"{'>' if value.above else '>='}{_decimal(value.low)}"
    return f"{'<' if value.below else '<='}{_decimal(value.high or 0.0)}"


def _between(low: str | None, high: str | None) -> str:
    return low if low is not None and low == high else f"{low or ''}..{high or ''}"


def _decimal(number: float) -> str:
    return f"{number:.12f}".rstrip("0").rstrip(".")
