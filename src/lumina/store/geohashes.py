"""Geohashes that cover a circle: ranges of a sorted column."""

from __future__ import annotations

from math import ceil, cos, degrees, floor, radians

EARTH_KM = 6371.0
MOST = 24
"""Ranges of one circle, at most."""
_DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz"


def around(latitude: float, longitude: float, km: float) -> list[tuple[str, str]]:
    """Ranges (first, end excluded) that hold every geohash within `km` of a point, of cells as small as is sensible.

    None at all where the circle holds a pole or much of the Earth: then every place has to be looked at.
    """
    high = degrees(km / EARTH_KM)
    if abs(latitude) + high > 85 or high > 40:
        return []
    wide = high / cos(radians(abs(latitude) + high))
    for length in range(6, 0, -1):
        rows, columns = 2 ** (5 * length // 2), 2 ** ((5 * length + 1) // 2)
        south, north = (floor((at + 90) / 180 * rows) for at in (latitude - high, latitude + high))
        west, east = (floor((at + 180) / 360 * columns) for at in (longitude - wide, longitude + wide))
        if (north - south + 1) * (east - west + 1) <= MOST:
            cells = {(row, column % columns) for row in range(south, north + 1) for column in range(west, east + 1)}
            return _joined(sorted(_number(row, column, length) for row, column in cells), length)
    return []


def _number(row: int, column: int, length: int) -> int:
    """Bits of longitude and latitude by turns, longitude first."""
    value, bits = 0, 5 * length
    for bit in range(bits):
        source, left = (column, ceil(bits / 2)) if bit % 2 == 0 else (row, bits // 2)
        value = value << 1 | source >> (left - 1 - bit // 2) & 1
    return value


def _joined(numbers: list[int], length: int) -> list[tuple[str, str]]:
    """Runs of cells as one range each."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1][1] = number + 1
        else:
            runs.append([number, number + 1])
    return [(_text(first, length), _text(end, length)) for first, end in runs]


def _text(number: int, length: int) -> str:
    """`number` may be one more than there are: behind all of them."""
    if number >> (5 * length):
        return "~"
    return "".join(_DIGITS[number >> (5 * place) & 31] for place in range(length - 1, -1, -1))
