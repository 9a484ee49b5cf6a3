"""Pictures are prepared as the reference library's processors do it, element by element."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from lumina.domain.model import Filter, Preprocessing
from lumina.inference.catalogue import CLIP, DINOV2, DINOV3, MOBILENET, SIGLIP2
from lumina.inference.preprocess import LONGEST, prepare
from tests.support.tiny_models import FOLDER, picture, pictures

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

ROUNDED = {"clip": CLIP, "siglip2": SIGLIP2, "dinov2": DINOV2, "mobilenet": MOBILENET}
SHAPES = [
    (1, 1),
    (1, 7),
    (9, 1),
    (3, 3),
    (2, 5),
    (223, 225),
    (224, 224),
    (225, 224),
    (256, 256),
    (640, 481),
    (1440, 960),
]


@cache
def reference(name: str) -> Any:
    """The Pillow processor of transformers, set as the model's own `preprocessor_config.json` sets it."""
    from transformers import CLIPImageProcessorPil, SiglipImageProcessorPil
    from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil

    imagenet = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    middle = {"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}}
    return {
        "clip": lambda: CLIPImageProcessorPil(),
        "siglip2": lambda: SiglipImageProcessorPil(resample=Image.Resampling.BILINEAR),
        "dinov2": lambda: BitImageProcessorPil(**imagenet, **middle, resample=Image.Resampling.BICUBIC),
        "mobilenet": lambda: BitImageProcessorPil(**imagenet, **middle, resample=Image.Resampling.BILINEAR),
    }[name]()


def expected(name: str, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    (tensor,) = reference(name)(Image.fromarray(pixels))["pixel_values"]
    return np.asarray(tensor)


@pytest.mark.parametrize("name", ROUNDED)
@pytest.mark.parametrize("size", SHAPES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_element_is_the_reference_s(name: str, size: tuple[int, int]) -> None:
    pixels = picture(*size, seed=3)
    found = prepare(pixels, ROUNDED[name])
    assert found.dtype == np.float32
    assert np.array_equal(found, expected(name, pixels))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.sampled_from(sorted(ROUNDED)), st.integers(0, 9))
def test_every_element_is_the_reference_s_at_any_size(width: int, height: int, name: str, seed: int) -> None:
    if max(width, height) > LONGEST * min(width, height):
        width = height
    pixels = picture(width, height, seed)
    assert np.array_equal(prepare(pixels, ROUNDED[name]), expected(name, pixels))


@pytest.mark.parametrize("name", ROUNDED)
@pytest.mark.parametrize("size", [(1440, 150), (31, 600), (3000, 310), (2, 20)])
def test_panoramas_are_the_reference_s_but_for_the_rounding_of_a_byte(name: str, size: tuple[int, int]) -> None:
    pixels = picture(*size, seed=5)
    apart = np.abs(prepare(pixels, ROUNDED[name]) - expected(name, pixels))
    byte = 1 / 255 / min(ROUNDED[name].std)
    assert apart.max() <= byte * 1.001
    assert (apart > 0).mean() < 0.01


@pytest.mark.parametrize("name", ROUNDED)
@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (20_000, 2)])
def test_strips_show_their_middle_without_filling_the_memory(name: str, size: tuple[int, int]) -> None:
    """The reference would first make a picture of a million rows of them."""
    pixels = picture(*size, seed=1)
    how = ROUNDED[name]
    found = prepare(pixels, how)
    assert found.shape == (3, 224, 224)
    if how.shortest is not None:
        width, height = size
        middle = (
            pixels[height // 2 - 20 : height // 2 + 20]
            if height > width
            else pixels[:, width // 2 - 20 : width // 2 + 20]
        )
        assert np.abs(found - expected(name, np.ascontiguousarray(middle))).max() <= 1.001 / 255 / min(how.std)


def test_dinov3_s_pictures_are_resampled_without_rounding_as_torchvision_does() -> None:
    known = np.load(FOLDER / "expected.npz")["dinov3-base tensors"]
    found = np.stack([prepare(pixels, DINOV3) for pixels in pictures()])[:, :, ::7, ::7]
    np.testing.assert_allclose(found, known, atol=2e-5)
    rounded = np.stack(
        [prepare(pixels, Preprocessing(224, None, Filter.BILINEAR, DINOV3.mean, DINOV3.std)) for pixels in pictures()]
    )
    assert np.abs(rounded[:, :, ::7, ::7] - known).max() > 1e-3, "rounding to bytes would be seen"


def test_pictures_that_share_memory_with_others_are_taken_too() -> None:
    pixels = picture(300, 200, 0)[::-1, ::2]
    assert np.array_equal(prepare(pixels, CLIP), prepare(np.ascontiguousarray(pixels), CLIP))
