"""EXIF in JPEG and TIFF, in both byte orders, whole and damaged."""

from __future__ import annotations

import struct
from datetime import datetime

import pytest
from metadata_files import (
    ASCII,
    LONG,
    RATIONAL,
    SHORT,
    SRATIONAL,
    UNDEFINED,
    ascii_,
    directory,
    exif_segment,
    jpeg,
    rationals,
    read,
    read_exif,
    segment,
    tiff,
)

from lumina.domain.values import FileFormat

pytestmark = pytest.mark.unit

CAMERA = {0x010F: ascii_("Canon"), 0x0110: ascii_("Canon EOS 70D"), 0x0112: (SHORT, 6), 0x0131: ascii_("Firmware 1.2")}
SHOT = {
    0x829A: rationals((1, 60)),
    0x829D: rationals((28, 10)),
    0x8827: (SHORT, 400),
    0x9003: ascii_("2015:10:11 14:41:44"),
    0x9204: (SRATIONAL, [(-2, 3)]),
    0x9209: (SHORT, 16),
    0x920A: rationals((50, 1)),
    0x9291: ascii_("07"),
    0xA405: (SHORT, 80),
    0xA431: ascii_("053022005903"),
    0xA434: ascii_("EF50mm f/1.8 STM"),
}


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_technical_field_is_read_with_its_origin(order: str) -> None:
    found = read(jpeg(exif_segment(tiff(CAMERA, SHOT, order=order)), size=(40, 30)))
    assert (found.camera_make, found.camera_model, found.camera_serial) == ("Canon", "Canon EOS 70D", "053022005903")
    assert (found.lens_model, found.software) == ("EF50mm f/1.8 STM", "Firmware 1.2")
    assert found.exposure_time == pytest.approx(1 / 60)
    assert found.exposure_bias == pytest.approx(-2 / 3)
    assert (found.f_number, found.iso, found.flash) == (2.8, 400, 16)
    assert (found.focal_length, found.focal_length_35mm, found.orientation) == (50, 80, 6)
    assert (found.width, found.height) == (40, 30)
    assert found.taken_at == datetime(2015, 10, 11, 14, 41, 44, 70_000)
    assert found.provenance["taken_at"] == "EXIF:DateTimeOriginal"
    assert found.provenance["camera_serial"] == "EXIF:SerialNumber"
    assert found.raw["EXIF:FNumber"] == 2.8
    assert found.notes == ()


def test_tiff_gives_tags_and_the_size_of_its_first_page() -> None:
    found = read(tiff({**CAMERA, 0x0100: (LONG, 640), 0x0101: (SHORT, 480)}), FileFormat.TIFF)
    assert (found.width, found.height, found.camera_make) == (640, 480, "Canon")


def test_raw_takes_the_largest_picture_and_not_its_preview() -> None:
    order = "<"
    first = {0x00FE: (LONG, 1), 0x0100: (LONG, 160), 0x0101: (LONG, 120), 0x014A: (LONG, 0)}
    at = 8 + len(directory(first, 8, order))
    first[0x014A] = (LONG, at)
    inner = directory({0x00FE: (LONG, 0), 0x0100: (LONG, 6000), 0x0101: (LONG, 4000)}, at, order)
    data = b"II*\0" + struct.pack("<L", 8) + directory(first, 8, order) + inner
    assert (read(data, FileFormat.NEF).width, read(data, FileFormat.NEF).height) == (6000, 4000)


def test_the_last_of_a_doubled_tag_counts() -> None:
    block = b"II*\0" + struct.pack("<LH", 8, 2)
    for value in (1, 8):
        block += struct.pack("<HHLHH", 0x0112, SHORT, 1, value, 0)
    assert read(jpeg(exif_segment(block + b"\0\0\0\0"))).orientation == 8


def test_iso_of_65535_gives_way_to_the_wider_tag() -> None:
    assert read_exif({}, {0x8827: (SHORT, 65_535), 0x8832: (LONG, 102_400)}).iso == 102_400


def test_zero_exposure_is_unknown() -> None:
    found = read_exif({}, {0x829A: rationals((0, 1)), 0x829D: rationals((0, 0)), 0x9201: (SRATIONAL, [(0, 1)])})
    assert (found.exposure_time, found.f_number) == (None, None)


def test_apex_values_stand_in_for_missing_exposure() -> None:
    found = read_exif({}, {0x9201: (SRATIONAL, [(6, 1)]), 0x9202: rationals((4, 1))})
    assert (found.exposure_time, found.f_number) == (1 / 64, 4.0)


def test_a_fraction_stated_as_four_shorts_is_read() -> None:
    assert read_exif({}, {0x9204: (SHORT, [36, 0, 18, 0])}).exposure_bias == 2


def test_lens_without_a_name_is_described_by_its_range() -> None:
    found = read_exif({}, {0xA432: rationals((18, 1), (70, 1), (35, 10), (45, 10))})
    assert found.lens_model == "18-70mm f/3.5-4.5"


@pytest.mark.parametrize("value", [0, 9, 4711])
def test_an_orientation_that_does_not_exist_is_upright(value: int) -> None:
    assert read_exif({0x0112: (SHORT, value)}).orientation == 1


def test_texts_are_cut_at_nul_and_read_as_latin_1_where_they_are_not_utf_8() -> None:
    found = read_exif({0x010F: (ASCII, b"M\xfcller & S\xf6hne\0garbage\0"), 0x0110: (ASCII, "Größe".encode())})
    assert (found.camera_make, found.camera_model) == ("Müller & Söhne", "Größe")


def test_windows_texts_are_utf_16() -> None:
    found = read_exif({0x9C9B: (1, "Über uns\0".encode("utf-16-le")), 0x9C9E: (1, "See; Boot;".encode("utf-16-le"))})
    assert (found.title, found.keywords) == ("Über uns", ("See", "Boot"))


def test_lone_surrogates_never_get_out() -> None:
    found = read_exif({0x9C9B: (1, b"a\x00\x00\xd8b\x00")})
    assert found.title is not None
    found.title.encode()


def test_what_the_camera_writes_by_itself_is_no_caption() -> None:
    assert read_exif({0x010E: ascii_("OLYMPUS DIGITAL CAMERA")}).caption is None
    assert read_exif({0x010E: ascii_("The harbour")}).caption == "The harbour"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"ASCII\0\0\0plain", "plain"),
        (b"UNICODE\0" + "Grüße".encode("utf-16-be"), "Grüße"),
        (b"UNICODE\0" + "Grüße".encode("utf-16-le"), "Grüße"),
        (b"JIS\0\0\0\0\0" + "写真".encode("iso2022_jp"), "写真"),
    ],
)
def test_user_comments_name_their_character_set(body: bytes, text: str) -> None:
    assert read_exif({}, {0x9286: (UNDEFINED, body)}).raw["EXIF:UserComment"] == text


def test_exif_longer_than_a_segment_goes_on_in_the_next() -> None:
    block = tiff({0x010E: (ASCII, b"x" * 70_000), 0x0131: ascii_("behind the long text")})
    data = jpeg(exif_segment(block[:65_000]), exif_segment(block[65_000:]))
    assert read(data).software == "behind the long text"


def test_large_binary_tags_are_kept_as_their_size() -> None:
    found = read_exif(
        {}, {0x9286: (UNDEFINED, b"ASCII\0\0\0x"), 0xC4A5: (UNDEFINED, bytes(5000)), 0x9214: (SHORT, [7] * 2000)}
    )
    assert found.raw["EXIF:0xc4a5"] == {"bytes": 5000}
    assert found.raw["EXIF:SubjectArea"] == {"bytes": 4000}


def test_picture_info_of_old_cameras_is_read() -> None:
    text = b"OLYMPUS OPTICAL CO.,LTD.\0[picture info]\r\nTimeDate=909698819\r\nShutter=33363\r\n"
    text += b"FNumber=F2.8\r\nSerial#=#1234\r\n"
    found = read(jpeg(segment(0xEC, text)))
    assert found.taken_at == datetime(1998, 10, 29, 22, 6, 59)
    assert (found.exposure_time, found.f_number, found.camera_serial) == (0.033363, 2.8, "1234")


def test_rational_type_is_what_builds_fractions() -> None:
    assert read_exif({}, {0x920A: (RATIONAL, [(35, 2)])}).focal_length == 17.5
