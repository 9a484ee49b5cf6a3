"""Pictures of strangers, decoded in a process of its own."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from lumina.domain.picture import PictureError, Pixels
from lumina.engine.apart import decode_apart

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]


def _apart(data: bytes, side: int = 100) -> Pixels:
    return decode_apart(data, side=side, max_pixels=100_000_000, megabytes=1024)


def test_gives_upright_pixels_whatever_the_file_is_called() -> None:
    picture = Image.new("RGB", (400, 200), "red")
    picture.paste("blue", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[274] = 6  # to be turned by 90 degrees clockwise: what was left comes on top
    stream = io.BytesIO()
    picture.save(stream, "JPEG", exif=exif)
    pixels = _apart(stream.getvalue())
    assert pixels.shape == (100, 50, 3)
    assert np.abs(pixels[10, 25].astype(int) - (0, 0, 255)).max() < 20
    assert np.abs(pixels[90, 25].astype(int) - (255, 0, 0)).max() < 20


def _bomb() -> bytes:
    """A PNG of some kilobytes that claims 50,000 x 50,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_bomb(), "too-large"),
        (b"PK\x03\x04" + bytes(3_000), "not-an-image"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(3_000), "not-a-picture"),
    ],
)
def test_what_cannot_be_searched_by_is_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(PictureError) as caught:
        _apart(data)
    assert caught.value.code == code
    assert caught.value.reason


def test_a_decoder_that_dies_takes_nobody_with_it() -> None:
    """With so little memory not even the interpreter's libraries can be loaded."""
    with pytest.raises(PictureError) as caught:
        decode_apart(b"\xff\xd8\xff", side=100, max_pixels=100, megabytes=8)
    assert caught.value.code in ("crash", "no-memory")
