"""Hostile and broken files: an answer, always, soon, and one that the database can store."""

from __future__ import annotations

import io
import json
import struct
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from metadata_files import (
    ASCII,
    LONG,
    SHORT,
    UNDEFINED,
    ascii_,
    bag,
    directory,
    exif_segment,
    iptc,
    jpeg,
    rationals,
    read,
    tiff,
    xmp,
    xmp_segment,
)
from PIL import Image

from lumina.domain.metadata import ImageMetadata
from lumina.domain.values import FileFormat
from lumina.files.metadata import read_capture, read_metadata

pytestmark = pytest.mark.unit

FORMATS = sorted(FileFormat, key=str)


@cache
def samples() -> tuple[bytes, ...]:
    """Real files of many kinds with all sorts of metadata."""
    block = tiff(
        {0x010F: ascii_("Canon"), 0x0112: (SHORT, 6), 0x9C9B: (1, b"a\0b\0")},
        {
            0x9003: ascii_("2015:10:11 14:41:44"),
            0x829A: rationals((1, 60)),
            0x9286: (UNDEFINED, b"UNICODE\0a\0b\0"),
            0x927C: (UNDEFINED, directory({1: (SHORT, [3] * 46), 0x95: ascii_("a lens of Canon's")}, 300, "<")),
        },
        {1: ascii_("N"), 2: rationals((1, 1), (2, 1), (3, 1)), 3: ascii_("E"), 4: rationals((1, 1), (2, 1), (3, 1))},
    )
    packet = xmp(bag("dc:subject", "a", "b"), 'xmp:Rating="3" exif:GPSLatitude="48,1N" exif:GPSLongitude="2,1E"')
    found = [jpeg(exif_segment(block), xmp_segment(packet), iptc(d25=[b"word"], d55=[b"20010203"])), block, packet]
    for kind, options in (("WEBP", {"xmp": packet}), ("PNG", {}), ("TIFF", {}), ("GIF", {}), ("BMP", {})):
        out = io.BytesIO()
        Image.new("RGB", (20, 10), "teal").save(
            out, kind, **({"exif": block} if kind in ("WEBP", "PNG") else {}), **options
        )
        found.append(out.getvalue())
    return tuple(found)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


def storable(found: ImageMetadata) -> None:
    """PostgreSQL takes no NUL and no lone surrogates, its JSON neither NaN nor infinity."""
    json.dumps(found.raw, allow_nan=False)
    fields = [getattr(found, name) for name in ImageMetadata.__slots__]
    for text in texts(fields):
        assert "\0" not in text
        text.encode("utf-8")
    assert len(json.dumps(found.raw, ensure_ascii=False).encode()) <= 65_536
    for name, limit in (("camera_make", 200), ("camera_model", 200), ("camera_serial", 200), ("lens_model", 200)):
        assert len(getattr(found, name) or "") <= limit
    for name in ("iso", "width", "height"):
        assert 0 < (getattr(found, name) or 1) < 2**31
    assert 0 <= (found.flash or 0) < 2**15


@settings(max_examples=300, deadline=None)
@given(
    sample=st.integers(0, 7),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    format_=st.sampled_from(FORMATS),
)
@example(sample=0, cut=1.0, flips=[], format_=FileFormat.JPEG)
def test_cut_and_flipped_files_never_raise(
    sample: int, cut: float, flips: list[tuple[float, int]], format_: FileFormat
) -> None:
    data = bytearray(samples()[sample])
    for place, value in flips:
        data[int(place * (len(data) - 1))] = value
    spoilt = bytes(data[: int(cut * len(data))])
    storable(read(spoilt, format_, spoilt))
    read_capture(spoilt, format_)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400), format_=st.sampled_from(FORMATS))
def test_arbitrary_bytes_never_raise(data: bytes, format_: FileFormat) -> None:
    heads = {FileFormat.JPEG: b"\xff\xd8", FileFormat.TIFF: b"II*\0\x08\0\0\0", FileFormat.PNG: b"\x89PNG\r\n\x1a\n"}
    storable(read(heads.get(format_, b"") + data, format_, data))


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_file_has_no_metadata(format_: FileFormat) -> None:
    found = read(b"", format_)
    assert (found.taken_at, found.width, found.raw) == (None, None, {})


def test_a_directory_that_points_to_itself_is_read_once() -> None:
    block = bytearray(tiff({0x010F: ascii_("Canon"), 0x8769: (LONG, 8), 0x014A: (LONG, [8, 8, 8])}))
    found = read(bytes(block), FileFormat.TIFF)
    assert found.camera_make == "Canon"
    assert any("points back" in note for note in found.notes)


def test_offsets_outside_the_file_are_noted() -> None:
    block = b"II*\0" + struct.pack("<LHHHLL", 8, 1, 0x010F, ASCII, 4_000_000_000, 0xFFFFFFF0)
    found = read(block, FileFormat.TIFF)
    assert found.camera_make is None
    assert any("outside the file" in note for note in found.notes)


def test_directories_that_share_their_bytes_do_not_multiply_them() -> None:
    """48 directories of 1,000 entries, each claiming the same 60 kB text, would be 3 GB."""
    text_at = 8 + 2 + 12 + 4 + 4 * 48
    text = b"x" * 60_000
    directories, at = b"", text_at + len(text)
    places = []
    for number in range(47):
        places.append(at + len(directories))
        entries = b"".join(
            struct.pack("<HHLL", 0x8000 + (number * 1000 + i) % 0x7000, ASCII, len(text), text_at) for i in range(1000)
        )
        directories += struct.pack("<H", 1000) + entries + b"\0\0\0\0"
    head = struct.pack("<LHHHLLL", 8, 1, 0x014A, LONG, len(places), 26, 0)
    data = b"II*\0" + head + struct.pack("<47L", *places) + b"\0" * 4 + text + directories
    start = time.process_time()
    found = read(data, FileFormat.TIFF)
    assert time.process_time() - start < 3
    assert len(json.dumps(found.raw)) <= 65_536


def test_a_gigabyte_of_claimed_exif_is_refused_cheaply() -> None:
    entries = {0x9286: (UNDEFINED, b"ASCII\0\0\0" + b"z" * 2_000_000), 0x010E: (ASCII, b"y" * 3_000_000)}
    start = time.process_time()
    found = read(tiff(entries), FileFormat.TIFF)
    assert time.process_time() - start < 1
    storable(found)


def test_many_packets_are_not_all_parsed() -> None:
    packet = xmp(bag("dc:subject", *("word" * 10 for _ in range(900))))
    data = jpeg(*[xmp_segment(packet)] * 500)
    found = read(data)
    assert found.keywords == ("word" * 10,)
    assert any("more metadata than can be meant" in note for note in found.notes)


def test_raw_is_bounded_and_says_what_was_left_out() -> None:
    body = "".join(f"<dc:p{i}>{'v' * 900}</dc:p{i}>" for i in range(400))
    found = read(jpeg(), FileFormat.JPEG, xmp(body))
    storable(found)
    assert 0 < len(found.raw) < 400
    assert any("left out" in note for note in found.notes)


def test_nul_and_surrogates_are_gone_from_every_source() -> None:
    block = tiff(
        {0x010F: (ASCII, b"Ca\0non\0"), 0x9C9D: (1, b"\x00\xd8a\x00\x00\x00b\x00"), 0x010E: (ASCII, b"\xed\xa0\x80x\0")}
    )
    found = read(jpeg(exif_segment(block), iptc(charset=[b"\x1b%G"], d25=[b"a\0b", b"\xed\xb0\x80"])))
    storable(found)
    assert found.keywords[0] == "ab"


def test_long_names_fit_into_an_index() -> None:
    found = read(tiff({0x010F: (ASCII, "Ж".encode() * 5000), 0x0110: (ASCII, b"m" * 5000)}), FileFormat.TIFF)
    assert len(found.camera_make or "") == 200
    storable(found)


def test_a_mapped_file_reads_like_its_bytes(tmp_path: Any) -> None:
    import mmap

    for number, data in enumerate(samples()[:2]):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(data)
        format_ = (FileFormat.JPEG, FileFormat.TIFF)[number]
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert read_metadata(mapped, format=format_, name="x") == read_metadata(data, format=format_, name="x")
