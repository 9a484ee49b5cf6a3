"""The ranges around a point hold every place that is near enough."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygeohash import encode

from lumina.store.geohashes import EARTH_KM, MOST, around

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]


def _at(latitude: float, longitude: float, km: float, bearing: float) -> tuple[float, float]:
    """Where one arrives."""
    north, way = radians(latitude), km / EARTH_KM
    there = asin(sin(north) * cos(way) + cos(north) * sin(way) * cos(bearing))
    east = atan2(sin(bearing) * sin(way) * cos(north), cos(way) - sin(north) * sin(there))
    return degrees(there), (longitude + degrees(east) + 540) % 360 - 180


@settings(max_examples=150)
@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    km=st.floats(0.01, 3000),
    part=st.floats(0, 0.999),
    bearing=st.floats(0, 6.3),
)
def test_no_place_within_reach_is_left_out(
    latitude: float, longitude: float, km: float, part: float, bearing: float
) -> None:
    ranges = around(latitude, longitude, km)
    place = encode(*_at(latitude, longitude, km * part, bearing), precision=7)
    assert not ranges or any(low <= place < high for low, high in ranges)
    assert len(ranges) <= MOST


def test_a_small_circle_needs_few_small_cells() -> None:
    ranges = around(38.72, -9.14, 10)
    assert 0 < len(ranges) < 12
    assert all(len(low) >= 4 for low, _ in ranges)
    assert around(89.9, 0, 10) == []
