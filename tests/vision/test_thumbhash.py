from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.vision.thumbhash import thumbhash

pytestmark = pytest.mark.unit


def noise(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(height * width).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    # By another implementation of the algorithm (thumbhash 0.1.2 on PyPI) from the same pixels.
    [
        (48, 64, "dff7010d82b9331c16a6af369894ed75fc4c0b6bb6"),
        (64, 48, "dff701050090b7977378b78897667787445f5c5cf0"),
        (20, 60, "df07020a82275c38465bf395687f056bb0"),
        (60, 13, "dff7010a0277907e76678968db40810e88"),
        (64, 64, "e007020700c0685599b95456785d86c1aac026a9f9fd8b07"),
        (9, 7, "e1d70515066c7573766ca6f581af9be2a106e690ee"),
    ],
)
def test_equals_another_implementation(height: int, width: int, expected: str) -> None:
    assert thumbhash(noise(height, width)).hex() == expected


@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 9))
def test_any_picture_fits_into_32_bytes(height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert 5 < len(thumbhash(pixels)) <= 32


def test_the_average_colour_stands_in_the_first_bytes() -> None:
    value = int.from_bytes(thumbhash(np.full((30, 40, 3), (255, 0, 0), np.uint8))[:3], "little")
    luminance, yellow_blue, red_green = value & 63, value >> 6 & 63, value >> 12 & 63
    assert (luminance, yellow_blue, red_green) == (21, 47, 63)
