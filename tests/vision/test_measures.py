from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from lumina.vision.measures import brightness, clipped, contrast, crispness, sharpness, without_border

pytestmark = pytest.mark.unit


def test_blurring_lowers_sharpness() -> None:
    crisp = Image.fromarray((np.indices((240, 320)).sum(0) // 8 % 2 * 255).astype(np.uint8))
    values = [sharpness(np.asarray(crisp.filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 1, 2, 4)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 10 * values[2]


def test_one_white_dot_has_the_variance_of_its_laplacian() -> None:
    dot = np.zeros((5, 5), np.uint8)
    dot[2, 2] = 100
    # Nine inner values: -400, four times 100, four times 0.
    assert sharpness(dot) == pytest.approx(np.var([-400, 100, 100, 100, 100, 0, 0, 0, 0]))


def test_pictures_without_inner_pixels_have_no_sharpness() -> None:
    assert sharpness(np.zeros((2, 300), np.uint8)) == 0


def test_exposure() -> None:
    half = np.array([[0, 255]], np.uint8)
    assert brightness(half) == pytest.approx(0.5)
    assert contrast(half) == pytest.approx(0.5)
    assert clipped(np.array([[0, 2, 3, 252, 253, 255, 128, 128]], np.uint8)) == (0.25, 0.25)


def test_text_over_a_soft_picture_does_not_make_it_crisp() -> None:
    rows, columns = np.mgrid[:240, :320]
    soft = ((rows + columns) / 3).astype(np.uint8)
    written = soft.copy()
    written[100:140:2, 40:280] = 255
    assert sharpness(written) > 100 * (1 + sharpness(soft))
    assert crispness(written) < crispness(soft) + 0.5


def test_crispness_grows_with_sharpness() -> None:
    crisp = Image.fromarray((np.indices((240, 320)).sum(0) // 8 % 2 * 255).astype(np.uint8))
    values = [crispness(np.asarray(crisp.filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 1, 2, 4)]
    assert values == sorted(values, reverse=True)
    assert crispness(np.zeros((4, 4), np.uint8)) == 0


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_border_of_one_level_is_cut_off(level: int) -> None:
    picture = np.random.default_rng(1).integers(20, 200, (100, 150)).astype(np.uint8)
    framed = np.pad(picture, ((12, 12), (15, 15)), constant_values=level)
    assert np.array_equal(without_border(framed), picture[1:-1, 1:-1])
    assert without_border(picture) is not None
    assert without_border(picture).shape == picture.shape


def test_a_sky_is_no_border_and_a_blank_picture_stays() -> None:
    picture = np.random.default_rng(1).integers(20, 200, (100, 150)).astype(np.uint8)
    picture[:30] = 180
    assert without_border(picture).shape == picture.shape
    blank = np.full((50, 60), 9, np.uint8)
    assert without_border(blank).shape == blank.shape
