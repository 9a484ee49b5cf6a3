"""Places: GPS tags, XMP coordinates, and what is no place."""

from __future__ import annotations

import math

import pygeohash
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metadata_files import BYTE, ascii_, exif_segment, jpeg, rationals, read, read_exif, tiff, xmp, xmp_segment

from lumina.domain.values import FileFormat
from lumina.files.metadata import gps

pytestmark = pytest.mark.unit

ROME = {
    0x01: ascii_("N"),
    0x02: rationals((41, 1), (53, 1), (43_440, 1000)),
    0x03: ascii_("E"),
    0x04: rationals((12, 1), (28, 1), (579, 10)),
    0x05: (BYTE, 0),
    0x06: rationals((215, 10)),
}


def test_degrees_altitude_and_geohash() -> None:
    found = read_exif({}, {}, ROME)
    assert found.latitude == pytest.approx(41.8954)
    assert found.longitude == pytest.approx(12.48275)
    assert (found.altitude, found.geohash) == (21.5, "sr2yk4c")
    assert found.provenance["latitude"] == "GPS:GPSLatitude"
    assert found.provenance["altitude"] == "GPS:GPSAltitude"


def test_geohash_is_the_published_one() -> None:
    assert gps.geohash(57.64911, 10.40744) == "u4pruyd"


def test_south_west_and_below_the_sea() -> None:
    found = read_exif({}, {}, {**ROME, 0x01: ascii_("S"), 0x03: ascii_("W"), 0x05: (BYTE, 1)})
    assert found.latitude is not None
    assert found.longitude is not None
    assert found.latitude < 0
    assert found.longitude < 0
    assert found.altitude == -21.5


@pytest.mark.parametrize(
    "tags",
    [
        {**ROME, 0x02: rationals((0, 1), (0, 1), (0, 1)), 0x04: rationals((0, 1), (0, 1), (0, 1))},
        {**ROME, 0x02: rationals((95, 1), (0, 1), (0, 1))},
        {**ROME, 0x04: rationals((4_000_000_000, 1), (0, 1), (0, 1))},
        {**ROME, 0x02: ascii_("north")},
    ],
)
def test_what_is_no_place_is_noted_and_stays_in_raw(tags: dict[int, tuple[int, object]]) -> None:
    found = read_exif({}, {}, tags)
    assert (found.latitude, found.longitude, found.geohash) == (None, None, None)
    assert any(note.startswith("GPS") for note in found.notes)
    assert "GPS:GPSLatitude" in found.raw


def test_fractions_over_zero_count_as_nothing() -> None:
    found = read_exif({}, {}, {**ROME, 0x02: rationals((41, 1), (30, 1), (5, 0))})
    assert found.latitude == 41.5
    empty = read_exif({}, {}, {**ROME, 0x02: rationals((0, 0), (0, 0), (0, 0))})
    assert (empty.latitude, empty.notes) == (None, ())


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("48,51.5N", "2,21.25W"), ("48,51,30N", "2,21,15W"), ("48.858333", "-2.354167")]
)
def test_xmp_coordinates_in_every_spelling(latitude: str, longitude: str) -> None:
    packet = xmp("", f'exif:GPSLatitude="{latitude}" exif:GPSLongitude="{longitude}" exif:GPSAltitude="350/10"')
    found = read(jpeg(xmp_segment(packet)))
    assert found.latitude == pytest.approx(48.858333, abs=1e-5)
    assert found.longitude == pytest.approx(-2.354167, abs=1e-5)
    assert found.altitude == 35


def test_a_sidecars_place_beats_the_camera_and_the_camera_beats_embedded_xmp() -> None:
    packet = xmp("", 'exif:GPSLatitude="48,0N" exif:GPSLongitude="2,0E"')
    data = jpeg(exif_segment(tiff({}, {}, ROME)), xmp_segment(packet))
    assert read(data).latitude == pytest.approx(41.8954)
    best = read(data, FileFormat.JPEG, packet)
    assert (best.latitude, best.provenance["latitude"]) == (48, "Sidecar:exif:GPSLatitude")


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_degrees_survive_the_way_through_rationals(latitude: float, longitude: float) -> None:
    tags = {
        0x01: ascii_("S" if latitude < 0 else "N"),
        0x02: rationals((int(abs(latitude) * 10_000_000), 10_000_000)),
        0x03: ascii_("W" if longitude < 0 else "E"),
        0x04: rationals((int(abs(longitude) * 10_000_000), 10_000_000)),
    }
    found = read(tiff({}, {}, tags), FileFormat.TIFF)
    if found.latitude is None or found.longitude is None:
        assert abs(latitude) < 1e-6
        assert abs(longitude) < 1e-6
        return
    assert math.isclose(found.latitude, latitude, abs_tol=2e-7)
    assert math.isclose(found.longitude, longitude, abs_tol=2e-7)
    assert found.geohash == pygeohash.encode(found.latitude, found.longitude, precision=7)
