"""Capture dates: order, fractions, zones, and dates that cannot be."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metadata_files import SHORT, ascii_, exif_segment, iptc, jpeg, rationals, read, read_exif, tiff, xmp, xmp_segment

from lumina.domain.values import FileFormat
from lumina.files.metadata import dates

pytestmark = pytest.mark.unit

NOON = ascii_("2020:05:04 18:39:11")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2015:10:11 14:41:44", datetime(2015, 10, 11, 14, 41, 44)),
        ("2015-10-11T14:41:44.5", datetime(2015, 10, 11, 14, 41, 44, 500_000)),
        ("2015/10/11 14:41:44", datetime(2015, 10, 11, 14, 41, 44)),
        ("2015:10:11 14.41.44", datetime(2015, 10, 11, 14, 41, 44)),
        ("2015:10:11  4:41:44", datetime(2015, 10, 11, 4, 41, 44)),
        ("2015:10:11 14:41", datetime(2015, 10, 11, 14, 41)),
        ("2015-10-11", datetime(2015, 10, 11)),
        ("1950", datetime(1950, 1, 1)),
    ],
)
def test_dates_are_read_as_cameras_and_editors_write_them(text: str, expected: datetime) -> None:
    assert dates.parse(text).time == expected


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2015:13:11 14:41:44",
        "2015:02:30 14:41:44",
        "2015:10:11 25:41:44",
        "1825:12:31 23:59:59",
        "9999:12:31 23:59:59",
        "yesterday",
        "",
    ],
)
def test_impossible_dates_are_refused(text: str) -> None:
    with pytest.raises(dates.BadDate):
        dates.parse(text)


def test_tomorrow_is_allowed_and_the_day_after_is_not() -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    dates.plausible(now + timedelta(hours=23))
    with pytest.raises(dates.BadDate):
        dates.plausible(now + timedelta(hours=25))


def test_an_impossible_date_stays_in_raw_and_is_noted() -> None:
    found = read_exif({}, {0x9003: ascii_("0000:00:00 00:00:00")})
    assert found.taken_at is None
    assert found.raw["EXIF:DateTimeOriginal"] == "0000:00:00 00:00:00"
    assert any("EXIF:DateTimeOriginal" in note for note in found.notes)


def test_the_date_of_the_last_change_does_not_replace_a_spoilt_capture_date() -> None:
    assert read_exif({0x0132: NOON}, {0x9003: ascii_("0000:00:00 00:00:00")}).taken_at is None
    assert read_exif({0x0132: NOON}, {}).taken_at == datetime(2020, 5, 4, 18, 39, 11)


def test_the_digitised_date_stands_in_for_a_missing_or_spoilt_one() -> None:
    found = read_exif({}, {0x9003: ascii_("0000:00:00 00:00:00"), 0x9004: NOON, 0x9292: ascii_("25")})
    assert found.taken_at == datetime(2020, 5, 4, 18, 39, 11, 250_000)
    assert found.provenance["taken_at"] == "EXIF:CreateDate"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("+09:00", 540), ("-05:30", -330), ("Z", 0), ("+1400", 840), ("+15:00", None), ("   :  ", None)],
)
def test_zones_come_from_the_offset_tags(text: str, minutes: int | None) -> None:
    found = read_exif({}, {0x9003: NOON, 0x9011: ascii_(text)})
    assert found.utc_offset == minutes


@pytest.mark.parametrize(
    ("hour", "minute", "offset"),
    [(22, 39, -240), (16, 40, 120), (13, 9, 330), (18, 0, None), (3, 39, None)],
)
def test_zones_are_inferred_from_the_satellites_time(hour: int, minute: int, offset: int | None) -> None:
    stamp = {0x1D: ascii_("2020:05:04"), 0x07: rationals((hour, 1), (minute, 1), (10, 1))}
    found = read_exif({}, {0x9003: NOON}, stamp)
    assert found.utc_offset == offset


def test_an_offset_tag_beats_the_satellite() -> None:
    stamp = {0x1D: ascii_("2020:05:04"), 0x07: rationals((22, 1), (39, 1), (10, 1))}
    assert read_exif({}, {0x9003: NOON, 0x9011: ascii_("+02:00")}, stamp).utc_offset == 120


def test_a_zone_in_xmp_counts_where_it_names_the_same_second() -> None:
    packet = xmp(attributes='exif:DateTimeOriginal="2020-05-04T18:39:11+03:00"')
    found = read(jpeg(exif_segment(tiff({}, {0x9003: NOON})), xmp_segment(packet)))
    assert (found.utc_offset, found.provenance["utc_offset"]) == (180, "XMP:exif:DateTimeOriginal")


def test_a_careless_z_in_xmp_is_no_zone_of_the_camera() -> None:
    packet = xmp(attributes='exif:DateTimeOriginal="2020-05-04T18:39:11Z"')
    assert read(jpeg(exif_segment(tiff({}, {0x9003: NOON})), xmp_segment(packet))).utc_offset is None
    assert read(jpeg(xmp_segment(packet))).utc_offset == 0


def test_the_satellites_know_the_zone_better_than_an_editor() -> None:
    packet = xmp(attributes='exif:DateTimeOriginal="2020-05-04T18:39:11+03:00"')
    stamp = {0x1D: ascii_("2020:05:04"), 0x07: rationals((22, 1), (39, 1), (10, 1))}
    found = read(jpeg(exif_segment(tiff({}, {0x9003: NOON}, stamp)), xmp_segment(packet)))
    assert found.utc_offset == -240


def test_a_day_without_a_time_takes_the_time_of_the_same_day_from_elsewhere() -> None:
    packet = xmp(attributes='photoshop:DateCreated="2006-10-29"')
    found = read(jpeg(xmp_segment(packet), iptc(d55=[b"20061029"], d60=[b"062751-0500"])))
    assert (found.taken_at, found.utc_offset) == (datetime(2006, 10, 29, 6, 27, 51), -300)


def test_a_year_alone_is_kept_and_said_to_be_one() -> None:
    found = read(jpeg(xmp_segment(xmp(attributes='photoshop:DateCreated="1950"'))))
    assert found.taken_at == datetime(1950, 1, 1)
    assert any("known to the year only" in note for note in found.notes)


def test_a_sidecars_date_wins_and_keeps_the_fraction_of_the_same_second() -> None:
    data = jpeg(exif_segment(tiff({}, {0x9003: NOON, 0x9291: ascii_("644"), 0x9011: ascii_("-04:00")})))
    same = read(data, FileFormat.JPEG, xmp(attributes='exif:DateTimeOriginal="2020-05-04T18:39:11"'))
    assert (same.taken_at, same.utc_offset) == (datetime(2020, 5, 4, 18, 39, 11, 644_000), -240)
    moved = read(data, FileFormat.JPEG, xmp(attributes='exif:DateTimeOriginal="2019-01-01T00:00:00"'))
    assert (moved.taken_at, moved.provenance["taken_at"]) == (datetime(2019, 1, 1), "Sidecar:exif:DateTimeOriginal")


def test_the_old_zone_tag_counts_hours() -> None:
    assert read_exif({}, {0x9003: NOON, 0x882A: (SHORT, 9)}).utc_offset == 540


@given(st.text(alphabet=string.printable + "éЖ\ud7ff", max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        found = dates.parse(text, text)
    except dates.BadDate:
        return
    assert 1826 <= found.time.year <= datetime.now(UTC).year + 1


@given(st.datetimes(datetime(1830, 1, 1), datetime(2024, 1, 1)), st.integers(-720, 840))
def test_what_is_written_is_read(time: datetime, offset: int) -> None:
    sign, minutes = ("-" if offset < 0 else "+"), abs(offset)
    zone = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    found = dates.parse(time.isoformat(timespec="microseconds") + zone)
    assert (found.time, found.offset) == (time, offset)
