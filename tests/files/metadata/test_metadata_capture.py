"""The quick reading of moment and camera agrees with the full one."""

from __future__ import annotations

from datetime import datetime

import pytest
from metadata_files import ascii_, exif_segment, jpeg, rationals, read, tiff, xmp, xmp_segment

from lumina.domain.values import FileFormat
from lumina.files.metadata import read_capture

pytestmark = pytest.mark.unit

BLOCK = tiff(
    {0x010F: ascii_("NIKON CORPORATION"), 0x0110: ascii_("NIKON D70")},
    {0x9003: ascii_("2020:05:04 18:39:11"), 0x9291: ascii_("80")},
    {0x1D: ascii_("2020:05:04"), 0x07: rationals((16, 1), (39, 1), (10, 1))},
)


@pytest.mark.parametrize(("data", "format_"), [(jpeg(exif_segment(BLOCK)), FileFormat.JPEG), (BLOCK, FileFormat.NEF)])
def test_moment_zone_and_camera(data: bytes, format_: FileFormat) -> None:
    found, full = read_capture(data, format_), read(data, format_)
    assert found.taken_at == full.taken_at == datetime(2020, 5, 4, 18, 39, 11, 800_000)
    assert found.utc_offset == full.utc_offset == 120
    assert found.camera == "NIKON CORPORATION NIKON D70"


def test_the_first_bytes_are_enough() -> None:
    assert read_capture(jpeg(exif_segment(BLOCK), size=(900, 900))[:1024], FileFormat.JPEG).taken_at is not None


def test_nothing_is_known_of_a_picture_without_exif() -> None:
    assert read_capture(jpeg(xmp_segment(xmp())), FileFormat.JPEG) == (None, None, None)


def test_a_directory_beyond_the_head_is_not_replaced_by_the_date_of_the_last_change() -> None:
    block = tiff(
        {0x0132: ascii_("2021:01:01 00:00:00"), 0x010E: ascii_("x" * 5000)}, {0x9003: ascii_("2020:05:04 18:39:11")}
    )
    assert read_capture(block[:4000], FileFormat.DNG).taken_at is None
    assert read_capture(block, FileFormat.DNG).taken_at == datetime(2020, 5, 4, 18, 39, 11)
