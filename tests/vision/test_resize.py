from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.vision import libvips
from lumina.vision.encode import webp
from lumina.vision.resize import fit, shrink
from tests.support.pictures import scene

pytestmark = [pytest.mark.unit, pytest.mark.timeout(30)]


@given(st.integers(2, 130), st.integers(1, 130), st.integers(8, 40), st.sampled_from([1, 3]))
def test_rows_averaged_beforehand_change_nothing(height: int, width: int, side: int, bands: int) -> None:
    pixels = np.random.default_rng(height * width).integers(0, 256, (height, width, bands)).astype(np.uint8)
    across, down = fit((width, height), side)
    kernel = "cubic" if across / width > 0.8 else "lanczos3"
    image = libvips.Image.new_from_memory(pixels, width, height, bands, "uchar")
    plain = image.resize(across / width, vscale=down / height, kernel=kernel).write_to_memory()
    assert shrink(pixels, side).tobytes() == bytes(plain)


def test_thumbnails_of_proxies_are_those_of_libvips() -> None:
    for height, width in ((1080, 1440), (1440, 961), (1440, 1440)):
        pixels = scene(2, width, height)
        across, down = fit((width, height), 320)
        image = libvips.Image.new_from_memory(pixels, width, height, 3, "uchar")
        plain = image.resize(across / width, vscale=down / height, kernel="lanczos3").write_to_memory()
        assert shrink(pixels, 320).tobytes() == bytes(plain)


def test_webp_is_that_of_libvips() -> None:
    pixels = scene(3, 160, 120)
    image = libvips.Image.new_from_memory(pixels, 160, 120, 3, "uchar").copy(interpretation="srgb")
    assert webp(pixels, 78, 2) == bytes(image.webpsave_buffer(Q=78, effort=2, keep="none"))
