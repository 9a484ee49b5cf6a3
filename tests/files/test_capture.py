"""Times of capture, read from headers, and when two of them are one moment."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.domain.values import FileFormat
from lumina.files.capture import Moment, read_moment
from tests.support.library import NOON, jpeg, movie, raw

pytestmark = pytest.mark.unit
MOMENTS = st.builds(
    Moment,
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
    st.none() | st.integers(-12 * 60, 14 * 60),
    st.booleans(),
)


def mvhd(path: Path, utc: datetime) -> Path:
    seconds = int((utc - datetime(1904, 1, 1)).total_seconds())
    body = b"mvhd\0\0\0\0" + struct.pack(">II", seconds, seconds)
    path.write_bytes(b"\0\0\0\x10mdat" + b"\0" * 8 + struct.pack(">I", len(body) + 12) + b"moov\0\0\0\x14" + body)
    return path


def test_of_a_jpeg_and_of_a_raw(tmp_path: Path) -> None:
    assert read_moment(jpeg(tmp_path / "a.jpg", taken=NOON), FileFormat.JPEG) == Moment(NOON)
    assert read_moment(raw(tmp_path / "a.dng", NOON), FileFormat.DNG) == Moment(NOON)
    assert read_moment(jpeg(tmp_path / "b.jpg"), FileFormat.JPEG) is None


def test_of_a_phones_film_with_its_zone(tmp_path: Path) -> None:
    assert read_moment(movie(tmp_path / "a.mov", NOON, "-0330"), FileFormat.MOV) == Moment(NOON, -210)


def test_of_a_films_header_which_may_mean_any_zone(tmp_path: Path) -> None:
    """The header stands behind the streams here, as cameras write it."""
    found = read_moment(mvhd(tmp_path / "a.mp4", NOON), FileFormat.MP4)
    assert found == Moment(NOON, floating=True)
    assert found.agrees(Moment(NOON + timedelta(hours=2)))
    assert found.agrees(Moment(NOON + timedelta(hours=5, minutes=45)))
    assert found.agrees(Moment(NOON + timedelta(hours=2), offset=120))
    assert not found.agrees(Moment(NOON + timedelta(hours=3), offset=120))
    assert not found.agrees(Moment(NOON + timedelta(minutes=5)))
    assert not found.agrees(Moment(NOON + timedelta(hours=20)))


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe1\xff\xff", b"\0\0\0\1moov", b"\0\0\0\x09moov\xff" * 9])
def test_of_broken_files_there_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    for content in FileFormat:
        assert read_moment(tmp_path / "x", content) is None
    assert read_moment(tmp_path / "gone", FileFormat.JPEG) is None


def test_the_same_instant_in_two_zones() -> None:
    assert Moment(NOON, 120).agrees(Moment(NOON + timedelta(hours=1), 180))
    assert not Moment(NOON, 120).agrees(Moment(NOON + timedelta(hours=1)))


@given(MOMENTS, MOMENTS)
def test_agreement_goes_both_ways(one: Moment, other: Moment) -> None:
    assert one.agrees(one)
    assert one.agrees(other) == other.agrees(one)


@given(MOMENTS, st.integers(3, 400))
def test_stills_seconds_apart_are_two_moments(one: Moment, seconds: int) -> None:
    still = Moment(one.time, one.offset)
    assert not still.agrees(Moment(one.time + timedelta(seconds=seconds), one.offset))
