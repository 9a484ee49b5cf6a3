from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lumina.vision.hashes import ahash, dhash, is_flat, phash, whash

pytestmark = pytest.mark.unit

Measure = Callable[[NDArray[np.uint8]], int]


def scene(seed: int, height: int = 240, width: int = 320) -> NDArray[np.uint8]:
    """Smooth random shapes, as photographs have them."""
    small = np.random.default_rng(seed).integers(0, 256, (9, 12), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def bits(number: int, other: int) -> int:
    return (number ^ other).bit_count()


def test_dhash_follows_brightness_from_left_to_right() -> None:
    rising = np.tile(np.arange(0, 256, 255 / 319).astype(np.uint8), (240, 1))
    assert dhash(rising) == 2**64 - 1
    assert dhash(rising[:, ::-1]) == 0


def test_ahash_marks_the_bright_half() -> None:
    halves = np.zeros((64, 64), np.uint8)
    halves[:32] = 200
    assert ahash(halves) == 0xFFFFFFFF00000000
    assert whash(halves) == 0xFFFFFFFF00000000


def test_phash_of_one_cosine_sets_its_bit_alone_above_the_median() -> None:
    wave = 128 + 100 * np.cos(np.pi * 3 * (np.arange(320) + 0.5) / 320)
    value = phash(np.tile(wave, (320, 1)).astype(np.uint8))
    assert value >> (63 - 3) & 1 == 1, "row 0, column 3"
    assert value >> 63 & 1 == 1, "the mean is always positive"


@pytest.mark.parametrize("measure", [dhash, ahash, whash, phash])
def test_recompressing_and_shrinking_leave_hashes_close(measure: Measure) -> None:
    for seed in range(8):
        picture = scene(seed)
        buffer = BytesIO()
        Image.fromarray(picture).resize((200, 150)).save(buffer, "JPEG", quality=60)
        copy = np.asarray(Image.open(buffer).convert("L"))
        assert bits(measure(picture), measure(copy)) <= 6
        assert bits(measure(picture), measure(scene(seed + 100))) >= 12


def test_blank_pictures_are_flat_and_scenes_are_not() -> None:
    noise = np.random.default_rng(1).normal(200, 4, (240, 320)).clip(0, 255).astype(np.uint8)
    assert is_flat(np.full((240, 320), 7, np.uint8))
    assert is_flat(noise)
    assert not is_flat(scene(1))


@pytest.mark.parametrize(
    ("measure", "expected"),
    # Of imagehash 4.3.2 for the same picture.
    [
        (dhash, 0x1695CA1A993569A6),
        (ahash, 0xEF540083CDC79573),
        (whash, 0xEF552083C1D79553),
        (phash, 0xF84184F4B1FF2543),
    ],
)
def test_equals_imagehash(measure: Measure, expected: int) -> None:
    assert measure(scene(3)) == expected
