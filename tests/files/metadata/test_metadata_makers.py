"""Maker notes: serial numbers, lenses, ISO and zones, also where an editor has moved them."""

from __future__ import annotations

import struct
from datetime import datetime

import pytest
from metadata_files import (
    LONG,
    SHORT,
    UNDEFINED,
    Entries,
    ascii_,
    directory,
    exif_segment,
    jpeg,
    rationals,
    read,
    tiff,
)

from lumina.domain.metadata import ImageMetadata

pytestmark = pytest.mark.unit

SETTINGS = [0] * 46
SETTINGS[16], SETTINGS[23], SETTINGS[24], SETTINGS[25] = 15, 70, 18, 1
SHOT = [68, 32, 160, *[0] * 30]
CANON: Entries = {
    0x0001: (SHORT, SETTINGS),
    0x0004: (SHORT, SHOT),
    0x000C: (LONG, 730_407_016),
    0x0035: (LONG, [16, 540, 0, 0]),
    0x0095: ascii_("EF-S18-70mm f/3.5-4.5"),
    0x0096: ascii_("WT0012345"),
}


def read_note(make: str, note: bytes, exif: Entries | None = None, *, order: str = "<") -> ImageMetadata:
    more = {0x9003: ascii_("2020:05:04 18:39:11"), **(exif or {}), 0x927C: (UNDEFINED, note)}
    return read(jpeg(exif_segment(tiff({0x010F: ascii_(make)}, more, order=order))))


def place_of_note(make: str, note: bytes, order: str = "<") -> int:
    """Where `tiff` puts a note of that length, from the TIFF header."""
    marker = b"\xa5" * len(note)
    more = {0x9003: ascii_("2020:05:04 18:39:11"), 0x927C: (UNDEFINED, marker)}
    return tiff({0x010F: ascii_(make)}, more, order=order).index(marker)


def anchored(make: str, head: bytes, entries: Entries, *, order: str = "<", shift: int = 0) -> bytes:
    """A note whose offsets count from the TIFF header; `shift` bytes off, as an editor leaves them."""
    size = len(head) + len(directory(entries, 0, order))
    at = place_of_note(make, bytes(size), order)
    return head + directory(entries, at + len(head) + shift, order)


@pytest.mark.parametrize("order", ["<", ">"])
def test_canon_serial_lens_iso_and_zone(order: str) -> None:
    found = read_note("Canon", anchored("Canon", b"", CANON, order=order), order=order)
    assert (found.camera_serial, found.lens_model) == ("0730407016", "EF-S18-70mm f/3.5-4.5")
    assert (found.iso, found.utc_offset) == (200, 540)
    assert found.provenance["camera_serial"] == "MakerNotes:SerialNumber"
    assert found.raw["MakerNotes:InternalSerialNumber"] == "WT0012345"


def test_a_lens_without_a_name_is_described_by_its_range() -> None:
    entries = {tag: entry for tag, entry in CANON.items() if tag != 0x0095}
    assert read_note("Canon", anchored("Canon", b"", entries)).lens_model == "18-70mm"


def test_a_moved_canon_note_is_found_by_its_footer() -> None:
    size = len(directory(CANON, 0, "<")) + 8
    at = place_of_note("Canon", bytes(size))
    note = directory(CANON, at + 54, "<") + b"II*\0" + struct.pack("<L", at + 54)
    assert read_note("Canon", note).lens_model == "EF-S18-70mm f/3.5-4.5"


def test_a_moved_note_without_a_footer_is_found_by_trial() -> None:
    entries: Entries = {0x0051: ascii_("LUMIX G VARIO 14-42/F3.5-5.6"), 0x0025: (UNDEFINED, b"F541012345678\0\0\0")}
    for shift in (0, 4000):
        note = anchored("Panasonic", b"Panasonic\0\0\0", entries, shift=shift)
        found = read_note("Panasonic", note)
        assert (found.lens_model, found.camera_serial) == ("LUMIX G VARIO 14-42/F3.5-5.6", "F541012345678")


def test_a_note_whose_values_stand_elsewhere_on_purpose() -> None:
    serial = b"203001592\0"
    note = b"OLYMP\0\1\0" + struct.pack("<HHHLL", 1, 0x101A, 2, len(serial), 0) + b"\0\0\0\0"
    block = tiff({0x010F: ascii_("OLYMPUS OPTICAL CO.,LTD")}, {0x927C: (UNDEFINED, note)})
    block = block.replace(note, note[:18] + struct.pack("<L", len(block)) + note[22:]) + serial
    assert read(jpeg(exif_segment(block))).camera_serial == "203001592"


def test_a_single_stray_offset_moves_nothing() -> None:
    entries: Entries = {
        0x0051: ascii_("LUMIX G VARIO 14-42"),
        0x0052: ascii_("a lens serial"),
        0x0053: ascii_("stray one"),
    }
    note = bytearray(anchored("Panasonic", b"Panasonic\0\0\0", entries))
    struct.pack_into("<L", note, 12 + 2 + 2 * 12 + 8, 2)
    assert read_note("Panasonic", bytes(note)).lens_model == "LUMIX G VARIO 14-42"


def test_a_note_in_the_other_byte_order_is_read() -> None:
    note = anchored("Canon", b"", CANON, order=">")
    at = place_of_note("Canon", bytes(len(note)))
    assert read_note("Canon", directory(CANON, at, ">"), order="<").lens_model == "EF-S18-70mm f/3.5-4.5"


def test_exif_serial_and_lens_beat_the_makers_own() -> None:
    exif = {0xA431: ascii_("053022005903"), 0xA434: ascii_("EF50mm f/1.8 STM")}
    found = read_note("Canon", directory({0x000C: (LONG, 1)}, 0, "<"), exif)
    assert (found.camera_serial, found.lens_model) == ("053022005903", "EF50mm f/1.8 STM")


def test_nikon_with_a_header_of_its_own() -> None:
    entries = {
        0x001D: ascii_("2188172"),
        0x0024: (UNDEFINED, struct.pack("<hBB", 60, 1, 0)),
        0x0084: rationals((18, 1), (70, 1), (35, 10), (45, 10)),
    }
    found = read_note("NIKON CORPORATION", b"Nikon\0\2\x10\0\0II*\0\x08\0\0\0" + directory(entries, 8, "<"))
    assert (found.camera_serial, found.lens_model, found.utc_offset) == ("2188172", "18-70mm f/3.5-4.5", 120)


def test_nikon_serial_loses_its_label() -> None:
    found = read_note("NIKON", anchored("NIKON", b"", {0x00A0: ascii_("NO= 1005a431        ")}))
    assert found.camera_serial == "1005a431"


@pytest.mark.parametrize(("head", "start"), [(b"OLYMPUS\0II\3\0", 12), (b"OM SYSTEM\0\0\0II\4\0", 16)])
def test_olympus_equipment(head: bytes, start: int) -> None:
    inner: Entries = {0x0101: ascii_("BHP212345"), 0x0203: ascii_("OLYMPUS M.12-40mm F2.8")}
    at = start + len(directory({0x2010: (LONG, 0)}, start, "<"))
    note = head + directory({0x2010: (LONG, at)}, start, "<") + directory(inner, at, "<")
    found = read_note("OLYMPUS CORPORATION", note)
    assert (found.camera_serial, found.lens_model) == ("BHP212345", "OLYMPUS M.12-40mm F2.8")


def test_fujifilm_pentax_sigma_sony_and_apple() -> None:
    fuji = b"FUJIFILM\x0c\0\0\0" + directory({0x0010: ascii_("FPX20582698")}, 12, "<")
    assert read_note("FUJIFILM", fuji).camera_serial == "FPX20582698"
    pentax = b"PENTAX \0II" + directory({0x0229: ascii_("3430417")}, 10, "<")
    assert read_note("PENTAX", pentax).camera_serial == "3430417"
    assert read_note("SIGMA", anchored("SIGMA", b"SIGMA\0\0\0\1\0", {2: ascii_("1008382")})).camera_serial == "1008382"
    sony = anchored("SONY", b"SONY DSC \0\0\0", {0x2031: ascii_("78563412")})
    assert read_note("SONY", sony).camera_serial == "12345678"
    apple = b"Apple iOS\0\0\1MM" + directory({0x11: ascii_("A-B-C")}, 14, ">")
    assert read_note("Apple", apple).raw["MakerNotes:ContentIdentifier"] == "A-B-C"


def test_trail_cameras_keep_their_clock_in_the_note() -> None:
    note = bytearray(b"\x01\xf1\x03\0".ljust(0x80, b"\0"))
    struct.pack_into("<6H", note, 0x16, 11, 39, 18, 5, 4, 2020)
    note[0x2A : 0x2A + 28] = "H500EE06130468".encode("utf-16-le")
    data = tiff({0x010F: ascii_("RECONYX")}, {0x927C: (UNDEFINED, bytes(note))})
    found = read(jpeg(exif_segment(data)))
    assert (found.taken_at, found.camera_serial) == (datetime(2020, 5, 4, 18, 39, 11), "H500EE06130468")


def test_notes_of_unknown_makers_are_passed_over() -> None:
    found = read_note("Acme", b"whatever this may be, it is no directory")
    assert found.notes == ()
    assert found.raw["EXIF:MakerNote"] == {"bytes": 40}
