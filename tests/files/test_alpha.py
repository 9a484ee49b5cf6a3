from __future__ import annotations

import numpy as np
import pytest

from lumina.files.decode.alpha import on_white

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 2), (4, 5, 3), (4, 5, 4)])
def test_every_shape_becomes_three_channels(shape: tuple[int, ...]) -> None:
    assert on_white(np.full(shape, 255, np.uint8)).shape == (4, 5, 3)


def test_half_transparent_is_half_white() -> None:
    pixel = np.array([[[200, 100, 0, 128]]], np.uint8)
    assert on_white(pixel).tolist() == [[[227, 177, 127]]]
    assert on_white(np.array([[[100, 0]]], np.uint8)).tolist() == [[[255, 255, 255]]]
