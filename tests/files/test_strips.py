from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from lumina.files.strips import ROWS, WHOLE, strips
from lumina.vision.quality.blocks import FREQUENCIES, coefficients
from lumina.vision.quality.tables import steps_at
from tests.support.textures import Pixels, texture

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]
QUALITY = 85


def saved(pixels: Pixels, **options: object) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=QUALITY, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def share_found(data: bytes) -> float:
    """Share of the blocks of all strips that are blocks of the picture, decoded whole, as they were quantised."""
    whole = simplejpeg.decode_jpeg(data, colorspace="GRAY")[..., 0]
    of_whole = {tuple(block) for block in _quantised(whole)}
    of_strips = np.concatenate([_quantised(strip) for strip in strips(data)])
    return float(np.mean([tuple(block) in of_whole for block in of_strips]))


def _quantised(gray: Pixels) -> NDArray[np.int64]:
    """Blocks x frequencies: multiples of the steps; those that are cut off at black or white left out."""
    cut = _by_eight(gray)
    cut = cut[((cut > 0) & (cut < 255)).all(axis=(1, 2))]
    steps = [steps_at(QUALITY)[8 * down + across] for down, across in FREQUENCIES]
    return np.rint(coefficients(cut, (0, 0)).T / steps).astype(np.int64)


def _by_eight(gray: Pixels) -> Pixels:
    rows, columns = (length // 8 for length in gray.shape)
    cut = gray[: 8 * rows, : 8 * columns].reshape(rows, 8, columns, 8).swapaxes(1, 2)
    return np.ascontiguousarray(cut.reshape(-1, 8, 8))


@pytest.mark.parametrize(
    "options",
    [
        {"subsampling": 0},
        {"subsampling": 2},
        {"subsampling": 1, "optimize": True},
        {"subsampling": 2, "restart_marker_rows": 1},
        {"subsampling": 2, "restart_marker_blocks": 5},
    ],
)
def test_strips_from_the_middle_hold_the_pictures_own_blocks(options: dict[str, object]) -> None:
    data = saved(texture(2, 1200, 800), **options)
    found = strips(data)
    assert len(found) == 2
    assert all(strip.shape == (ROWS, 1200) for strip in found)
    assert share_found(data) > 0.85


def test_a_small_picture_is_given_whole() -> None:
    pixels = texture(1, 400, 300)
    (whole,) = strips(saved(pixels))
    assert whole.shape == (300, 400)


def test_of_a_large_progressive_picture_there_is_the_top() -> None:
    data = saved(texture(3, 1200, 800), progressive=True)
    (top,) = strips(data)
    assert top.shape == (WHOLE // 1200, 1200)
    whole = simplejpeg.decode_jpeg(data, colorspace="GRAY")[..., 0]
    assert np.abs(top.astype(int) - whole[: len(top)])[:-16].mean() < 1


@pytest.mark.parametrize("broken", [b"", b"\xff\xd8", b"no JPEG at all", b"\xff\xd8\xff\xc0\0\x0b\x08\0\x10"])
def test_what_is_no_jpeg_has_no_strips(broken: bytes) -> None:
    assert strips(broken) == []


def test_damage_anywhere_is_survived() -> None:
    data = saved(texture(4, 1000, 700))
    rng = np.random.default_rng(5)
    for _ in range(60):
        hurt = bytearray(data)
        for at in rng.integers(2, len(data), 8):
            hurt[at] = rng.integers(256)
        strips(bytes(hurt[: rng.integers(20, len(data))]))
