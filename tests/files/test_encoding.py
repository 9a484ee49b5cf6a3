from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from lumina.domain.encoding import Family
from lumina.domain.values import FileFormat
from lumina.files.content import anatomy
from lumina.files.encoding import Encoding, encoding
from lumina.files.sniff import HEAD, sniff
from tests.support.pictures import box, encoded, exif, scene

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


def of(data: bytes, name: str = "a") -> Encoding:
    kind = sniff(data[:HEAD], name)
    return encoding(data, kind, anatomy(data, kind))


def paletted(kind: str) -> bytes:
    buffer = BytesIO()
    Image.fromarray(scene()).quantize(64).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "options", "family"),
    [
        ("JPEG", {}, Family.JPEG),
        ("PNG", {}, Family.LOSSLESS),
        ("BMP", {}, Family.LOSSLESS),
        ("TIFF", {}, Family.LOSSLESS),
        ("WEBP", {"quality": 80}, Family.WEB),
        ("WEBP", {"lossless": True}, Family.LOSSLESS),
        ("AVIF", {}, Family.WEB),
        ("GIF", {}, Family.PALETTE),
    ],
)
def test_families(kind: str, options: dict[str, Any], family: Family) -> None:
    found = of(encoded(scene(), kind, **options))
    assert found.family is family
    assert found.data_size > 0
    assert bool(found.steps) == (family is Family.JPEG)


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_pictures_with_a_palette_are_told_from_those_without(kind: str) -> None:
    assert of(paletted(kind)).family is Family.PALETTE


def test_the_steps_are_those_that_pillow_reads() -> None:
    data = encoded(scene(), quality=71)
    assert list(of(data).steps) == Image.open(BytesIO(data)).quantization[0]  # type: ignore[attr-defined]


def test_metadata_adds_nothing_to_the_size() -> None:
    plain, tagged = encoded(scene()), encoded(scene(), exif=exif(1, "x" * 5_000))
    assert len(tagged) > len(plain) + 5_000
    assert of(tagged).data_size == of(plain).data_size


def test_a_phones_heic_is_made_of_tiles() -> None:
    assert of(_heif(b"grid"), "a.heic").family is Family.PHONE
    assert of(_heif(b"hvc1"), "a.heic").family is Family.WEB


def test_broken_tables_are_left_out() -> None:
    data = encoded(scene())
    at = data.index(b"\xff\xdb")
    short = data[: at + 2] + b"\0\x05\0\x01\x02" + b"\xff\xd9"
    assert encoding(short, FileFormat.JPEG, anatomy(short, FileFormat.JPEG)).steps == ()


def _heif(kind: bytes) -> bytes:
    """The boxes around one item of a kind."""
    entry = box(b"infe", b"\x02\0\0\0\0\x01\0\0" + kind + b"\0")
    meta = box(b"meta", b"\0\0\0\0" + box(b"iinf", b"\0\0\0\0\0\x01" + entry))
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta
