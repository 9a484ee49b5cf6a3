"""Formats by content; names only where the content leaves it open."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lumina.domain.values import FileFormat, MediaKind
from lumina.files.extensions import is_media_name, media_kind
from lumina.files.sniff import HEAD, sniff, stranger
from tests.support.library import movie, raw
from tests.support.pictures import by_vips, scene

pytestmark = pytest.mark.unit


def saved(kind: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (16, 16), "red").save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("JPEG", FileFormat.JPEG),
        ("PNG", FileFormat.PNG),
        ("WEBP", FileFormat.WEBP),
        ("TIFF", FileFormat.TIFF),
        ("GIF", FileFormat.GIF),
        ("BMP", FileFormat.BMP),
        ("AVIF", FileFormat.AVIF),
    ],
)
def test_pictures_by_pillow(kind: str, expected: FileFormat) -> None:
    data = by_vips(scene(1, 64, 64), ".avif") if kind == "AVIF" else saved(kind)
    for name in ("x.jpg", "x.nef.bak", "x", "x.mp4", "X.TXT"):
        assert sniff(data[:HEAD], name) is expected


def ftyp(major: bytes, *others: bytes) -> bytes:
    body = major + b"\0\0\0\0" + b"".join(others)
    return struct.pack(">I", len(body) + 8) + b"ftyp" + body + b"\0" * 32


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (ftyp(b"heic", b"mif1", b"heic"), FileFormat.HEIC),
        (ftyp(b"mif1", b"mif1", b"heic"), FileFormat.HEIC),
        (ftyp(b"mif1", b"avif"), FileFormat.AVIF),
        (ftyp(b"avif", b"mif1"), FileFormat.AVIF),
        (ftyp(b"crx ", b"isom"), FileFormat.CR3),
        (ftyp(b"qt  ", b"qt  "), FileFormat.MOV),
        (ftyp(b"isom", b"mp42"), FileFormat.MP4),
        (ftyp(b"3gp5"), FileFormat.MP4),
        (ftyp(b"jxl ", b"jxl "), FileFormat.JXL),
        (ftyp(b"jp2 ", b"jp2 "), FileFormat.UNKNOWN),
        (ftyp(b"M4A ", b"mp42"), FileFormat.UNKNOWN),
        (b"\0\0\0\x08wide\0\0\0\x10mdat", FileFormat.MOV),
        (b"\0\0\0\x01mdat\0\0\0\0\0\x10", FileFormat.MOV),
        (b"\0\0\0\x0cJXL \r\n\x87\n", FileFormat.JXL),
        (b"\xff\x0a\x00\x10", FileFormat.JXL),
        (b"RIFF\x10\0\0\0AVI LIST", FileFormat.AVI),
        (b"RIFF\x10\0\0\0WAVEfmt ", FileFormat.UNKNOWN),
        (b"\x1aE\xdf\xa3\x9fB\x82\x84webm", FileFormat.WEBM),
        (b"\x1aE\xdf\xa3\x9fB\x82\x88matroska", FileFormat.MKV),
        (b"\0\0\x01\xba\x44", FileFormat.MPEG),
        ((b"G" + b"\xff" * 187) * 5, FileFormat.MPEG),
        ((b"\0\0\0\0G" + b"\xff" * 187) * 5, FileFormat.MPEG),
        (b"FUJIFILMCCD-RAW 0201", FileFormat.RAF),
        (b"IIRO\x08\0\0\0", FileFormat.ORF),
        (b"IIU\0\x18\0\0\0", FileFormat.RW2),
        (b"II*\0\x10\0\0\0CR\x02\0", FileFormat.CR2),
        (b"II\x1a\0\0\0HEAPCCDR", FileFormat.RAW),
        (b"<?xpacket begin='' ?>", FileFormat.XMP),
        (b"<?xml version='1.0'?>\n<x:xmpmeta>", FileFormat.XMP),
    ],
)
def test_signatures(head: bytes, expected: FileFormat) -> None:
    assert sniff(head, "file") is expected


def test_a_dng_is_known_under_any_name(tmp_path: Path) -> None:
    data = raw(tmp_path / "x.dng").read_bytes()
    assert sniff(data[:HEAD], "x.tif") is FileFormat.DNG
    assert sniff(data[:HEAD], "x") is FileFormat.DNG


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        ("NIKON CORPORATION", FileFormat.NEF),
        ("SONY", FileFormat.ARW),
        ("PENTAX", FileFormat.PEF),
        ("?", FileFormat.RAW),
    ],
)
def test_a_sensor_image_is_its_makers_raw(tmp_path: Path, make: str, expected: FileFormat) -> None:
    path = tmp_path / "x.tif"
    tags = [(33421, 3, 2, (2, 2), True), (33422, 1, 4, (0, 1, 1, 2), True), (271, 2, 0, make, True)]
    tifffile.imwrite(path, np.zeros((8, 8), np.uint16), photometric="cfa", extratags=tags)
    assert sniff(path.read_bytes()[:HEAD], "renamed.jpg") is expected


def test_a_plain_tiff_named_like_a_raw_is_believed_to_be_one(tmp_path: Path) -> None:
    """The maker's directory may lie at the file's end, beyond what is sniffed."""
    data = saved("TIFF")
    assert sniff(data[:HEAD], "x.nef") is FileFormat.NEF
    assert sniff(data[:HEAD], "x.tiff") is FileFormat.TIFF


def test_sidecars_by_name_where_the_content_is_not_a_picture() -> None:
    assert sniff(b"", "a.xmp") is FileFormat.XMP
    assert sniff(b"<?xml?><plist>", "a.AAE") is FileFormat.AAE
    assert sniff(saved("JPEG"), "a.THM") is FileFormat.THM
    assert sniff(saved("JPEG"), "a.xmp") is FileFormat.JPEG


def test_a_film_of_boxes(tmp_path: Path) -> None:
    assert sniff(movie(tmp_path / "x.mov").read_bytes(), "x.jpg") is FileFormat.MOV


@given(st.binary(max_size=200), st.sampled_from(["x.jpg", "x", "x.tif", "x.bmp", "x.thm", "x.mp4"]))
def test_any_bytes_get_an_answer(head: bytes, name: str) -> None:
    assert isinstance(sniff(head, name), FileFormat)
    assert stranger(head, name)


@given(
    st.sampled_from([b"II*\0", b"MM\0*", b"RIFF", b"\0\0\0\x20ftyp", b"BM", b"\x1aE\xdf\xa3"]), st.binary(max_size=300)
)
def test_any_bytes_after_a_signature_get_an_answer(magic: bytes, rest: bytes) -> None:
    assert isinstance(sniff(magic + rest, "x.raw"), FileFormat)


@pytest.mark.parametrize(
    ("head", "name", "reason"),
    [
        (b"RIFF\0\0\0\0WAVE", "a.bin", "audio"),
        (b"ID3\x04", "a", "audio"),
        (b"anything", "a.mp3", "audio"),
        (b"hello\n", "README", "text"),
        ("grüße".encode()[:3], "README", "text"),
        (b"{}", "a.json", "text"),
        (b"%PDF-1.7", "a", "document"),
        (b"PK\x03\x04", "a", "archive"),
        (b"\0\x01\x02", "a", "other"),
        (b"", "a", "empty"),
        (b"SQLite", "Thumbs.db", "other"),
    ],
)
def test_strangers_have_a_reason(head: bytes, name: str, reason: str) -> None:
    assert stranger(head, name) == reason


def test_what_names_claim() -> None:
    assert all(is_media_name(name) for name in ("a.JPG", "a.cr2", "a.mov", "a.xmp", "a.psd"))
    assert not any(is_media_name(name) for name in ("README", "a.txt", "jpg", "a.jpg.txt"))
    assert media_kind(FileFormat.UNKNOWN, "a.wmv") is MediaKind.VIDEO
    assert media_kind(FileFormat.UNKNOWN, "a.jpg") is MediaKind.PHOTO
    assert media_kind(FileFormat.MP4, "a.jpg") is MediaKind.VIDEO
    assert media_kind(FileFormat.JPEG, "a.mov") is MediaKind.PHOTO
