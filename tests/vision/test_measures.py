from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from lumina.vision.measures import brightness, clipped, contrast, sharpness

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
