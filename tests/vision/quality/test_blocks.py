from __future__ import annotations

import cv2
import numpy as np
import pytest

from lumina.vision.quality.blocks import FREQUENCIES, coefficients
from lumina.vision.quality.tiles import none

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]


@pytest.mark.parametrize("offset", [(0, 0), (3, 5), (7, 1)])
def test_coefficients_are_those_of_a_plain_cosine_transform(offset: tuple[int, int]) -> None:
    tiles = np.random.default_rng(1).integers(0, 256, (2, 48, 48)).astype(np.uint8)
    found = coefficients(tiles, offset)
    whole = (48 - max(offset)) // 8
    assert found.shape == (len(FREQUENCIES), 2 * whole * whole)
    expected = []
    for tile in tiles:
        for row in range(whole):
            for column in range(whole):
                top, left = offset[0] + 8 * row, offset[1] + 8 * column
                block = cv2.dct(tile[top : top + 8, left : left + 8].astype(np.float32))
                expected.append([block[frequency] for frequency in FREQUENCIES])
    np.testing.assert_allclose(found, np.array(expected).T, atol=1e-2)


def test_no_tiles_have_no_blocks() -> None:
    assert coefficients(none(), (0, 0)).shape == (len(FREQUENCIES), 0)
