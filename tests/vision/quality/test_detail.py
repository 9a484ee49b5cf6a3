from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from lumina.vision.quality.blocks import coefficients
from lumina.vision.quality.detail import detail
from lumina.vision.quality.tiles import none, of_pixels
from tests.support.textures import Pixels, again, enlarged, texture

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]
FILTERS = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)


def of(pixels: Pixels, *, coarse: bool = False) -> float:
    tiles = of_pixels(pixels)
    return detail(tiles, coefficients(tiles, (0, 0)), coarse=coarse)


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_at_its_own_size_is_all_real(seed: int) -> None:
    assert of(texture(seed)) > 0.95
    assert of(again(texture(seed), 75)) > 0.95
    assert of(enlarged(texture(seed), 0.5, Image.Resampling.LANCZOS)) > 0.95


@pytest.mark.parametrize("resampling", FILTERS)
@pytest.mark.parametrize("quality", [None, 90])
def test_twice_the_size_is_half_real_whatever_the_filter(resampling: Image.Resampling, quality: int | None) -> None:
    large = enlarged(texture(), 2, resampling)
    assert of(large if quality is None else again(large, quality)) < 0.6


def test_coarse_compression_is_no_enlargement() -> None:
    assert of(again(texture(4), 30), coarse=True) > 0.9
    assert of(again(enlarged(texture(4), 2), 60), coarse=True) < 0.75


def test_a_soft_lens_is_no_enlargement() -> None:
    for radius in (0.4, 0.6, 0.7):
        soft = np.asarray(Image.fromarray(texture(5)).filter(ImageFilter.GaussianBlur(radius)))
        assert of(again(soft, 93)) > 0.9


def test_three_times_the_size_shows_too() -> None:
    assert of(enlarged(texture(), 3)) < 0.85


def test_without_structure_nothing_is_doubted() -> None:
    assert detail(none(), coefficients(none(), (0, 0)), coarse=False) == 1
    assert of(np.full((300, 300, 3), 7, np.uint8)) == 1
